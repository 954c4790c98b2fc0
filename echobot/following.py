"""The knowledge as its source is now: an edit is used as soon as the whole is valid, and not before."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import structlog
from watchfiles import awatch

from echobot import prepared
from echobot.content.folder import yaml_files
from echobot.content.yaml_text import shown
from echobot.core.answering import Answerer
from echobot.core.knowledge import Texts
from echobot.errors import EchobotError, KnowledgeRefused
from echobot.lasting import leave_out_what_is_there

log = structlog.get_logger()

_LATER = 10  # of 19: whoever asks meanwhile is answered first
_SHORT = 12  # characters of a digest
_PAUSE = 300  # milliseconds of quiet after an edit: editors and `git pull` write several files
_LOOK_AGAIN = 5000  # milliseconds without any sign


async def _nobody(_: str) -> None:
    """Is told the problems and does nothing about them."""


class Source(Protocol):
    """Where the knowledge comes from."""

    async def folders(self) -> Sequence[Path]:
        """What there is to start from, the newest first; raises `EchobotError` when there is nothing."""

    def newer(self) -> AsyncIterator[Path]:
        """A folder each time that there may be something new in it."""

    async def newest(self) -> Path:
        """The folder as the source is now; raises `EchobotError` when that cannot be known."""

    def keep(self, folder: Path) -> None:
        """Of all the folders, only this one is still needed."""

    def version(self, folder: Path) -> str:
        """What tells this state of the knowledge from others."""


class WatchedFolder:
    """A folder on this machine, which people edit."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: list[str] = []  # the files as they were when somebody began to read them

    async def folders(self) -> Sequence[Path]:
        self._seen = prepared.stamps(self._folder)
        return [self._folder]

    async def newer(self) -> AsyncIterator[Path]:
        """At a sign of the file system, or without one: it has none for what was edited before the watch began."""
        signs = awatch(self._folder, debounce=_PAUSE, step=_PAUSE // 3, rust_timeout=_LOOK_AGAIN, yield_on_timeout=True)
        async for _ in signs:
            if (stamps := await asyncio.to_thread(prepared.stamps, self._folder)) != self._seen:
                self._seen = stamps
                yield self._folder

    async def newest(self) -> Path:
        return self._folder

    def keep(self, folder: Path) -> None:
        """It belongs to its editors."""

    def version(self, folder: Path) -> str:
        """The same words have the same version, wherever they lie."""
        digest = sha256()
        for file in yaml_files(folder)[0]:
            with suppress(OSError):  # it was taken away, or cannot be read: then it says nothing
                digest.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes() + b"\0")
        return digest.hexdigest()[:_SHORT]


class Following:
    """Gives the `Answerer` for the last good state of a source."""

    def __init__(self, source: Source, folder: Path, contacts: Callable[[], Texts]) -> None:
        self._source = source
        self.folder = folder
        self._contacts = contacts
        self._shown = contacts()
        self._answerer = prepared.answerer(folder).with_contacts(self._shown)
        self.version = source.version(folder)
        self.problems = ""  # of the newest state, while an older one goes on
        self._turn = asyncio.Lock()

    @classmethod
    async def begin(cls, source: Source, contacts: Callable[[], Texts] = dict) -> Following:
        """Start from the newest good state; raises `EchobotError` when none is good."""
        newest, *earlier = await source.folders()
        try:
            return cls(source, newest, contacts)
        except EchobotError as error:
            for folder in earlier:
                with suppress(EchobotError):
                    following = cls(source, folder, contacts)
                    following._refuse(newest, error)
                    return following
            raise

    def __call__(self) -> Answerer:
        if (contacts := self._contacts()) != self._shown:
            self._answerer, self._shown = self._answerer.with_contacts(contacts), contacts
        return self._answerer

    async def follow(self, tell: Callable[[str], Awaitable[None]] = _nobody) -> None:
        """Look again whenever the source has something new, until cancelled; `tell` is given the problems, or none."""
        self._source.keep(self.folder)
        await tell(self.problems)
        async for folder in self._source.newer():
            await self._renew(folder, tell)

    async def again(self, tell: Callable[[str], Awaitable[None]] = _nobody) -> None:
        """Look now whether there is something new; raises `EchobotError` when the source cannot be reached."""
        await self._renew(await self._source.newest(), tell)

    async def _renew(self, folder: Path, tell: Callable[[str], Awaitable[None]]) -> None:
        async with self._turn:
            try:
                await self._take(folder)
            except EchobotError as error:
                self._refuse(folder, error)
            await tell(self.problems)
            self._source.keep(self.folder)

    async def _take(self, folder: Path) -> None:
        """Another process does the work, so that nobody's answer waits for it; this one takes over the result."""
        version = await asyncio.to_thread(self._source.version, folder)
        await _prepare(folder)
        self._answerer = (await asyncio.to_thread(prepared.answerer, folder)).with_contacts(self._shown)
        self.folder, self.version, self.problems = folder, version, ""
        leave_out_what_is_there()
        log.info("the knowledge was edited", version=version, entries=self._answerer.knowledge.size)

    def _refuse(self, folder: Path, error: EchobotError) -> None:
        self.problems = str(error).replace(f"{shown(folder)}{os.sep}", "")
        log.error("the knowledge was edited, and has mistakes; the last good state goes on", problems=self.problems)


async def _prepare(folder: Path) -> None:
    """Asking nothing makes a knowledge base ready and keeps it so."""
    asking = (sys.executable, "-m", "echobot", "ask", "", "--knowledge", str(folder))
    quiet, told = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*asking, stdin=quiet, stdout=quiet, stderr=told)
    with suppress(OSError):  # it may have ended, and where it cannot be done the work is done all the same
        os.setpriority(os.PRIO_PROCESS, child.pid, _LATER)
    try:
        _, said = await child.communicate()
    except asyncio.CancelledError:
        if child.returncode is None:
            child.kill()
        await child.communicate()
        raise
    if child.returncode:
        reason = said.decode(errors="replace").strip().removeprefix("echobot: ")
        raise KnowledgeRefused(reason or "making it ready failed")
