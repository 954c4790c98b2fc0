"""Looking into a store changes nothing, and works while a bot is using it."""

import pytest

from echobot.core.gap import Gap
from echobot.core.knowledge import Language
from echobot.errors import StoreError
from echobot.ports import Settlement
from echobot.stores.sql import SqlStore
from tests.fakes import ACCOUNT, NOON, message

GAP = Gap("is it down?", Language("en"), 1, NOON)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/100% echobot?.db"


@pytest.fixture
async def used(url):
    """A store that a bot is using."""
    store = SqlStore.open(url)
    await store.settle(Settlement(gaps=[GAP]), NOON)
    yield store
    await store.close()


def refused(url) -> str:
    with pytest.raises(StoreError) as refusal:
        SqlStore.open_to_read(url)
    return str(refusal.value)


async def test_a_store_that_a_bot_is_using_can_be_looked_into(used, url):
    looked = SqlStore.open_to_read(url)

    assert await looked.gaps() == [GAP]
    await used.settle(Settlement(gaps=[GAP]), NOON)
    assert [gap.count for gap in await looked.gaps()] == [2]
    await looked.close()


async def test_a_store_that_nobody_uses_can_be_looked_into_and_used_again(url):
    store = SqlStore.open(url)
    await store.settle(Settlement(gaps=[GAP]), NOON)
    await store.close()
    looked = SqlStore.open_to_read(url)
    assert await looked.gaps() == [GAP]
    await looked.close()

    await SqlStore.open(url).close()


async def test_who_looks_cannot_write(used, url):
    looked = SqlStore.open_to_read(url)
    with pytest.raises(StoreError, match="cannot be written"):
        await looked.keep(ACCOUNT, [message(1)], "c1", NOON)
    await looked.close()

    assert await used.waiting(ACCOUNT, 10) == []


def test_a_store_that_is_not_there_is_not_made(tmp_path):
    assert (
        refused(f"sqlite:///{tmp_path}/no.db")
        == f"There is no store at {tmp_path}/no.db; a bot makes one when it starts."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_store_is_named(tmp_path):
    (tmp_path / "letter").write_text("this is a letter to my aunt, and it is long enough to look like a file " * 20)

    assert refused(f"sqlite:///{tmp_path}/letter").startswith(f"The store {tmp_path}/letter is not an echobot database")


def test_a_store_in_memory_cannot_be_looked_into():
    assert refused("sqlite://").startswith("A store in memory cannot be looked into")
