"""A process to be killed: keeps numbered messages and settles them for ever, telling what the store has promised.

Batch number n holds the messages 5n to 5n+4, and its cursor is n + 1. It is told after a call has returned.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from multiprocessing.connection import Connection

from echobot.core.message import Message, Reply
from echobot.ports import Settlement
from echobot.stores.sql import SqlStore
from tests.fakes import ACCOUNT, NOON, conversation, message, reply

BATCH = 5


def batch(number: int) -> list[Message]:
    return [message(number * BATCH + i, f"text {number}", f"@p{i}:example.org") for i in range(BATCH)]


def reply_to(asked: Message) -> Reply:
    return reply(int(asked.id.removeprefix("$m")), asker=asked.sender)


def live(url: str, told: Connection) -> None:
    asyncio.run(_run(url, told.send))


async def _run(url: str, tell: Callable[[str], None]) -> None:
    store = SqlStore.open(url)
    number = int(await store.cursor(ACCOUNT) or 0)
    while True:
        await store.keep(ACCOUNT, batch(number), str(number + 1), NOON)
        tell(f"kept {number}")
        number += 1
        waiting = await store.waiting(ACCOUNT, BATCH)
        talks = [conversation(asked.sender, asked.place, NOON, asked.id) for asked in waiting]
        await store.settle(Settlement(waiting, [reply_to(asked) for asked in waiting], talks), NOON)
        for asked in waiting:
            tell(f"settled {asked.id}")
