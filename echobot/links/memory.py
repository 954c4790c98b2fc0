"""Since when a link could not be looked at: one bad day of a server is nothing to tell anybody about."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

from echobot.errors import EchobotError

LARGEST = 10_000_000  # bytes


def remembered(file: Path) -> dict[str, date]:
    """The first day of each link's trouble; nothing where there is no file, or one that somebody else wrote."""
    with suppress(OSError, ValueError, AttributeError, TypeError):
        with file.open("rb") as opened:
            told = json.loads(opened.read(LARGEST))
        return {address: date.fromisoformat(day) for address, day in told.items()}
    return {}


def remember(file: Path, since: Mapping[str, date]) -> None:
    """Whole or not at all, and nobody else's business. Raises `EchobotError`."""
    fresh = file.with_name(f".{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            json.dump({address: day.isoformat() for address, day in since.items()}, opened, indent=1)
        fresh.replace(file)
    except OSError as error:
        raise EchobotError(f"{file} cannot be written: {error.strerror}; it keeps which links had trouble") from error
