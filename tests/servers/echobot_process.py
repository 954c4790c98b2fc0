"""`python -m echobot run` as a process of its own, which can be killed and started again."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers.people import Person, until
from tests.servers.ready import Copy

PLENTY = dict.fromkeys(("person_per_minute", "person_per_hour", "room_per_minute", "bot_per_minute"), 1_000_000)


@dataclass(frozen=True)
class BotAccount:
    """An account of the bot's, as the settings name it, and its token."""

    settings: Mapping[str, Any]
    token: str


def on_matrix(person: Person) -> BotAccount:
    settings = {"kind": "matrix", "homeserver": person.server, "user": person.user}
    return BotAccount({**settings, "invites": {"servers": ["localhost"]}}, person.token)


def on_mastodon(url: str, token: str, **more: Any) -> BotAccount:
    return BotAccount({"kind": "mastodon", "server": url, **more}, token)


class EchobotProcess:
    """The whole bot, with its settings, tokens and store in a folder; `more` are other settings."""

    def __init__(self, folder: Path, *accounts: BotAccount, **more: Any) -> None:
        self.settings = folder / "settings.yaml"
        self._log = folder / "echobot.log"
        self._process: subprocess.Popen[bytes] | Copy | None = None
        self.is_copied = True  # else it starts as anybody starts it, which takes a second more
        self.options: list[str] = []  # of the command, besides its settings
        self.inside: list[str] = []  # a command that is given this one
        self.environment: dict[str, str] = {}  # besides that of the tests
        settings = {
            "accounts": {
                f"account-{number}": _kept(folder, account, number) for number, account in enumerate(accounts)
            },
            "store": f"sqlite:///{folder / 'echobot.db'}",
            "limits": PLENTY,
            **more,
        }
        self.settings.write_text(json.dumps(settings))  # JSON is YAML

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def has_loaded(self, library: str) -> bool:
        """A part of it that is written in C or Rust."""
        return library in Path(f"/proc/{self.pid}/maps").read_text()

    def launch(self) -> None:
        arguments = ["run", "--settings", str(self.settings), *self.options]
        environment = {**os.environ, **self.environment}
        if self.is_copied and not self.inside:
            self._process = Copy(arguments, self._log, environment)
        else:
            self._process = self._anew([*self.inside, sys.executable, "-m", "echobot", *arguments], environment)

    async def start(self) -> None:
        """Launch it and wait until it listens."""
        heard = self.log.count("listening")
        self.launch()
        await until(lambda: self.log.count("listening") > heard or self._is_over(), "echobot to listen")
        assert not self._is_over(), self.log

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """It keeps its connections and its locks, and does nothing any more."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def stop(self) -> None:
        await asyncio.to_thread(self._end, signal.SIGTERM)

    async def outcome(self) -> int:
        """The exit code, once it ends by itself."""
        assert self._process is not None
        return await asyncio.to_thread(self._process.wait, 120)

    async def status(self) -> tuple[int, str]:
        """What `echobot status` says, after its exit code."""
        command = [sys.executable, "-m", "echobot", "status", "--settings", str(self.settings)]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    def _anew(self, command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as output:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment)

    def _is_over(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.send_signal(signal.SIGCONT)  # who is paused hears of nothing but a kill
            self._process.wait(timeout=60)
            self._process = None


def _kept(folder: Path, account: BotAccount, number: int) -> dict[str, Any]:
    token = folder / f"token-{number}"
    token.touch(mode=0o600)
    token.write_text(account.token)
    return {**account.settings, "token_file": str(token)}
