"""A dry run: what would be posted is said, and nothing is."""

from __future__ import annotations

import asyncio

import structlog

from echobot.core.message import Delivery, Post
from echobot.following import Following
from echobot.parts import announcer_of, now, source_of
from echobot.ports import Store
from echobot.running import until_stopped
from echobot.settings import Settings

log = structlog.get_logger()

_MOST_SHOWN = 1000  # of an outbox


def rehearse(settings: Settings) -> int:
    """Say what would be posted, until stopped, and post nothing: no account is used, and the store stays as it is."""
    return asyncio.run(until_stopped(_rehearse(settings)))


async def _rehearse(settings: Settings) -> int:
    from echobot.schedule import tick  # noqa: PLC0415 - lazy on purpose
    from echobot.stores.sql import SqlStore  # noqa: PLC0415

    knowledge = await Following.begin(source_of(settings))
    store = SqlStore.open_copy(settings.store)
    announcer = announcer_of(lambda: settings, lambda: knowledge().knowledge, store)

    async def look() -> None:
        await announcer.look()
        for account in settings.accounts:
            for delivery in await store.outbox(account, now(), _MOST_SHOWN):
                await _show_delivery(delivery, store)

    try:
        log.info("a dry run: nothing is posted, and no question answered")
        await asyncio.gather(knowledge.follow(), tick(look))
    finally:
        await store.close()
    return 0


async def _show_delivery(delivery: Delivery, store: Store) -> None:
    """Of replies only that there are some: their text is somebody's conversation."""
    match delivery.outgoing:
        case Post(key, place, wordings):
            texts = [f"[{wording.language}] {wording.text}" for wording in wordings] or ["(taken away)"]
            log.info("would post", key=key, account=place.account, room=place.room, text="\n".join(texts))
        case reply:
            log.info("would reply", key=reply.key, account=reply.place.account)
    await store.sent(delivery.outgoing.key, f"dry run {delivery.outgoing.key}", now())
