"""One machine of several that share a store: it stands by, leads, and keeps the lead for as long as it may."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import NoReturn, TypeVar

from sqlalchemy import Connection

from echobot.errors import LeadershipLost, StoreError
from echobot.stores import lease
from echobot.stores.lease import RENEWED_EVERY, Leader, Lease, boottime
from echobot.stores.led import LedDatabase, led
from echobot.stores.postgresql import connected
from echobot.stores.sql import SqlStore

T = TypeVar("T")

_SOON = timedelta(milliseconds=300)


class Candidacy:
    """Has a connection and a thread of its own: a store at work must not delay the next sign of life."""

    def __init__(self, url: str, machine: str) -> None:
        """Raises `StoreError`."""
        self.machine = machine
        self.leader: str | None = None  # who led when it was last looked
        self._url = url
        self._database = connected(url)
        self._led: LedDatabase | None = None
        self._is_answered = True  # the last sign of life
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lease")
        self._database.checked(lease.prepare)

    @property
    def leads(self) -> bool:
        """Whether nobody else may lead, as far as this machine's own clock tells."""
        return self._led is not None and self._led.lease.is_held

    async def lead(self, now: datetime) -> SqlStore | None:
        """The store, from now on this machine's; None while another one leads. Raises `StoreError`."""
        asked_at = boottime()
        taking = partial(lease.take, machine=self.machine, database=self._database, now=now)
        taken = await self._do(taking, asked_at + lease.LASTS.total_seconds())
        if isinstance(taken, Leader):
            self.leader = taken.machine
            return None
        self.leader, held = self.machine, Lease(taken)
        held.renewed(asked_at)
        self._led = led(connected(self._url), held)
        return SqlStore(self._led)

    async def keep(self) -> NoReturn:
        """Say again and again that this machine lives. Raises `LeadershipLost` as soon as another one may lead."""
        assert self._led is not None  # noqa: S101 - who does not lead has nothing to keep
        held = self._led.lease
        try:
            while True:
                await asyncio.sleep((RENEWED_EVERY if self._is_answered else _SOON).total_seconds())
                await self._renew(held)
        except LeadershipLost:
            held.until = 0.0
            self._led.line.cut()
            raise

    def check(self) -> None:
        """Right before something is sent: raises `LeadershipLost` when another machine may lead."""
        if self._led is not None:
            self._led.lease.check()

    async def close(self) -> None:
        """Stop to stand by."""
        self._database.line.cut()
        await asyncio.to_thread(self._thread.shutdown)
        self._database.close()

    async def _renew(self, held: Lease) -> None:
        asked_at = boottime()
        try:
            is_ours = await self._do(partial(lease.renew, number=held.number), held.until)
        except StoreError as error:
            if not held.is_held:
                raise LeadershipLost(f"{error} Another machine may lead by now") from error
            self._is_answered = False
            self._database.engine.dispose()
            return
        self._is_answered = True
        if not is_ours:
            raise LeadershipLost("another machine leads now")
        held.renewed(asked_at)

    async def _do(self, work: Callable[[Connection], T], until: float) -> T:
        """Nobody waits on a server that says nothing for longer than until then, on this machine's own clock."""
        transacting = partial(self._database.transact, work)
        doing = asyncio.get_running_loop().run_in_executor(self._thread, transacting)
        done, _ = await asyncio.wait({doing}, timeout=max(until - boottime(), 0))
        if not done:
            self._database.line.cut()
        return await doing
