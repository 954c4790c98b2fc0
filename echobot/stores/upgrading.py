"""How a database of an older form becomes one of today's. What is written here of a form is never changed again."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, update

from echobot.stores import tables


def upgrade(connection: Connection, number: int) -> None:
    """In the caller's transaction: whatever fails leaves the database in the form that it had."""
    for form in range(number, tables.VERSION):
        _STEPS[form](connection)
    connection.execute(update(tables.version).values(version=tables.VERSION))


def _from_1(connection: Connection) -> None:
    if "because" not in {column["name"] for column in inspect(connection).get_columns("conversations")}:
        connection.exec_driver_sql("ALTER TABLE conversations ADD COLUMN because JSON NOT NULL DEFAULT '[]'")
    connection.exec_driver_sql(
        "CREATE TABLE gaps (text TEXT NOT NULL, language TEXT NOT NULL, times INTEGER NOT NULL,"
        " last_at DATETIME NOT NULL, PRIMARY KEY (text, language))"
    )
    connection.exec_driver_sql("CREATE INDEX ix_gaps_last_at ON gaps (last_at)")


_STEPS = {1: _from_1}
"""What leads from each form to the next one."""
