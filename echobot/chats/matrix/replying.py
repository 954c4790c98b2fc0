"""Replies in a room: a notice below the question, and another text in its place when the question is edited."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from nio import AsyncClient

from echobot.chats.matrix import writing
from echobot.chats.matrix.homeserver import ask
from echobot.chats.matrix.lookback import Lookback
from echobot.core.message import DeliveryKey, Reply
from echobot.core.reaction import NUMBERS
from echobot.errors import ChatError

log = structlog.get_logger()


class Replying:
    """Sends replies, changes them and finds them."""

    def __init__(self, client: AsyncClient, lookback: Lookback) -> None:
        self._client = client
        self._lookback = lookback

    async def send(self, reply: Reply) -> str:
        """The id of its event; a change keeps the first one's. What never arrived needs not be taken away."""
        if reply.instead_of and reply.text:
            await self._say(reply, writing.edit(reply, reply.instead_of))
            await self._offer(reply, reply.instead_of)
        elif reply.instead_of:
            transaction = writing.transaction(reply.key)
            await ask(self._client.room_redact(reply.place.room, reply.instead_of, tx_id=transaction))
        elif reply.text:
            event = await self._say(reply, writing.reply(reply))
            await self._offer(reply, event)
            return event
        return reply.instead_of or ""

    async def find(self, reply: Reply, since: datetime | None) -> str | None:
        """None also for a change: made once more, it changes nothing."""
        if reply.instead_of or not reply.text:
            return None
        events = await self._lookback.since(reply.place.room, reply.key, since)
        return events.get(writing.transaction(reply.key))

    async def _offer(self, reply: Reply, event: str) -> None:
        """Put numbers to press under choices. They can be written as well, so nobody waits when that fails."""
        for number in NUMBERS[: reply.offers]:
            transaction = writing.transaction(DeliveryKey(f"{reply.key}#{number}"))
            content = writing.reaction(event, number)
            try:
                await ask(self._client.room_send(reply.place.room, "m.reaction", content, transaction))
            except ChatError as error:
                log.info("choices are left without numbers to press", room=reply.place.room, reason=str(error))
                return

    async def _say(self, reply: Reply, content: dict[str, Any]) -> str:
        marked, transaction = writing.marked(content, reply.key), writing.transaction(reply.key)
        sent = await ask(self._client.room_send(reply.place.room, "m.room.message", marked, transaction))
        return str(sent.event_id)
