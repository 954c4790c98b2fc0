"""Opening a database on a server: to use it alone, to look into it, to leave something in it, to copy it."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection, insert, select

from echobot.errors import StoreError
from echobot.stores import lease, tables
from echobot.stores.database import Database
from echobot.stores.forms import check_made_by_this
from echobot.stores.lease import Leader, Lease
from echobot.stores.led import LedDatabase, led
from echobot.stores.postgresql import ServerDatabase, connected


def open_alone(url: str) -> LedDatabase:
    """Lead without saying so again: whoever comes later than `lease.LASTS` takes over. Raises `StoreError`."""
    database = connected(url)
    database.checked(lease.prepare)
    try:
        return led(database, Lease(_taken(database)))
    except StoreError:
        database.close()
        raise


def open_to_read(url: str) -> ServerDatabase:
    """Open a database that a bot may be using meanwhile, changing nothing; raises `StoreError`."""
    database = connected(url, to_write=False)
    database.checked(check_made_by_this)
    return database


def open_beside(url: str) -> ServerDatabase:
    """Open a database that a bot may be using meanwhile, to leave it a wish; raises `StoreError`."""
    database = connected(url)
    database.checked(check_made_by_this)
    return database


def copy_rows(original: Database, copy: Database) -> None:
    """All that one remembers, as of one moment, into the other, which remembers nothing; raises `StoreError`."""
    original.transact(lambda source: copy.transact(partial(_copy_rows, source)))


def _taken(database: ServerDatabase) -> int:
    taking = partial(lease.take, machine=platform.node(), database=database, now=datetime.now(UTC))
    taken = database.transact(taking)
    if isinstance(taken, Leader):
        where = database.name.removeprefix("The store ")
        raise StoreError(f"Another echobot, on {taken.machine}, is using {where}; stop that one first.")
    return taken


def _copy_rows(source: Connection, target: Connection) -> None:
    for table in tables.metadata.sorted_tables:
        if rows := [dict(row) for row in source.execute(select(table)).mappings()]:
            target.execute(table.delete())
            target.execute(insert(table), rows)
