from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from echobot.core.message import Place
from echobot.delivery import Courier, Pace
from echobot.errors import ChatRefused, ChatUnavailable, LeadershipLost, LoginRefused, NotAsMeant
from echobot.ports import Settlement
from echobot.stores.sql import SqlStore
from tests.fakes import ACCOUNT, NOON, ROOM, FakeChat, FakeWait, Trouble, connection_broke, reply, until

OTHER_ROOM = Place(ACCOUNT, "!other:example.org")
SECONDS = timedelta(seconds=1)
NO_CONNECTION = ChatUnavailable("no connection", not_sent=True)
STEADY = Pace(jitter=lambda: 0.0)
TIMED_OUT = connection_broke(created=False)


@pytest.fixture
async def store():
    store = SqlStore.open("sqlite://")
    yield store
    await store.close()


@pytest.fixture
def wait(clock):
    return FakeWait(clock)


@pytest.fixture
def deliver(chat, store, clock, wait):
    """Run a courier until nothing is left in the outbox; what is under way when it stops is as after a crash."""

    async def deliver(pace: Pace = STEADY) -> None:
        courier = Courier(chat, store, clock, pace, wait)
        running = asyncio.create_task(courier.run())
        async with asyncio.timeout(30):
            while not running.done() and await everything(store):
                pass
        courier.stop()
        await running

    return deliver


async def everything(store):
    return await store.outbox(ACCOUNT, NOON + timedelta(days=400), 1000)


async def queue(store, *replies):
    await store.settle(Settlement(replies=replies), NOON)


def from_many(count, place=ROOM):
    return [reply(number, f"text {number}", f"@p{number}:example.org", place) for number in range(count)]


async def test_a_reply_is_sent_once(chat, store, deliver):
    await queue(store, reply(1))
    await deliver()
    await deliver()

    assert chat.posts == [reply(1)]


async def test_replies_to_one_person_come_in_the_order_of_the_questions(chat, store, deliver):
    await queue(store, *(reply(number, f"text {number}") for number in range(20)))
    await deliver()

    assert chat.texts == [f"text {number}" for number in range(20)]


async def test_what_comes_while_it_rests_is_sent_when_it_is_called(chat, store, clock):
    courier = Courier(chat, store, clock)
    running = asyncio.create_task(courier.run())
    for number in range(3):
        await queue(store, reply(number))
        courier.call()
        await until(lambda: len(chat.posts) == number + 1)  # noqa: B023 awaited at once
    courier.stop()
    await running


async def test_a_stopped_courier_sends_what_is_there_and_ends(chat, store, clock, wait):
    await queue(store, *from_many(30))
    courier = Courier(chat, store, clock, STEADY, wait)
    courier.stop()
    await asyncio.wait_for(courier.run(), 30)

    assert len(chat.posts) == 30


async def test_a_stopped_courier_does_not_wait_for_a_server_that_is_away(chat, store, clock, wait):
    await queue(store, *from_many(30))
    chat.fail(*[NO_CONNECTION] * 100)
    courier = Courier(chat, store, clock, STEADY, wait)
    courier.stop()
    await asyncio.wait_for(courier.run(), 30)

    assert len(chat.requests) == STEADY.at_once_in_a_room
    assert len(await everything(store)) == 30


# When the server is in trouble


async def test_a_reply_whose_connection_broke_is_sent_again_and_posted_once(chat, store, deliver):
    await queue(store, reply(1))
    chat.fail(connection_broke(created=True), connection_broke(created=False), connection_broke(created=True))
    await deliver()

    assert chat.texts == ["A video site."]
    assert len(chat.requests) == 4


async def test_the_whole_account_rests_for_as_long_as_the_server_asks(chat, store, deliver, wait):
    await queue(store, *from_many(8))
    chat.fail(ChatUnavailable("too many requests", timedelta(seconds=42), not_sent=True))
    await deliver()

    assert wait.waits[0] == 42 * SECONDS
    assert len(chat.posts) == 8


async def test_pauses_grow_from_seconds_to_five_minutes_while_the_server_is_away(chat, store, deliver, wait):
    await queue(store, reply(1))
    chat.fail(*[NO_CONNECTION] * 9)
    await deliver()

    assert wait.waits[:9] == [pause * SECONDS for pause in (5, 10, 20, 40, 80, 160, 300, 300, 300)]
    assert chat.posts == [reply(1)]


def test_jitter_spreads_the_pauses():
    assert Pace(jitter=lambda: 0.5).pause(1) == 15 * SECONDS
    assert Pace(jitter=lambda: 1.0).pause(1000) == timedelta(minutes=5)


