"""Statuses as many servers write them, and as nobody should, give the words that their writers meant."""

import html
import re
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echobot.chats.mastodon.content import asked

CONTENTS = sorted((Path(__file__).parent / "contents").glob("*.yaml"))
ME = "1"
BOT = {"id": ME, "username": "echobot", "acct": "echobot", "url": "https://social.example.org/@echobot"}
ALICE = {"id": "2", "username": "alice", "acct": "alice@remote.example", "url": "https://remote.example/@alice"}
CALLS = [
    '<span class="h-card"><a href="https://social.example.org/@echobot">@<span>echobot</span></a></span>',
    '<a href="http://SOCIAL.example.org/users/echobot/">@echobot@social.example.org</a>',
    '\u2068<a href="https://misskey.example/@echobot@social.example.org" class="u-url mention">@echobot</a>\u2069',
    '@<span class="vcard"><a href="https://social.example.org/@echobot">Echo Bot</a></span>',
    "@echobot@social.example.org",
]
MARKS = """<p> </p> <br> <b <a <a&#32;href="https://a.example"> </a> < > <!-- --> <!-- <! <![x[ <? </ " ' = & &amp;amp;
&#99999999999999; <ul> <ol> <li> </ul> </li> <pre> </pre> <code> <span&#32;class="quote-inline"> </span> <script> <td>
@echobot @alice @ # https://a.example \0 \ud800 \u202e \u200b \u00a0 \t \n é 🙂""".replace("&#32;", " ").split(" ")
NOISE = st.lists(st.one_of(st.sampled_from([*MARKS, *CALLS]), st.text(max_size=5)), max_size=40).map("".join)
ANYTHING = st.one_of(NOISE, st.none(), st.integers(), st.binary(max_size=3), st.lists(st.text(max_size=3), max_size=2))
ENTRIES = st.one_of(
    ANYTHING, st.sampled_from([BOT, ALICE]), st.dictionaries(st.sampled_from([*BOT]), ANYTHING, max_size=4)
)
# Handles and leading dashes or numbers mean something else; what stands in sentences stays as it is.
WORD = st.text(
    st.characters(categories=["L", "N"], include_characters="&<>\"'_é\u0301\u200d🙂"), min_size=1, max_size=8
)
LINE = st.lists(WORD, min_size=1, max_size=5).map(" ".join)
PARAGRAPH = st.lists(LINE, min_size=1, max_size=4).map("\n".join)
PLAIN = st.lists(PARAGRAPH, min_size=1, max_size=4).map("\n\n".join)
LETTERS = st.text(st.characters(categories=["L"]), min_size=1, max_size=8)
PATH = st.text("abcXYZ019-_~/&=?#%+@", max_size=60)
LINK = st.builds("{}://{}.example/{}z".format, st.sampled_from(["https", "http", "gemini"]), st.just("www.a"), PATH)


def told(content, mentions=(BOT, ALICE), warning=""):
    return {"content": content, "spoiler_text": warning, "mentions": list(mentions), "tags": []}


def written(text):
    """As Mastodon writes plain text."""
    paragraphs = html.escape(text).split("\n\n")
    return "".join(f"<p>{paragraph.replace(chr(10), '<br />')}</p>" for paragraph in paragraphs)


def shortened(url):
    """As Mastodon writes a link."""
    start = re.match(r"(?:https?://(?:www\.)?)?", url).end()
    first, middle, last = (html.escape(part) for part in (url[:start], url[start : start + 30], url[start + 30 :]))
    return (
        f'<a href="{html.escape(url)}" target="_blank"><span class="invisible">{first}</span>'
        f'<span class="ellipsis">{middle}</span><span class="invisible">{last}</span></a>'
    )


@pytest.mark.parametrize("path", CONTENTS, ids=lambda path: path.stem)
def test_what_a_server_writes_is_read_as_it_was_meant(path):
    case = yaml.safe_load(path.read_text())

    assert asked(case, case["me"]) == case["asked"]


def test_many_servers_are_looked_at():
    servers = {path.stem.partition("_")[0] for path in CONTENTS}

    assert servers >= {"mastodon", "gotosocial", "pleroma", "akkoma", "misskey", "fedify", "takahe", "friendica"}
    assert servers >= {"snac", "wafrn", "lemmy", "hubzilla", "wordpress", "peertube"}


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=ANYTHING, warning=ANYTHING, mentions=st.one_of(ANYTHING, st.lists(ENTRIES, max_size=4)))
def test_whatever_a_status_holds_is_a_text(content, warning, mentions):
    text = asked({"content": content, "spoiler_text": warning, "mentions": mentions}, ME)

    assert isinstance(text, str)
    assert text == text.strip()


@pytest.mark.parametrize("status", [{}, {"content": None}, {"mentions": [None, {}, {"id": "1", "url": "http://["}]}])
def test_what_is_missing_says_nothing(status):
    assert asked(status, ME) == ""


