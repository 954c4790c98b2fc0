"""A clock that is put forward or back by an hour: nothing is lost, nothing doubled, nobody waits an hour too long."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from hypothesis import given, settings
from hypothesis import strategies as some

from echobot.delivery import Courier, Pace
from echobot.errors import ChatUnavailable
from echobot.limits import Allowance, Ruling
from echobot.onward import Onward
from echobot.ports import Settlement
from echobot.reception import Reception
from echobot.schedule import hurry
from echobot.settings import Limits
from echobot.stores.sql import SqlStore
from tests.announcing.office import NOON as NOON_AT_THE_OFFICE
from tests.announcing.office import PARIS, Office, free
from tests.dialogue import Dialogue
from tests.fakes import ACCOUNT, NOON, ROOM, EchoBot, FakeChat, FakeClock, FakeWait, message, reply
from tests.samples import knowledge

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
JUMPS = [HOUR, -HOUR, HOUR - MINUTE, MINUTE - HOUR]
JUMP = some.sampled_from([*JUMPS, timedelta(0)])
NOON_HERE = NOON_AT_THE_OFFICE.astimezone(PARIS).replace(tzinfo=None)
SOON_DUE = (("first", 20 * MINUTE), ("second", 40 * MINUTE))
STEADY = Pace(jitter=lambda: 0.0)


@pytest.fixture
async def store():
    store = SqlStore.open("sqlite://")
    yield store
    await store.close()


class JumpingWait(FakeWait):
    """While somebody waits the clock is put back, once."""

    def __init__(self, clock, jump):
        super().__init__(clock)
        self._jump = jump

    async def __call__(self, event, longest):
        await super().__call__(event, longest)
        if longest:
            self.clock.pass_by(self._jump)
            self._jump = timedelta(0)


async def deliver(chat, store, clock, wait):
    courier = Courier(chat, store, clock, STEADY, wait)
    running = asyncio.create_task(courier.run())
    async with asyncio.timeout(30):
        while await store.outbox(ACCOUNT, NOON + timedelta(days=400), 1000):
            pass
    courier.stop()
    await running


@pytest.mark.parametrize("jump", JUMPS)
async def test_a_reply_that_has_to_wait_waits_no_longer_than_twice_its_pause(chat, store, clock, jump):
    wait = JumpingWait(clock, jump)
    chat.fail(ChatUnavailable("busy", 90 * SECOND, not_sent=True))
    await store.settle(Settlement(replies=[reply(1), reply(2)]), clock())
    await deliver(chat, store, clock, wait)

    assert [post.to for post in chat.posts] == ["$m1", "$m2"]
    assert sum(wait.waits, timedelta(0)) <= 2 * 90 * SECOND + 2 * STEADY.look_again


@pytest.mark.parametrize("jump", JUMPS)
async def test_what_was_put_into_the_outbox_before_the_jump_is_sent_at_once(chat, store, clock, jump):
    wait = FakeWait(clock)
    await store.settle(Settlement(replies=[reply(1)]), clock())
    clock.pass_by(jump)
    await store.settle(Settlement(replies=[reply(2)]), clock())
    await deliver(chat, store, clock, wait)

    assert [post.to for post in chat.posts] == ["$m1", "$m2"]
    assert wait.waits in ([], [STEADY.look_again])


@given(some.lists(some.tuples(some.integers(0, 3), JUMP), min_size=1, max_size=6))
@settings(max_examples=12)
def test_however_it_jumps_each_question_has_one_answer_in_the_order_of_asking(days):
    asyncio.run(_ask_and_jump(days))


async def _ask_and_jump(days):
    clock, store = FakeClock(), SqlStore.open("sqlite://")
    chat = FakeChat(clock)
    chat.remembers = True
    for questions, jump in days:
        chat.say(*(message(len(chat.said) + number) for number in range(questions)))
        chat.fail(ChatUnavailable("busy", 90 * SECOND, not_sent=True), None, ChatUnavailable("broke"))
        courier = Courier(chat, store, clock, STEADY, JumpingWait(clock, jump))
        chat.end()
        await Reception(chat, store, EchoBot(store), courier.call, clock).run()
        courier.stop()
        await courier.run()
        clock.pass_by(5 * MINUTE)
    await deliver(chat, store, clock, FakeWait(clock))
    await store.close()

    assert [post.to for post in chat.posts] == [said.id for said in chat.said]


def test_a_clock_for_waiting_never_goes_back_and_goes_on_from_where_it_was():
    wall = FakeClock()
    onward = Onward(wall)
    told = []
    for step in (MINUTE, -HOUR, MINUTE, HOUR, MINUTE):
        wall.pass_by(step)
        told.append(onward() - NOON)

    assert told == [MINUTE, MINUTE, 2 * MINUTE, 2 * MINUTE + HOUR, 3 * MINUTE + HOUR]


@pytest.mark.parametrize("back", [HOUR, HOUR - MINUTE, 2 * MINUTE])
def test_whoever_asked_too_often_waits_an_hour_and_no_longer_when_the_clock_is_put_back(back):
    allowance = Allowance(lambda: Limits(person_per_hour=2))
    for _ in range(3):
        allowance.ask(ROOM, "@ana:example.org", NOON)
    allowance.ask(ROOM, "@ivo:example.org", NOON - back)

    assert allowance.ask(ROOM, "@ana:example.org", NOON - back + HOUR) is Ruling.ALLOW


def test_a_limit_that_began_after_the_clock_was_put_back_ends_in_its_time():
    """What is remembered of before, and seems to lie ahead, keeps nothing behind it."""
    allowance = Allowance(lambda: Limits(person_per_hour=1))
    allowance.ask(ROOM, "@ana:example.org", NOON)
    allowance.ask(ROOM, "@ivo:example.org", NOON - 30 * SECOND)

    assert allowance.ask(ROOM, "@ivo:example.org", NOON - 30 * SECOND + HOUR) is Ruling.ALLOW


@pytest.mark.parametrize("jump", JUMPS)
async def test_a_question_is_answered_before_and_after_a_jump(jump):
    talk = Dialogue(knowledge())
    before = await talk.say("what is the fediverse")
    talk.now += jump
    after = await talk.say("what is the fediverse")
    await talk.store.close()

    assert before
    assert after == before


async def test_what_is_due_in_the_hour_that_comes_again_is_posted_once():
    office = Office()
    await office.look()
    first, second = (free(name, (NOON_HERE + after).isoformat(" ", "minutes")) for name, after in SOON_DUE)
    office.publish(first)
    await office.look(HOUR)
    office.clock.pass_by(-HOUR)
    await office.look()
    office.publish(first, second)  # it was not known in the hour that was not one
    for _ in range(120):
        await office.look(MINUTE)

    assert len(office.rooms.texts) == 2
    assert await office.troubles() == []
    await office.stop()


async def test_announcements_are_looked_for_again_soon_after_the_clock_was_put_back():
    """The scheduler reckons by the clock on the wall: the next look would be an hour away."""
    looked = asyncio.Event()
    scheduler = AsyncIOScheduler(timezone=UTC)
    job = scheduler.add_job(looked.set, "interval", seconds=30, next_run_time=datetime.now(UTC) + HOUR)
    scheduler.start()
    hurry(job, 30 * SECOND)
    async with asyncio.timeout(30):
        await looked.wait()
    scheduler.shutdown(wait=False)


async def test_a_look_that_comes_in_its_time_is_not_hurried():
    scheduler = AsyncIOScheduler(timezone=UTC)
    job = scheduler.add_job(print, "interval", seconds=30)
    scheduler.start(paused=True)
    due_at = job.next_run_time
    hurry(job, 30 * SECOND)
    scheduler.shutdown(wait=False)

    assert job.next_run_time == due_at
