"""Puts the parts together and serves every account that the settings name."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from echobot.announcing import Announcer
from echobot.bot import Bot
from echobot.core.problem import Problem
from echobot.delivery import always
from echobot.errors import LeadershipLost, SettingsError
from echobot.following import Following
from echobot.health.condition import Coming, Condition, Edition
from echobot.health.systemd import tell_systemd
from echobot.health.watch import Watch
from echobot.in_force import InForce
from echobot.lasting import leave_out_what_is_there
from echobot.limits import Allowance
from echobot.oversight.desk import Desk
from echobot.oversight.reporter import Reporter
from echobot.oversight.views import Views
from echobot.parts import (
    announcer_of,
    chat_of,
    ears_of,
    load_networks,
    manners_of,
    now,
    offices_of,
    open_store,
    source_of,
)
from echobot.places import beside_store
from echobot.ports import Store
from echobot.running import Work, all_accounts, beside, note, tidy, until_stopped
from echobot.settings import HealthPages, Settings

if TYPE_CHECKING:
    from echobot.leading import Turns

_REPORT_EVERY = timedelta(seconds=10)
_LOOK_BACK_EVERY = timedelta(minutes=10)

KNOWLEDGE, SETTINGS = "knowledge", "settings"
"""What the troubles of what people edit are noted under."""


def serve(in_force: InForce) -> int:
    """Answer in every account until stopped; 1 when the last of them had to stop by itself."""
    if not in_force().accounts:
        raise SettingsError(
            "the settings name no account; add one under `accounts`, or talk with the bot by `echobot chat`"
        )
    return asyncio.run(_serve(in_force))


async def _serve(in_force: InForce) -> int:
    knowledge = await Following.begin(source_of(in_force()), lambda: in_force().contacts)
    return await until_stopped(Service(in_force, knowledge).run())


class Service:
    """The whole bot: with a store of its own, or with one that several machines take turns to use."""

    def __init__(self, in_force: InForce, knowledge: Following) -> None:
        self._in_force = in_force
        self._settings = in_force()  # for what is built from them once
        self._knowledge = knowledge
        self._turns = turns_of(self._settings)  # None: nobody else uses the store
        self._store: Store | None = None  # as long as it serves
        self._watch = Watch(partial(_edition, knowledge), now)
        self._mistakes = ""  # in the settings

    async def run(self) -> int:
        """Serve, until all is over."""
        works: list[Work] = [
            self._knowledge.follow(self._note_knowledge),
            self._in_force.follow(self._note_settings),
            tell_systemd(self.look),
        ]
        if self._settings.health:
            works.append(_show(self.look, self._settings.health))
        async with beside(works):
            if self._turns is not None:
                load_networks(self._settings)
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
        chats = [chat_of(name, self._in_force, may_send) for name in self._settings.accounts]
        announcer = announcer_of(self._in_force, lambda: self._knowledge().knowledge, store)
        self._store = store
        self._watch.begin(chats, store, partial(_coming, announcer))
        leave_out_what_is_there()
        try:
            await self._note_knowledge(self._knowledge.problems)
            await self._note_settings(self._mistakes)
            views = self._views(store)
            reporter = Reporter(lambda: ears_of(self._in_force()), store, self.look, views.week, now)
            works = [
                tidy(store, self._in_force),
                _announce(announcer, self._in_force),
                _report(reporter, self._in_force),
            ]
            return await all_accounts(chats, self._desk(store, views), store, works, may_send)
        finally:
            self._store = None
            self._watch.end()
            for chat in chats:
                await chat.close()

    def _desk(self, store: Store, views: Views) -> Desk:
        limits, manners = lambda: self._in_force().limits, lambda: manners_of(self._in_force())
        bot = Bot(self._knowledge, store, Allowance(limits), manners, now)
        return Desk(bot, store, lambda: offices_of(self._in_force()), views, now)

    def _views(self, store: Store) -> Views:
        links = partial(_dead_links, self._settings)
        return Views(
            self._in_force, store, self._knowledge, self.look, note=self._note_knowledge, dead_links=links, clock=now
        )

    async def _note_knowledge(self, problems: str) -> None:
        await self._note(KNOWLEDGE, problems)

    async def _note_settings(self, mistakes: str) -> None:
        self._mistakes = mistakes
        await self._note(SETTINGS, mistakes)

    async def _note(self, about: str, problems: str) -> None:
        """By whoever serves; who stands by follows what people edit as well, so as to be ready."""
        with suppress(LeadershipLost):
            if self._store is not None:
                await note(self._store, about, problems)


async def _announce(announcer: Announcer, in_force: InForce) -> None:
    """Post what is due, for ever, once there is where to; what serves only questions never loads the scheduler."""
    await in_force.until(lambda settings: bool(settings.destinations))
    from echobot.schedule import tick  # noqa: PLC0415 - lazy on purpose

    await tick(announcer.look)


async def _report(reporter: Reporter, in_force: InForce) -> None:
    """Tell those who look after the bot what changes, for ever, once there is somebody to tell."""
    await in_force.until(lambda settings: bool(ears_of(settings)))
    from echobot.schedule import tick  # noqa: PLC0415 - lazy on purpose

    await asyncio.gather(tick(reporter.look, _REPORT_EVERY), tick(reporter.look_back, _LOOK_BACK_EVERY))


async def _dead_links(settings: Settings, folder: Path) -> list[Problem]:
    from echobot.links import dead_links  # noqa: PLC0415 - as above

    return await dead_links([folder], now().date(), beside_store(settings.store, "links.json", settings.state))


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
