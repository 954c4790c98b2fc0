"""The settings as the operator wants them now: an edit of the file counts at once, as far as the bot can follow."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import structlog

from echobot.content.settings_file import load_settings, read_settings
from echobot.core.hours import Hours
from echobot.settings import Account, Settings

log = structlog.get_logger()

AT_THE_START = ("accounts", "knowledge", "store", "state", "machine", "answer_within", "health")
"""What the parts are built from: a change of it takes a restart."""

_OF_AN_ACCOUNT = (
    "language",
    "answer_within",
    "prefix",
    "invites",
    "admin_room",
    "admins",
    "rooms",
    "operator",
)
"""What of an account can change, as far as its network has it; the rest is where it is, and who."""

_LOOK_EVERY = 2.0  # seconds

_State: TypeAlias = tuple[int, int, int] | None


class InForce:
    """Gives the settings that count now. Whoever keeps this instead of a value follows every change."""

    def __init__(self, file: Path, look_every: float = _LOOK_EVERY) -> None:
        """Raises `ProblemsFound`."""
        self._file = file
        self._look_every = look_every
        self._seen = self._state()
        self._settings = load_settings(file)
        self._asked = asyncio.Event()
        self._changed = asyncio.Event()

    def __call__(self) -> Settings:
        return self._settings

    async def until(self, are_so: Callable[[Settings], bool]) -> None:
        """Wait for settings of which this is true."""
        while not are_so(self._settings):
            self._changed.clear()
            await self._changed.wait()

    async def follow(self, tell: Callable[[str], Awaitable[None]]) -> None:
        """Read the file again when it changed or when SIGHUP asks for it; `tell` is given the mistakes, or none."""
        if not os.isatty(0):  # a terminal that is closed says SIGHUP, too, and then the bot should end
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self.ask)
        await tell("")
        while True:
            asked = await self._is_asked()
            found = self._state()
            if asked or found not in (self._seen, None):
                await tell(self.read_again())
            self._seen = found or self._seen

    def ask(self) -> None:
        """Have the file read again soon, even if it looks as it did."""
        self._asked.set()

    def read_again(self) -> str:
        """Take what can be taken, say what takes a restart, and return the mistakes; with any, all stays as it was."""
        wanted, problems = read_settings(self._file)
        if wanted is None:
            mistakes = "\n".join(map(str, problems))
            log.error("the settings have mistakes; those from before stay in force", problems=mistakes)
            return mistakes
        before, self._settings = self._settings, following(self._settings, wanted)
        self._changed.set()
        changed, waiting = differences(before, self._settings), differences(self._settings, wanted)
        if changed or not waiting:
            log.info("the settings were read again", changed=", ".join(changed) or "nothing")
        if waiting:
            log.warning("some settings count once the bot is started again", settings=", ".join(waiting))
        return ""

    async def _is_asked(self) -> bool:
        """Wait a little, or until somebody asks."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._look_every):
                await self._asked.wait()
        asked = self._asked.is_set()
        self._asked.clear()
        return asked

    def _state(self) -> _State:
        """What tells a file from its next edit; None while an editor puts another in its place."""
        with suppress(OSError):
            found = self._file.stat()
            return found.st_mtime_ns, found.st_size, found.st_ino
        return None


def following(now: Settings, wanted: Settings) -> Settings:
    """As wanted, but for what the running parts were built from."""
    kept: dict[str, Any] = {name: getattr(now, name) for name in AT_THE_START}
    accounts = {name: _account(each, wanted.accounts.get(name)) for name, each in now.accounts.items()}
    return replace(wanted, **kept | {"accounts": accounts})


def _account(now: Account, wanted: Account | None) -> Account:
    if type(now) is not type(wanted):
        return now
    return replace(now, **{name: getattr(wanted, name) for name in _OF_AN_ACCOUNT if hasattr(now, name)})


def differences(one: Any, other: Any, below: str = "") -> list[str]:
    """What is not the same in both, by the names that the file has for it."""
    if one == other:
        return []
    ours, theirs = _members(one), _members(other)
    if type(one) is not type(other) or ours is None or theirs is None:
        return [below.removesuffix(".")]
    return [each for name in ours | theirs for each in differences(ours.get(name), theirs.get(name), f"{below}{name}.")]


def _members(value: Any) -> dict[str, Any] | None:
    """What has names of its own in it; None: it has none, or the file has others for it."""
    if is_dataclass(value) and not isinstance(value, Hours):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return value if isinstance(value, dict) else None
