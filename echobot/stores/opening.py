"""Opening a database: to use it alone, to look into it, to leave something in it, to copy it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url

from echobot.errors import StoreError
from echobot.stores import shared
from echobot.stores.database import WHAT_TO_DO, WITH_A_BACKUP, Database
from echobot.stores.files import claim, file_of, make_private, must_not_be_lost, note_use, parsed
from echobot.stores.forms import bring_up_to_date, check_known, check_made_by_this
from echobot.stores.moving import copy_rows
from echobot.stores.postgresql import is_on_server

_TO_READ = ("PRAGMA busy_timeout = 10000",)  # ms; somebody may look into the file with another program
_TO_WRITE = (
    *_TO_READ,
    "PRAGMA journal_mode = WAL",  # reading and backing up go on meanwhile
    "PRAGMA secure_delete = ON",  # forgotten texts are overwritten
    "PRAGMA foreign_keys = ON",
)


def open_database(url: str) -> Database:
    """Open the database, creating what is missing; raises `StoreError`."""
    if is_on_server(url):
        return shared.open_alone(url)
    address = parsed(url)
    if not address.database or address.database == ":memory:":
        return Database("The store in memory", _engine(address)).checked(bring_up_to_date)
    path = Path(address.database).resolve()
    lock = claim(path)
    try:
        must_not_be_lost(path, lock)
        make_private(path)
        if path.stat().st_size:  # closing what was opened to write would bring its log into a damaged file
            open_of_any_form(path).close()
        database = Database(f"The store {path}", _engine(address), lock).checked(bring_up_to_date)
    except StoreError:
        os.close(lock)
        raise
    note_use(lock)
    return database


def open_to_read(url: str) -> Database:
    """Open a database that a bot may be using meanwhile, changing nothing; raises `StoreError`."""
    if is_on_server(url):
        return shared.open_to_read(url)
    path = file_of(url)
    return Database(f"The store {path}", _reading(path)).checked(check_made_by_this)


def open_of_any_form(path: Path) -> Database:
    """The same of a store that an older echobot may have made; raises `StoreError`."""
    return Database(f"The store {path}", _reading(path)).checked(check_known)


def open_backup(path: Path) -> Database:
    """The same of a file that is to become a store; raises `StoreError`."""
    return Database(f"The backup {path}", _reading(path), advice=WHAT_TO_DO | WITH_A_BACKUP).checked(check_known)


def open_new(path: Path) -> Database:
    """Open a copy that nobody else knows of yet, and bring it up to date; raises `StoreError`."""
    return Database(f"The store {path}", _engine(URL.create("sqlite", database=str(path)))).checked(bring_up_to_date)


def open_beside(url: str) -> Database:
    """Open a database that a bot may be using meanwhile, to leave it a wish; raises `StoreError`."""
    if is_on_server(url):
        return shared.open_beside(url)
    return Database(f"The store {file_of(url)}", _engine(parsed(url))).checked(check_made_by_this)


def open_copy(url: str) -> Database:
    """A copy in memory, to try things with; of a store that is not there yet, an empty one. Raises `StoreError`."""
    if not is_on_server(url) and not Path(parsed(url).database or ":memory:").is_file():
        return _in_memory().checked(bring_up_to_date)
    with closing(open_to_read(url)) as original:
        return copied(original)


def copied(original: Database) -> Database:
    """A copy in memory, brought up to date; raises `StoreError`."""
    copy = _in_memory()
    if original.engine.dialect.name == "sqlite":
        _copy_pages(original.engine, copy.engine)
    else:
        copy_rows(original, copy.checked(bring_up_to_date))
    return copy.checked(bring_up_to_date)


def _copy_pages(full: Engine, empty: Engine) -> None:
    with full.connect() as original, empty.connect() as copy:
        source, target = (each.connection.driver_connection for each in (original, copy))
        source.backup(target)  # type: ignore[union-attr]  # sqlite3's own


def _in_memory() -> Database:
    return Database("The store in memory", _engine(make_url("sqlite://")))


def _reading(path: Path) -> Engine:
    address = make_url("sqlite://").set(database=path.as_uri(), query={"mode": "ro", "uri": "true"})
    return _engine(address, _TO_READ, "BEGIN")


def _engine(address: URL, pragmas: Iterable[str] = _TO_WRITE, begin: str = "BEGIN IMMEDIATE") -> Engine:
    """One connection for the store's one thread; errors do not show the values."""
    engine = create_engine(
        address, poolclass=StaticPool, connect_args={"check_same_thread": False}, hide_parameters=True
    )
    event.listen(engine, "connect", lambda connection, _: _set_up(connection, pragmas))
    event.listen(engine, "begin", lambda connection: _begin(connection, begin))
    return engine


def _begin(connection: Connection, how: str) -> None:
    """What was acknowledged to a server outlives a power cut; what would only be done again needs no disk."""
    is_lasting = connection.get_execution_options().get("lasting", True)
    connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if is_lasting else 'NORMAL'}")
    connection.exec_driver_sql(how)


def _set_up(connection: Any, pragmas: Iterable[str]) -> None:
    connection.isolation_level = None  # else Python's sqlite3 commits before CREATE TABLE
    for pragma in pragmas:
        connection.execute(pragma)
