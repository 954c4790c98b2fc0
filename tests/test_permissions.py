"""What the bot writes is nobody else's to read or to change, however careless the account it runs in is."""

import asyncio
import os
from datetime import date
from pathlib import Path

import pytest

from echobot.access import _keep_secret
from echobot.chats.matrix.keystore import open_store, pin
from echobot.links.memory import remember
from echobot.places import state_folder
from echobot.prepared import answerer
from echobot.repository import FollowedBranch
from echobot.settings import Repository
from echobot.stores.copying import back_up, restore
from echobot.stores.sql import SqlStore
from tests.fakes import ACCOUNT, NOON, message
from tests.test_repository import Server

OTHERS = 0o077


@pytest.fixture(autouse=True)
def careless(tmp_path, monkeypatch):
    """Everybody may do everything, unless it is said otherwise."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """What in the folder others reach; a folder that they cannot enter hides what is in it."""
    reached = [path for path in folder.iterdir() if path.lstat().st_mode & OTHERS]
    return [path.name for path in reached] + [
        name for path in reached if path.is_dir() for name in open_to_others(path)
    ]


async def test_the_store_what_sqlite_puts_beside_it_and_its_lock(tmp_path):
    store = SqlStore.open(f"sqlite:///{tmp_path / 'echobot.db'}")
    await store.keep(ACCOUNT, [message()], "cursor", NOON)
    try:
        assert {file.suffix for file in tmp_path.glob("echobot.db*")} >= {".db", ".db-wal", ".lock"}
        assert not open_to_others(tmp_path)
    finally:
        await store.close()


def test_a_backup_and_what_a_restored_store_replaces(tmp_path):
    url = f"sqlite:///{tmp_path / 'echobot.db'}"
    asyncio.run(SqlStore.open(url).close())
    back_up(url, tmp_path / "backup.db")
    assert not open_to_others(tmp_path)

    assert restore(url, tmp_path / "backup.db", NOON)
    assert not open_to_others(tmp_path)


def test_tokens_and_what_encrypts(tmp_path):
    _keep_secret(tmp_path / "secrets" / "our-rooms", "syt_abc")
    pin(tmp_path / "keys" / "our-rooms", "DEVICE")
    open_store(tmp_path / "keys" / "our-rooms", "@echobot:example.org", "DEVICE").database.close()

    assert [file.stat().st_mode & OTHERS for file in (tmp_path / "keys" / "our-rooms").iterdir()] == [0, 0, 0]
    assert (tmp_path / "secrets" / "our-rooms").stat().st_mode & OTHERS == 0
    assert "secrets" not in open_to_others(tmp_path)


def test_what_is_prepared_in_the_cache_and_remembered_of_links(small_knowledge, tmp_path):
    answerer(small_knowledge)
    remember(state_folder() / "links.json", {"https://example.org": date(2026, 11, 25)})

    for kept in ("cache", "state"):
        assert [file for file in (tmp_path / kept).rglob("*") if file.is_file()]
        assert not open_to_others(tmp_path / kept)


async def test_the_states_of_a_followed_repository(tmp_path):
    server = Server(tmp_path / "server")
    server.push("entries: []")
    await FollowedBranch(Repository(server.address), tmp_path / "knowledge").folders()

    assert open_to_others(tmp_path / "knowledge") == []
