"""Puts the parts together and serves every account that the settings name."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from echobot.announcing import Announcer
from echobot.bot import Bot
from echobot.delivery import always
from echobot.errors import LeadershipLost, SettingsError
from echobot.following import Following
from echobot.health.condition import Coming, Condition, Edition
from echobot.health.systemd import tell_systemd
from echobot.health.watch import Watch
from echobot.limits import Allowance
from echobot.parts import announcer_of, chat_of, manners_of, now, open_store, source_of
from echobot.ports import Store
from echobot.running import Work, all_accounts, beside, note, tidy, until_stopped
from echobot.settings import HealthPages, Settings

if TYPE_CHECKING:
    from echobot.leading import Turns

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
    return await until_stopped(Service(settings, knowledge).run())


class Service:
    """The whole bot: with a store of its own, or with one that several machines take turns to use."""

    def __init__(self, settings: Settings, knowledge: Following) -> None:
        self._settings = settings
        self._knowledge = knowledge
        self._turns = turns_of(settings)  # None: nobody else uses the store
        self._store: Store | None = None  # as long as it serves
        self._watch = Watch(partial(_edition, knowledge), now)

    async def run(self) -> int:
        """Serve, until all is over."""
        works: list[Work] = [self._knowledge.follow(self._note_knowledge), tell_systemd(self.look)]
        if self._settings.health:
            works.append(_show(self.look, self._settings.health))
        async with beside(works):
            if self._turns is not None:
                return await self._turns.take(self._serve)
            store = open_store(self._settings.store)
            try:
                return await self._serve(store)
            finally:
                await store.close()

    async def look(self) -> Condition:
        """How it is now."""
        if self._turns is None:
            return await self._watch.look()
        return await self._watch.look(self._turns.turn, self._turns.trouble)

    async def _serve(self, store: Store, may_send: Callable[[], None] = always) -> int:
        chats = [chat_of(name, account, self._settings) for name, account in self._settings.accounts.items()]
        announcer = announcer_of(self._settings, lambda: self._knowledge().knowledge, store)
        self._store = store
        self._watch.begin(chats, store, partial(_coming, announcer))
        try:
            await self._note_knowledge(self._knowledge.problems)
            bot = Bot(self._knowledge, store, Allowance(self._settings.limits), manners_of(self._settings), now)
            works = [tidy(store, self._settings), *([_announce(announcer)] if self._settings.destinations else [])]
            return await all_accounts(chats, bot, store, works, may_send)
        finally:
            self._store = None
            self._watch.end()
            for chat in chats:
                await chat.close()

    async def _note_knowledge(self, problems: str) -> None:
        """By whoever serves; who stands by follows the knowledge as well, so as to be ready."""
        with suppress(LeadershipLost):
            if self._store is not None:
                await note(self._store, KNOWLEDGE, problems)


async def _announce(announcer: Announcer) -> None:
    """Post what is due, for ever; what serves only questions never loads the scheduler."""
    from echobot.schedule import tick  # noqa: PLC0415 - lazy on purpose

    await tick(announcer.look)


async def _show(look: Callable[[], Awaitable[Condition]], where: HealthPages) -> None:
    """Tell monitoring how the bot is, for ever; what is not asked for that loads no server."""
    from echobot.health.pages import show  # noqa: PLC0415 - as above

    await show(look, where)


def turns_of(settings: Settings) -> Turns | None:
    """What several machines need to share a store is loaded where they do. Raises `StoreError`."""
    if not settings.store.startswith("postgresql"):
        return None
    from echobot.leading import Turns  # noqa: PLC0415 - as above

    return Turns(settings.store, settings.machine or platform.node())


def _edition(knowledge: Following) -> Edition:
    return Edition(knowledge.version, knowledge().knowledge.size)


def _coming(announcer: Announcer) -> Coming | None:
    due = announcer.coming()
    at = due and due.occasion.due_at
    return Coming(due.slot.announcement, due.slot.destination, at) if due and at else None