async def test_pauses_begin_anew_once_something_got_through(chat, store, deliver, wait):
    await queue(store, reply(1), reply(2))
    chat.fail(NO_CONNECTION, NO_CONNECTION, None, NO_CONNECTION)
    await deliver()

    assert wait.waits[:3] == [5 * SECONDS, 10 * SECONDS, 5 * SECONDS]


async def test_one_reply_that_the_server_chokes_on_does_not_hold_up_the_others(chat, store, deliver, clock):
    await queue(store, *from_many(9))
    chat.fail(TIMED_OUT)
    before = clock.now
    await deliver()

    assert sorted(chat.texts) == sorted(f"text {number}" for number in range(9))
    assert chat.texts[-1] == "text 0"
    assert clock.now - before <= STEADY.first_pause + STEADY.look_again


async def test_a_long_outage_loses_nothing_that_was_surely_not_sent(chat, store, deliver, clock):
    await queue(store, *from_many(3))
    chat.fail(*[NO_CONNECTION] * 300)
    await deliver()

    assert clock.now - NOON > 10 * chat.key_lifetime
    assert len(chat.posts) == 3


# When nobody knows what became of it


async def test_after_the_server_forgot_the_key_a_post_that_can_be_found_is_not_made_again(chat, store, deliver):
    chat.remembers = True
    chat.fail(connection_broke(created=True))
    await queue(store, reply(1), reply(2, asker="@ivo:example.org"))
    await store.attempting([reply(1).key], NOON - 2 * chat.key_lifetime)
    await deliver()

    assert sorted(chat.texts) == ["A video site."] * 2
    assert chat.requests.count(reply(1).key) == 1


async def test_after_the_server_forgot_the_key_what_cannot_be_found_is_sent(chat, store, deliver):
    chat.remembers = True
    await queue(store, reply(1))
    await store.attempting([reply(1).key], NOON - 2 * chat.key_lifetime)
    await deliver()

    assert chat.posts == [reply(1)]
    assert chat.looked_back_to == {reply(1).key: NOON - 2 * chat.key_lifetime}, "what was said before is not looked at"


async def test_a_reply_that_was_under_way_at_the_crash_is_sent_again(chat, store, deliver):
    await queue(store, reply(1))
    await store.attempting([reply(1).key], NOON)
    await deliver()

    assert chat.posts == [reply(1)]


class WatchedChat(FakeChat):
    """Looks into the store at the very moment a request goes out."""

    store: SqlStore

    async def send(self, reply):
        (delivery,) = await self.store.outbox(ACCOUNT, NOON, 10)
        self.noted = (delivery.first_tried_at, delivery.tries)
        return await super().send(reply)


async def test_before_a_request_goes_out_the_store_knows_of_it(store, clock, wait):
    chat = WatchedChat(clock)
    chat.store = store
    await queue(store, reply(1))
    courier = Courier(chat, store, clock, STEADY, wait)
    courier.stop()
    await courier.run()

    assert chat.noted == (NOON, 1)


@pytest.mark.parametrize("created", [True, False], ids=["it was posted", "it was not posted"])
async def test_past_the_keys_lifetime_an_unknown_outcome_is_not_tried_again(chat, store, deliver, clock, created):
    await queue(store, reply(1))
    chat.fail(connection_broke(created=created), *[TIMED_OUT] * 100)
    with capture_logs() as logs:
        await deliver()

    assert len(chat.posts) == created
    assert clock.now - NOON >= chat.key_lifetime
    assert [line["reason"] for line in logs if line["log_level"] == "error"] == ["unknown outcome"]


async def test_the_lifetime_counts_from_the_first_request_even_if_later_ones_surely_failed(chat, store, deliver):
    await queue(store, reply(1))
    chat.fail(connection_broke(created=True), *[NO_CONNECTION] * 20)
    await deliver()

    assert len(chat.posts) == 1
    assert len(chat.requests) < 21


async def test_after_a_long_night_out_what_was_under_way_is_not_sent_but_the_rest_is(chat, store, deliver, clock):
    await queue(store, *from_many(2))
    await store.attempting([from_many(1)[0].key], NOON)
    clock.pass_by(chat.key_lifetime)
    await deliver()

    assert chat.texts == ["text 1"]


# When the server refuses


async def test_a_refused_reply_is_given_up_with_its_reason_and_the_next_goes_out(chat, store, deliver):
    await queue(store, reply(1, "refused"), reply(2, "fine"))
    chat.fail(ChatRefused("The bot may not speak in this room."))
    with capture_logs() as logs:
        await deliver()

    assert chat.texts == ["fine"]
    assert logs[0] == {
        "event": "a reply or a post was given up",
        "log_level": "error",
        "account": ACCOUNT,
        "room": ROOM.room,
        "key": reply(1).key,
        "reason": "The bot may not speak in this room.",
    }


