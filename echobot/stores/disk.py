"""What somebody who is not the bot can see of the disk that its store is on."""

from __future__ import annotations

import os
from pathlib import Path

from echobot.stores.files import path_of
from echobot.stores.postgresql import is_on_server

_LITTLE = 10_000_000  # bytes; a month of a thousand questions a day takes three times that


def trouble_with_disk(url: str) -> str:
    """A sentence about what keeps a store in a file from growing; none of one on a server. Raises `StoreError`."""
    if is_on_server(url):
        return ""
    store = path_of(url)
    try:
        return trouble(store, os.statvfs(store.parent))
    except OSError:  # whoever opens the store says it better
        return ""


def trouble(store: Path, disk: os.statvfs_result) -> str:
    """The same of a disk like this one; what is kept back for root does not count, because the bot is not root."""
    if disk.f_flag & os.ST_RDONLY:
        return f"The store {store} cannot be written: its disk is read-only; the system's log may say why."
    if (left := disk.f_bavail * disk.f_frsize) < _LITTLE:
        return f"The store {store} can hardly grow: {left // 1_000_000} MB are left on its disk; make room."
    return ""
