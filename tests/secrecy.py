"""Nothing secret in any log: what the tests keep secret is looked for in everything that is logged meanwhile.

Loaded by `conftest`; a test in which something leaked fails, with what it was and which line it is in.
"""

from __future__ import annotations

import functools
import logging
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog._base import BoundLoggerBase

_SHORTEST_TOKEN = 16  # characters; "token" stands in many lines
_SHORTEST_TEXT = 12
_FAKES = ("aiohttp.access", "aiohttp.server")  # the servers that tests start may log what they like
_SECRET_FILES = re.compile(r"(^|/)(secrets/[^/]+|token-\d+|opener|account-keys)$")


class Witness:
    """What must not be told, and what was."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}  # and what kind of secret each is; for the whole run
        self._texts: set[str] = set()  # of this test
        self._told: list[tuple[str, str]] = []  # where, and the line

    def token(self, kind: str, token: str) -> str:
        """Keep a token, a key or a code secret from now on."""
        if len(token) >= _SHORTEST_TOKEN:
            self._tokens[token] = kind
        return token

    def text(self, text: str) -> str:
        """Keep secret, for this test, what somebody said."""
        if len(text) >= _SHORTEST_TEXT and " " in text.strip():
            self._texts.add(text)
        return text

    def hear(self, where: str, line: str) -> None:
        self._told.append((where, line))

    def leaks(self, folder: Path | None) -> list[str]:
        """What was told of what must not be; then the next test begins."""
        if folder:
            self._look_at_files(folder)
        secrets = {**self._tokens, **dict.fromkeys(self._texts, "somebody's words")}
        everything = "\n".join(line for _, line in self._told)
        leaked = [secret for secret in secrets if secret in everything]
        found = [
            f"{secrets[secret]} ({secret[:4]}...) in {where}: {line.replace(secret, '[...]')[:300]}"
            for secret in leaked
            for where, line in self._told
            if secret in line
        ]
        self._texts, self._told = set(), []
        return found

    def _look_at_files(self, folder: Path) -> None:
        """What was written down by the processes that a test started."""
        for file in folder.rglob("*"):
            if file.suffix == ".log" and file.is_file():
                for line in file.read_text(errors="replace").splitlines():
                    self.hear(file.name, line)
            elif _SECRET_FILES.search(file.as_posix()) and file.is_file():
                for word in re.findall(r"[\w+/=.-]+", file.read_text(errors="replace")):
                    self.token(f"what stands in {file.name}", word)


WITNESS = Witness()


class _Listener(logging.Handler):
    """Hears what libraries log."""

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(_FAKES):
            WITNESS.hear(f"the log of {record.name}", logging.Formatter().format(record))


def _heard(process_event: Any) -> Any:
    """Each event of the bot's own log, before anything decides how it is written."""

    @functools.wraps(process_event)
    def process(self: BoundLoggerBase, level: str, event: Any, details: dict[str, Any]) -> Any:
        if level != "debug":
            WITNESS.hear(f"the log ({level})", " ".join(map(str, [event, {**self._context, **details}])))
        return process_event(self, level, event, details)

    return process


def _overheard(run: Any) -> Any:
    """What a command of the bot's writes to the standard error."""

    @functools.wraps(run)
    def ran(command: Any, *given: Any, **named: Any) -> Any:
        done = run(command, *given, **named)
        if "echobot" in str(command) and done.stderr:
            said = done.stderr if isinstance(done.stderr, str) else done.stderr.decode(errors="replace")
            WITNESS.hear("the standard error of a command", said)
        return done

    return ran


def pytest_configure() -> None:
    """From the first test on."""
    BoundLoggerBase._process_event = _heard(BoundLoggerBase._process_event)
    subprocess.run = _overheard(subprocess.run)
    logging.getLogger().addHandler(_Listener(logging.INFO))
    logging.getLogger().setLevel(logging.INFO)


@pytest.fixture(autouse=True)
def nothing_secret_is_logged(request: pytest.FixtureRequest) -> Iterator[None]:
    folder = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    if leaked := WITNESS.leaks(folder):
        pytest.fail("secrets in the log:\n" + "\n".join(leaked), pytrace=False)
