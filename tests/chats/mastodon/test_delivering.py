"""A courier, a store and a Mastodon server that fails in between: each reply there once and whole, or not at all."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from echobot.delivery import Courier, Pace
from echobot.ports import Settlement
from echobot.stores.sql import SqlStore
from tests.chats.mastodon.conftest import reply_to
from tests.chats.mastodon.test_sending import LONG, POST, _fine, asked
from tests.servers.fake_mastodon import Flavour, troubles
from tests.servers.people import until

__all__ = ["asked"]

HASTE = Pace(
    first_pause=timedelta(milliseconds=10),
    longest_pause=timedelta(milliseconds=50),
    look_again=timedelta(milliseconds=50),
)
WITHOUT_KEYS = pytest.mark.parametrize("flavour", [Flavour.GOTOSOCIAL, Flavour.PLEROMA], indirect=True)


@pytest.fixture
async def deliver(bot, clock):
    """Queue replies and wait until nothing is left to send."""
    store = SqlStore.open("sqlite://")

    async def deliver(*replies):
        await store.settle(Settlement(replies=replies), clock())
        courier = Courier(bot.chat, store, clock, HASTE)
        sending = asyncio.create_task(courier.run())

        async def nothing_is_left():
            return sending.done() or not await store.backlog()

        try:
            await until(nothing_is_left, "an empty outbox")
        finally:
            courier.stop()
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    yield deliver
    await store.close()


def first_parts(bot, question):
    return [post for post in bot.posts if post.in_reply_to and post.in_reply_to.id == question.id]


@WITHOUT_KEYS
async def test_a_thread_that_is_held_up_in_the_midst_goes_on_from_there(server, bot, asked, deliver):
    question = await asked()
    server.troubles[POST].extend([_fine, troubles.too_many(), troubles.page(502)])
    await deliver(reply_to(question, LONG * 12))

    assert len(first_parts(bot, question)) == 1
    assert bot.posts[-1].text.endswith(f"({len(bot.posts)}/{len(bot.posts)})")


async def test_a_thread_that_met_the_limit_of_three_hours_goes_on_when_the_key_is_forgotten(
    server, bot, asked, deliver, clock
):
    server.limits.buckets["statuses"].most = 1
    question = await asked()
    delivering = asyncio.create_task(deliver(reply_to(question, LONG)))
    await until(lambda: bot.chat._server._rest_until, "the limit")
    delivering.cancel()
    await asyncio.gather(delivering, return_exceptions=True)
    server.limits.buckets["statuses"].most = 1000
    clock.ahead = timedelta(hours=3, minutes=5)
    await deliver()

    assert len(first_parts(bot, question)) == 1
    assert len(bot.posts) > 1


@pytest.mark.parametrize(
    ("flavour", "minutes", "posted", "looked"),
    [
        (Flavour.MASTODON, 0, 2, 0),
        (Flavour.MASTODON, 50, 2, 0),
        (Flavour.MASTODON, 61, 1, 1),
        (Flavour.MASTODON, 60 * 24, 1, 1),
        (Flavour.GOTOSOCIAL, 0, 1, 1),
    ],
    indirect=["flavour"],
    ids=["at once", "within the hour", "after it", "after a day", "where no keys are known"],
)
async def test_what_nobody_knows_is_asked_again_under_its_key_or_looked_for_once_that_is_forgotten(
    server, bot, asked, deliver, clock, minutes, posted, looked
):
    async def posted_but_nobody_knows_until_later(request, answer):
        clock.ahead += timedelta(minutes=minutes)
        return await troubles.done_then_dropped(request, answer)

    question = await asked()
    server.troubles[POST].append(posted_but_nobody_knows_until_later)
    await deliver(reply_to(question))

    assert len(first_parts(bot, question)) == 1
    assert server.count("POST", "/api/v1/statuses") == posted
    assert server.count("GET", f"/api/v1/accounts/{bot.account.id}/statuses") == looked


async def test_what_was_never_posted_is_posted_however_late_that_is_known(server, bot, asked, deliver, clock):
    async def dropped_and_nobody_knows_until_later(request, answer):
        clock.ahead += timedelta(hours=2)
        return await troubles.dropped(request, answer)

    question = await asked()
    server.troubles[POST].append(dropped_and_nobody_knows_until_later)
    await deliver(reply_to(question))

    assert len(first_parts(bot, question)) == 1


async def test_replies_to_what_is_gone_are_dropped_with_a_note_and_the_others_are_sent(server, bot, asked, deliver):
    gone, hidden, there = [await asked(f"@echobot {number}") for number in range(3)]
    server.delete(server.posts.find_own(gone.id, server.people.find("ana", None)))
    server.hide(server.posts.find_own(hidden.id, server.people.find("ana", None)), bot.account)
    with capture_logs() as lines:
        await deliver(*map(reply_to, (gone, hidden, there)))
    notes = [line for line in lines if line["event"] == "a reply or a post was given up"]

    assert [post.in_reply_to.id for post in bot.posts] == [there.id]
    assert {note["key"] for note in notes} == {f"toots:{gone.id}", f"toots:{hidden.id}"}
    assert all("does not appear to exist" in note["reason"] for note in notes)


@pytest.mark.parametrize("flavour", [Flavour.GOTOSOCIAL], indirect=True)
async def test_a_too_public_post_is_taken_away_also_when_its_answer_was_lost(server, bot, asked, deliver):
    async def public_and_lost(request, answer):
        return await troubles.done_then_dropped(request, lambda again: troubles.posted_as("public")(again, answer))

    server.troubles[POST].append(public_and_lost)
    await deliver(reply_to(await asked(visibility="direct")))

    assert bot.posts == []


async def test_a_too_public_post_is_taken_away_as_soon_as_the_server_lets_it(server, bot, asked, deliver):
    server.troubles[POST].append(troubles.posted_as("public"))
    server.troubles["DELETE /api/v1/statuses/{id}"].extend([troubles.page(502)] * 5)
    await deliver(reply_to(await asked(visibility="direct")))

    assert bot.posts == []


async def test_one_thread_that_cannot_be_read_keeps_nobody_else_waiting(server, bot, ana):
    await bot.listen()
    server.troubles["GET /api/v1/statuses/{id}/context"].extend([troubles.refused(500, "oops")] * 100)
    other = server.say(server.account("carl"), "hello")
    server.say(ana, "@echobot unreadable", in_reply_to=other)
    server.say(ana, "@echobot readable")
    await until(lambda: "readable" in bot.kept.texts, "the other question")

    assert bot.kept.texts == ["readable"]
