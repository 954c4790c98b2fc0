"""How the bot is, for the person who looks after it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from echobot.ports import Backlog, Trouble
from echobot.stores.sql import SqlStore


def of_store(url: str) -> tuple[str, bool]:
    """What to tell, and whether all is well; a bot may be using the store. Raises `StoreError`."""
    troubles, backlog = asyncio.run(_read(url))
    return told(troubles, backlog), not troubles


def told(troubles: Sequence[Trouble], backlog: Iterable[Backlog]) -> str:
    """Troubles first, each with since when."""
    wrong = [
        f"{trouble.about}, since {trouble.since:%Y-%m-%d %H:%M} UTC:\n{_indented(trouble.text)}" for trouble in troubles
    ]
    waiting = [f"{each.account}: {each.questions} to answer, {each.replies} to send" for each in backlog]
    return "\n".join([*(wrong or ["Nothing is wrong."]), *(waiting or ["Nothing waits."])])


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


async def _read(url: str) -> tuple[list[Trouble], list[Backlog]]:
    store = SqlStore.open_to_read(url)
    try:
        return await store.troubles(), await store.backlog()
    finally:
        await store.close()
