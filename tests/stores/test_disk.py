"""A disk without room is seen by whoever looks from outside, also when the bot cannot be asked."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from echobot.stores.disk import trouble, trouble_with_disk
from tests.servers.small_disk import DiskInMemory, small_disk

STORE = Path("/var/lib/echobot/echobot.db")
USE_FILL_AND_LOOK = """
import asyncio, sys
from pathlib import Path
from echobot.cli import main
from echobot.stores.sql import SqlStore

async def look(url):
    store = SqlStore.open(url)
    await store.withdraw("visit-zagreb")
    try:
        with (Path(sys.argv[1]) / "ballast").open("wb", buffering=0) as ballast:
            for _ in range(500):
                ballast.write(b"." * 4096)
    except OSError:
        pass
    print(await asyncio.to_thread(main, ["status", "--store", url]))
    await store.close()
    print(await asyncio.to_thread(main, ["status", "--store", url]))

asyncio.run(look(f"sqlite:///{sys.argv[1]}/echobot.db"))
"""


def disk(left: int, flags: int = 0) -> os.statvfs_result:
    """So many bytes for everybody, and some more for root."""
    return os.statvfs_result((4096, 4096, 10**6, left // 4096 + 10**5, left // 4096, 0, 0, 0, flags, 255))


def test_a_disk_with_room_is_no_trouble():
    assert trouble(STORE, disk(10**8)) == ""


@pytest.mark.parametrize(("left", "told"), [(0, "0 MB"), (5_500_000, "5 MB")])
def test_a_disk_that_is_nearly_full_is_told_whatever_root_may_still_write(left, told):
    assert trouble(STORE, disk(left)) == f"The store {STORE} can hardly grow: {told} are left on its disk; make room."


def test_a_disk_that_is_read_only_is_told():
    assert trouble(STORE, disk(10**8, os.ST_RDONLY)) == (
        f"The store {STORE} cannot be written: its disk is read-only; the system's log may say why."
    )


def test_of_a_folder_that_is_not_there_and_of_a_server_nothing_is_told(tmp_path):
    assert trouble_with_disk(f"sqlite:///{tmp_path}/no/echobot.db") == ""
    assert trouble_with_disk("postgresql://echobot@db.example.org/echobot") == ""


def test_status_says_that_the_disk_is_full_while_a_bot_uses_the_store_and_afterwards(tmp_path):
    small = small_disk(tmp_path / "disk")
    command = [*small.inside, sys.executable, "-c", USE_FILL_AND_LOOK, str(tmp_path / "disk")]
    said = subprocess.run(command, capture_output=True, text=True, check=False)

    is_full = isinstance(small, DiskInMemory)  # any other disk is not for a test to fill
    full = f"The store {tmp_path}/disk/echobot.db can hardly grow: 0 MB are left on its disk; make room."
    told = full if is_full else "Nothing is wrong."
    before, _, code, *after = said.stdout.splitlines()
    assert (before, code, after[0]) == (told, str(int(is_full)), told), said.stderr
