"""A database that several machines share, used by the one that leads."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, fields
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

    def transact(self, work: Callable[[Connection], T]) -> T:
        while True:
            self.lease.check()
            attempt = _Attempt(self.lease.number, work)
            try:
                with self.engine.begin() as connection:
                    return attempt.run(connection)
            except SQLAlchemyError as error:
                if not may_pass(error):
                    raise self.trouble(error) from None
            if attempt.result and self._went_through(attempt.transaction):
                return attempt.result[0]
            self._breathe()

    def close(self) -> None:
        """Another machine may lead at once."""
        if self.lease.is_held:
            with suppress(SQLAlchemyError), self.engine.begin() as connection:
                lease.release(connection, self.lease.number)
        self.engine.dispose()

    def _went_through(self, transaction: str) -> bool:
        """Whether it was done although the answer was lost: the server knows."""
        while True:
            self.lease.check()
            with suppress(SQLAlchemyError), self.engine.begin() as connection:
                if (fate := lease.fate(connection, transaction)) != "in progress":
                    return fate == "committed"
            self._breathe()

    def _breathe(self) -> None:
        self.engine.dispose()
        time.sleep(_PAUSE)


def led(database: ServerDatabase, held: Lease) -> LedDatabase:
    """The same database, used by the one that leads."""
    return LedDatabase(**{field.name: getattr(database, field.name) for field in fields(database)}, lease=held)


class _Attempt(Generic[T]):
    """What is known of a transaction when its connection is lost."""

    def __init__(self, number: int, work: Callable[[Connection], T]) -> None:
        self._number = number
        self._work = work
        self.transaction = ""
        self.result: tuple[T, ...] = ()  # one, as soon as all is done but the end

    def run(self, connection: Connection) -> T:
        self.transaction = lease.hold_on(connection, self._number)
        self.result = (self._work(connection),)
        return self.result[0]
