"""How often to ask the server for what is new."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from echobot.chats.patience import growing

_BURST, _EVERY = 70, timedelta(seconds=4)  # pages: Mastodon allows 300 in 15 minutes


@dataclass(frozen=True, slots=True)
class Rhythm:
    poll: timedelta = timedelta(seconds=30)
    soon: timedelta = timedelta(seconds=5)  # after something that the stream did not tell; then ever later
    edits: timedelta = timedelta(minutes=1)  # between two looks for edited questions
    edits_until: timedelta = timedelta(hours=1)  # after the last mention
    picture: timedelta = timedelta(seconds=1)  # until the server has processed one; then ever longer
    first_pause: timedelta = timedelta(seconds=5)
    longest_pause: timedelta = timedelta(minutes=5)
    silence: timedelta = timedelta(seconds=60)  # four heartbeats of a stream that did not come: nobody is there

    def pauses(self) -> Iterator[timedelta]:
        return growing(self.first_pause, self.longest_pause)

    def looks_at_picture(self) -> Iterator[timedelta]:
        return growing(self.picture, self.longest_pause)


@dataclass(slots=True)
class Looks:
    """When to look next: at a hint, soon after something that the stream kept to itself, else as the settings say."""

    rhythm: Rhythm
    hinted: asyncio.Event = field(default_factory=asyncio.Event)
    _pause: timedelta = timedelta(0)

    def hint(self) -> None:
        self.hinted.set()

    async def next(self, *, found: bool) -> None:
        """Wait until it is time; `found` says whether the last look brought anything that was not known."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.pause(found=found).total_seconds()):
                await self.hinted.wait()
        self.hinted.clear()

    def pause(self, *, found: bool) -> timedelta:
        """How long to wait when nobody hints."""
        self._pause = self.rhythm.soon if found else self._pause * 2 or self.rhythm.poll
        self._pause = min(self._pause, self.rhythm.poll)
        return self._pause


@dataclass(slots=True)
class Pages:
    """However many pages are wanted, they never use up what the server allows: one every few seconds, some in a row."""

    clock: Callable[[], datetime]
    _left: float = _BURST
    _counted_at: datetime | None = None

    async def one_more(self) -> None:
        """Wait until it is allowed."""
        await asyncio.sleep(self.until_allowed().total_seconds())

    def until_allowed(self) -> timedelta:
        """How long to wait at least before the next one, which is counted."""
        now = self.clock()
        passed = max(now - (self._counted_at or now), timedelta(0))
        self._counted_at = now
        self._left = min(self._left + passed / _EVERY, _BURST) - 1
        return max(-self._left, 0) * _EVERY
