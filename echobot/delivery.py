"""Brings replies and posts to the server: each once, in the order of the outbox, as fast as the server likes it."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import structlog

from echobot.core.message import Delivery, DeliveryKey, Outgoing, Post
from echobot.errors import ChatError, ChatRefused, ChatUnavailable, LoginRefused, NotAsMeant, StoreError
from echobot.onward import Onward
from echobot.ports import ANNOUNCEMENT, Chat, Store

log = structlog.get_logger()

Wait: TypeAlias = Callable[[asyncio.Event, timedelta], Awaitable[None]]
"""Waits for the event, but no longer than that."""

_LOOK_AHEAD = 100


@dataclass(frozen=True, slots=True)
class Pace:
    """How hard the server may be asked."""

    between: timedelta = timedelta(0)  # at least, from one reply to the next
    at_once: int = 8
    at_once_in_a_room: int = 4
    at_once_for_one: int = 2  # of a person's rooms; on some networks each of their questions begins one
    in_a_row: int = 2  # to one person in a room, before the outbox is looked at again
    first_pause: timedelta = timedelta(seconds=5)  # when the server is away; doubles from one failure to the next
    longest_pause: timedelta = timedelta(minutes=5)
    look_again: timedelta = timedelta(seconds=1)  # for replies whose time has come
    jitter: Callable[[], float] = random.random

    def pause(self, failures: int) -> timedelta:
        """How long to leave the server alone when it failed once more, after so many failures."""
        doubled: int = 2 ** min(failures, 16)
        return min(self.first_pause * doubled * (1 + self.jitter()), self.longest_pause)


async def wait_for(event: asyncio.Event, longest: timedelta) -> None:
    """A `Wait` that really takes time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(longest.total_seconds()):  # wait_for() of Python 3.11 may lose a cancellation
            await event.wait()


def always() -> None:
    """Nothing is against sending."""


