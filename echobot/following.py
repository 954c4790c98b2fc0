"""The knowledge as its files are now: an edit is used as soon as the whole is valid, and not before."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import structlog
from watchfiles import awatch

from echobot import prepared
from echobot.core.answering import Answerer
from echobot.core.knowledge import Texts
from echobot.errors import EchobotError, KnowledgeRefused

log = structlog.get_logger()

_PAUSE = 300  # milliseconds of quiet after an edit: editors and `git pull` write several files


class Following:
    """Gives the `Answerer` for the last good state of a folder; raises `EchobotError` when it never was good."""

    def __init__(self, folder: Path, contacts: Texts) -> None:
        self._folder = folder
        self._contacts = contacts
        self._answerer = prepared.answerer(folder).with_contacts(contacts)

    def __call__(self) -> Answerer:
        return self._answerer

    async def follow(self) -> None:
        """Look again whenever a file changes, until cancelled."""
        async for _ in awatch(self._folder, debounce=_PAUSE, step=_PAUSE // 3):
            try:
                await self._look_again()
            except EchobotError as error:
                log.error(
                    "the knowledge was edited, and has mistakes; the last good state goes on", problems=str(error)
                )

    async def _look_again(self) -> None:
        """Another process does the work, so that nobody's answer waits for it; this one takes over the result."""
        await _prepare(self._folder)
        self._answerer = (await asyncio.to_thread(prepared.answerer, self._folder)).with_contacts(self._contacts)
        log.info("the knowledge was edited", entries=self._answerer.knowledge.size)


async def _prepare(folder: Path) -> None:
    """Asking nothing makes a knowledge base ready and keeps it so."""
    asking = (sys.executable, "-m", "echobot", "ask", "", "--knowledge", str(folder))
    quiet, told = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*asking, stdin=quiet, stdout=quiet, stderr=told)
    try:
        _, said = await child.communicate()
    except asyncio.CancelledError:
        child.kill()
        raise
    if child.returncode:
        raise KnowledgeRefused(said.decode(errors="replace").strip().removeprefix("echobot: "))
