"""A branch of a git repository, followed: each state of it lies in a folder of its own, whole from the first moment."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

import structlog

from echobot import prepared
from echobot.errors import RepositoryError
from echobot.settings import Repository

log = structlog.get_logger()

_PATIENCE = 120.0  # seconds for one command; a knowledge base is small
MOST_BYTES = 200_000_000  # of one state, as git brings it and as it lies here; posters are part of it
MOST_FILES = 20_000  # and folders: a few bytes can unpack to thousands of millions
_MOST_SAID = 10_000_000  # bytes that git may print, one line for each of them
_LOOK_EVERY = 0.2  # seconds, while git writes
_SHORT = 12  # characters of a commit's name
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
# A repository may not run anything here, lead out of its folder, or have git ask a person.
# What is large goes to the disk, where it is counted, and not through the memory.
_HARMLESS = ("-c", "core.hooksPath=/dev/null", "-c", "core.symlinks=false", "-c", "core.bigFileThreshold=1m")
_CLONE = ("--quiet", "--no-checkout", "--depth=1", "--no-tags", "--no-local", "--no-recurse-submodules", "--template=")
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "https:ssh:file",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "LC_ALL": "C",
}


class FollowedBranch:
    """Keeps the states of the branch below `place`, one folder a commit."""

    def __init__(self, repository: Repository, place: Path) -> None:
        self._repository = repository
        self._place = place / sha256(f"{repository.address} {repository.branch}".encode()).hexdigest()[:16]
        self._seen = ""
        self._away = False

    async def folders(self) -> Sequence[Path]:
        """What there is to start from, the newest first; raises `RepositoryError` when there is nothing."""
        earlier = self._states()
        try:
            await self._look()
        except RepositoryError as error:
            if not earlier:
                advice = "there is no earlier copy to start from: look at `knowledge` in the settings, or try later"
                raise RepositoryError(f"{error}; {advice}") from error
            self._missed(error)
            self._seen = earlier[0].name
        return [self._inside(self._seen), *(self._inside(one.name) for one in earlier if one.name != self._seen)]

    async def newer(self) -> AsyncIterator[Path]:
        """The folder of each commit that the branch comes to; an outage is logged when it begins."""
        while True:
            await asyncio.sleep(self._repository.every.total_seconds())
            try:
                found = await self._look()
            except RepositoryError as error:
                self._missed(error)
                continue
            if found:
                yield self._inside(self._seen)

    async def newest(self) -> Path:
        await self._look()
        return self._inside(self._seen)

    def keep(self, folder: Path) -> None:
        """Remove the other states, and what a clone left behind that was broken off."""
        for other in self._place.glob("*"):
            if not folder.is_relative_to(other):
                prepared.forget(self._inside(other.name))
                shutil.rmtree(other, ignore_errors=True)

    def version(self, folder: Path) -> str:
        """The commit, as git abbreviates it."""
        return folder.relative_to(self._place).parts[0][:_SHORT]

    async def _look(self) -> bool:
        """Whether the branch has come to another commit, which then lies here; raises `RepositoryError`."""
        try:
            commit = await self._commit()
            if (is_other := commit != self._seen) and not (self._place / commit).exists():
                await self._fetch(commit)
        except (RepositoryError, OSError) as error:
            where = f"branch {self._repository.branch} of {self._repository.address}"
            raise RepositoryError(f"the knowledge cannot be fetched from {where}: {error}") from error
        if self._away:
            log.info("the repository of the knowledge is back", address=self._repository.address)
        self._seen, self._away = commit, False
        return is_other

    def _missed(self, error: RepositoryError) -> None:
        if not self._away:
            log.error("the last good state of the knowledge goes on", reason=str(error))
        self._away = True

    async def _commit(self) -> str:
        reference = f"refs/heads/{self._repository.branch}"
        listed = await _git("ls-remote", "--", self._repository.address, reference)
        for commit, name in (line.split("\t", 1) for line in listed.splitlines() if "\t" in line):
            if name == reference and _COMMIT.fullmatch(commit):
                return commit
        raise RepositoryError("there is no such branch")

    async def _fetch(self, commit: str) -> None:
        """Made under another name, so that what has a commit's name is whole."""
        self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = Path(mkdtemp(prefix="incoming-", dir=self._place))
        branch = f"--branch={self._repository.branch}"
        try:
            await _within_bounds(fresh, _git("clone", *_CLONE, branch, "--", self._repository.address, str(fresh)))
            _weigh(await _git("-C", str(fresh), "ls-tree", "-r", "-t", "-l", "HEAD"))
            await _git("-C", str(fresh), "checkout", "--quiet")
            await asyncio.to_thread(_finish, fresh, self._place / commit)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _states(self) -> list[Path]:
        """What lies here whole, the newest first."""
        whole = (path for path in self._place.glob("*") if _COMMIT.fullmatch(path.name))
        return sorted(whole, key=lambda path: path.stat().st_mtime, reverse=True)

    def _inside(self, commit: str) -> Path:
        return self._place / commit / self._repository.folder


