"""Puts the parts together and serves every account that the settings name."""

from __future__ import annotations

import asyncio
from functools import partial

from echobot.announcing import Announcer
from echobot.bot import Bot
from echobot.errors import SettingsError
from echobot.following import Following
from echobot.health.condition import Coming, Edition
from echobot.health.systemd import tell_systemd
from echobot.health.watch import Watch
from echobot.limits import Allowance
from echobot.parts import announcer_of, chat_of, manners_of, now, open_store, source_of
from echobot.running import all_accounts, note, tidy, until_stopped
from echobot.settings import HealthPages, Settings

KNOWLEDGE = "knowledge"
"""What the knowledge's troubles are noted under."""


def serve(settings: Settings) -> int:
    """Answer in every account until stopped; 1 when the last of them had to stop by itself."""
    if not settings.accounts:
        raise SettingsError(
            "the settings name no account; add one under `accounts`, or talk with the bot by `echobot chat`"
        )
    return asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> int:
    knowledge = await Following.begin(source_of(settings), settings.contacts)
    store = open_store(settings.store)
    chats = [chat_of(name, account, settings) for name, account in settings.accounts.items()]
    announcer = announcer_of(settings, lambda: knowledge().knowledge, store)
    watch = Watch(chats, store, partial(_edition, knowledge), partial(_coming, announcer), now)
    try:
        bot = Bot(knowledge, store, Allowance(settings.limits), manners_of(settings), now)
        beside = [knowledge.follow(partial(note, store, KNOWLEDGE)), tidy(store, settings), tell_systemd(watch.look)]
        if settings.destinations:
            beside.append(_announce(announcer))
        if settings.health:
            beside.append(_show(watch, settings.health))
        return await until_stopped(all_accounts(chats, bot, store, beside))
    finally:
        for chat in chats:
            await chat.close()
        await store.close()


async def _announce(announcer: Announcer) -> None:
    """Post what is due, for ever; what serves only questions never loads the scheduler."""
    from echobot.schedule import tick  # noqa: PLC0415 - lazy on purpose

    await tick(announcer.look)


async def _show(watch: Watch, where: HealthPages) -> None:
    """Tell monitoring how the bot is, for ever; what is not asked for that loads no server."""
    from echobot.health.pages import show  # noqa: PLC0415 - as above

    await show(watch.look, where)


def _edition(knowledge: Following) -> Edition:
    return Edition(knowledge.version, knowledge().knowledge.size)


def _coming(announcer: Announcer) -> Coming | None:
    due = announcer.coming()
    at = due and due.occasion.due_at
    return Coming(due.slot.announcement, due.slot.destination, at) if due and at else None