async def test_what_the_server_did_in_place_of_what_was_meant_is_a_trouble_for_the_status(chat, store, deliver):
    await queue(store, reply(1, "private"), reply(2, "to a deleted question"))
    chat.fail(NotAsMeant("a reply was deleted again: the server made it public"), ChatRefused("it is gone"))
    await deliver()
    (trouble,) = await store.troubles()

    assert (trouble.about, trouble.text) == (ACCOUNT, "a reply was deleted again: the server made it public")
    assert chat.texts == []


async def test_a_refused_login_ends_the_courier_and_nothing_is_lost(chat, store, deliver):
    await queue(store, *from_many(5))
    chat.fail(LoginRefused("The token is not accepted any more."))
    with pytest.raises(LoginRefused, match="not accepted"):
        await deliver()
    left = await everything(store)
    assert [(delivery.outgoing.text, delivery.first_tried_at) for delivery in left] == [
        ("text 0", None),
        ("text 4", None),
    ]

    await deliver()
    assert sorted(chat.texts) == [f"text {number}" for number in range(5)]


async def test_a_mistake_in_a_chat_is_tried_again_and_given_up_in_the_end(chat, store, deliver):
    await queue(store, reply(1, "odd"), reply(2, "fine", "@ivo:example.org"))
    chat.fail(Trouble(IndexError("odd")), None, *[Trouble(IndexError("odd"))] * 100)
    with capture_logs() as logs:
        await deliver()

    assert chat.texts == ["fine"]
    assert logs[0]["reason"] == "unexpected IndexError"
    assert logs[-1]["reason"] == "unknown outcome"


async def test_no_log_line_holds_a_text(chat, store, deliver):
    await queue(store, reply(1, "private matter"), reply(2, "private matter", "@ivo:example.org"))
    chat.fail(TIMED_OUT, ChatRefused("no"), Trouble(ValueError("private matter")))
    with capture_logs() as logs:
        await deliver()

    assert logs
    assert "private" not in str(logs)


# How many at once


async def test_a_room_is_not_flooded_and_several_rooms_are_served_side_by_side(chat, store, deliver):
    await queue(store, *from_many(20))
    await deliver()
    assert chat.most_under_way == STEADY.at_once_in_a_room

    elsewhere = [reply(100 + n, "t", f"@p{n}", Place(ACCOUNT, f"!r{n}")) for n in range(20)]
    await queue(store, *elsewhere)
    await deliver()
    assert chat.most_under_way == STEADY.at_once
    assert len(chat.posts) == 40


async def test_whoever_is_answered_in_many_rooms_leaves_places_to_all_others(chat, store, deliver):
    many = [reply(number, f"to the flooder {number}", "@flood", Place(ACCOUNT, f"!r{number}")) for number in range(20)]
    await queue(store, *many, reply(100, "to Ana", "@ana", Place(ACCOUNT, "!r100")))
    await deliver()

    assert "to Ana" in chat.texts[: STEADY.at_once_for_one + 1]
    assert len(chat.posts) == 21


async def test_replies_keep_their_distance_when_the_operator_wants_it(chat, store, clock, wait):
    await queue(store, *(reply(number) for number in range(4)))
    courier = Courier(chat, store, clock, Pace(between=2 * SECONDS), wait)
    running = asyncio.create_task(courier.run())
    await until(lambda: len(chat.posts) == 4)
    courier.stop()
    await running

    assert wait.waits[:3] == [2 * SECONDS] * 3


async def test_a_burst_by_one_person_is_sent_in_order(chat, store, deliver):
    await queue(store, *(reply(number) for number in range(25)))
    await deliver()

    assert chat.requests == [reply(number).key for number in range(25)]


async def test_what_stands_behind_a_reply_that_has_to_wait_is_not_tried_before_it(chat, store, deliver):
    await queue(store, reply(1), reply(2), reply(3))
    chat.fail(None, TIMED_OUT)
    await deliver()

    assert chat.requests == [reply(number).key for number in (1, 2, 2, 3)]


async def test_a_refused_login_leaves_what_stands_behind_it_untried(chat, store, deliver):
    await queue(store, reply(1), reply(2))
    chat.fail(LoginRefused("revoked"))
    with pytest.raises(LoginRefused):
        await deliver()

    assert [delivery.first_tried_at for delivery in await everything(store)] == [None, None]


async def test_who_may_not_send_any_more_sends_nothing_and_leaves_it_claimed(chat, clock):
    def lost():
        raise LeadershipLost("another machine leads now")

    store = SqlStore.open("sqlite://")
    await store.settle(Settlement(replies=[reply(1)]), NOON)
    with pytest.raises(LeadershipLost):
        await Courier(chat, store, clock, may_send=lost).run()

    assert chat.requests == []
    assert [delivery.first_tried_at for delivery in await store.outbox(ACCOUNT, NOON, 10)] == [NOON]
    await store.close()
