"""A branch of a git repository, followed: each state of it lies in a folder of its own, whole from the first moment."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
from collections.abc import AsyncIterator, Sequence
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
_SHORT = 12  # characters of a commit's name
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
# A repository may not run anything here, lead out of its folder, or have git ask a person.
_HARMLESS = ("-c", "core.hooksPath=/dev/null", "-c", "core.symlinks=false")
_CLONE = ("--quiet", "--depth=1", "--no-tags", "--no-local", "--no-recurse-submodules", "--template=")
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
            await _git("clone", *_CLONE, branch, "--", self._repository.address, str(fresh))
            await asyncio.to_thread(_finish, fresh, self._place / commit)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _states(self) -> list[Path]:
        """What lies here whole, the newest first."""
        whole = (path for path in self._place.glob("*") if _COMMIT.fullmatch(path.name))
        return sorted(whole, key=lambda path: path.stat().st_mtime, reverse=True)

    def _inside(self, commit: str) -> Path:
        return self._place / commit / self._repository.folder


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
    try:
        async with asyncio.timeout(_PATIENCE):
            return await child.communicate()
    except TimeoutError as error:
        raise RepositoryError(f"no answer within {_PATIENCE:.0f} seconds") from error
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            await child.communicate()


def _reason(said: str) -> str:
    """The first thing that git, or ssh, complains of."""
    lines = (line.strip() for line in said.splitlines())
    complaints = [line for line in lines if line and not line.casefold().startswith("warning")]
    return complaints[0].removeprefix("fatal: ") if complaints else "git failed and does not say why"
