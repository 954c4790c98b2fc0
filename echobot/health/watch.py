"""Looks at the running bot's parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.metadata import version

from echobot.errors import StoreError
from echobot.health.condition import Coming, Condition, Contact, Edition, Turn
from echobot.ports import Backlog, Chat, Store, Trouble


class Watch:
    """Knows the bot's accounts and its store while it serves; the rest is asked of whoever knows it."""

    def __init__(self, knowledge: Callable[[], Edition], clock: Callable[[], datetime]) -> None:
        self._knowledge = knowledge
        self._clock = clock
        self._started_at = self._serves_since = clock()
        self._chats: Sequence[Chat] = ()
        self._store: Store | None = None
        self._coming: Callable[[], Coming | None] = _nothing

    def begin(self, chats: Sequence[Chat], store: Store, coming: Callable[[], Coming | None]) -> None:
        """The bot serves these accounts from now on."""
        self._chats, self._store, self._coming = chats, store, coming
        self._serves_since = self._clock()

    def end(self) -> None:
        """It serves none: another machine does."""
        self._chats, self._store, self._coming = (), None, _nothing

    async def look(self, turn: Turn | None = None, trouble: str = "") -> Condition:
        """How the bot is now; a store that cannot be read is a trouble of its own, and so is one not to be reached."""
        troubles, backlog = await self._remembered(trouble)
        return Condition(
            now=self._clock(),
            started_at=self._started_at,
            serves_since=self._serves_since,
            program=version("echobot"),
            knowledge=self._knowledge(),
            contacts=[_contact(chat) for chat in self._chats],
            troubles=troubles,
            backlog=backlog,
            coming=self._coming(),
            turn=turn,
        )

    async def _remembered(self, trouble: str) -> tuple[list[Trouble], list[Backlog]]:
        try:
            if self._store is not None:
                return await self._store.troubles(), await self._store.backlog()
        except StoreError as error:
            trouble = str(error)
        return ([Trouble("the store", trouble, self._clock())] if trouble else []), []


def _contact(chat: Chat) -> Contact:
    return Contact(chat.account, chat.last_contact_at, chat.contact_every, chat.unreadable)


def _nothing() -> None:
    """Nothing is coming up."""
