"""An open database. What is wrong with it is said in one sentence: what, where, and what to do."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from echobot.errors import StoreError, StoreUnavailable

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

    def close(self) -> None:
        self.engine.dispose()
        if self.lock is not None:
            os.close(self.lock)

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
        advice = next((advice for sign, advice in self.advice.items() if sign in said.lower()), None)
        may_pass = any(sign in said.lower() for sign in _MAY_PASS)
        kind = StoreUnavailable if may_pass else StoreError
        return kind(f"{self.name} {advice or f'cannot be used: {said}'}.")