async def _within_bounds(folder: Path, writing: Awaitable[str]) -> None:
    """Let git write into the folder, and end it when that is too much; raises `RepositoryError`."""
    git = asyncio.ensure_future(writing)
    try:
        while not git.done():
            await asyncio.wait([git], timeout=_LOOK_EVERY)
            await asyncio.to_thread(_measure, folder)
        await git
    finally:
        git.cancel()
        await asyncio.gather(git, return_exceptions=True)


def _measure(folder: Path) -> None:
    """What git has written so far; some of its files it takes away meanwhile."""
    sizes = []
    for here, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                sizes.append(Path(here, name).lstat().st_size)
    _refuse_beyond(len(sizes), sum(sizes))


def _weigh(listed: str) -> None:
    """What git is about to write: mode, kind, name and size are in each line; a folder's size is "-"."""
    sizes = [line.split(maxsplit=4)[3] for line in listed.splitlines()]
    _refuse_beyond(len(sizes), sum(int(size) for size in sizes if size.isdigit()))


def _refuse_beyond(files: int, size: int) -> None:
    if files > MOST_FILES or size > MOST_BYTES:
        most = f"{MOST_FILES:,} files or {MOST_BYTES // 10**6} MB"
        raise RepositoryError(f"it holds more than {most}, which is no knowledge base")


def _finish(fresh: Path, state: Path) -> None:
    shutil.rmtree(fresh / ".git")
    os.sync()  # else a power cut could leave empty files in what is named like something whole
    fresh.rename(state)


async def _git(*arguments: str) -> str:
    """What git printed; raises `RepositoryError` with its reason. It has no terminal, so it cannot ask anybody."""
    told = asyncio.subprocess.PIPE
    try:
        child = await asyncio.create_subprocess_exec(
            *("git", *_HARMLESS, *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            env={**os.environ, **_ENVIRONMENT},
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise RepositoryError("the program git is not installed; on Debian, `apt install git`") from error
    printed, said = await _ended(child)
    if child.returncode:
        raise RepositoryError(_reason(said.decode(errors="replace")))
    return printed.decode(errors="replace")


async def _ended(child: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    """Git starts other programs; what has to end early, ends together."""
    readings = [asyncio.ensure_future(_all_of(stream)) for stream in (child.stdout, child.stderr)]
    try:
        async with asyncio.timeout(_PATIENCE):
            printed, said = await asyncio.gather(*readings)
            await child.wait()
            return printed, said
    except TimeoutError as error:
        raise RepositoryError(f"no answer within {_PATIENCE:.0f} seconds") from error
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            for reading in readings:
                reading.cancel()
            await asyncio.gather(*readings, return_exceptions=True)
            await asyncio.gather(_rest_of(child.stdout), _rest_of(child.stderr))
            await child.wait()


async def _rest_of(stream: asyncio.StreamReader | None) -> None:
    """Nobody is told of the end of a process as long as something that it said is not read."""
    while stream and await stream.read(65536):
        pass


async def _all_of(stream: asyncio.StreamReader | None) -> bytes:
    """Until it ends; raises `RepositoryError` when there is no sense in that."""
    told = bytearray()
    while stream and (piece := await stream.read(65536)):
        told += piece
        if len(told) > _MOST_SAID:
            raise RepositoryError("it holds more branches or files than a knowledge base can have")
    return bytes(told)


def _reason(said: str) -> str:
    """The first thing that git, or ssh, complains of."""
    lines = (line.strip() for line in said.splitlines())
    complaints = [line for line in lines if line and not line.casefold().startswith("warning")]
    return complaints[0].removeprefix("fatal: ") if complaints else "git failed and does not say why"
