"""What the stream brings whole is given at once; the pages alone move the cursor, and everything comes once."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from echobot.chats.mastodon.context import Context
from echobot.chats.mastodon.mentions import Mentions
from echobot.chats.mastodon.reading import Me
from echobot.core.message import Address
from tests.chats.mastodon.conftest import MONTH, RARE
from tests.chats.mastodon.test_listening import EVERY_KIND
from tests.servers.fake_mastodon import troubles
from tests.servers.people import until

NOTIFICATIONS = "/api/v1/notifications"
CONTEXT = "GET /api/v1/statuses/{id}/context"
SOON = replace(RARE, poll=timedelta(seconds=0.3), soon=timedelta(seconds=0.05))


def looks(server) -> int:
    return server.count("GET", NOTIFICATIONS)


@pytest.fixture
def hearing(server, bots):
    """A bot that has looked because its stream was opened, and looks no more without a reason."""

    async def begin(rhythm=RARE, **settings):
        bot = bots(rhythm, **settings)
        before = looks(server)
        await bot.listen()
        await until(lambda: server.streams.open and looks(server) >= before + 3, "the look for the opened stream")
        return bot

    return begin


@pytest.fixture
def pushed(server):
    """Notifications as they are told to streams from now on."""
    told, push = [], server.notices.push

    def keep_and_push(notification):
        told.append(notification)
        push(notification)

    server.notices.push = keep_and_push
    return told


@EVERY_KIND
async def test_a_mention_that_the_stream_brings_is_given_though_no_page_is_asked_for(server, hearing, ana):
    bot = await hearing()
    cursor, before = bot.kept.cursor, looks(server)
    server.say(ana, "@echobot what is PeerTube?")
    await bot.kept.have(1)

    assert bot.kept.texts == ["what is PeerTube?"]
    assert (looks(server), bot.kept.cursor) == (before, cursor)


@EVERY_KIND
async def test_what_the_stream_brought_and_a_page_brings_again_is_given_once_and_the_cursor_goes_on(
    server, hearing, ana
):
    bot = await hearing()
    cursor = bot.kept.cursor
    for number in range(3):
        server.say(ana, f"@echobot {number}")
    await bot.kept.have(3)
    server.streams.send(bot.account, "something_new", "{")
    await until(lambda: bot.kept.cursor != cursor, "a page")
    server.say(ana, "@echobot 3")
    await bot.kept.have(4)

    assert bot.kept.texts == ["0", "1", "2", "3"]


@EVERY_KIND
async def test_stream_and_page_make_the_same_message_of_a_mention(server, hearing, ana, bob):
    bot = await hearing()
    cursor = bot.kept.cursor
    server.say(bob, f"@echobot@{server.home} what is PeerTube?", language="pt-BR", spoiler_text="A question")
    post = server.say(bob, "I am looking for a video site.")
    server.say(ana, "@echobot psst\n\nanother paragraph https://peertube.tv/w/1", visibility="direct")
    server.say(ana, "@bob@far.example.net @echobot what is that?", in_reply_to=post, visibility="private")
    heard = list(await bot.kept.have(3))
    bot.kept.cursor = cursor
    await bot.listen()
    await bot.kept.have(6)

    assert bot.kept.messages[3:] == heard


async def test_what_the_stream_says_twice_is_given_once(server, hearing, ana, pushed):
    bot = await hearing()
    server.say(ana, "@echobot hello")
    server.notices.push(pushed[0])
    server.say(ana, "@echobot goodbye")
    await bot.kept.have(2)

    assert bot.kept.texts == ["hello", "goodbye"]


async def test_what_a_page_brought_before_the_stream_is_given_once(server, hearing, ana, pushed):
    bot = await hearing()
    server.streams.is_mute = True
    server.say(ana, "@echobot hello")
    server.streams.is_mute = False
    server.streams.send(bot.account, "something_new", "{}")
    await bot.kept.have(1)
    server.notices.push(pushed[0])
    server.say(ana, "@echobot goodbye")
    await bot.kept.have(2)

    assert bot.kept.texts == ["hello", "goodbye"]


async def test_what_the_stream_left_out_comes_with_the_next_page_in_its_place(server, hearing, ana):
    bot = await hearing(SOON)
    server.streams.is_mute = True
    server.say(ana, "@echobot unheard")
    server.streams.is_mute = False
    server.say(ana, "@echobot heard")
    await bot.kept.have(2)

    assert sorted(bot.kept.texts) == ["heard", "unheard"]


async def test_after_a_restart_the_pages_begin_where_they_were_and_leave_nothing_out(server, hearing, ana):
    """What the stream brought last is given again: it may be that nobody kept it."""
    bot = await hearing()
    server.say(ana, "@echobot heard")
    await bot.kept.have(1)
    await bot.stop()
    server.say(ana, "@echobot unheard")
    await bot.listen()
    await bot.kept.have(3)

    assert bot.kept.texts == ["heard", "heard", "unheard"]
    assert len({message.id for message in bot.kept.messages}) == 2


# What is not trusted


def changed(told: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    first, _, rest = path.partition(".")
    return {**told, first: changed(told[first], rest, value) if rest else value}


def without(told: dict[str, Any], path: str) -> dict[str, Any]:
    first, _, rest = path.partition(".")
    return {**told, first: without(told[first], rest)} if rest else {key: told[key] for key in told if key != first}


STATUS = ["id", "account", "content", "created_at", "in_reply_to_id", "mentions", "spoiler_text", "visibility"]
READ = ["id", "type", "status", *(f"status.{key}" for key in STATUS)]
READ += [f"status.account.{key}" for key in ("acct", "bot", "note")]
DAMAGES = {f"without {path}": (lambda told, path=path: json.dumps(without(told, path))) for path in READ} | {
    f"{path} of another kind": (lambda told, path=path: json.dumps(changed(told, path, 7)))
    for path in READ
    if path != "status.in_reply_to_id"
}
DAMAGES |= {
    "cut short": lambda told: json.dumps(told)[:-20],
    "of somebody else": lambda told: json.dumps(changed(told, "status.mentions", [{"id": "999", "acct": "other"}])),
    "of no time": lambda told: json.dumps(changed(told, "status.created_at", "yesterday")),
    "of no known visibility": lambda told: json.dumps(changed(told, "status.visibility", "everywhere")),
    "of several lines": lambda told: json.dumps(told).replace(", ", ",\nevent: "),
    "nothing": lambda _: "",
    "no JSON": lambda _: "undefined",
    "without end": lambda _: "[" * 50_000,
}


@pytest.mark.parametrize("damaged", DAMAGES.values(), ids=DAMAGES.keys())
async def test_a_payload_that_cannot_be_read_is_only_a_hint(server, hearing, ana, pushed, damaged):
    bot = await hearing()
    before = looks(server)
    server.streams.is_mute = True
    server.say(ana, "@echobot as it is")
    told = server.streams._wire.notification(pushed[0])
    server.streams.is_mute = False
    forged = changed(told, "status.content", "<p>forged</p>")
    server.streams.send(bot.account, "notification", damaged(forged))
    await bot.kept.have(1)

    assert bot.kept.texts == ["as it is"]
    assert looks(server) > before


@EVERY_KIND
async def test_what_is_no_mention_is_no_reason_to_look(server, hearing, ana, bob):
    bot = await hearing()
    before = looks(server)
    for kind in ("favourite", "follow", "something_new"):
        server.notices.tell(bot.account, bob, kind)
    server.say(ana, "@echobot hello")
    await bot.kept.have(1)

    assert (bot.kept.texts, looks(server)) == (["hello"], before)


async def test_bots_and_those_who_want_no_bots_are_left_out_of_the_stream_as_well(server, hearing, ana):
    bot = await hearing()
    server.say(server.account("robot", bot=True), "@echobot what is PeerTube?")
    server.say(server.account("quiet", note="<p>#nobot</p>"), "@echobot what is PeerTube?")
    server.say(bot.account, "@echobot I talk to myself")
    server.say(ana, "@echobot hello")
    await bot.kept.have(1)

    assert bot.kept.texts == ["hello"]


async def test_a_private_mention_that_is_filtered_away_is_not_heard(server, hearing, ana):
    bot = await hearing()
    server.notices.policies.pop(bot.account)
    server.say(ana, "@echobot psst", visibility="direct")
    server.say(ana, "@echobot hello")
    await bot.kept.have(1)

    assert bot.kept.texts == ["hello"]


async def test_an_old_post_that_an_edit_makes_a_mention_is_heard_as_of_the_edit(server, hearing, ana, clock):
    bot = await hearing()
    status = server.say(ana, "what is PeerTube?", created_at=clock() - MONTH)
    server.edit(status, "@echobot what is PeerTube?")
    (message,) = await bot.kept.have(1)

    assert clock() - message.sent_at < timedelta(minutes=5)


async def test_a_question_that_was_heard_and_is_edited_comes_as_a_later_form_of_itself(server, hearing, ana):
    bot = await hearing(replace(SOON, edits=timedelta(0)))
    status = server.say(ana, "@echobot what is PeerTub")
    await bot.kept.have(1)
    server.edit(status, "@echobot what is Mastodon?")
    first, again = await bot.kept.have(2)

    assert (again.text, again.revises) == ("what is Mastodon?", first.id)


# In threads


@EVERY_KIND
async def test_what_is_heard_in_a_thread_is_read_with_what_stands_above_it(server, hearing, ana, bob):
    bot = await hearing()
    before = looks(server)
    question = server.say(ana, "@echobot google drive")
    server.say(bob, f"@ana@{server.home} @echobot@{server.home} I use it too!", in_reply_to=question)
    answer = server.say(bot.account, "@ana 1. this 2. that", in_reply_to=question)
    server.say(ana, "@echobot 2", in_reply_to=answer)
    first, second = await bot.kept.have(2)

    assert (first.text, second.text, first.place) == ("google drive", "2", second.place)
    assert looks(server) == before


@pytest.mark.parametrize(
    "trouble",
    [troubles.page(502), troubles.refused(404, "Record not found"), troubles.dropped],
    ids=["a proxy's page", "not there yet", "no answer"],
)
async def test_where_nobody_tells_what_a_mention_answers_it_is_left_to_the_pages(server, hearing, ana, trouble):
    bot = await hearing()
    answer = server.say(bot.account, "1. this 2. that")
    server.troubles[CONTEXT].append(trouble)
    before = looks(server)
    server.say(ana, "@echobot 2", in_reply_to=answer)
    (message,) = await bot.kept.have(1)

    assert (message.text, message.place.room) == ("2", answer.id)
    assert looks(server) > before


async def test_a_thread_that_is_slow_to_read_keeps_nobody_waiting_who_began_another(server, hearing, ana, bob):
    bot = await hearing()
    other = server.say(bob, "hello")
    server.troubles[CONTEXT].append(troubles.stalled)
    server.say(ana, "@echobot slow", in_reply_to=other)
    server.say(bob, f"@echobot@{server.home} quick")
    await bot.kept.have(1)

    assert bot.kept.texts == ["quick"]


async def test_whoever_floods_threads_does_not_use_up_the_requests_that_all_others_need(server, bot, ana, bob, pushed):
    """Past that nobody would be answered for minutes; the flooder would not be in any case."""
    post, talks = server.say(bot.account, "PeerTube is a video site."), bot.chat._server
    context = Context(talks, Mentions(talks, bot._clock), Me(bot.account.id, "toots", 10), bot._clock)
    for number in range(70):
        server.say(ana, f"@echobot {number}", in_reply_to=post)
    server.say(bob, f"@echobot@{server.home} and Mastodon?", in_reply_to=post)
    messages = [await context.message_at_once(server.streams._wire.notification(each)) for each in pushed]

    assert [message.address for message in messages] == [Address.NAMED] * 60 + [Address.SPENT] * 10 + [Address.NAMED]
    assert sum(request.path.endswith("/context") for request in server.requests) == 61


# Floods


@EVERY_KIND
async def test_whoever_floods_uses_up_no_pages(server, hearing, ana, bob):
    server.limits.enforced = False
    bot = await hearing()
    before = looks(server)
    for number in range(400):
        server.say(ana, f"@echobot {number}")
        if number % 20 == 0:
            await bot.kept.have(number)
    server.say(bob, f"@echobot@{server.home} hello")
    await until(lambda: "hello" in bot.kept.texts, "the other one")
    await bot.kept.have(401)

    assert looks(server) == before


async def test_what_is_said_faster_than_it_can_be_kept_comes_with_the_pages(server, hearing, ana, bob):
    server.limits.enforced = False
    bot = await hearing()
    for number in range(150):
        server.say(ana, f"@echobot {number}")
    server.say(bob, f"@echobot@{server.home} hello")
    await bot.kept.have(151)

    assert sorted(bot.kept.texts) == sorted([*map(str, range(150)), "hello"])
