"""A store as one file that can be put away and brought back, also into one of another kind.

The file is SQLite's, wherever the store is. It is a copy as of one moment, whoever writes meanwhile.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path

from echobot.errors import StoreError
from echobot.stores import transactions
from echobot.stores.database import Database
from echobot.stores.files import claim, file_of, open_private, path_of
from echobot.stores.moving import copy_rows
from echobot.stores.opening import copied, open_backup, open_copy, open_new, open_of_any_form
from echobot.stores.postgresql import is_on_server
from echobot.stores.shared import open_empty

_BESIDE = ("-wal", "-shm", "-journal", "")
"""What SQLite adds to a database's name for the files that belong to it; the database comes last."""

_FULL = "the disk is full or broken; make room, or name a file on another disk"
_NO_FOLDER = "its folder does not exist; create the folder, or name another file"
_WHY = {
    errno.ENOENT: _NO_FOLDER,
    errno.ENOTDIR: _NO_FOLDER,
    errno.EACCES: "its folder may not be written; name a file in another folder",
    errno.EPERM: "its folder may not be written; name a file in another folder",
    errno.EROFS: "its folder is read-only; name a file in another folder",
    errno.ENOSPC: _FULL,
    errno.EFBIG: _FULL,
    errno.EDQUOT: _FULL,
}


def back_up(url: str, file: Path) -> Path:
    """Copy the store as it is now, also while a bot is using it; an earlier backup of that name is replaced.

    Returns the whole name of the backup. Raises `StoreError`, and then nothing has changed.
    """
    file = file.expanduser().resolve()
    _must_be_free(file)
    with closing(_original(url)) as original, _whole_or_nothing(file) as fresh:
        _copy(original, fresh)
    return file


def restore(url: str, backup: Path, now: datetime) -> Path | None:
    """Put a backup in the store's place, and return where the store is kept that was there, if there was one.

    On a server the store has to be empty. Raises `StoreError`, also while a bot is using it; then nothing has changed.
    """
    backup = backup.expanduser().resolve()
    if is_on_server(url):
        _fill(url, _existing(backup), now)
        return None
    if _existing(backup) == (store := path_of(url)):
        raise StoreError(f"{backup} is the store itself; name a file that `echobot backup` wrote.")
    lock = claim(store)
    try:
        with closing(open_backup(backup)) as original, _whole_or_nothing(store) as fresh:
            _copy(original, fresh)
            _note_that_it_is_old(fresh, now)
            return _put_aside(store)
    finally:
        os.close(lock)


def _original(url: str) -> Database:
    """What is copied has SQLite's pages, wherever it comes from."""
    return open_copy(url) if is_on_server(url) else open_of_any_form(file_of(url))


def _fill(url: str, backup: Path, now: datetime) -> None:
    """All that is in the backup is brought to the server in one transaction."""
    with (
        closing(open_backup(backup)) as original,
        closing(copied(original)) as newest,
        closing(open_empty(url)) as store,
    ):
        copy_rows(newest, store, partial(transactions.restored, now=now))


def _must_be_free(file: Path) -> None:
    """Only an earlier backup is replaced: neither a store that was ever used nor anything else."""
    if Path(f"{file}.lock").exists():
        raise StoreError(f"{file} is a bot's store; name another file for the backup.")
    if file.exists():
        open_backup(_existing(file)).close()


def _existing(backup: Path) -> Path:
    if backup.is_dir():
        raise StoreError(f"{backup} is a folder; name a file in it.")
    if not backup.exists():
        raise StoreError(f"There is no file {backup}; name one that `echobot backup` wrote.")
    return backup


@contextmanager
def _whole_or_nothing(file: Path) -> Iterator[Path]:
    """A private file that takes the other's place when all went well, and goes away when not."""
    fresh = file.with_name(f".{file.name}.new")
    try:
        _take_away(fresh)
        os.close(open_private(fresh))
        yield fresh
        _bring_to_disk(fresh)
        fresh.replace(file)
        _bring_to_disk(file.parent)
    except OSError as error:
        reason = _WHY.get(error.errno or 0, error.strerror)
        raise StoreError(f"{file} cannot be written: {reason}.") from error
    except sqlite3.Error as error:
        is_full = any(sign in str(error) for sign in ("disk is full", "disk I/O"))
        raise StoreError(f"{file} cannot be written: {_FULL if is_full else error}.") from error
    finally:
        _take_away(fresh)


def _take_away(database: Path) -> None:
    for ending in _BESIDE:
        with suppress(OSError):
            Path(f"{database}{ending}").unlink()


def _bring_to_disk(path: Path) -> None:
    """A power cut from now on does not undo it."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _copy(original: Database, fresh: Path) -> None:
    with original.engine.connect() as connection, closing(sqlite3.connect(fresh)) as copy:
        connection.connection.driver_connection.backup(copy)  # type: ignore[union-attr]  # sqlite3's own
        copy.execute("PRAGMA journal_mode = DELETE")  # so that this one file is all of it


def _note_that_it_is_old(fresh: Path, now: datetime) -> None:
    with closing(open_new(fresh)) as database:
        database.transact(partial(transactions.restored, now=now))


def _put_aside(store: Path) -> Path | None:
    """What stands in its log, which is a file beside it, goes with it; nobody needs the log of a store that is gone."""
    if not store.exists():
        _take_away(store)
        return None
    names = (store.with_name(f"{store.stem}-replaced-{number}{store.suffix}") for number in count(1))
    kept = next(name for name in names if not name.exists())
    for ending in _BESIDE:
        with suppress(FileNotFoundError):
            Path(f"{store}{ending}").rename(f"{kept}{ending}")
    return kept
