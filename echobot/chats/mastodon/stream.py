"""The server's stream: soon, but it may be silent while people write, and tells nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import cycle
from typing import Any

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, WSMsgType
from aiohttp.http import HttpProcessingError

from echobot.chats.mastodon.events import UNREADABLE, Event, EventLines, event_in
from echobot.chats.mastodon.rhythm import Rhythm
from echobot.chats.mastodon.server import USER_AGENT
from echobot.core.message import AccountName

log = structlog.get_logger()

_SSE, _WEBSOCKET = "/api/v1/streaming/user/notification", "/api/v1/streaming"


class Stream:
    """Listens by server-sent events, or by WebSocket where a server has only that, and connects again for ever.

    Mastodon.py has streams as well, in a thread that cannot be told to stop and that hides why it failed.
    """

    def __init__(
        self,
        account: AccountName,
        address: str,
        token: str,
        hear: Callable[[Event], None],
        rhythm: Rhythm,
    ) -> None:
        self.is_open = False
        self._account = account
        self._address = address.replace("wss://", "https://").replace("ws://", "http://").rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}", "User-Agent": USER_AGENT}
        self._token = token
        self._hear = hear
        self._pauses = rhythm.pauses
        self._silence = rhythm.silence.total_seconds()

    async def run(self) -> None:
        """Tell of events until cancelled; each new connection is one, for nobody knows what was said before it."""
        timeout = ClientTimeout(total=None, sock_connect=self._silence, sock_read=self._silence)
        async with ClientSession(headers=self._headers, timeout=timeout) as session:
            ways = cycle((self._by_events, self._by_websocket))
            way, pauses = next(ways), self._pauses()
            while True:
                if await self._listen(way, session):
                    pauses = self._pauses()
                else:
                    way = next(ways)
                await asyncio.sleep(next(pauses).total_seconds())

    async def _listen(self, way: Callable[[ClientSession], Awaitable[None]], session: ClientSession) -> bool:
        """Whether there was a connection at all."""
        try:
            await way(session)
        except (ClientError, HttpProcessingError, OSError, TimeoutError, ValueError) as error:  # too long a line
            log.debug("the stream ended", account=self._account, reason=type(error).__name__)
        was_open, self.is_open = self.is_open, False
        return was_open

    async def _by_events(self, session: ClientSession) -> None:
        async with session.get(self._address + _SSE, headers={"Accept": "text/event-stream"}) as response:
            if response.status != 200 or response.content_type != "text/event-stream":
                return  # some give a page for every address
            self._opened()
            lines = EventLines()
            async for line in response.content:
                if event := lines.add(line):
                    self._hear(event)

    async def _by_websocket(self, session: ClientSession) -> None:
        stream = {"stream": "user:notification"}
        where = self._address + _WEBSOCKET
        # Pleroma reads the token from the protocol, not from the header.
        heartbeat = self._silence / 2
        async with session.ws_connect(where, params=stream, heartbeat=heartbeat, protocols=(self._token,)) as socket:
            self._opened()
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._hear(event_in(message.data))

    def _opened(self) -> None:
        self.is_open = True
        log.debug("the stream is open", account=self._account)
        self._hear(UNREADABLE)


async def ended(task: asyncio.Task[Any]) -> None:
    """Cancel and wait."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
