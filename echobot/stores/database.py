"""An open database. What is wrong with it is said in one sentence: what, where, and what to do."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from echobot.errors import StoreError, StoreUnavailable

T = TypeVar("T")

WHAT_TO_DO = {
    "not a database": "is not an echobot database; name another file in the settings, or move this one away",
    "malformed": "is damaged; bring back its last backup with `echobot restore`, or move it away and start anew",
    "readonly": "cannot be written; give the file and its folder to the user who runs echobot",
    "locked": "is being used by another program; close that one",
    "disk is full": "cannot grow because the disk is full; make room",
    "disk i/o": "cannot be read or written by the disk; check the disk and its free space",
    "unable to open": "cannot be opened; check that its folder is there and can be written",
}

_MAY_PASS = ("readonly", "locked", "disk is full", "disk i/o", "unable to open")

WITH_A_BACKUP = {
    "not a database": "is not an echobot database; name a file that `echobot backup` wrote",
    "malformed": "is damaged; name another backup",
    "readonly": "cannot be read; copy it into a folder that you may write to",
}


@dataclass(frozen=True, slots=True)
class Database:
    """An open database, ours alone until `close`."""

    name: str  # as a sentence about it begins: "The store echobot.db"
    engine: Engine
    lock: int | None = None  # the file descriptor that holds the lock
    advice: Mapping[str, str] = field(default_factory=lambda: WHAT_TO_DO)

    def transact(
        self,
        work: Callable[[Connection], T],
        *,
        only_reads: bool = False,  # noqa: ARG002 - for others
        lasting: bool = True,
    ) -> T:
        """Do all of it or nothing; raises `StoreError`.

        What is lasting is on the disk when it returns, and so is all before it. What is not outlives the process, but
        a power cut may undo it.
        """
        engine = self.engine if lasting else self.engine.execution_options(lasting=False)
        try:
            with engine.begin() as connection:
                return work(connection)
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise self.trouble(error) from error

    def checked(self, check: Callable[[Connection, Database], None]) -> Database:
        """Itself, if the check has nothing against it; raises `StoreError`."""
        try:
            self.transact(lambda connection: check(connection, self))
        except StoreError:
            self.engine.dispose()
            raise
        return self

    def is_whole(self, connection: Connection) -> bool:
        """Whether nothing in it is damaged, its indexes, too."""
        return bool(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one() == "ok")

    def close(self) -> None:
        self.engine.dispose()
        if self.lock is not None:
            os.close(self.lock)

    def leader(self, connection: Connection) -> str | None:  # noqa: ARG002 - for others
        """Of several machines the one that uses it now."""
        return None

    def empty_the_log(self) -> None:
        """Make SQLite write its log into the file, so that forgotten texts are gone from the log too."""
        try:
            with self.engine.connect() as connection:
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise self.trouble(error) from error

    def trouble(self, error: SQLAlchemyError | sqlite3.Error) -> StoreError:
        """One sentence, without the statement: its values are what people wrote."""
        said = str(getattr(error, "orig", None) or error)
        sign = next((sign for sign in self.advice if sign in said.lower()), "")
        kind = StoreUnavailable if any(sign in said.lower() for sign in _MAY_PASS) else StoreError
        return self.refusal(sign, f"cannot be used: {said}", kind)

    def refusal(self, sign: str, otherwise: str = "", kind: type[StoreError] = StoreError) -> StoreError:
        """What is to be done about what the sign stands for."""
        return kind(f"{self.name} {self.advice.get(sign, otherwise)}.")
