"""Where on this machine things are kept."""

from __future__ import annotations

import os
import re
from pathlib import Path

from echobot.errors import EchobotError

KEYS = "keys"
"""Beside the store, with a folder for each account that encrypts."""


def beside_store(store: str, what: str, state: Path | None = None) -> Path:
    """A place next to the store's file, named after it; for a store elsewhere, in a folder for such things."""
    file = re.match(r"sqlite(?:\+\w+)?:///(?!:memory:|file:)([^?]+)", store)
    stem = Path(file[1]).absolute() if file else (state or state_folder()) / "echobot"
    return stem.with_name(f"{stem.stem}-{what}")


def state_folder() -> Path:
    """Made when it is not there yet; raises `EchobotError`."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    folder = Path(base) / "echobot"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise EchobotError(f"{folder} cannot be made: {error.strerror}; name another place with --store") from error
    return folder
