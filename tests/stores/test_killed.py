"""A store that is killed in the middle of its work has done each call wholly or not at all, and keeps its word."""

from __future__ import annotations

import signal
import time
from contextlib import suppress

import pytest

from echobot.stores.sql import SqlStore
from tests.fakes import ACCOUNT, NOON, ROOM
from tests.servers.ready import COPIES
from tests.stores.endless import batch, live


@pytest.fixture
def kills(request):
    return {"short": 15, "full": 100}[request.config.getoption("--chaos")]


def run_and_kill(url: str, after_lines: int, and_then: float) -> list[str]:
    """Returns all that it told before its end. It tells between calls; `and_then` (s) leads into one."""
    heard, told = COPIES.Pipe(duplex=False)
    process = COPIES.Process(target=live, args=(url, told), daemon=True)
    process.start()
    told.close()
    with heard:
        lines = [heard.recv() for _ in range(after_lines)]
        time.sleep(and_then)
        process.kill()
        with suppress(EOFError):
            while True:
                lines.append(heard.recv())
    process.join()
    assert process.exitcode == -signal.SIGKILL
    return lines


@pytest.mark.chaos
async def test_whatever_was_promised_before_the_kill_is_there_and_nothing_is_half_done(tmp_path, kills):
    url = f"sqlite:///{tmp_path}/echobot.db"
    promised: list[str] = []
    for kill in range(kills):
        promised += run_and_kill(url, after_lines=1 + 7 * kill % 50, and_then=kill * 0.0007 % 0.01)
        store = SqlStore.open(url)
        await _check(store, promised)
        await store.close()


async def _check(store: SqlStore, promised: list[str]) -> None:
    batches = int(await store.cursor(ACCOUNT) or 0)
    said = [asked.id for number in range(batches) for asked in batch(number)]
    waiting = [asked.id for asked in await store.waiting(ACCOUNT, 100_000)]
    replied = [delivery.outgoing.to for delivery in await store.outbox(ACCOUNT, NOON, 100_000)]

    assert replied + waiting == said, "every message behind the cursor is either answered or waiting, in order"
    assert batches >= sum(line.startswith("kept") for line in promised)
    assert set(replied) >= {line.split()[1] for line in promised if line.startswith("settled")}
    for asked in replied[-5:]:
        person = f"@p{int(asked.removeprefix('$m')) % 5}:example.org"
        assert (await store.conversation(ROOM, person)).offered == (asked,), "the conversation went on with the reply"
