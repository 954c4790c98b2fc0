"""What comes in: by pages, which are sure, and by a stream, which is quick; each mention is kept once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from echobot.chats.mastodon.context import Context
from echobot.chats.mastodon.events import Event
from echobot.chats.mastodon.heard import Heard
from echobot.chats.mastodon.mentions import Mentions, Page
from echobot.chats.mastodon.reading import Me, Status, is_another, is_whole, moment, status_of
from echobot.chats.mastodon.rhythm import Looks, Rhythm
from echobot.chats.mastodon.server import Server
from echobot.chats.patience import patiently
from echobot.core.message import Message, MessageId
from echobot.errors import ChatError, LoginRefused
from echobot.ports import Keep

T = TypeVar("T")

_Read: TypeAlias = tuple[Status, Message | None]
"""A mention, and what it says to the bot."""


class Incoming:
    """Pages alone move the cursor, so whatever the stream left out or brought in vain, they bring.

    `looked` is called after each look at them, `clock` never goes back.
    """

    def __init__(
        self, server: Server, me: Me, rhythm: Rhythm, clock: Callable[[], datetime], looked: Callable[[], None]
    ) -> None:
        self._me = me
        self._rhythm = rhythm
        self._clock = clock
        self._looked = looked
        self._mentions = Mentions(server, clock)
        self._context = Context(server, self._mentions, me, clock)
        self._heard = Heard()
        self._looks = Looks(rhythm)
        self._cursor = ""
        self._keeping = asyncio.Lock()  # what one has kept is known to the next who keeps
        self._edits_seen: set[MessageId] = set()
        self._last_mention_at = self._looked_for_edits_at = clock()

    async def begin(self, cursor: str | None, keep: Keep) -> None:
        """At the cursor, or now."""
        self._cursor = cursor if cursor is not None else await self._patiently(self._mentions.newest)
        if cursor is None:
            await keep([], self._cursor)

    async def keep_all(self, keep: Keep) -> None:
        """For ever; raises what `keep` raises, and `LoginRefused`."""
        await _both(self._look_for_ever(keep), self._keep_what_is_heard(keep))

    def hear(self, event: Event) -> None:
        """What is not whole, or more than can wait here, is a reason to look."""
        told = event.notification
        if told is None or not (is_another(told) or (is_whole(told, self._me.id) and self._heard.put(told))):
            self._looks.hint()

    async def _look_for_ever(self, keep: Keep) -> None:
        while True:
            found = await self._patiently(lambda: self._catch_up(keep))
            await self._patiently(lambda: self._look_for_edits(keep))
            await self._looks.next(found=found)

    async def _catch_up(self, keep: Keep) -> bool:
        """Give what is new; a page that is given stays given when a later one fails. Whether anything was not heard."""
        found = False
        async for page in self._mentions.after(self._cursor):
            unheard = [mention for mention in page.mentions if not self._mentions.is_known(mention)]
            read = [(mention, await self._context.message(mention)) for mention in unheard]
            found = await self._keep_page(page, read, keep) or found
        self._looked()
        return found

    async def _keep_page(self, page: Page, read: Sequence[_Read], keep: Keep) -> bool:
        """Whether anything of it was not heard, also while it was read."""
        async with self._keeping:
            unheard = [message for mention, message in read if not self._mentions.is_known(mention)]
            await keep([message for message in unheard if message], page.cursor)
            self._cursor = page.cursor
            self._mentions.kept(page)
        self._last_mention_at = self._clock()
        return bool(unheard)

    async def _keep_what_is_heard(self, keep: Keep) -> None:
        """The cursor stays where it is."""
        while True:
            heard = await self._heard.next()
            try:
                read = [(mention, await self._context.message_at_once(mention)) for mention in heard]
            except LoginRefused:
                raise
            except ChatError:
                self._looks.hint()
            else:
                await self._keep_ahead(read, keep)

    async def _keep_ahead(self, read: Sequence[_Read], keep: Keep) -> None:
        async with self._keeping:
            new = {mention["id"]: message for mention, message in read if not self._mentions.is_known(mention)}
            if messages := [message for message in new.values() if message]:
                await keep(messages, self._cursor)
            self._mentions.kept_ahead(new)
        self._last_mention_at = self._clock()

    async def _look_for_edits(self, keep: Keep) -> None:
        """No server tells whom it mentioned that a text was changed; so the latest mentions are read once more."""
        now = self._clock()
        quiet = now - self._last_mention_at > self._rhythm.edits_until
        if quiet or now - self._looked_for_edits_at < self._rhythm.edits:
            return
        edits = [edit for each in await self._mentions.edited() if (edit := await self._edit(each))]
        if edits:
            async with self._keeping:
                await keep(edits, self._cursor)
            self._edits_seen.update(edit.id for edit in edits)
        self._looked_for_edits_at = now

    async def _edit(self, mention: Status) -> Message | None:
        """The edited status as a message that revises the first one."""
        status = status_of(mention)
        edited_at = moment(status.get("edited_at")) if status else None
        if status is None or edited_at is None:
            return None
        id_ = MessageId(f"{status['id']}~{edited_at.isoformat()}")
        if id_ in self._edits_seen or (message := await self._context.message(mention)) is None:
            return None
        return replace(message, id=id_, sent_at=edited_at - self._context.skew, revises=message.id)

    async def _patiently(self, step: Callable[[], Awaitable[T]]) -> T:
        return await patiently(self._me.account, self._rhythm.pauses(), step)


async def _both(*works: Coroutine[Any, Any, None]) -> None:
    """Until one of them fails; raises what it raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
