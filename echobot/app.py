"""The one place that chooses real parts, puts them together and runs them."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import structlog

from echobot import prepared
from echobot.announcing import Announcer
from echobot.bot import Bot, Manners
from echobot.chats.console import ConsoleChat
from echobot.core.answering import Answerer
from echobot.core.conversation import REMEMBERED_FOR
from echobot.core.knowledge import Knowledge, Language
from echobot.core.message import AccountName, Delivery, Post
from echobot.delivery import Courier
from echobot.errors import ChatError, EchobotError, SettingsError
from echobot.following import Following, Source, WatchedFolder
from echobot.health.condition import Coming, Edition
from echobot.health.systemd import tell_systemd
from echobot.health.watch import Watch
from echobot.limits import Allowance
from echobot.logs import log_to_stderr
from echobot.places import KEYS, beside_store, state_folder
from echobot.ports import Chat, Store
from echobot.reception import Reception
from echobot.repository import FollowedBranch
from echobot.settings import Account, HealthPages, Limits, MatrixAccount, Repository, Settings
from echobot.shipped import shipped_folder

log = structlog.get_logger()

Work: TypeAlias = Coroutine[Any, Any, None]

_MOST_SHOWN = 1000  # of an outbox, in a dry run
_LAST_REPLIES = 3.0  # seconds for what is on its way when the bot is stopped
_TIDY_EVERY = timedelta(minutes=10)  # so that a conversation is kept for an hour and not much longer
KNOWLEDGE = "knowledge"
"""What the knowledge's troubles are noted under."""

_TERMINAL = AccountName("terminal")
_NO_LIMITS = Limits(*[1_000_000] * 4)


def rehearse(settings: Settings) -> int:
    """Say what would be posted, until stopped, and post nothing: no account is used, and the store stays as it is."""
    return asyncio.run(_until_stopped(_rehearse(settings)))


def newest_knowledge(settings: Settings) -> Knowledge:
    """What `serve` would start with; raises `EchobotError`."""
    return asyncio.run(Following.begin(_source(settings), settings.contacts))().knowledge


def serve(settings: Settings) -> int:
    """Answer in every account until stopped; 1 when the last of them had to stop by itself."""
    if not settings.accounts:
        raise SettingsError(
            "the settings name no account; add one under `accounts`, or talk with the bot by `echobot chat`"
        )
    return asyncio.run(_serve(settings))


def converse(knowledge: Path | None, language: str | None, store_url: str | None) -> None:
    """A conversation in the terminal, until its end."""
    log_to_stderr(logging.ERROR)  # a conversation is not the place for anything less
    state = state_folder()
    asyncio.run(
        _converse(prepared.answerer(knowledge), language, store_url or f"sqlite:///{state / 'terminal.db'}", state)
    )


async def _serve(settings: Settings) -> int:
    knowledge = await Following.begin(_source(settings), settings.contacts)
    store = _open_store(settings.store)
    chats = [_chat(name, account, settings) for name, account in settings.accounts.items()]
    announcer = _announcer(settings, lambda: knowledge().knowledge, store)
    watch = Watch(chats, store, partial(_edition, knowledge), partial(_coming, announcer), _now)
    try:
        bot = Bot(knowledge, store, Allowance(settings.limits), _manners(settings), _now)
        beside = [knowledge.follow(partial(_note, store, KNOWLEDGE)), _tidy(store, settings), tell_systemd(watch.look)]
        if settings.destinations:
            beside.append(_announce(announcer))
        if settings.health:
            beside.append(_show(watch, settings.health))
        return await _until_stopped(_all_accounts(chats, bot, store, beside))
    finally:
        for chat in chats:
            await chat.close()
        await store.close()


async def _rehearse(settings: Settings) -> int:
    from echobot.schedule import tick  # noqa: PLC0415 - as above
    from echobot.stores.sql import SqlStore  # noqa: PLC0415

    knowledge = await Following.begin(_source(settings), settings.contacts)
    store = SqlStore.open_copy(settings.store)
    announcer = _announcer(settings, lambda: knowledge().knowledge, store)

    async def look() -> None:
        await announcer.look()
        for account in settings.accounts:
            for delivery in await store.outbox(account, _now(), _MOST_SHOWN):
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
    await store.sent(delivery.outgoing.key, f"dry run {delivery.outgoing.key}", _now())


async def _converse(answerer: Answerer, language: str | None, store_url: str, state: Path) -> None:
    store = _open_store(store_url)
    chat = ConsoleChat(_TERMINAL, _now, state / "history")
    languages = {_TERMINAL: Language(language)} if language else {}
    manners = Manners({_TERMINAL: timedelta.max}, languages, may_be_silenced=False)
    bot = Bot(lambda: answerer, store, Allowance(_NO_LIMITS), manners, _now)
    try:
        await _forget(store, Settings())
        await account_of(chat, bot, store)
    finally:
        await store.close()


