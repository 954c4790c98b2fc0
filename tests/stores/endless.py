"""A process to be killed: keeps numbered messages and settles them for ever, saying what the store has promised.

Batch number n holds the messages 5n to 5n+4, and its cursor is n + 1. A line goes out after a call has returned.
"""

from __future__ import annotations

import asyncio
import sys

from echobot.core.message import Message, Reply
from echobot.ports import Settlement
from echobot.stores.sql import SqlStore
from tests.fakes import ACCOUNT, NOON, conversation, message, reply

BATCH = 5


def batch(number: int) -> list[Message]:
    return [message(number * BATCH + i, f"text {number}", f"@p{i}:example.org") for i in range(BATCH)]


def reply_to(asked: Message) -> Reply:
    return reply(int(asked.id.removeprefix("$m")), asker=asked.sender)


async def run(url: str) -> None:
    store = SqlStore.open(url)
    number = int(await store.cursor(ACCOUNT) or 0)
    while True:
        await store.keep(ACCOUNT, batch(number), str(number + 1), NOON)
        print("kept", number, flush=True)
        number += 1
        waiting = await store.waiting(ACCOUNT, BATCH)
        talks = [conversation(asked.sender, asked.place, NOON, asked.id) for asked in waiting]
        await store.settle(Settlement(waiting, [reply_to(asked) for asked in waiting], talks), NOON)
        for asked in waiting:
            print("settled", asked.id, flush=True)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1]))
