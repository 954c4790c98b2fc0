"""Looks at the running bot's parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.metadata import version

from echobot.errors import StoreError
from echobot.health.condition import Coming, Condition, Contact, Edition
from echobot.ports import Backlog, Chat, Store, Trouble


class Watch:
    """Knows the bot's accounts and its store; the rest is asked of whoever knows it."""

    def __init__(
        self,
        chats: Sequence[Chat],
        store: Store,
        knowledge: Callable[[], Edition],
        coming: Callable[[], Coming | None],
        clock: Callable[[], datetime],
    ) -> None:
        self._chats = chats
        self._store = store
        self._knowledge = knowledge
        self._coming = coming
        self._clock = clock
        self._started_at = clock()

    async def look(self) -> Condition:
        """How the bot is now; a store that cannot be read is a trouble of its own."""
        troubles, backlog = await self._remembered()
        return Condition(
            now=self._clock(),
            started_at=self._started_at,
            program=version("echobot"),
            knowledge=self._knowledge(),
            contacts=[Contact(chat.account, chat.last_contact_at, chat.contact_every) for chat in self._chats],
            troubles=troubles,
            backlog=backlog,
            coming=self._coming(),
        )

    async def _remembered(self) -> tuple[list[Trouble], list[Backlog]]:
        try:
            return await self._store.troubles(), await self._store.backlog()
        except StoreError as error:
            return [Trouble("the store", str(error), self._clock())], []
