"""Opening a database. What is wrong with it is said in one sentence: what, where, and what to do."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, insert, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from echobot.errors import StoreError
from echobot.stores import tables
from echobot.stores.upgrading import upgrade

_TO_READ = ("PRAGMA busy_timeout = 10000",)  # ms; somebody may look into the file with another program
_TO_WRITE = (
    *_TO_READ,
    "PRAGMA journal_mode = WAL",  # reading and backing up go on meanwhile
    "PRAGMA synchronous = FULL",  # what was acknowledged to a server outlives a power cut
    "PRAGMA secure_delete = ON",  # forgotten texts are overwritten
    "PRAGMA foreign_keys = ON",
)

_WHAT_TO_DO = {
    "not a database": "is not an echobot database; name another file in the settings, or move this one away",
    "malformed": "is damaged; put its last backup in its place, or move it away and echobot starts a new one",
    "readonly": "cannot be written; give the file and its folder to the user who runs echobot",
    "locked": "is being used by another program; close that one and start echobot again",
    "disk is full": "cannot grow because the disk is full; make room and start echobot again",
    "disk i/o": "cannot be read or written by the disk; check the disk and its free space",
}

_WHAT_TO_DO_IN_THE_FOLDER = {
    errno.ENOENT: "its folder does not exist; create the folder, or name another file in the settings",
    errno.EISDIR: "it is a folder; name a file in it",
}


@dataclass(frozen=True, slots=True)
class Database:
    """An open database, ours alone until `close`."""

    name: str
    engine: Engine
    lock: int | None = None  # the file descriptor that holds the lock

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
        advice = next((advice for sign, advice in _WHAT_TO_DO.items() if sign in said.lower()), None)
        return StoreError(f"The store {self.name} {advice or f'cannot be used: {said}'}.")


def open_database(url: str) -> Database:
    """Open the database, creating what is missing; raises `StoreError`."""
    address = _parsed(url)
    if not address.database or address.database == ":memory:":
        return _prepared(Database("in memory", _engine(address)), _check)
    path = Path(address.database).resolve()
    lock = _claim(path)
    try:
        return _prepared(Database(str(path), _engine(address), lock), _check)
    except StoreError:
        os.close(lock)
        raise


def open_to_read(url: str) -> Database:
    """Open a database that a bot may be using meanwhile, changing nothing; raises `StoreError`."""
    path = _existing(_parsed(url))
    reading = make_url("sqlite://").set(database=path.as_uri(), query={"mode": "ro", "uri": "true"})
    return _prepared(Database(str(path), _engine(reading, _TO_READ, "BEGIN")), _check_made_by_this)


def open_beside(url: str) -> Database:
    """Open a database that a bot may be using meanwhile, to leave it a wish; raises `StoreError`."""
    address = _parsed(url)
    path = _existing(address)
    return _prepared(Database(str(path), _engine(address)), _check_made_by_this)


def open_copy(url: str) -> Database:
    """A copy in memory, to try things with; of a store that is not there yet, an empty one. Raises `StoreError`."""
    address = _parsed(url)
    copy = Database("in memory", _engine(make_url("sqlite://")))
    if address.database and Path(address.database).is_file():
        with open_to_read(url).engine.connect() as original, copy.engine.connect() as empty:
            source, target = (each.connection.driver_connection for each in (original, empty))
            source.backup(target)  # type: ignore[union-attr]  # sqlite3's own
    return _prepared(copy, _check)


def _existing(address: URL) -> Path:
    if not address.database or address.database == ":memory:":
        raise StoreError("A store in memory cannot be looked into; name one in a file, such as sqlite:///echobot.db.")
    path = Path(address.database).resolve()
    if not path.is_file():
        raise StoreError(f"There is no store at {path}; a bot makes one when it starts.")
    return path


def _parsed(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        raise StoreError("The store's address cannot be read; write it as sqlite:///echobot.db.") from None
    if address.drivername != "sqlite":
        raise StoreError(f"echobot cannot keep its store in {address.drivername}; write sqlite:///echobot.db.")
    return address


def _claim(path: Path) -> int:
    """Hold a lock beside the file: two bots on one store would answer everything twice."""
    lock = None
    try:
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite would let everybody read it
    except OSError as error:
        if lock is not None:
            os.close(lock)
        raise _refusal(path, error) from None
    return lock


def _refusal(path: Path, error: OSError) -> StoreError:
    if isinstance(error, BlockingIOError):
        return StoreError(f"Another echobot is using {path}; stop that one first, or give this one a store of its own.")
    permission = f"{error.strerror}; let the user who runs echobot write the file and its folder"
    return StoreError(f"{path} cannot be opened: {_WHAT_TO_DO_IN_THE_FOLDER.get(error.errno or 0, permission)}.")


def _engine(address: URL, pragmas: Iterable[str] = _TO_WRITE, begin: str = "BEGIN IMMEDIATE") -> Engine:
    """One connection for the store's one thread; errors do not show the values."""
    engine = create_engine(
        address, poolclass=StaticPool, connect_args={"check_same_thread": False}, hide_parameters=True
    )
    event.listen(engine, "connect", lambda connection, _: _set_up(connection, pragmas))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _set_up(connection: Any, pragmas: Iterable[str]) -> None:
    connection.isolation_level = None  # else Python's sqlite3 commits before CREATE TABLE
    for pragma in pragmas:
        connection.execute(pragma)


def _prepared(database: Database, check: Callable[[Connection, Database], None]) -> Database:
    try:
        with database.engine.begin() as connection:
            check(connection, database)
    except (SQLAlchemyError, sqlite3.Error) as error:
        database.engine.dispose()
        raise database.trouble(error) from error
    except StoreError:
        database.engine.dispose()
        raise
    return database


def _check(connection: Connection, database: Database) -> None:
    """Create the tables in an empty database, bring an older one up to date; refuse the damaged, newer or foreign."""
    found = inspect(connection).get_table_names()
    if not found:
        tables.metadata.create_all(connection)
        connection.execute(insert(tables.version).values(version=tables.VERSION))
    elif tables.version.name not in found:
        raise database.trouble(sqlite3.DatabaseError("not a database"))
    elif connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one() != "ok":
        raise database.trouble(sqlite3.DatabaseError("malformed"))
    if (number := _form(connection, database)) < tables.VERSION:
        upgrade(connection, number)


def _check_made_by_this(connection: Connection, database: Database) -> None:
    if tables.version.name not in inspect(connection).get_table_names():
        raise database.trouble(sqlite3.DatabaseError("not a database"))
    if _form(connection, database) < tables.VERSION:
        raise StoreError(
            f"The store {database.name} was written by an older echobot; start this one, which brings it up to date."
        )


def _form(connection: Connection, database: Database) -> int:
    number: int = connection.scalar(select(tables.version.c.version)) or 0
    if not 0 < number <= tables.VERSION:
        raise StoreError(
            f"The store {database.name} was written by a newer echobot (form {number}, not {tables.VERSION});"
            " install that version again, or put the backup from before it in its place."
        )
    return number
