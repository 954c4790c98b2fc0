"""A database that several machines share, used by the one that leads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, fields
from itertools import count
from typing import Generic, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from echobot.stores import lease
from echobot.stores.lease import Lease
from echobot.stores.postgresql import ServerDatabase, may_pass

T = TypeVar("T")

_PAUSE = 0.2  # seconds, before the server is tried again


@dataclass(frozen=True, slots=True)
class LedDatabase(ServerDatabase):
    """Each transaction is done once, and only while this machine leads; a lost connection is made anew meanwhile."""

    lease: Lease = field(default_factory=lambda: Lease(0))
    numbers: Iterator[int] = field(default_factory=lambda: count(1))  # of this leader's transactions

    def transact(
        self,
        work: Callable[[Connection], T],
        *,
        only_reads: bool = False,
        lasting: bool = True,  # noqa: ARG002 - the server's disk is not asked for each
    ) -> T:
        number = 0 if only_reads else next(self.numbers)
        while True:
            self.lease.check()
            attempt = _Attempt(self.lease.number, number, work)
            try:
                with self.engine.begin() as connection:
                    return attempt.run(connection)
            except SQLAlchemyError as error:
                if not may_pass(error):
                    raise self.trouble(error) from None
            if attempt.result and (only_reads or self._was_done(number)):
                return attempt.result[0]
            self._breathe()

    def close(self) -> None:
        """Another machine may lead at once."""
        if self.lease.is_held:
            with suppress(SQLAlchemyError), self.engine.begin() as connection:
                lease.release(connection, self.lease.number)
        self.engine.dispose()

    def _was_done(self, transaction: int) -> bool:
        """Whether it was done although the answer was lost: the database knows."""
        while True:
            self.lease.check()
            self._breathe()
            with suppress(SQLAlchemyError), self.engine.begin() as connection:
                return lease.last_done(connection, self.lease.number) == transaction

    def _breathe(self) -> None:
        self.engine.dispose()
        time.sleep(_PAUSE)


def led(database: ServerDatabase, held: Lease) -> LedDatabase:
    """The same database, used by the one that leads."""
    return LedDatabase(**{field.name: getattr(database, field.name) for field in fields(database)}, lease=held)


class _Attempt(Generic[T]):
    """What is known of a transaction when its connection is lost."""

    def __init__(self, leader: int, number: int, work: Callable[[Connection], T]) -> None:
        self._leader = leader
        self._number = number
        self._work = work
        self.result: tuple[T, ...] = ()  # one, as soon as all is done but the end

    def run(self, connection: Connection) -> T:
        if self._number:
            lease.begin(connection, self._leader, self._number)
        else:
            lease.look(connection, self._leader)
        self.result = (self._work(connection),)
        return self.result[0]
