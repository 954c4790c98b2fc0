"""What people thought of the answers, for the curators."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from echobot.core.reaction import DISLIKED, LIKED, Votes
from echobot.stores.sql import SqlStore


def votes_in(store_url: str) -> list[Votes]:
    """The votes of a store, what helped least first; a bot may be using it. Raises `StoreError`."""
    return asyncio.run(_read(store_url))


def listed(votes: Sequence[Votes]) -> str:
    """A line for each entry."""
    if not votes:
        return "No answer was judged."
    return "\n".join(f"{LIKED} {each.liked:4}  {DISLIKED} {each.disliked:4}  {each.entry}" for each in votes)


def as_json(votes: Sequence[Votes]) -> list[dict[str, Any]]:
    return [asdict(each) for each in votes]


async def _read(store_url: str) -> list[Votes]:
    store = SqlStore.open_to_read(store_url)
    try:
        return await store.votes()
    finally:
        await store.close()
