"""A disk that is full when a test wants it to be, for a process of its own.

Where a process may have a file system of its own, that is one of a megabyte in memory, and a ballast fills it.
Elsewhere no file of the process may grow any more: the writes fail in the same place, only with another error.
"""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

SIZE = 1_000_000
_CEILING = 100_000
_MOUNT = f'mount -t tmpfs -o size={SIZE},mode=0700 none "$0" && exec "$@"'


class DiskInMemory:
    """Only the process sees it, and whoever looks through the process's eyes."""

    says = "cannot grow because the disk is full; make room"

    def __init__(self, folder: Path) -> None:
        self.inside = ["unshare", "-rm", "sh", "-c", _MOUNT, str(folder)]  # what the process's command is given to
        self._folder = folder

    def fill(self, pid: int) -> None:
        with self._ballast(pid).open("ab", buffering=0) as ballast:
            try:
                while ballast.write(b"\0" * 4096):
                    pass
            except OSError:
                return

    def clear(self, pid: int) -> None:
        self._ballast(pid).unlink()

    def _ballast(self, pid: int) -> Path:
        return Path(f"/proc/{pid}/root{self._folder}/ballast")


class Ceiling:
    """Files may have some size, and not more."""

    says = "cannot be read or written by the disk; check the disk and its free space"

    def __init__(self, folder: Path) -> None:
        self.inside: list[str] = []

    def fill(self, pid: int) -> None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (_CEILING, resource.RLIM_INFINITY))

    def clear(self, pid: int) -> None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def small_disk(folder: Path) -> DiskInMemory | Ceiling:
    """Whatever this machine allows; the folder is where the disk is."""
    folder.mkdir()
    disk = DiskInMemory(folder)
    try:
        may = subprocess.run([*disk.inside, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        may = False
    return disk if may else Ceiling(folder)
