"""Opening a database on a server: to use it alone, to look into it, to leave something in it, to fill it."""

from __future__ import annotations

import platform
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection

from echobot.errors import StoreError
from echobot.stores import lease
from echobot.stores.forms import check_made_by_this
from echobot.stores.lease import Leader, Lease
from echobot.stores.led import LedDatabase, led
from echobot.stores.moving import remembers_nothing
from echobot.stores.postgresql import ServerDatabase, connected


def open_alone(url: str) -> LedDatabase:
    """Lead without saying so again: whoever comes later than `lease.LASTS` takes over. Raises `StoreError`."""
    return _open(url, _taken)


def open_empty(url: str) -> LedDatabase:
    """The same of a database that remembers nothing yet."""
    return _open(url, _taken_empty)


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


def _open(url: str, take: Callable[[Connection, ServerDatabase], int]) -> LedDatabase:
    database = connected(url)
    database.checked(lease.prepare)
    try:
        return led(database, Lease(database.transact(lambda connection: take(connection, database))))
    except StoreError:
        database.close()
        raise


def _taken(connection: Connection, database: ServerDatabase) -> int:
    taken = lease.take(connection, platform.node(), database, datetime.now(UTC))
    if isinstance(taken, Leader):
        where = database.name.removeprefix("The store ")
        raise StoreError(f"Another echobot, on {taken.machine}, is using {where}; stop that one first.")
    return taken


def _taken_empty(connection: Connection, database: ServerDatabase) -> int:
    """In one transaction: what is refused keeps its form, too."""
    number = _taken(connection, database)
    if not remembers_nothing(connection):
        raise StoreError(
            f"{database.name} remembers something already, and a backup takes the place of nothing there;"
            " make an empty one with `createdb`, and name that in the settings."
        )
    return number
