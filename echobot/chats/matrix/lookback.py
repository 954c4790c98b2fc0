"""What the bot said in a room, backwards from now, to find what may have been sent before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from nio import AsyncClient, MessageDirection, RoomMessagesResponse

from echobot.chats.matrix.homeserver import ask
from echobot.chats.matrix.reading import Event
from echobot.chats.matrix.writing import mark_of, transaction
from echobot.core.message import DeliveryKey
from echobot.errors import ChatRefused

PAGE = 100  # the most that homeservers give at once
MOST_PAGES = 20

_UNSURE = timedelta(hours=1)  # of the homeserver's clock


class Lookback:
    """Each event of the bot's carries a mark of the key that it was sent under."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def since(self, room: str, key: DeliveryKey, tried_at: datetime | None = None) -> dict[str, str]:
        """The ids of the bot's events by their marks, from the one sent under this key on; none when it is not there.

        However much the bot has said before it tried to send that, it is not looked through. Raises `ChatRefused` when
        it has said so much since that nobody knows.
        """
        wanted, found = transaction(key), dict[str, str]()
        async for event in self._own(room, key):
            if tried_at and _is_before(event, tried_at - _UNSURE):
                break
            if mark := mark_of(event):
                found[mark] = str(event["event_id"])
            if mark == wanted:
                return found
        return {}

    async def _own(self, room: str, key: DeliveryKey) -> AsyncIterator[Event]:
        """The latest first, back to the room's beginning."""
        token: str | None = None
        for _ in range(MOST_PAGES):
            page = await self._page(room, token)
            for event in page.chunk:
                if event.source.get("sender") == self._client.user_id:
                    yield event.source
            if not page.end or page.end == token:
                return
            token = page.end
        raise ChatRefused(f"what became of {key} is unknown, and sending it again might double it")

    async def _page(self, room: str, token: str | None) -> RoomMessagesResponse:
        own = {"types": ["m.room.message", "m.room.encrypted"], "senders": [self._client.user_id]}
        back = MessageDirection.back
        return await ask(self._client.room_messages(room, token, None, back, PAGE, own))


def _is_before(event: Event, then: datetime) -> bool:
    said_at = event.get("origin_server_ts")
    return isinstance(said_at, int) and said_at < then.timestamp() * 1000
