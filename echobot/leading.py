"""One machine of several on one store: it stands by until it leads, and stands by again when another one does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeAlias

import structlog

from echobot.errors import LeadershipLost, StoreError
from echobot.health.condition import Turn
from echobot.parts import now
from echobot.ports import Store
from echobot.running import ended
from echobot.stores.candidacy import Candidacy
from echobot.stores.patient import patient

log = structlog.get_logger()

Lead: TypeAlias = Callable[[Store, Callable[[], None]], Awaitable[int]]
"""Serves with a store, as long as the second, called before anything is sent, raises no `LeadershipLost`."""

_LOOKED_EVERY = timedelta(milliseconds=500)


class Turns:
    """Leads whenever nobody else does."""

    def __init__(self, url: str, machine: str) -> None:
        """Raises `StoreError`."""
        self._candidacy = Candidacy(url, machine)
        self._told: tuple[str | None, ...] = ()  # what the log was told last
        self._leads = False
        self.trouble = ""  # why it cannot even stand by

    @property
    def turn(self) -> Turn:
        """Whose turn it is."""
        return Turn(self._candidacy.machine, self._candidacy.leader, self._leads and self._candidacy.leads)

    async def take(self, lead: Lead) -> int:
        """One after the other, until one of them comes to its end."""
        try:
            while True:
                store = await self._stand_by()
                try:
                    return await self._lead(lead, store)
                except LeadershipLost as lost:
                    log.warning("this machine leads no longer", reason=str(lost))
                finally:
                    self._leads = False
                    await store.close()
        finally:
            await self._candidacy.close()

    async def _stand_by(self) -> Store:
        while True:
            try:
                if (store := await self._candidacy.lead(now())) is not None:
                    self._tell("this machine leads")
                    return patient(store, now)
                self.trouble = ""
                self._tell("standing by", leader=self._candidacy.leader)
            except StoreError as error:
                self.trouble = str(error)
                self._tell("standing by, without a store", reason=self.trouble)
            await asyncio.sleep(_LOOKED_EVERY.total_seconds())

    async def _lead(self, lead: Lead, store: Store) -> int:
        """Whatever ends it, the lead is kept until all that goes on has ended as well."""
        self._leads, self.trouble = True, ""
        keeping = asyncio.create_task(self._candidacy.keep())
        leading = asyncio.ensure_future(lead(store, self._candidacy.check))
        try:
            await asyncio.wait({keeping, leading}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await ended(leading)
            await ended(keeping)
        return leading.result() if not leading.cancelled() else keeping.result()

    def _tell(self, what: str, **more: str | None) -> None:
        """Once, until it changes."""
        if (told := (what, *more.values())) != self._told:
            log.info(what, machine=self._candidacy.machine, **more)
            self._told = told
