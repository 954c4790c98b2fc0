"""Which form a database has, and whether this echobot can use it."""

from __future__ import annotations

from sqlalchemy import Connection, insert, inspect, select

from echobot.errors import StoreError
from echobot.stores import tables
from echobot.stores.database import Database
from echobot.stores.upgrading import upgrade


def bring_up_to_date(connection: Connection, database: Database) -> None:
    """Create the tables in an empty database, bring an older one up to date; refuse the newer or foreign."""
    if not inspect(connection).get_table_names():
        tables.metadata.create_all(connection)
        connection.execute(insert(tables.version).values(version=tables.VERSION))
    if (number := _form(connection, database)) < tables.VERSION:
        upgrade(connection, number)


def check_known(connection: Connection, database: Database) -> None:
    """Whole, and of a form that this echobot knows."""
    _form(connection, database)
    if not database.is_whole(connection):
        raise database.refusal("malformed")


def check_made_by_this(connection: Connection, database: Database) -> None:
    """Of the form that this echobot makes."""
    if _form(connection, database) < tables.VERSION:
        raise StoreError(
            f"{database.name} was written by an older echobot; start this one, which brings it up to date."
        )


def _form(connection: Connection, database: Database) -> int:
    if tables.version.name not in inspect(connection).get_table_names():
        raise database.refusal("not a database")
    number: int = connection.scalar(select(tables.version.c.version)) or 0
    if not 0 < number <= tables.VERSION:
        raise StoreError(
            f"{database.name} was written by a newer echobot (form {number}, not {tables.VERSION});"
            " install that version again, or restore the backup from before it."
        )
    return number