async def _announce(announcer: Announcer) -> None:
    """Post what is due, for ever; what serves only questions never loads the scheduler."""
    from echobot.schedule import tick  # noqa: PLC0415 - as above

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


def _announcer(settings: Settings, knowledge: Callable[[], Knowledge], store: Store) -> Announcer:
    most = settings.most_posts_a_day
    return Announcer(knowledge, settings.destinations, store, clock=_now, most_a_day=most)


async def _all_accounts(chats: Sequence[Chat], bot: Bot, store: Store, beside: Iterable[Work]) -> int:
    tasks = [asyncio.create_task(_told_when_it_ends(work)) for work in beside]
    try:
        outcomes = await asyncio.gather(*(_account_or_stop(chat, bot, store) for chat in chats))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return 0 if any(outcomes) else 1


async def _told_when_it_ends(work: Work) -> None:
    """Answers go on without what runs beside them, but somebody has to know."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 whatever it is, people are still waiting for answers
        reason = str(error) if isinstance(error, EchobotError | OSError) else type(error).__name__
        task = getattr(work, "__name__", "").strip("_")
        log.error("one of the bot's other tasks ended: start it again", task=task, reason=reason)


async def _account_or_stop(chat: Chat, bot: Bot, store: Store) -> bool:
    """Whether the account came to its end well; a refused login or a wrong user ends it, and only it."""
    await _note(store, chat.account, "")
    try:
        await account_of(chat, bot, store)
    except (ChatError, SettingsError) as error:
        log.error("account stopped", account=chat.account, reason=str(error))
        await _note(store, chat.account, str(error))
        return False
    return True


async def _note(store: Store, about: str, trouble: str) -> None:
    """For `echobot status`; no trouble: it is well."""
    await store.note_trouble(about, trouble or None, _now())


async def account_of(chat: Chat, bot: Bot, store: Store) -> None:
    """Listen, answer and send for one account; whatever ends one of the two ends the other."""
    courier = Courier(chat, store, _now)
    reception = Reception(chat, store, bot, courier.call, _now)
    sending = asyncio.create_task(courier.run())
    receiving = asyncio.create_task(reception.run())
    try:
        await asyncio.wait({sending, receiving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        receiving.cancel()
        courier.stop()
        await asyncio.wait({sending}, timeout=_LAST_REPLIES)
        sending.cancel()
        ended = await asyncio.gather(receiving, sending, return_exceptions=True)
    for outcome in ended:
        if isinstance(outcome, Exception):
            raise outcome


async def _until_stopped(work: Coroutine[Any, Any, int]) -> int:
    """Run until it ends or somebody asks the process to end (Ctrl-C, SIGTERM)."""
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for asked_to_end in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(asked_to_end, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        log.info("stopped")
        return 0


async def _tidy(store: Store, settings: Settings) -> None:
    while True:
        await _forget(store, settings)
        await asyncio.sleep(_TIDY_EVERY.total_seconds())


async def _forget(store: Store, settings: Settings) -> None:
    now = _now()
    await store.forget_slots(now)
    await store.forget(now - settings.keep_messages_for, now - REMEMBERED_FOR, now - settings.keep_gaps_for)


def _manners(settings: Settings) -> Manners:
    accounts = settings.accounts.items()
    patience = {name: getattr(account, "answer_within", settings.answer_within) for name, account in accounts}
    languages = {name: Language(account.language) for name, account in accounts if account.language}
    return Manners(patience, languages, settings.keep_messages_for, settings.keep_gaps_for)


def _chat(name: AccountName, account: Account, settings: Settings) -> Chat:
    """The network's own part of the program is only loaded where it is used: half a second and 30 MB each."""
    from echobot.content.settings_file import read_secret  # noqa: PLC0415 - as above

    token = read_secret(account.token_file)
    if isinstance(account, MatrixAccount):
        from echobot.chats.matrix import MatrixChat  # noqa: PLC0415

        keys = beside_store(settings.store, KEYS) / name
        return MatrixChat(name, account, token, settings.answer_within, _now, keys=keys)
    from echobot.chats.mastodon import MastodonChat  # noqa: PLC0415

    return MastodonChat(name, account, token, _now)


def _source(settings: Settings) -> Source:
    """A repository is kept beside the store."""
    if not isinstance(settings.knowledge, Repository):
        return WatchedFolder(settings.knowledge or shipped_folder())
    return FollowedBranch(settings.knowledge, beside_store(settings.store, "knowledge"))


def _open_store(url: str) -> Store:
    from echobot.stores.patient import patient  # noqa: PLC0415 - as above
    from echobot.stores.sql import SqlStore  # noqa: PLC0415 - as above

    return patient(SqlStore.open(url), _now)


def _now() -> datetime:
    return datetime.now(UTC)
