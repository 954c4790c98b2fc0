"""What one database remembers goes into another one, of whatever kind, row by row."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from echobot.stores import tables
from echobot.stores.database import Database

REMEMBERED = [table for table in tables.metadata.sorted_tables if table is not tables.version]
"""All tables but the one that says which form they have."""

_AT_ONCE = 1000  # rows


def copy_rows(original: Database, copy: Database, finish: Callable[[Connection], None] | None = None) -> None:
    """All that one remembers, as of one moment, and `finish`, into the other, which remembers nothing.

    In one transaction. Both have today's form. Raises `StoreError`.
    """

    def take_over(target: Connection) -> None:
        with closing(_rows_of(original)) as read:
            for table, rows in read:
                target.execute(insert(table), rows)
        if target.dialect.name == "postgresql":
            _count_on(target)
        if finish is not None:
            finish(target)

    copy.transact(take_over)


def remembers_nothing(connection: Connection) -> bool:
    """Whether nothing was ever kept in it."""
    return not any(connection.scalar(select(select(table).exists())) for table in REMEMBERED)


def _rows_of(original: Database) -> Generator[tuple[Table, list[dict[str, Any]]]]:
    """A part at a time. What goes wrong is told of the original, and not of the one that it is copied to."""
    try:
        with original.engine.connect() as source:
            for table in REMEMBERED:
                found = source.execute(select(table), execution_options={"yield_per": _AT_ONCE})
                for rows in found.mappings().partitions():
                    yield table, [dict(row) for row in rows]
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise original.trouble(error) from error


def _count_on(connection: Connection) -> None:
    """PostgreSQL counts by itself, and does not see what numbers it was given."""
    for table in REMEMBERED:
        if (column := table.autoincrement_column) is not None:
            counter = func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(select(func.setval(counter, func.coalesce(func.max(column), 0) + 1, False)))
