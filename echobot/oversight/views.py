"""What the running bot answers to orders of one word."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from echobot.core.announcement import DestinationName
from echobot.core.gap import alike
from echobot.core.message import AccountName, Place
from echobot.errors import EchobotError
from echobot.following import Following
from echobot.forthcoming import Forthcoming
from echobot.gaps import listed
from echobot.health.condition import Condition
from echobot.health.telling import as_text
from echobot.oversight.digest import Week
from echobot.oversight.reporter import Ear, report
from echobot.ports import Store
from echobot.settings import Destination, Settings

_MOST_GAPS = 10
_A_DAY, _A_WEEK, _A_YEAR = timedelta(days=1), timedelta(days=7), timedelta(days=365)


class Views:
    """Everything here only looks, but `reload`."""

    def __init__(  # noqa: PLR0913 - all that there is to look at
        self,
        in_force: Callable[[], Settings],
        store: Store,
        knowledge: Following,
        look: Callable[[], Awaitable[Condition]],
        *,
        note: Callable[[str], Awaitable[None]],
        dead_links: Callable[[Path], Awaitable[Sequence[object]]],
        clock: Callable[[], datetime],
    ) -> None:
        """`note` is given the knowledge's problems, or none, after it was read again."""
        self._in_force = in_force
        self._store = store
        self._knowledge = knowledge
        self._look = look
        self._note = note
        self._dead_links = dead_links
        self._clock = clock
        self._reloads: set[asyncio.Task[None]] = set()

    @property
    def accounts(self) -> Collection[AccountName]:
        return self._in_force().accounts

    @property
    def destinations(self) -> Mapping[DestinationName, Destination]:
        return self._in_force().destinations

    async def status(self) -> str:
        return as_text(await self._look())

    async def check(self) -> str:
        problems = self._knowledge.problems
        return f"The last good state goes on, because of this:\n{problems}" if problems else self._edition()

    async def gaps(self) -> str:
        return listed(alike(await self._store.gaps())[:_MOST_GAPS])

    async def announcements(self) -> str:
        known, ledger = self._knowledge().knowledge, await self._store.ledger()
        return Forthcoming(known, self._in_force(), self._clock(), ledger).in_brief()

    def reload(self, place: Place) -> None:
        """Beside everything else; what comes of it is told in that place."""
        task = asyncio.create_task(self._reload(place))
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    async def finish(self) -> None:
        """Wait until what was begun beside is done."""
        await asyncio.gather(*self._reloads)

    async def week(self, monday: date) -> str:
        """How the week was that begins on that day."""
        today, until = self._clock().date(), monday + _A_WEEK
        used_ever = await self._store.uses(today - _A_YEAR, today + _A_DAY)
        gaps = alike(await self._store.gaps())
        uses, dead = await self._store.uses(monday, until), await self._links()
        week = Week(monday, uses, frozenset(use.entry for use in used_ever), gaps, dead)
        return week.told(self._knowledge().knowledge, today)

    async def _links(self) -> list[str]:
        if not self._in_force().check_links:
            return []
        try:
            return [str(problem) for problem in await self._dead_links(self._knowledge.folder)]
        except EchobotError as error:
            return [f"they could not be looked at: {error}"]

    async def _reload(self, place: Place) -> None:
        try:
            await self._knowledge.again(self._note)
            told = await self.check()
        except EchobotError as error:
            told = str(error)
        await self._store.report({}, [report(told, Ear(place), self._clock())], self._clock())

    def _edition(self) -> str:
        known = self._knowledge
        return f"Nothing is wrong with the knowledge: {known().knowledge.size} entries, version {known.version}."
