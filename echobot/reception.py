"""Takes in what is said to one account, and has it answered: each message once, whatever dies when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from traceback import extract_tb
from typing import Protocol

import structlog

from echobot.core.message import Message
from echobot.errors import EchobotError
from echobot.ports import Chat, Settlement, Store

AT_ONCE = 50
"""Messages that are answered before the store is told: a burst of 200 costs four writes to the disk."""

ATTEMPTS = 3
"""How often one message is tried; then it is left unanswered, so that it does not keep the others waiting."""

BEHIND = timedelta(seconds=1)
"""How much of what leads to nothing may be read again after a crash: chatter and floods cost one write a second."""

_NOTHING = Settlement()

log = structlog.get_logger()


class Handler(Protocol):
    async def handle(self, message: Message) -> Settlement:
        """What the message leads to."""

    def ignores(self, message: Message) -> bool:
        """Whether it leads to nothing, as far as that is known without asking the store."""


class Reception:
    """One account's way in. `replied` is called when there is something new in the outbox."""

    def __init__(
        self, chat: Chat, store: Store, handler: Handler, replied: Callable[[], None], clock: Callable[[], datetime]
    ) -> None:
        self._chat = chat
        self._store = store
        self._handler = handler
        self._replied = replied
        self._clock = clock
        self._arrived = asyncio.Event()
        self._closed = False
        self._behind = _Behind()
        self._troubled: set[str] = set()  # what something is wrong with

    async def run(self) -> None:
        """Listen and answer until the chat is over and all that was said is dealt with; raises what either raises."""
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._listen())
                both.create_task(self._answer())
        except ExceptionGroup as group:
            raise group.exceptions[0] from None  # the first to fail ended the other

    async def _listen(self) -> None:
        self._troubled = {trouble.about for trouble in await self._store.troubles()}
        await self._chat.listen(await self._store.cursor(self._chat.account), self._keep, self._note)
        await self._write([])
        self._closed = True
        self._arrived.set()

    async def _keep(self, messages: Sequence[Message], cursor: str) -> None:
        """What nothing follows from is written with what something does, or later: it can be read again."""
        ignored = {message.id: message for message in messages if self._ignores(message)}
        others = [message for message in messages if message.id not in ignored]
        self._behind.go_on(cursor, ignored.values())
        if others or self._behind.is_long_behind(self._clock()):
            await self._write(others)
        if others:
            self._arrived.set()

    async def _write(self, messages: Sequence[Message]) -> None:
        """Keep them, with all that was read before them."""
        behind, now = self._behind, self._clock()
        if behind.cursor is not None:
            await self._store.keep(self._chat.account, messages, behind.cursor, now, behind.ignored)
            self._behind = _Behind(now)

    def _ignores(self, message: Message) -> bool:
        """What upsets the bot here is looked at in its turn."""
        try:
            return self._handler.ignores(message)
        except Exception:  # noqa: BLE001 as in its turn
            return False

    async def _note(self, about: str, trouble: str | None) -> None:
        """What was well before costs nothing."""
        if trouble is None and about not in self._troubled:
            return
        await self._store.note_trouble(about, trouble, self._clock())
        if trouble is None:
            self._troubled.discard(about)
        else:
            self._troubled.add(about)

    async def _answer(self) -> None:
        while True:
            self._arrived.clear()
            waiting = await self._store.waiting(self._chat.account, AT_ONCE)
            await self._answer_in_turn(waiting)
            if self._closed and not waiting:
                return
            if not waiting:  # what revises a message is waiting only once that one is settled
                await self._arrived.wait()

    async def _answer_in_turn(self, waiting: Sequence[Message]) -> None:
        """Until somebody else may have come: who says much at once takes turns with all others."""
        together = _Round()
        for message in waiting:
            if together.has_to_be_kept_before(message):
                await self._settle(together)
                if self._arrived.is_set():
                    return
                together = _Round()
            together.add(message, await self._handle(message))
        if together.messages:
            await self._settle(together)

    async def _settle(self, together: _Round) -> None:
        settlement = together.settlement
        await self._store.settle(settlement, self._clock())
        if settlement.replies:
            self._chat.expect(settlement.replies)
        if settlement.replies or settlement.posts:
            self._replied()

    async def _handle(self, message: Message) -> Settlement | None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._handler.handle(message)
            except EchobotError:
                raise
            except Exception as error:  # noqa: BLE001 whatever it is, the others' messages go on
                _report(message, attempt, error)
        return None


class _Behind:
    """How far was read since something was written, and which messages were ignored on the way."""

    def __init__(self, written_at: datetime | None = None) -> None:
        self.cursor: str | None = None
        self.ignored: list[Message] = []
        self._written_at = written_at

    def go_on(self, cursor: str, ignored: Iterable[Message]) -> None:
        self.cursor = cursor
        self.ignored += ignored

    def is_long_behind(self, now: datetime) -> bool:
        """Also when the clock was put back."""
        return self._written_at is None or not timedelta(0) <= now - self._written_at < BEHIND


class _Round:
    """Messages that share a transaction.

    "2" is only understood once the choices before it are in the store, so what a person says next waits for the next
    transaction when what they said before led to something, and so does what revises a message.
    """

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._led_to: list[Settlement] = []
        self._answered: set[tuple[str, str]] = set()  # who, in which room

    def has_to_be_kept_before(self, message: Message) -> bool:
        is_revised = any(message.revises == other.id for other in self.messages)
        return is_revised or (message.place.room, message.sender) in self._answered

    def add(self, message: Message, led_to: Settlement | None) -> None:
        self.messages.append(message)
        if led_to is not None and led_to != _NOTHING:
            self._led_to.append(led_to)
            self._answered.add((message.place.room, message.sender))

    @property
    def settlement(self) -> Settlement:
        return replace(Settlement.together(self._led_to), messages=self.messages)


def _report(message: Message, attempt: int, error: Exception) -> None:
    """Say where it went wrong, but not the error's text: it may quote what the person wrote."""
    at = extract_tb(error.__traceback__)[-1]
    log.error(
        "a message could not be answered",
        account=message.place.account,
        message=message.id,
        error=type(error).__name__,
        at=f"{at.filename}:{at.lineno}",
        attempt=attempt,
        left_unanswered=attempt == ATTEMPTS,
    )
