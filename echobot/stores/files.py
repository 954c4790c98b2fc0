"""The file that a store is kept in, and the lock beside it."""

from __future__ import annotations

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from echobot.errors import StoreError

_WHAT_TO_DO_IN_THE_FOLDER = {
    errno.ENOENT: "its folder does not exist; create the folder, or name another file in the settings",
    errno.EISDIR: "it is a folder; name a file in it",
    errno.ENOSPC: "the disk is full; make room",
    errno.EROFS: "its disk is read-only; name a file on another disk in the settings",
}


def path_of(url: str) -> Path:
    """Where the store is, or will be; raises `StoreError`."""
    address = parsed(url)
    if not address.database or address.database == ":memory:":
        raise StoreError("A store in memory cannot be looked into; name one in a file, such as sqlite:///echobot.db.")
    return Path(address.database).resolve()


def file_of(url: str) -> Path:
    """Where the store is; raises `StoreError` when there is none."""
    path = path_of(url)
    if not path.is_file():
        raise StoreError(f"There is no store at {path}; a bot makes one when it starts.")
    return path


def parsed(url: str) -> URL:
    """The address, of a kind that echobot can use; raises `StoreError`."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise StoreError("The store's address cannot be read; write it as sqlite:///echobot.db.") from None
    if address.drivername != "sqlite":
        raise StoreError(
            f"echobot cannot keep its store in {address.drivername};"
            " write sqlite:///echobot.db or postgresql://user@host/database."
        )
    return address


def claim(path: Path) -> int:
    """Hold a lock beside the file, until it is closed: two bots on one store would answer everything twice."""
    lock = None
    try:
        lock = open_private(Path(f"{path}.lock"))
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if lock is not None:
            os.close(lock)
        raise _refusal(path, error) from None
    return lock


def must_not_be_lost(path: Path, lock: int) -> None:
    """In the empty file that is left of a store which was in use, SQLite would begin a new one."""
    if path.is_file() and not path.stat().st_size and os.fstat(lock).st_size:
        raise StoreError(
            f"The store {path} is empty, and was not when it was last used; "
            "bring back its last backup with `echobot restore`, or delete it and start anew."
        )


def note_use(lock: int) -> None:
    """From now on an empty file in the store's place is no new store. Another start notes it when this one cannot."""
    with suppress(OSError):
        os.pwrite(lock, b"in use\n", 0)


def make_private(path: Path) -> None:
    """SQLite would make the file by itself, and let everybody read it."""
    try:
        os.close(open_private(path))
    except OSError as error:
        raise _refusal(path, error) from None


def open_private(path: Path) -> int:
    """A file that only its owner can read; root, who looks after a bot, leaves it to whom the folder belongs."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    if os.geteuid() == 0:
        folder = path.parent.stat()
        os.fchown(file, folder.st_uid, folder.st_gid)
    return file


def _refusal(path: Path, error: OSError) -> StoreError:
    if isinstance(error, BlockingIOError):
        return StoreError(f"Another echobot is using {path}; stop that one first, or give this one a store of its own.")
    permission = f"{error.strerror}; let the user who runs echobot write the file and its folder"
    return StoreError(f"{path} cannot be opened: {_WHAT_TO_DO_IN_THE_FOLDER.get(error.errno or 0, permission)}.")