class Courier:
    """One account's way out; `may_send` is asked before each request, and what it raises ends all."""

    def __init__(  # noqa: PLR0913 - what tests replace
        self,
        chat: Chat,
        store: Store,
        clock: Callable[[], datetime],
        pace: Pace = Pace(),
        wait: Wait = wait_for,
        *,
        may_send: Callable[[], None] = always,
    ) -> None:
        self._may_send = may_send
        self._chat = chat
        self._store = store
        self._clock = Onward(clock)
        self._pace = pace
        self._wait = wait
        self._failures = 0  # in a row, nothing got through
        self._called = asyncio.Event()
        self._stopping = asyncio.Event()

    def call(self) -> None:
        """There is something new in the outbox."""
        self._called.set()

    def stop(self) -> None:
        """Let `run` return as soon as everything that can be sent now is sent."""
        self._stopping.set()
        self._called.set()

    async def run(self) -> None:
        """Send what is in the outbox, until stopped. Raises `LoginRefused` and `StoreError`."""
        while True:
            self._called.clear()
            if wave := await self._next_wave():
                pause = await self._send_all(wave)
                await self._wait(self._stopping, max(pause, self._pace.between))
                if pause and self._stopping.is_set():
                    return
            elif self._stopping.is_set():
                return
            else:
                await self._wait(self._called, self._pace.look_again)

    async def _next_wave(self) -> list[list[Delivery]]:
        due = await self._store.outbox(self._chat.account, self._clock(), _LOOK_AHEAD)
        return abreast(due, self._pace)

    async def _send_all(self, wave: Sequence[Sequence[Delivery]]) -> timedelta:
        """Send the rows of a wave and return how long to leave the server alone after it."""
        now = self._clock()
        await self._store.attempting([delivery.outgoing.key for row in wave for delivery in row], now)
        turn = len(wave) * self._pace.between
        sending = [self._send_row(row, now, place * self._pace.between, turn) for place, row in enumerate(wave)]
        troubles = [_outcome(outcome) for outcome in await asyncio.gather(*sending, return_exceptions=True)]
        return self._pause_after(troubles)

    async def _send_row(
        self, row: Sequence[Delivery], begun: datetime, first: timedelta, turn: timedelta
    ) -> ChatUnavailable | None:
        """Send one after the other; when one has to wait, those behind it wait as well, not tried."""
        for place, delivery in enumerate(row):
            trouble: ChatUnavailable | None = None
            try:
                trouble = await self._send_one(delivery, begun, turn if place else first)
            except LoginRefused:
                await self._leave(row[place + 1 :])
                raise
            if trouble:
                await self._leave(row[place + 1 :])
                return trouble
        return None

    async def _leave(self, untried: Sequence[Delivery]) -> None:
        for delivery in untried:
            reason = "an earlier one has to wait"
            await self._store.postpone(delivery.outgoing.key, self._clock(), reason, delivery.first_tried_at)

    async def _send_one(self, delivery: Delivery, begun: datetime, turn: timedelta) -> ChatUnavailable | None:
        """Send one and note what became of it; returns the trouble if it is to be sent again later."""
        outgoing = delivery.outgoing
        if turn:
            await self._wait(self._stopping, turn)
        try:
            remote_id = await self._request(delivery)
        except LoginRefused as refused:
            await self._store.postpone(outgoing.key, self._clock(), str(refused), delivery.first_tried_at)
            raise
        except ChatRefused as refused:
            await self._give_up(outgoing, refused)
        except ChatUnavailable as trouble:
            await self._postpone(delivery, begun, trouble)
            return trouble
        else:
            self._failures = 0
            await self._store.sent(outgoing.key, remote_id, self._clock())
        return None

    def _must_look(self, delivery: Delivery) -> bool:
        """Once the server may have forgotten the key, sending again could make a second post."""
        first = delivery.first_tried_at
        return first is not None and self._clock() - first >= self._chat.key_lifetime

    async def _request(self, delivery: Delivery) -> str:
        try:
            if self._must_look(delivery) and (there := await self._there_already(delivery)) is not None:
                return there
            self._may_send()
            return await self._chat.send(delivery.outgoing)
        except (ChatError, StoreError):
            raise
        except Exception as error:  # a mistake over one reply must not keep the others
            raise ChatUnavailable(f"unexpected {type(error).__name__}") from error

    async def _there_already(self, delivery: Delivery) -> str | None:
        return await self._chat.find(delivery.outgoing, delivery.first_tried_at)

    async def _postpone(self, delivery: Delivery, begun: datetime, trouble: ChatUnavailable) -> None:
        until = self._clock() + (trouble.retry_after or self._pace.pause(delivery.tries))
        unknown_since = delivery.first_tried_at or (None if trouble.not_sent else begun)
        await self._store.postpone(delivery.outgoing.key, until, str(trouble), unknown_since)
        names = _names(delivery.outgoing)
        log.warning("a reply or a post has to wait", **names, reason=str(trouble), until=until.isoformat())

    async def _give_up(self, outgoing: Outgoing, refused: ChatRefused) -> None:
        """Nobody waits for a post as somebody does for an answer: the operator has to hear of it."""
        await self._store.give_up(outgoing.key, str(refused), self._clock())
        if isinstance(refused, NotAsMeant):
            await self._store.note_trouble(self._chat.account, str(refused), self._clock())
        if isinstance(outgoing, Post):
            await self._store.note_trouble(f"{ANNOUNCEMENT}{outgoing.key}", str(refused), self._clock())
        log.error("a reply or a post was given up", **_names(outgoing), reason=str(refused))

    def _pause_after(self, troubles: Sequence[ChatUnavailable | None]) -> timedelta:
        asked_for = max((t.retry_after for t in troubles if t and t.retry_after), default=timedelta(0))
        if not all(troubles):  # something got through: the trouble is its own
            return asked_for
        pause = self._pace.pause(self._failures)
        self._failures += 1
        return asked_for or pause


def abreast(due: Sequence[Delivery], pace: Pace) -> list[list[Delivery]]:
    """What to send side by side: a row for each person in a room, so that theirs stay in order."""
    rows: dict[tuple[str, str], list[Delivery]] = {}
    in_room, for_one = Counter[str](), Counter[str]()
    for delivery in due:
        room, asker = delivery.outgoing.place.room, delivery.outgoing.asker
        if (room, asker) not in rows:
            is_enough = in_room[room] == pace.at_once_in_a_room or (asker and for_one[asker] == pace.at_once_for_one)
            if len(rows) == pace.at_once or is_enough:
                continue
            in_room[room] += 1
            for_one[asker] += 1
        row = rows.setdefault((room, asker), [])
        if len(row) < pace.in_a_row:
            row.append(delivery)
    return list(rows.values())


def _outcome(outcome: ChatUnavailable | BaseException | None) -> ChatUnavailable | None:
    """gather() hands back what was returned and what was raised alike; both may be a ChatUnavailable."""
    if outcome is None or isinstance(outcome, ChatUnavailable):
        return outcome
    raise outcome


def _names(outgoing: Outgoing) -> dict[str, DeliveryKey | str]:
    return {"account": outgoing.place.account, "room": outgoing.place.room, "key": outgoing.key}
