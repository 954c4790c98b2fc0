"""What runs as long as the bot does: its accounts, and what is done beside them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import structlog

from echobot.core.conversation import REMEMBERED_FOR
from echobot.delivery import Courier, always
from echobot.errors import ChatError, EchobotError, LeadershipLost, SettingsError
from echobot.parts import now
from echobot.ports import Chat, Store
from echobot.reception import Handler, Reception
from echobot.settings import Settings

log = structlog.get_logger()

Work: TypeAlias = Coroutine[Any, Any, None]

_LAST_REPLIES = 3.0  # seconds for what is on its way when the bot is stopped
_TIDY_EVERY = timedelta(minutes=10)  # so that a conversation is kept for an hour and not much longer
_DEEDS_FOR = timedelta(days=365)  # and how often each entry was of use


async def until_stopped(work: Coroutine[Any, Any, int]) -> int:
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


async def all_accounts(
    chats: Sequence[Chat], handler: Handler, store: Store, works: Iterable[Work], may_send: Callable[[], None] = always
) -> int:
    """Serve them until the last one ends; 1 when all of them had to stop by themselves."""
    async with beside(works):
        try:
            async with asyncio.TaskGroup() as group:
                serving = [group.create_task(_account_or_stop(chat, handler, store, may_send)) for chat in chats]
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None  # the first to fail ended the others
    return 0 if any(each.result() for each in serving) else 1


@asynccontextmanager
async def beside(works: Iterable[Work]) -> AsyncIterator[None]:
    """They go on meanwhile, and end with it."""
    tasks = [asyncio.create_task(_told_when_it_ends(work)) for work in works]
    try:
        yield
    finally:
        await ended(*tasks)


async def ended(*tasks: asyncio.Future[Any]) -> None:
    """Whatever becomes of them."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _account_or_stop(chat: Chat, handler: Handler, store: Store, may_send: Callable[[], None]) -> bool:
    """Whether the account came to its end well; a refused login or a wrong user ends it, and only it."""
    await note(store, chat.account, "")
    try:
        await account_of(chat, handler, store, may_send)
    except (ChatError, SettingsError) as error:
        log.error("account stopped", account=chat.account, reason=str(error))
        await note(store, chat.account, str(error))
        return False
    return True


async def account_of(chat: Chat, handler: Handler, store: Store, may_send: Callable[[], None] = always) -> None:
    """Listen, answer and send for one account; whatever ends one of the two ends the other."""
    courier = Courier(chat, store, now, may_send=may_send)
    reception = Reception(chat, store, handler, courier.call, now)
    sending = asyncio.create_task(courier.run())
    receiving = asyncio.create_task(reception.run())
    try:
        await asyncio.wait({sending, receiving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        receiving.cancel()
        courier.stop()
        try:
            await asyncio.wait({sending}, timeout=_LAST_REPLIES)
        finally:  # also for who is told once more to end, as when two accounts lose the lead at once
            sending.cancel()
            outcomes = await asyncio.gather(receiving, sending, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome


async def _told_when_it_ends(work: Work) -> None:
    """Answers go on without what runs beside them, but somebody has to know."""
    try:
        await work
    except LeadershipLost:
        log.debug("another machine does it now", task=getattr(work, "__name__", "").strip("_"))
    except Exception as error:  # noqa: BLE001 whatever it is, people are still waiting for answers
        reason = str(error) if isinstance(error, EchobotError | OSError) else type(error).__name__
        task = getattr(work, "__name__", "").strip("_")
        log.error("one of the bot's other tasks ended: start it again", task=task, reason=reason)


async def note(store: Store, about: str, trouble: str) -> None:
    """For `echobot status`; no trouble: it is well."""
    await store.note_trouble(about, trouble or None, now())


async def tidy(store: Store, in_force: Callable[[], Settings]) -> None:
    while True:
        await forget(store, in_force(), now())
        await asyncio.sleep(_TIDY_EVERY.total_seconds())


async def forget(store: Store, settings: Settings, at: datetime) -> None:
    """What has been kept long enough goes."""
    await store.forget_slots(at)
    gaps_before = at - settings.keep_gaps_for
    await store.forget(at - settings.keep_messages_for, at - REMEMBERED_FOR, gaps_before, at - _DEEDS_FOR)
