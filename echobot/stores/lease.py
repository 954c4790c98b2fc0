"""Who of several machines uses a database now: a row with a time, and a number that goes up from one to the next.

The number alone keeps an old leader from changing anything, however late it wakes: each transaction begins by writing
into the row of its number, which nobody can take over before it ends. The time says when another may take over.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    literal_column,
    select,
    text,
    update,
)

from echobot.errors import LeadershipLost
from echobot.stores import transactions
from echobot.stores.database import Database
from echobot.stores.forms import bring_up_to_date, check_known
from echobot.stores.tables import Moment, Words

LASTS = timedelta(seconds=6)
RENEWED_EVERY = timedelta(seconds=2)

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('echobot'))")
_FROM_NOW = func.clock_timestamp() + literal_column(f"interval '{LASTS.total_seconds()} s'")
_WHICH = text(
    "SELECT (SELECT system_identifier FROM pg_control_system())"
    " || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8) || '/' || 'lease'::regclass::oid"
)
"""Another one after the server's place was taken by its replica, and after everything came from a dump."""

metadata = MetaData()

lease = Table(
    "lease",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("holder", Words, nullable=False),
    Column("until", Moment, nullable=False),
    Column("done", BigInteger, nullable=False),  # which of the leader's transactions was the last
    Column("database", Words, nullable=False),
)
"""One row."""

_IS_LED = (lease.c.until > func.clock_timestamp()).label("is_led")


def boottime() -> float:
    """Seconds on a clock that nobody sets and that runs on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(slots=True)
class Lease:
    """What this machine holds, as far as its own clock tells."""

    number: int
    until: float = float("inf")

    @property
    def is_held(self) -> bool:
        return boottime() < self.until

    def check(self) -> None:
        """Raises `LeadershipLost`: another machine may lead by now."""
        if not self.is_held:
            raise LeadershipLost("another machine may lead by now")

    def renewed(self, asked_at: float) -> None:
        self.until = asked_at + LASTS.total_seconds()


@dataclass(frozen=True, slots=True)
class Leader:
    """Somebody else."""

    machine: str


def prepare(connection: Connection, database: Database) -> None:
    """Make the tables in a database that is empty; refuse a foreign one."""
    connection.execute(_ONE_AT_A_TIME)
    found = inspect(connection).get_table_names()
    if not found:
        bring_up_to_date(connection, database)
    if lease.name not in found:
        if found:
            raise database.refusal("not a database")
        metadata.create_all(connection)
        begun: dict[str, Any] = {
            "number": 0,
            "holder": "",
            "until": func.clock_timestamp(),
            "done": 0,
            "database": _which(connection),
        }
        connection.execute(insert(lease).values(begun))
    check_known(connection, database)


def take(connection: Connection, machine: str, database: Database, now: datetime) -> int | Leader:
    """Lead from now on, unless somebody does: the number, or who."""
    connection.execute(_ONE_AT_A_TIME)
    row = connection.execute(select(lease, _IS_LED)).one()
    if row.is_led or not _is_taken(connection, row.number, machine):
        return Leader(row.holder)
    bring_up_to_date(connection, database)
    if row.database != (which := _which(connection)):
        transactions.restored(connection, now)
        connection.execute(update(lease).values(database=which))
    if row.holder not in {"", machine}:
        transactions.inherited(connection, now)
    return int(row.number) + 1


def renew(connection: Connection, number: int) -> bool:
    """Whether it is still ours."""
    renewed = update(lease).where(lease.c.number == number).values(until=_FROM_NOW)
    return bool(connection.execute(renewed).rowcount)


def release(connection: Connection, number: int) -> None:
    """Another machine may lead at once."""
    connection.execute(update(lease).where(lease.c.number == number).values(until=func.clock_timestamp()))


def begin(connection: Connection, number: int, transaction: int) -> None:
    """Nobody takes over before this transaction ends. Raises `LeadershipLost`."""
    mine = update(lease).where(lease.c.number == number).values(done=transaction)
    if not connection.execute(mine).rowcount:
        raise LeadershipLost("another machine leads now")


def last_done(connection: Connection, number: int) -> int:
    """The last of the leader's transactions that was done; one under way is waited for. Raises `LeadershipLost`."""
    mine = select(lease.c.done).where(lease.c.number == number)
    if (transaction := connection.scalar(mine.with_for_update())) is None:
        raise LeadershipLost("another machine leads now")
    return int(transaction)


def look(connection: Connection, number: int) -> None:
    """For who only reads, which costs the disk nothing. Raises `LeadershipLost`."""
    if connection.scalar(select(lease.c.number).where(lease.c.number == number)) is None:
        raise LeadershipLost("another machine leads now")


def leader(connection: Connection) -> str | None:
    """The machine that leads, if one does."""
    found: str | None = connection.scalar(select(lease.c.holder).where(_IS_LED))
    return found


def _is_taken(connection: Connection, number: int, machine: str) -> bool:
    over = update(lease).where(lease.c.number == number, lease.c.until <= func.clock_timestamp())
    return bool(connection.execute(over.values(number=number + 1, holder=machine, until=_FROM_NOW, done=0)).rowcount)


def _which(connection: Connection) -> str:
    return str(connection.scalar(_WHICH))