@given(text=PLAIN)
def test_plain_text_comes_back_as_it_was_written(text):
    assert asked(told(written(text)), ME) == text


@given(before=LETTERS, url=LINK, after=LETTERS, gap=st.sampled_from(["", " ", "<br />", "</p><p>"]))
def test_links_come_back_whole(before, url, after, gap):
    text = asked(told(f"<p>{before}{gap}{shortened(url)}{gap}{after}</p>"), ME)

    assert text.split() == [before, url, after]


@given(words=st.lists(LETTERS, max_size=6), call=st.sampled_from(CALLS), data=st.data())
def test_the_call_leaves_exactly_the_other_words(words, call, data):
    place = data.draw(st.integers(0, len(words)))
    said = [html.escape(word) for word in words]

    text = asked(told(f"<p>{' '.join([*said[:place], call, *said[place:]])}</p>"), ME)

    assert text == " ".join(words)


@given(before=LETTERS, call=st.sampled_from(CALLS[:-1]), after=LETTERS, inner=st.sampled_from(["", "\u200b", "\ufeff"]))
def test_words_that_the_call_kept_apart_stay_apart(before, call, after, inner):
    assert asked(told(f"<p>{before}{inner}{call}{inner}{after}</p>"), ME) == f"{before} {after}"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (f"{CALLS[0]}, {CALLS[0]}: hello", "hello"),
        (f"hello {CALLS[0]} {CALLS[0]} world {CALLS[0]}", "hello world"),
        (f"({CALLS[0]}) hello", "() hello"),
        (f"{CALLS[0]} :) hello", ":) hello"),
        (f"{CALLS[0]} .NET?", ".NET?"),
        (f"{CALLS[0]} - what is Zoom?", "what is Zoom?"),
        (f"<p>{CALLS[0]}</p><p>- one<br>- two</p>", "- one\n- two"),
        (f"<p>one</p><p>{CALLS[0]}</p><p>two</p>", "one\n\ntwo"),
        (f"one<br>{CALLS[0]} two", "one\ntwo"),
        (f"one {CALLS[0]}<br>two", "one\ntwo"),
        (f"<ul><li>{CALLS[0]} one</li></ul>", "- one"),
        (f"{CALLS[0]} ?", ""),
    ],
)
def test_what_is_left_reads_as_if_nobody_had_been_called(content, text):
    assert asked(told(content), ME) == text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<ul><li><p>one</p></li><li><p>two</p></li></ul>", "- one\n- two"),
        ("<p class='quote-inline'>RE: this<p>one<p>two", "one\n\ntwo"),
        ("<a href='https://x.example/'><p>one</p><p>two</p></a>", "one (https://x.example/)\n\ntwo"),
        ("<table><tr><th>one<th>two<tr><td>three<td>four</table>", "one two\nthree four"),
        ("<p>one  \n two<code>a  b</code></p><pre>  c\n\n\n  d\n</pre>", "one twoa  b\n\n  c\n\n\n  d"),
        ("one<script>two</script><!-- three --> <img alt='four'><ruby>五<rp>(</rp><rt>5</rt></ruby>", "one four五(5"),
    ],
)
def test_forms_become_lines_and_spaces(content, text):
    assert asked(told(content), ME) == text


def test_nobody_is_taken_out_whom_the_status_does_not_mention():
    assert asked(told(f"<p>{CALLS[0]} hello</p>", mentions=[ALICE]), ME) == "@echobot hello"


HOSTILE = [
    "<", "<a ", "<a", "</", "</a", "<!", "<!--", "<!-->", "<![x[", "<?", '<a href="', "<a t='>' ", "</a x='>' ", "= ",
    "<a x=\"'", "<a = ", "&", "&#9", "&amp", "<b>", "</i>", "<p></b>", "<p> ", "<ul><li>a", "<ol><li>", "<pre>\n",
    "<br>", "<td>", "<a href='https://x.example'>", "<a href='https://x.example'>x<p>", "<p class='quote-inline'>",
    "\n", ",", "\u200b", "\u00a0", "@", "@echobot", "@echobot ", "x,", CALLS[0], f" {CALLS[0]} ",
    f"\u200b{CALLS[0]},", f"x {CALLS[0]}",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_twice_the_text_is_twice_the_work(piece):
    for start in ("", "<a href='https://x.example'>", "<pre>"):
        once, twice = work(start + piece * 150), work(start + piece * 300)

        assert twice <= 2.1 * once


@pytest.mark.parametrize("piece", HOSTILE)
def test_what_takes_others_hours_is_read(piece):
    """Work within regular expressions is not counted above: what is quadratic there never ends here."""
    assert isinstance(asked(told(piece * (200_000 // len(piece))), ME), str)


def work(content):
    """How many steps of the interpreter it takes."""
    steps = 0

    def count(frame, event, _argument):
        nonlocal steps
        steps += event == "opcode"
        frame.f_trace_opcodes = True
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        asked(told(content), ME)
    finally:
        sys.settrace(before)
    return steps
