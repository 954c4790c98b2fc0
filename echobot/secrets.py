"""Secrets have files of their own, which nobody but their owner can read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from echobot.errors import SettingsError

_LONGEST = 10_000


def read_secret(file: Path, environment: Mapping[str, str] = os.environ) -> str:
    """The one word in a file that nobody but its owner can read, or in systemd's copy of it; raises `SettingsError`."""
    copy = _credential(file, environment)
    try:
        if copy is None and file.stat().st_mode & 0o077:
            raise SettingsError(f"others can read the secret in {file}; run `chmod 600 {file}`")
        with (copy or file).open(encoding="utf-8") as opened:
            secret = opened.read(_LONGEST).strip()
    except FileNotFoundError as error:
        raise SettingsError(f"there is no file {file}, where a secret should be; `echobot login` makes it") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the secret in {file} cannot be read: {error}") from error
    if len(secret.split()) != 1:
        raise SettingsError(f"{file} should hold one word, the secret, and nothing else; `echobot login` writes it")
    return secret


def _credential(file: Path, environment: Mapping[str, str]) -> Path | None:
    """What `LoadCredential=secrets:/etc/echobot/secrets` makes of secrets/rooms; systemd lets nobody else read it."""
    folder = environment.get("CREDENTIALS_DIRECTORY")
    copy = Path(folder, f"{file.parent.name}_{file.name}") if folder else None
    return copy if copy and copy.is_file() else None
