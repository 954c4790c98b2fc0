"""One account on a server that speaks Mastodon's language, as the bot sees it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from echobot.chats.mastodon.account import advice_for, is_young, own_account
from echobot.chats.mastodon.announcing import Announcing
from echobot.chats.mastodon.instance import Instance, instance_of
from echobot.chats.mastodon.mentions import Mentions
from echobot.chats.mastodon.reading import Me, Status, moment, read, status_of, writer
from echobot.chats.mastodon.rhythm import Looks, Rhythm
from echobot.chats.mastodon.sending import KEY_LIFETIME, Posting
from echobot.chats.mastodon.server import REQUEST_SECONDS, Server
from echobot.chats.mastodon.stream import Stream, ended
from echobot.chats.patience import patiently
from echobot.core.message import AccountName, Message, MessageId, Outgoing, Post, Reply
from echobot.errors import ChatError, ChatUnavailable, LoginRefused
from echobot.onward import Onward
from echobot.ports import Keep, Note
from echobot.settings import MastodonAccount

log = structlog.get_logger()

T = TypeVar("T")

_SOON = timedelta(seconds=1)
_ATTEMPTS = 3  # to read a thread


class MastodonChat:
    """Asks for mentions again and again; a stream, where there is one, only says when it is worth it."""

    def __init__(  # noqa: PLR0913  (the last ones are for tests)
        self,
        account: AccountName,
        settings: MastodonAccount,
        token: str,
        clock: Callable[[], datetime],
        *,
        rhythm: Rhythm | None = None,
        seconds: float = REQUEST_SECONDS,
    ) -> None:
        self.account = account
        self.last_contact_at: datetime | None = None
        self._settings = settings
        self._token = token
        self._clock = clock
        self._onward = Onward(clock)
        self._rhythm = rhythm or Rhythm(poll=settings.poll_every)
        self.contact_every = self._rhythm.poll
        self.unreadable = 0
        self._server = Server(settings.server, token, clock, seconds)
        self._mentions = Mentions(self._server, self._onward)
        self._looks = Looks(self._rhythm, self._onward)
        self._me = Me("", account, settings.replies_in_thread)
        self._posting: Posting | None = None
        self._announcing: Announcing | None = None
        self._keeps_keys = False
        self._cursor = ""
        self._edits_seen: set[MessageId] = set()
        self._untold: Counter[str] = Counter()  # how often the thread of a status could not be read
        self._last_mention_at = self._looked_for_edits_at = self._onward()

    @property
    def key_lifetime(self) -> timedelta:
        return KEY_LIFETIME if self._keeps_keys else timedelta(0)

    async def listen(self, cursor: str | None, keep: Keep, note: Note) -> None:  # noqa: ARG002  (nothing to note)
        streaming = await self._patiently(self._arrive)
        self._cursor = cursor if cursor is not None else await self._patiently(self._mentions.newest)
        if cursor is None:
            await keep([], self._cursor)
        log.info("listening", account=self.account, server=self._settings.server)
        stream = Stream(self.account, streaming, self._token, self._looks.hint, self._rhythm)
        hints = asyncio.create_task(stream.run())
        try:
            await self._look_for_ever(keep)
        finally:
            await ended(hints)

    async def send(self, outgoing: Outgoing) -> str:
        posting, announcing = self._ready()
        return await (announcing.send(outgoing) if isinstance(outgoing, Post) else posting.send(outgoing))

    def expect(self, replies: Sequence[Reply]) -> None:
        """Nothing to show: the network knows no such thing."""

    async def find(self, outgoing: Outgoing, since: datetime | None = None) -> str | None:  # noqa: ARG002
        posting, announcing = self._ready()
        return await (announcing.find(outgoing) if isinstance(outgoing, Post) else posting.find(outgoing))

    async def close(self) -> None:
        self._server.close()

    def _ready(self) -> tuple[Posting, Announcing]:
        if self._posting is None or self._announcing is None:
            raise ChatUnavailable("the server has not answered yet", _SOON, not_sent=True)
        return self._posting, self._announcing

    async def _arrive(self) -> str:
        """Make sure who the bot is and what the server can do; returns where its streams are."""
        me = await self._server.ask(own_account)
        instance = await instance_of(self._server)
        for line in await advice_for(self._server, me):
            log.warning(line, account=self.account)
        self._me = replace(self._me, id=str(me["id"]))
        self._keeps_keys = instance.keeps_keys
        doubted = is_young(me, self._clock())
        self._posting = Posting(self._server, instance, self._me.id, self._settings.visibility, doubted=doubted)
        self._announcing = self._announcing_on(instance, doubted=doubted)
        return instance.streaming or self._settings.server

    def _announcing_on(self, instance: Instance, *, doubted: bool) -> Announcing:
        return Announcing(
            self._server,
            instance,
            self._me.id,
            self._settings.visibility,
            doubted=doubted,
            pauses=self._rhythm.looks_at_picture,
            now=lambda: self._clock() + self._server.skew,
        )

    async def _look_for_ever(self, keep: Keep) -> None:
        while True:
            before = self._cursor
            await self._patiently(lambda: self._catch_up(keep))
            await self._patiently(lambda: self._look_for_edits(keep))
            await self._looks.next(found=self._cursor != before)

    async def _catch_up(self, keep: Keep) -> None:
        """Give what is new; a page that is given stays given when a later one fails."""
        async for page, behind in self._mentions.after(self._cursor):
            await keep(await self._messages(page), behind)
            self._cursor = behind
            self._last_mention_at = self._onward()
        self.last_contact_at = self._clock()

    async def _messages(self, page: Sequence[Any]) -> list[Message]:
        found = [await self._message(status) for each in page if (status := status_of(each))]
        return [message for message in found if message]

    async def _message(self, status: Status) -> Message | None:
        above = await self._above(status)
        if above is None and str(status.get("in_reply_to_account_id")) not in {self._me.id, writer(status)}:
            return None  # whom it answers is not known; so it was not said to the bot
        return read(status, above or [], self._me, self._server.skew)

    async def _above(self, status: Status) -> Sequence[Status] | None:
        """None when the server cannot tell, several times: one thread must not keep all the others waiting."""
        try:
            return await self._mentions.above(status)
        except LoginRefused:
            raise
        except ChatError as error:
            self._untold[str(status["id"])] += 1
            if getattr(error, "not_sent", False) or self._untold[str(status["id"])] < _ATTEMPTS:
                raise
            log.warning("a thread cannot be read", account=self.account, status=status["id"], reason=str(error))
            return None

    async def _look_for_edits(self, keep: Keep) -> None:
        """No server tells whom it mentioned that a text was changed; so the latest mentions are read once more."""
        now = self._onward()
        quiet = now - self._last_mention_at > self._rhythm.edits_until
        if quiet or now - self._looked_for_edits_at < self._rhythm.edits:
            return
        edits = [edit for each in await self._mentions.edited() if (edit := await self._edit(each))]
        if edits:
            await keep(edits, self._cursor)
            self._edits_seen.update(edit.id for edit in edits)
        self._looked_for_edits_at = now

    async def _edit(self, notification: Any) -> Message | None:
        """The edited status as a message that revises the first one."""
        status = status_of(notification)
        edited_at = moment(status.get("edited_at")) if status else None
        if status is None or edited_at is None:
            return None
        id_ = MessageId(f"{status['id']}~{edited_at.isoformat()}")
        if id_ in self._edits_seen or (message := await self._message(status)) is None:
            return None
        return replace(message, id=id_, sent_at=edited_at - self._server.skew, revises=message.id)

    async def _patiently(self, step: Callable[[], Awaitable[T]]) -> T:
        return await patiently(self.account, self._rhythm.pauses(), step)
