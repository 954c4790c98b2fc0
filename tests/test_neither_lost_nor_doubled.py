"""People ask, the server fails, time passes, and the bot dies wherever it likes: each question still has one reply.

Only what was under way when the bot died or the connection broke, and was not sent again while the server still knew
its key, may stay without a reply: then nobody can know whether it arrived, and two replies would be worse than none.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import structlog
from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from echobot.delivery import Courier, Pace
from echobot.errors import ChatRefused, ChatUnavailable
from echobot.reception import Reception
from echobot.stores.sql import SqlStore
from tests.fakes import EchoBot, FakeChat, FakeClock, FakeWait, connection_broke, message

PEOPLE = ["@ana:example.org", "@ivo:example.org", "@mia:example.org"]
TROUBLES = {
    "none": None,
    "posted, then the connection broke": connection_broke(created=True),
    "the connection broke before": connection_broke(created=False),
    "too many requests": ChatUnavailable("busy", timedelta(seconds=90), not_sent=True),
    "no connection": ChatUnavailable("no connection", not_sent=True),
    "refused": ChatRefused("no"),
}


class Died(BaseException):
    """The process was killed here."""


class Life:
    """Ends after so many steps; nothing happens after the end."""

    def __init__(self, steps: int | None) -> None:
        self._left = steps

    def step(self) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise Died


class MortalStore:
    """A store whose user may die right before or right after any call."""

    def __init__(self, store: SqlStore, life: Life) -> None:
        self._store = store
        self._life = life

    def __getattr__(self, name: str) -> Any:
        async def call(*args: Any) -> Any:
            self._life.step()
            result = await getattr(self._store, name)(*args)
            self._life.step()
            return result

        return call


class MortalChat(FakeChat):
    """Remembers since when it cannot be known whether a reply arrived; repeats old messages when it is told to."""

    life = Life(None)
    repeat = 0

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.unsure_since: dict[str, datetime] = {}
        self.refused: set[str] = set()

    async def listen(self, cursor, keep, note):
        await super().listen(str(max(0, int(cursor or 0) - self.repeat)), keep, note)

    async def send(self, reply):
        self.life.step()
        try:
            remote_id = await super().send(reply)
        except ChatRefused:
            self.refused.add(reply.key)
            raise
        except ChatUnavailable as error:
            if not error.not_sent:
                self.unsure_since.setdefault(reply.key, self._clock())
            raise
        self.life.step()
        return remote_id


class WholeBot(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        structlog.configure(processors=[_drop])
        self.loop = asyncio.Runner()
        self.loop.get_loop()
        self.clock = FakeClock()
        self.chat = MortalChat(self.clock)
        self.store = SqlStore.open("sqlite://")  # what a killed process leaves in a file is tested in test_killed.py

    @rule(senders=some.lists(some.sampled_from(PEOPLE), min_size=1, max_size=4))
    def people_ask(self, senders):
        for sender in senders:
            self.chat.say(message(len(self.chat.said), "?", sender))

    @precondition(lambda self: self.chat.said)
    @rule(
        minutes=some.sampled_from([0, 1, 10, 31, 300]),
        kinds=some.lists(some.sampled_from(sorted(TROUBLES)), max_size=4),
        repeated=some.integers(0, 3),
        steps=some.none() | some.integers(0, 60),
    )
    def the_bot_starts_works_and_stops_or_dies(self, minutes, kinds, repeated, steps):
        self.clock.pass_by(timedelta(minutes=minutes))
        self.chat.fail(*(TROUBLES[kind] for kind in kinds))
        self.chat.repeat = repeated
        self.loop.run(self._live(Life(steps)))

    @invariant()
    def nothing_is_posted_twice(self):
        assert all(times == 1 for times in Counter(post.key for post in self.chat.posts).values())

    @invariant()
    def everybody_is_answered_in_the_order_of_asking(self):
        for person in PEOPLE:
            numbers = [int(post.to.removeprefix("$m")) for post in self.chat.posts if post.asker == person]
            assert numbers == sorted(numbers)

    def teardown(self):
        """In the end the server is well again, and everything that can be answered is."""
        self.chat.troubles.clear()
        for _ in range(10):
            self.clock.pass_by(timedelta(minutes=5))
            self.loop.run(self._live(Life(None)))
        unanswered = {f"room-bot:{said.id}" for said in self.chat.said} - {post.key for post in self.chat.posts}
        for key in unanswered - self.chat.refused:
            assert self.clock() - self.chat.unsure_since[key] >= self.chat.key_lifetime, f"{key} was lost"
        self.loop.run(self.store.close())
        self.loop.close()
        structlog.reset_defaults()

    async def _live(self, life: Life) -> None:
        self.chat.life = life
        try:
            await self._work(MortalStore(self.store, life))
        except (Died, BaseExceptionGroup):
            for delivery in await self._under_way():
                self.chat.unsure_since.setdefault(delivery.outgoing.key, delivery.first_tried_at)

    async def _work(self, store: Any) -> None:
        """Answer everything, then send everything: one after the other, so that a failure can be replayed."""
        courier = Courier(self.chat, store, self.clock, Pace(jitter=lambda: 0.0), FakeWait(self.clock))
        self.chat.end()
        courier.stop()
        await Reception(self.chat, store, EchoBot(store), courier.call, self.clock).run()
        await courier.run()

    async def _under_way(self) -> list[Any]:
        due = await self.store.outbox(self.chat.account, self.clock() + timedelta(days=1), 1000)
        return [delivery for delivery in due if delivery.first_tried_at]


def _drop(*_: Any) -> Any:
    raise structlog.DropEvent


TestNeitherLostNorDoubled = WholeBot.TestCase
TestNeitherLostNorDoubled.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
