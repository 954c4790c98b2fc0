"""`python -m echobot run` as a process of its own, which can be killed and started again."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

from tests.servers.people import Person, until

PLENTY = {"person_per_minute": 1_000_000, "person_per_hour": 1_000_000, "room_per_minute": 1_000_000, "bot_per_minute": 1_000_000}


class EchobotProcess:
    """The whole bot, with its settings, token and store in a folder."""

    def __init__(self, folder: Path, account: Person) -> None:
        self._settings = folder / "settings.yaml"
        self._log = folder / "echobot.log"
        self._process: subprocess.Popen[bytes] | None = None
        token = folder / "token"
        token.touch(mode=0o600)
        token.write_text(account.token)
        room_bot = {"kind": "matrix", "homeserver": account.server, "user": account.user, "token_file": str(token)}
        settings = {
            "accounts": {"room-bot": {**room_bot, "invites": {"servers": ["localhost"]}}},
            "store": f"sqlite:///{folder / 'echobot.db'}",
            "limits": PLENTY,
        }
        self._settings.write_text(json.dumps(settings))  # JSON is YAML

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def launch(self) -> None:
        command = [sys.executable, "-m", "echobot", "run", "--settings", str(self._settings)]
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=output)

    async def start(self) -> None:
        """Launch it and wait until it listens."""
        heard = self.log.count("listening")
        self.launch()
        await until(lambda: self.log.count("listening") > heard or self._is_over(), "echobot to listen")
        assert not self._is_over(), self.log

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    async def stop(self) -> None:
        await asyncio.to_thread(self._end, signal.SIGTERM)

    def _is_over(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=60)
            self._process = None
