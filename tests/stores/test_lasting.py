"""What outlives a power cut is brought to the disk; what would only be done again does not wait for it."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from echobot.core.message import Wish
from echobot.ports import Settlement
from echobot.stores.sql import SqlStore
from tests.fakes import ACCOUNT, NOON, conversation, message, reply

FULL = 2  # SQLite's number: a commit returns once the disk has it
KEY = reply(1).key

ANSWER = Settlement(
    [message(1)], [reply(1)], [conversation()], wishes=[Wish(ACCOUNT, "@ivo:example.org", silence=True)]
)

LASTING = {
    "messages that are kept": lambda store: store.keep(ACCOUNT, [message(2)], "c2", NOON),
    "a first attempt": lambda store: store.attempting([KEY], NOON),
    "a reply that waits": lambda store: store.postpone(KEY, NOON, "busy", NOON),
    "a reply that is given up": lambda store: store.give_up(KEY, "no", NOON),
    "a trouble": lambda store: store.note_trouble("knowledge", "It is wrong.", NOON),
    "forgetting": lambda store: store.forget(NOON, NOON, NOON, NOON),
}
DONE_AGAIN = {
    "a cursor behind nothing": lambda store: store.keep(ACCOUNT, [], "c2", NOON),
    "messages that are ignored": lambda store: store.keep(ACCOUNT, [], "c2", NOON, [message(2)]),
    "an answer": lambda store: store.settle(ANSWER, NOON),
    "a reply that was sent": lambda store: store.sent(KEY, "$1", NOON),
}


@pytest.fixture
async def store(tmp_path):
    store = SqlStore.open(f"sqlite:///{tmp_path}/echobot.db")
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    yield store
    await store.close()


async def levels(store, work) -> list[int]:
    """How surely each transaction was brought to the disk."""
    seen = []

    def note(connection) -> None:
        seen.append(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())

    engine = store._database.engine
    event.listen(engine, "commit", note)
    await work(store)
    event.remove(engine, "commit", note)
    return seen


@pytest.mark.parametrize("name", LASTING)
async def test_what_nobody_could_do_again_is_on_the_disk_when_the_store_returns(store, name):
    assert await levels(store, LASTING[name]) == [FULL]


@pytest.mark.parametrize("name", DONE_AGAIN)
async def test_what_would_be_done_again_does_not_wait_for_the_disk(store, name):
    (level,) = await levels(store, DONE_AGAIN[name])

    assert level < FULL


async def test_an_answer_waits_for_the_disk_twice_before_it_counts_as_sent(store):
    async def answer(store):
        await store.keep(ACCOUNT, [message(2)], "c2", NOON)
        await store.settle(Settlement([message(2)], [reply(2)]), NOON)
        await store.attempting([reply(2).key], NOON)
        await store.sent(reply(2).key, "$2", NOON)

    assert (await levels(store, answer)).count(FULL) == 2
