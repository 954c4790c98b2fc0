"""What a reply becomes in Matrix."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echobot.chats.matrix.writing import html, transaction
from echobot.chats.matrix.writing import reply as written
from echobot.core.message import AccountName, DeliveryKey, MessageId, Place, Reply

ANY_SPEED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def reply(text):
    place = Place(AccountName("room-bot"), "!room:example.org")
    return Reply(DeliveryKey("room-bot:$event"), place, MessageId("$event"), "@alice:example.org", text, "en")


def test_paragraphs_items_and_links_become_html():
    text = "Instead of Google Drive:\n\n- Nextcloud: https://nextcloud.com\n- CryptPad\n\n1. one\n2. two"

    assert html(text) == (
        "<p>Instead of Google Drive:</p>\n"
        '<ul>\n<li>Nextcloud: <a href="https://nextcloud.com">https://nextcloud.com</a></li>\n<li>CryptPad</li>\n</ul>\n'
        "<ol>\n<li>one</li>\n<li>two</li>\n</ol>"
    )


@pytest.mark.parametrize(
    "text",
    ["<b>bold</b>", "*stars* and _lines_", "# no heading", "`code`", "a \\* b", "&amp;", "main.py", "example.org"],
)
def test_every_other_sign_stands_for_itself(text):
    written = html(text)

    shown = written.removeprefix("<p>").removesuffix("</p>").replace("&lt;", "<").replace("&gt;", ">")
    assert shown.replace("&amp;", "&") == text
    assert not re.search("<(?!/?p>)", written)


def test_a_line_break_stays_one():
    assert html("one\ntwo") == "<p>one<br>\ntwo</p>"


@pytest.mark.parametrize(("items", "tag"), [("- one\n- two", "ul"), ("1. one\n2. two", "ol")])
def test_what_follows_the_last_item_is_no_part_of_it(items, tag):
    after_list = f"<{tag}>\n<li>one</li>\n<li>two</li>\n</{tag}>\n<p>Reply with a number.</p>"

    assert html(f"{items}\nReply with a number.") == html(f"{items}\n\nReply with a number.") == after_list


@ANY_SPEED
@given(st.text())
def test_no_text_writes_other_html_than_the_few_tags(text):
    tags = set(re.findall(r"</?([a-z]+)", html(text)))

    assert tags <= {"p", "br", "ul", "ol", "li", "a"}


def test_the_plain_body_is_the_whole_reply():
    assert written(reply("- one\n- two"))["body"] == "- one\n- two"


@ANY_SPEED
@given(st.text(), st.text())
def test_different_keys_make_different_transactions_of_safe_letters(one, other):
    assert re.fullmatch("[0-9a-f]{32}", transaction(DeliveryKey(one)))
    assert (transaction(DeliveryKey(one)) == transaction(DeliveryKey(other))) == (one == other)
