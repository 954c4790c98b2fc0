"""Opening a database: to use it alone, to look into it, to leave something in it, to copy it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, insert, inspect, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from echobot.errors import StoreError
from echobot.stores import tables
from echobot.stores.database import WHAT_TO_DO, WITH_A_BACKUP, Database
from echobot.stores.files import claim, file_of, make_private, must_not_be_lost, note_use, parsed
from echobot.stores.upgrading import upgrade

_TO_READ = ("PRAGMA busy_timeout = 10000",)  # ms; somebody may look into the file with another program
_TO_WRITE = (
    *_TO_READ,
    "PRAGMA journal_mode = WAL",  # reading and backing up go on meanwhile
    "PRAGMA synchronous = FULL",  # what was acknowledged to a server outlives a power cut
    "PRAGMA secure_delete = ON",  # forgotten texts are overwritten
    "PRAGMA foreign_keys = ON",
)


def open_database(url: str) -> Database:
    """Open the database, creating what is missing; raises `StoreError`."""
    address = parsed(url)
    if not address.database or address.database == ":memory:":
        return _prepared(Database("The store in memory", _engine(address)), _check)
    path = Path(address.database).resolve()
    lock = claim(path)
    try:
        must_not_be_lost(path, lock)
        make_private(path)
        if path.stat().st_size:  # closing what was opened to write would bring its log into a damaged file
            open_of_any_form(path).close()
        database = _prepared(Database(f"The store {path}", _engine(address), lock), _check)
    except StoreError:
        os.close(lock)
        raise
    note_use(lock)
    return database


def open_to_read(url: str) -> Database:
    """Open a database that a bot may be using meanwhile, changing nothing; raises `StoreError`."""
    path = file_of(url)
    return _prepared(Database(f"The store {path}", _reading(path)), _check_made_by_this)


def open_of_any_form(path: Path) -> Database:
    """The same of a store that an older echobot may have made; raises `StoreError`."""
    return _prepared(Database(f"The store {path}", _reading(path)), _check_known)


def open_backup(path: Path) -> Database:
    """The same of a file that is to become a store; raises `StoreError`."""
    return _prepared(Database(f"The backup {path}", _reading(path), advice=WHAT_TO_DO | WITH_A_BACKUP), _check_known)


def open_new(path: Path) -> Database:
    """Open a copy that nobody else knows of yet, and bring it up to date; raises `StoreError`."""
    return _prepared(Database(f"The store {path}", _engine(URL.create("sqlite", database=str(path)))), _check)


def open_beside(url: str) -> Database:
    """Open a database that a bot may be using meanwhile, to leave it a wish; raises `StoreError`."""
    return _prepared(Database(f"The store {file_of(url)}", _engine(parsed(url))), _check_made_by_this)


def open_copy(url: str) -> Database:
    """A copy in memory, to try things with; of a store that is not there yet, an empty one. Raises `StoreError`."""
    address = parsed(url)
    copy = Database("The store in memory", _engine(make_url("sqlite://")))
    if address.database and Path(address.database).is_file():
        with open_to_read(url).engine.connect() as original, copy.engine.connect() as empty:
            source, target = (each.connection.driver_connection for each in (original, empty))
            source.backup(target)  # type: ignore[union-attr]  # sqlite3's own
    return _prepared(copy, _check)


def _reading(path: Path) -> Engine:
    address = make_url("sqlite://").set(database=path.as_uri(), query={"mode": "ro", "uri": "true"})
    return _engine(address, _TO_READ, "BEGIN")


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
    if (number := _form(connection, database)) < tables.VERSION:
        upgrade(connection, number)


def _check_known(connection: Connection, database: Database) -> None:
    """Whole, and of a form that this echobot knows."""
    _form(connection, database)
    if connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one() != "ok":  # the indexes, too
        raise database.trouble(sqlite3.DatabaseError("malformed"))


def _check_made_by_this(connection: Connection, database: Database) -> None:
    if _form(connection, database) < tables.VERSION:
        raise StoreError(
            f"{database.name} was written by an older echobot; start this one, which brings it up to date."
        )


def _form(connection: Connection, database: Database) -> int:
    if tables.version.name not in inspect(connection).get_table_names():
        raise database.trouble(sqlite3.DatabaseError("not a database"))
    number: int = connection.scalar(select(tables.version.c.version)) or 0
    if not 0 < number <= tables.VERSION:
        raise StoreError(
            f"{database.name} was written by a newer echobot (form {number}, not {tables.VERSION});"
            " install that version again, or restore the backup from before it."
        )
    return number
