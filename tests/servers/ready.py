"""Processes of echobot that need no second to begin: everything is loaded once, and each is a copy of that."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from echobot.cli import main

_LOADED = [
    "echobot.serving",
    "echobot.schedule",
    "echobot.leading",
    "echobot.health.pages",
    "echobot.stores.patient",
    "echobot.chats.matrix",
    "echobot.chats.mastodon",
    "tests.stores.endless",
    __name__,
]
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as `main` does: what has threads is not to be copied
COPIES = multiprocessing.get_context("forkserver")
COPIES.set_forkserver_preload(_LOADED)


class Copy:
    """As much of `subprocess.Popen` as is needed, for a process that begins as a copy."""

    def __init__(self, arguments: Sequence[str], output: Path, environment: Mapping[str, str]) -> None:
        given = (list(arguments), output, dict(environment))
        self._process = COPIES.Process(target=_run, args=given, daemon=True)
        self._process.start()
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("echobot", timeout)
        return self._process.exitcode

    def send_signal(self, which: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, which)


def _run(arguments: list[str], output: Path, environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    with output.open("ab") as written:
        os.dup2(written.fileno(), sys.stdout.fileno())
        os.dup2(written.fileno(), sys.stderr.fileno())
    sys.exit(main(arguments))
