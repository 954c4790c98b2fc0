"""A conversation with the bot in the terminal."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path

from echobot import prepared
from echobot.bot import Bot, Manners
from echobot.chats.console import ConsoleChat
from echobot.core.answering import Answerer
from echobot.core.knowledge import Language
from echobot.core.message import AccountName
from echobot.limits import Allowance
from echobot.logs import log_to_stderr
from echobot.parts import now, open_store
from echobot.places import state_folder
from echobot.running import account_of, forget
from echobot.settings import Limits, Settings

_TERMINAL = AccountName("terminal")
_NO_LIMITS = Limits(*[1_000_000] * 4)


def converse(knowledge: Path | None, language: str | None, store_url: str | None) -> None:
    """A conversation in the terminal, until its end."""
    log_to_stderr(logging.ERROR)  # a conversation is not the place for anything less
    state = state_folder()
    asyncio.run(
        _converse(prepared.answerer(knowledge), language, store_url or f"sqlite:///{state / 'terminal.db'}", state)
    )


async def _converse(answerer: Answerer, language: str | None, store_url: str, state: Path) -> None:
    store = open_store(store_url)
    chat = ConsoleChat(_TERMINAL, now, state / "history")
    languages = {_TERMINAL: Language(language)} if language else {}
    manners = Manners({_TERMINAL: timedelta.max}, languages, may_be_silenced=False)
    bot = Bot(lambda: answerer, store, Allowance(lambda: _NO_LIMITS), lambda: manners, now)
    try:
        await forget(store, Settings(), now())
        await account_of(chat, bot, store)
    finally:
        await store.close()
