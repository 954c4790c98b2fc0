"""Replies in a room: a notice below the question, and another text in its place when the question is edited."""

from __future__ import annotations

from typing import Any

from nio import AsyncClient

from echobot.chats.matrix import writing
from echobot.chats.matrix.homeserver import ask
from echobot.chats.matrix.lookback import Lookback
from echobot.core.message import Reply


class Replying:
    """Sends replies, changes them and finds them."""

    def __init__(self, client: AsyncClient, lookback: Lookback) -> None:
        self._client = client
        self._lookback = lookback

    async def send(self, reply: Reply) -> str:
        """The id of its event; a change keeps the first one's. What never arrived needs not be taken away."""
        if reply.instead_of and reply.text:
            await self._say(reply, writing.edit(reply, reply.instead_of))
        elif reply.instead_of:
            transaction = writing.transaction(reply.key)
            await ask(self._client.room_redact(reply.place.room, reply.instead_of, tx_id=transaction))
        elif reply.text:
            return await self._say(reply, writing.reply(reply))
        return reply.instead_of or ""

    async def find(self, reply: Reply) -> str | None:
        """None also for a change: made once more, it changes nothing."""
        if reply.instead_of or not reply.text:
            return None
        events = await self._lookback.since(reply.place.room, reply.key)
        return events.get(writing.transaction(reply.key))

    async def _say(self, reply: Reply, content: dict[str, Any]) -> str:
        marked, transaction = writing.marked(content, reply.key), writing.transaction(reply.key)
        sent = await ask(self._client.room_send(reply.place.room, "m.room.message", marked, transaction))
        return str(sent.event_id)
