"""One account on a server that speaks Mastodon's language, as the bot sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from echobot.chats.mastodon.account import advice_for, is_young, own_account
from echobot.chats.mastodon.announcing import Announcing
from echobot.chats.mastodon.incoming import Incoming
from echobot.chats.mastodon.instance import Instance, instance_of
from echobot.chats.mastodon.reading import Me
from echobot.chats.mastodon.rhythm import Rhythm
from echobot.chats.mastodon.sending import KEY_LIFETIME, Posting
from echobot.chats.mastodon.server import REQUEST_SECONDS, Server
from echobot.chats.mastodon.stream import Stream, ended
from echobot.chats.patience import patiently
from echobot.core.message import AccountName, Outgoing, Post, Reply
from echobot.errors import ChatUnavailable
from echobot.onward import Onward
from echobot.ports import Keep, Note
from echobot.settings import MastodonAccount

log = structlog.get_logger()

_SOON = timedelta(seconds=1)


class MastodonChat:
    """Reads mentions page by page, which is sure; a stream, where there is one, brings them sooner."""

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
        self._me = Me("", account, settings.replies_in_thread)
        self._posting: Posting | None = None
        self._announcing: Announcing | None = None
        self._keeps_keys = False

    @property
    def key_lifetime(self) -> timedelta:
        return KEY_LIFETIME if self._keeps_keys else timedelta(0)

    async def listen(self, cursor: str | None, keep: Keep, note: Note) -> None:  # noqa: ARG002  (nothing to note)
        streaming = await patiently(self.account, self._rhythm.pauses(), self._arrive)
        incoming = Incoming(self._server, self._me, self._rhythm, self._onward, self._looked)
        await incoming.begin(cursor, keep)
        log.info("listening", account=self.account, server=self._settings.server)
        stream = asyncio.create_task(Stream(self.account, streaming, self._token, incoming.hear, self._rhythm).run())
        try:
            await incoming.keep_all(keep)
        finally:
            await ended(stream)

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

    def _looked(self) -> None:
        self.last_contact_at = self._clock()
