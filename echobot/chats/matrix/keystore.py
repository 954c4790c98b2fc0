"""The folder with the keys of a device: one database, and beside it what opens it and whose it is."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from nio.store import SqliteStore

from echobot.chats.matrix.homeserver import LOG_IN_AGAIN
from echobot.errors import SettingsError

DATABASE = "keys.db"


def open_store(folder: Path, user: str, device: str) -> SqliteStore:
    """The device's keys, made when there are none yet. Raises `SettingsError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        _check(folder, device)
        opener = kept(folder / "opener", secrets.token_hex(32))
        os.close(os.open(folder / DATABASE, os.O_CREAT | os.O_WRONLY, 0o600))  # nio would let others read it
    except OSError as error:
        raise SettingsError(f"{folder}: the encryption keys cannot be kept there: {error.strerror}") from error
    return SqliteStore(user, device, str(folder), opener, DATABASE)


def pin(folder: Path, device: str) -> None:
    """From now on the keys are those of this device. Raises `SettingsError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / "device").unlink(missing_ok=True)
        kept(folder / "device", device)
    except OSError as error:
        raise SettingsError(f"{folder}: the encryption keys cannot be kept there: {error.strerror}") from error


def _check(folder: Path, device: str) -> None:
    """The token decides which device the bot is; keys of another one would lock others' messages away from it."""
    if (known := kept(folder / "device", device)) != device:
        raise SettingsError(
            f"the token is one of device {device}, and {folder} holds the keys of device {known}; {LOG_IN_AGAIN}"
        )


def kept(file: Path, value: str) -> str:
    """What stands in the file; when it is not there, this value from now on."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(descriptor, "w") as opened:
        opened.write(f"{value}\n")
        opened.flush()
        os.fsync(opened.fileno())
    return value
