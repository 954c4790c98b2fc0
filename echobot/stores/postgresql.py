"""A database on a PostgreSQL server: how it is reached, and what is said when it is not."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from echobot.errors import SettingsError, StoreError, StoreUnavailable
from echobot.secrets import read_secret
from echobot.stores import lease
from echobot.stores.database import Database

_AWAY = "cannot be reached; see whether the server runs, and whether its address is right"
_HOW = "write `?password_file=FILE` behind the address, or set PGPASSWORD"
_READ_ONLY = "can only be read; name the server that may be written"
_FULL = "cannot grow because the server's disk is full; make room there"
_NOT_ALLOWED = "may not be used by this user; make them the database's owner"

WHAT_TO_DO = {
    "not a database": "is not an echobot database; name an empty one in the settings",
    "malformed": "is damaged; bring back its last backup",
    "no password supplied": f"wants a password: {_HOW}",
    "password authentication failed": f"does not accept the password: {_HOW}",
    'database "': "is not there; make it with `createdb`, or name another one in the settings",
    'role "': "does not know this user; make them with `createuser`, or name another one in the settings",
    "too many": "has no connection left for echobot; allow more of them, or end others",
    "read-only": _READ_ONLY,
    "25006": _READ_ONLY,
    "53100": _FULL,
    "42501": _NOT_ALLOWED,
    "permission denied": _NOT_ALLOWED,
    "connection": _AWAY,
    "resolve": _AWAY,
    "timeout": _AWAY,
    "starting up": _AWAY,
    "shutting down": _AWAY,
}
"""By the error's number where the server gives one, else by what it says."""

_REACHED = {
    "connect_timeout": "3",  # s
    "tcp_user_timeout": "5000",  # ms; what is sent into a cut network fails
    "keepalives_idle": "2",  # s; and so does waiting in one
    "keepalives_interval": "1",
    "keepalives_count": "3",
    "application_name": "echobot",
}
_TO_WRITE = {"target_session_attrs": "read-write"}  # of several servers the one that may be written
_TO_READ = {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}  # all of it as of one moment
_SESSION = (
    "SET timezone = 'UTC'",
    "SET idle_in_transaction_session_timeout = '2s'",  # a process that is stopped in the middle holds nobody up
)
_WHEN_THERE_IS_ROOM = {"53100", "too many"}
_MAY_PASS = {"25006", "25P03", "40001", "40P01"}  # the server changed its part; it was we who were late; a deadlock


class Line:
    """The connection that is in use; it can be cut from another thread, so that nobody waits on it for ever."""

    def __init__(self) -> None:
        self._connection: Any = None

    def opened(self, connection: Any, _: Any) -> None:
        self._connection = connection
        with connection.cursor() as cursor:
            for setting in _SESSION:
                cursor.execute(setting)
        connection.commit()

    def cut(self) -> None:
        with suppress(Exception), socket.socket(fileno=os.dup(self._connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True, slots=True)
class ServerDatabase(Database):
    """Others may use it as well."""

    advice: Mapping[str, str] = field(default_factory=lambda: WHAT_TO_DO)
    line: Line = field(default_factory=Line)

    def is_whole(self, connection: Connection) -> bool:  # noqa: ARG002 - the server looks after that
        return True

    def leader(self, connection: Connection) -> str | None:
        return lease.leader(connection)

    def empty_the_log(self) -> None:
        """The server does that by itself."""

    def trouble(self, error: SQLAlchemyError | sqlite3.Error) -> StoreError:
        """Without the server's details: they hold what people wrote."""
        original = getattr(error, "orig", None) or error
        diagnosis = getattr(original, "diag", None)
        said = getattr(diagnosis, "message_primary", None) or str(original)
        signs = f"{getattr(original, 'sqlstate', None)} {said}".lower()
        sign = next((sign for sign in self.advice if sign.lower() in signs), "")
        kind = StoreUnavailable if sign in _WHEN_THERE_IS_ROOM else StoreError
        return self.refusal(sign, f"cannot be used: {' '.join(said.split())}", kind)


def is_on_server(url: str) -> bool:
    """Whether the store is a database on a PostgreSQL server."""
    return url.startswith("postgresql")


def connected(url: str, *, to_write: bool = True) -> ServerDatabase:
    """Nothing is asked of the server yet; raises `StoreError`."""
    address, line = _address(url), Line()
    where = URL.create("postgresql", address.username, None, address.host, address.port, address.database)
    name = f"The store {where.render_as_string()}"
    return ServerDatabase(name, _engine(address, line, to_write=to_write), line=line)


def may_pass(error: SQLAlchemyError) -> bool:
    """Whether it may go well on another connection: this one is lost, or the server is away."""
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    is_lost = isinstance(error, OperationalError | InterfaceError) and (state is None or state[:2] in {"08", "57"})
    return is_lost or state in _MAY_PASS


def _address(url: str) -> URL:
    """With the password from its file; libpq finds it in PGPASSWORD or ~/.pgpass by itself."""
    try:
        address = make_url(url).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        raise StoreError(
            "The store's address cannot be read; write it as postgresql://echobot@db.example.org/echobot."
        ) from None
    if (file := address.query.get("password_file")) is None:
        return address
    try:
        password = read_secret(Path(str(file)).expanduser())
    except SettingsError as error:
        raise StoreError(f"The store's password: {error}.") from error
    return address.difference_update_query(["password_file"]).set(password=password)


def _engine(address: URL, line: Line, *, to_write: bool) -> Engine:
    """One connection for the store's one thread; errors do not show the values."""
    wanted = {**_REACHED, **(_TO_WRITE if to_write else {})}
    whole = address.update_query_dict({name: value for name, value in wanted.items() if name not in address.query})
    try:
        engine = create_engine(
            whole,
            pool_size=1,
            max_overflow=0,
            hide_parameters=True,
            execution_options={} if to_write else _TO_READ,
        )
    except ImportError:
        raise StoreError(
            "For a store on PostgreSQL something is missing: run `pip install 'echobot[postgresql]'`."
        ) from None
    event.listen(engine, "connect", line.opened)
    return engine
