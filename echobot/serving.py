"""Puts the parts together and serves every account that the settings name."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path

from echobot.announcing import Announcer
from echobot.bot import Bot
from echobot.core.problem import Problem
from echobot.errors import SettingsError
from echobot.following import Following
from echobot.health.condition import Coming, Edition
from echobot.health.systemd import tell_systemd
from echobot.health.watch import Watch
from echobot.in_force import InForce
from echobot.limits import Allowance
from echobot.oversight.desk import Desk
from echobot.oversight.reporter import Reporter
from echobot.oversight.views import Views
from echobot.parts import announcer_of, chat_of, ears_of, manners_of, now, offices_of, open_store, source_of
from echobot.places import beside_store
from echobot.running import all_accounts, note, tidy, until_stopped
from echobot.settings import HealthPages, Settings

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
    settings = in_force()  # for what is built from them once
    knowledge = await Following.begin(source_of(settings), lambda: in_force().contacts)
    store = open_store(settings.store)
    chats = [chat_of(name, account, settings) for name, account in settings.accounts.items()]
    announcer = announcer_of(in_force, lambda: knowledge().knowledge, store)
    watch = Watch(chats, store, partial(_edition, knowledge), partial(_coming, announcer), now)
    try:
        note_problems = partial(note, store, KNOWLEDGE)
        bot = Bot(knowledge, store, Allowance(lambda: in_force().limits), lambda: manners_of(in_force()), now)
        views = Views(
            in_force, store, knowledge, watch, note=note_problems, dead_links=partial(_dead_links, settings), clock=now
        )
        desk = Desk(bot, store, offices_of(settings), views, now)
        beside = [
            knowledge.follow(note_problems),
            in_force.follow(partial(note, store, SETTINGS)),
            tidy(store, in_force),
            tell_systemd(watch.look),
            _announce(announcer, in_force),
        ]
        if ears := ears_of(settings):
            beside.append(_report(Reporter(ears, store, watch.look, views.week, now)))
        if settings.health:
            beside.append(_show(watch, settings.health))
        return await until_stopped(all_accounts(chats, desk, store, beside))
    finally:
        for chat in chats:
            await chat.close()
        await store.close()


async def _announce(announcer: Announcer, in_force: InForce) -> None:
    """Post what is due, for ever, once there is where to; what serves only questions never loads the scheduler."""
    await in_force.until(lambda settings: bool(settings.destinations))
    from echobot.schedule import tick  # noqa: PLC0415 - lazy on purpose

    await tick(announcer.look)


async def _report(reporter: Reporter) -> None:
    """Tell those who look after the bot what changes, for ever."""
    from echobot.schedule import tick  # noqa: PLC0415 - lazy on purpose

    await asyncio.gather(tick(reporter.look, _REPORT_EVERY), tick(reporter.look_back, _LOOK_BACK_EVERY))


async def _dead_links(settings: Settings, folder: Path) -> list[Problem]:
    from echobot.links import dead_links  # noqa: PLC0415 - as above

    return await dead_links([folder], now().date(), beside_store(settings.store, "links.json"))


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
