"""While the disk is full the bot goes on and waits; what was asked meanwhile is answered when there is room again."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from echobot.delivery import Courier
from echobot.errors import StoreError
from echobot.reception import Reception
from echobot.stores.patient import patient
from echobot.stores.sql import SqlStore
from tests.fakes import ACCOUNT, NOON, EchoBot, message, until

SOON = timedelta(milliseconds=5)
ALL_OF_IT = 1_000_000  # pages
PEOPLE = 40


@pytest.fixture
async def disk(tmp_path):
    disk = Disk(SqlStore.open(f"sqlite:///{tmp_path}/echobot.db"))
    yield disk
    await disk.store.close()


class Disk:
    """How much a store may grow is in the test's hands."""

    def __init__(self, store):
        self.store = store

    async def allow(self, pages):
        await self.store._on_the_thread(lambda: self._allow(pages))

    def _allow(self, pages):
        with self.store._database.engine.connect() as connection:
            connection.connection.cursor().execute(f"PRAGMA max_page_count = {pages}")


@asynccontextmanager
async def bot_at_work(chat, store, clock):
    courier = Courier(chat, store, clock)
    reception = Reception(chat, store, EchoBot(store), courier.call, clock)
    works = [asyncio.create_task(reception.run()), asyncio.create_task(courier.run())]
    yield works
    for work in works:
        work.cancel()
    await asyncio.gather(*works, return_exceptions=True)


def questions(first):
    """Long ones, so that they need room."""
    return [message(number, f"{number} " * 500, f"@p{number}:example.org") for number in range(first, first + PEOPLE)]


async def test_what_is_asked_while_the_disk_is_full_is_answered_once_when_there_is_room(chat, clock, disk):
    store = patient(disk.store, clock, SOON)
    chat.say(*questions(0))
    async with bot_at_work(chat, store, clock) as works:
        await until(lambda: len(chat.posts) == PEOPLE)
        await disk.allow(1)
        chat.say(*questions(PEOPLE))
        async with asyncio.timeout(30):
            while not await store.troubles():
                pass
        assert not any(work.done() for work in works)
        assert len(chat.posts) == PEOPLE
        await disk.allow(ALL_OF_IT)
        await until(lambda: len(chat.posts) == 2 * PEOPLE)

    assert Counter(post.key for post in chat.posts) == {f"{ACCOUNT}:$m{number}": 1 for number in range(2 * PEOPLE)}


async def test_what_is_waited_for_is_told_at_once_and_no_longer_than_it_lasts(clock, disk):
    store = patient(disk.store, clock, SOON)
    await disk.allow(1)
    with capture_logs() as logs:
        keeping = [asyncio.create_task(store.keep(ACCOUNT, questions(n), f"c{n}", NOON)) for n in (0, PEOPLE)]
        async with asyncio.timeout(30):
            while len(await store.troubles()) < 1:
                pass
        (trouble,) = await store.troubles()
        await disk.allow(ALL_OF_IT)
        await asyncio.gather(*keeping)

    assert (trouble.about, trouble.since) == ("the store", NOON)
    assert "because the disk is full; make room" in trouble.text
    assert await store.troubles() == []
    assert [line["log_level"] for line in logs] == ["error", "info"]
    assert len(await store.waiting(ACCOUNT, 1000)) == 2 * PEOPLE


async def test_who_gives_up_waiting_is_no_trouble_any_more(clock, disk):
    store = patient(disk.store, clock, SOON)
    await disk.allow(1)
    keeping = asyncio.create_task(store.keep(ACCOUNT, questions(0), "c", NOON))
    async with asyncio.timeout(30):
        while not await store.troubles():
            pass
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)

    assert await store.troubles() == []
    assert await store.cursor(ACCOUNT) is None


async def test_what_waiting_cannot_mend_is_told_at_once(clock, tmp_path):
    store = SqlStore.open(f"sqlite:///{tmp_path}/echobot.db")
    await store.keep(ACCOUNT, questions(0), "c", NOON)
    await store.forget(NOON, NOON, NOON, NOON)  # so that it all stands in the file, and nothing in its log
    await store._on_the_thread(store._database.engine.dispose)
    with (tmp_path / "echobot.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\x5a" * 4096 * 30)

    with pytest.raises(StoreError, match="is damaged; bring back its last backup"):
        await patient(store, clock, SOON).waiting(ACCOUNT, 1000)
    await store.close()
