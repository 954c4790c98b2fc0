"""Taking back what was posted: a wish, left in the store, that the bot fulfils."""

from __future__ import annotations

import asyncio

from echobot.core.ledger import Posting
from echobot.errors import EchobotError
from echobot.stores.sql import SqlStore


def withdraw(store_url: str, announcement_id: str) -> str:
    """Leave the wish that its posts are taken away; returns what to tell. Raises `EchobotError`."""
    posted = asyncio.run(_wish(store_url, announcement_id))
    if not posted:
        raise EchobotError(f"nothing of {announcement_id} stands anywhere; `echobot announcements` lists what comes")
    places = ", ".join(sorted({posting.destination for posting in posted}))
    return f"{announcement_id} will be taken away from {places} within a minute, or as soon as the bot runs."


async def _wish(url: str, announcement_id: str) -> list[Posting]:
    store = SqlStore.open_beside(url)
    try:
        postings = (await store.ledger()).postings.values()
        posted = [each for each in postings if announcement_id in each.shown and not each.withdrawn_at]
        if posted:
            await store.withdraw(announcement_id)
        return posted
    finally:
        await store.close()
