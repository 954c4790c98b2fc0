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


def _from_2(connection: Connection) -> None:
    columns = {"inbox": ("envelope", "language", "revises"), "outbox": ("envelope", "meaning", "revises")}
    for table, names in columns.items():
        for name in names:
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {name} TEXT")
    connection.exec_driver_sql("CREATE INDEX outbox_by_first ON outbox (revises)")
    connection.exec_driver_sql(
        "CREATE TABLE silenced (account TEXT NOT NULL, person TEXT NOT NULL, PRIMARY KEY (account, person))"
    )
    connection.exec_driver_sql(
        "CREATE TABLE troubles (about TEXT NOT NULL, text TEXT NOT NULL, since DATETIME NOT NULL, PRIMARY KEY (about))"
    )


def _from_3(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE outbox ADD COLUMN post JSON")
    connection.exec_driver_sql("ALTER TABLE outbox ADD COLUMN follows TEXT")
    connection.exec_driver_sql(
        "CREATE TABLE postings (key TEXT NOT NULL, account TEXT NOT NULL, destination TEXT NOT NULL,"
        " phase TEXT NOT NULL, visibility TEXT NOT NULL, meant_for DATETIME, revision INTEGER NOT NULL,"
        " shown JSON NOT NULL, facts JSON NOT NULL, posted_at DATETIME NOT NULL, withdrawn_at DATETIME,"
        " PRIMARY KEY (key))"
    )
    connection.exec_driver_sql(
        "CREATE TABLE slots (announcement TEXT NOT NULL, occurrence TEXT NOT NULL, destination TEXT NOT NULL,"
        " posting TEXT, until DATETIME NOT NULL, PRIMARY KEY (announcement, occurrence, destination))"
    )
    connection.exec_driver_sql("CREATE INDEX ix_slots_until ON slots (until)")
    connection.exec_driver_sql(
        "CREATE TABLE announcer (id INTEGER NOT NULL, settled_until DATETIME NOT NULL, PRIMARY KEY (id))"
    )
    connection.exec_driver_sql("CREATE TABLE withdrawals (announcement TEXT NOT NULL, PRIMARY KEY (announcement))")


def _from_4(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE restored (id INTEGER NOT NULL, at DATETIME NOT NULL, PRIMARY KEY (id))")


def _from_5(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE inbox ADD COLUMN reacts_to TEXT")
    connection.exec_driver_sql("ALTER TABLE outbox ADD COLUMN offers INTEGER")
    connection.exec_driver_sql("CREATE INDEX outbox_by_remote_id ON outbox (remote_id)")
    connection.exec_driver_sql(
        "CREATE TABLE votes (entry TEXT NOT NULL, liked INTEGER NOT NULL, disliked INTEGER NOT NULL,"
        " PRIMARY KEY (entry))"
    )


def _from_6(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE inbox ADD COLUMN power INTEGER NOT NULL DEFAULT '0'")
    connection.exec_driver_sql("ALTER TABLE inbox ADD COLUMN known_as TEXT")


def _from_7(connection: Connection) -> None:
    for name in ("quoted", "link"):
        connection.exec_driver_sql(f"ALTER TABLE inbox ADD COLUMN {name} TEXT")
    connection.exec_driver_sql(
        "CREATE TABLE uses (week DATE NOT NULL, outcome TEXT NOT NULL, entry TEXT NOT NULL, times INTEGER NOT NULL,"
        " PRIMARY KEY (week, outcome, entry))"
    )
    connection.exec_driver_sql(
        "CREATE TABLE hushes (account TEXT NOT NULL, room TEXT NOT NULL, until DATETIME, PRIMARY KEY (account, room))"
    )
    connection.exec_driver_sql(
        "CREATE TABLE drafts (id TEXT NOT NULL, post JSON NOT NULL, at DATETIME NOT NULL, PRIMARY KEY (id))"
    )
    connection.exec_driver_sql(
        "CREATE TABLE deeds (id INTEGER NOT NULL, at DATETIME NOT NULL, account TEXT NOT NULL, room TEXT NOT NULL,"
        " person TEXT NOT NULL, said TEXT NOT NULL, PRIMARY KEY (id))"
    )
    connection.exec_driver_sql("CREATE INDEX ix_deeds_at ON deeds (at)")
    connection.exec_driver_sql("CREATE TABLE told (about TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (about))")


def _from_8(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE postings ADD COLUMN picture TEXT")


_STEPS = {1: _from_1, 2: _from_2, 3: _from_3, 4: _from_4, 5: _from_5, 6: _from_6, 7: _from_7, 8: _from_8}
"""What leads from each form to the next one."""
