"""From a mention to a message, with what stands above it in its thread: whom it is meant for, and which one it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from echobot.chats.mastodon.mentions import Mentions
from echobot.chats.mastodon.reading import Me, Status, read, status_of, writer
from echobot.chats.mastodon.server import Server
from echobot.core.message import Address, Message
from echobot.errors import ChatError, ChatUnavailable, LoginRefused

log = structlog.get_logger()

_ATTEMPTS = 3  # to read a thread
_THREADS_OF_ONE, _WITHIN = 60, timedelta(minutes=5)  # Mastodon answers 300 requests in that time, of any kind


class Context:
    """Reads threads, each with a request."""

    def __init__(self, server: Server, mentions: Mentions, me: Me, clock: Callable[[], datetime]) -> None:
        self._server = server
        self._mentions = mentions
        self._me = me
        self._clock = clock
        self._untold: Counter[str] = Counter()  # how often the thread of a status could not be read
        self._read: Counter[str] = Counter()  # threads for each person, since then
        self._counted_since = clock()

    @property
    def skew(self) -> timedelta:
        """How much later it is on the server than here."""
        return self._server.skew

    async def message(self, mention: Status) -> Message | None:
        """None when it is not said to the bot, or nobody can tell. Raises `ChatError` when it is worth trying again."""
        return await self._message(status_of(mention), self._above)

    async def message_at_once(self, mention: Status) -> Message | None:
        """The same of what a stream brought: what it answers may not be there yet for those who ask.

        Raises `ChatError` then.
        """
        return await self._message(status_of(mention), self._surely_above)

    async def _message(
        self, status: Status | None, above: Callable[[Status], Awaitable[Sequence[Status] | None]]
    ) -> Message | None:
        if status is None:
            return None
        if self._is_enough_for(status):
            message = read(status, [], self._me, self.skew)
            return replace(message, address=Address.SPENT) if message else None
        ancestors = await above(status)
        if ancestors is None and str(status.get("in_reply_to_account_id")) not in {self._me.id, writer(status)}:
            return None  # whom it answers is not known; so it was not said to the bot
        return read(status, ancestors or [], self._me, self.skew)

    async def _surely_above(self, status: Status) -> Sequence[Status]:
        ancestors = await self._mentions.above(status)
        if status.get("in_reply_to_id") and not any(each["id"] == status["in_reply_to_id"] for each in ancestors):
            raise ChatUnavailable("what a mention answers is not there")
        return ancestors

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
            log.warning("a thread cannot be read", account=self._me.account, status=status["id"], reason=str(error))
            return None

    def _is_enough_for(self, status: Status) -> bool:
        """Who has so much to say in threads must not use up the requests that everybody's answers need."""
        if not status.get("in_reply_to_id"):
            return False
        if self._clock() - self._counted_since >= _WITHIN:
            self._read.clear()
            self._counted_since = self._clock()
        self._read[writer(status)] += 1
        return self._read[writer(status)] > _THREADS_OF_ONE
