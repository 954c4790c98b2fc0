"""Streams over HTTP: server-sent events and WebSocket, to the byte (streaming/index.js)."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import WSMsgType, web

from tests.servers.fake_mastodon.entities import Token
from tests.servers.fake_mastodon.flavour import Manners
from tests.servers.fake_mastodon.gate import Gate
from tests.servers.fake_mastodon.refusal import Refusal
from tests.servers.fake_mastodon.streaming import NOTIFICATIONS, USER, Event, Order, Stream, Streams, check

_PINGED_EVERY = 30.0  # seconds
_CUT_CHUNK = b'200\r\nevent: notification\ndata: {"id"'  # says 512 bytes, and gives fewer


class StreamingApi:
    def __init__(self, streams: Streams, gate: Gate, manners: Manners) -> None:
        self._streams, self._gate, self._manners = streams, gate, manners

    def routes(self) -> list[web.RouteDef]:
        root = "/api/v1/streaming"
        routes = [web.get(f"{root}/health", self._health), web.get(root, self._websocket)]
        if self._manners.has_event_stream:
            routes += [web.get(f"{root}/user", self._user), web.get(f"{root}/user/notification", self._notifications)]
        return routes

    async def _health(self, request: web.Request) -> web.Response:
        return web.Response(text="OK")

    async def _user(self, request: web.Request) -> web.StreamResponse:
        return await self._events(request, USER)

    async def _notifications(self, request: web.Request) -> web.StreamResponse:
        return await self._events(request, NOTIFICATIONS)

    async def _events(self, request: web.Request, channel: str) -> web.StreamResponse:
        token = check(self._token(request), channel)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(b":)\n")
        with self._open(token, {channel}) as stream:
            while (order := await stream.orders.get()) is not Order.END:
                if order is Order.CUT:
                    _break_off(request)
                    break
                await self._write(response, order)
        return response

    async def _write(self, response: web.StreamResponse, order: Event | Order) -> None:
        if isinstance(order, Event):
            await response.write(f"event: {order.name}\n".encode())
            await response.write(f"data: {order.payload}\n\n".encode())
        else:
            await response.write(self._manners.heartbeat)

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        try:
            token = self._token(request)
        except Refusal as refusal:
            return web.Response(status=refusal.status, headers={"X-Error-Message": str(refusal)})
        offered = request.headers.get("Sec-WebSocket-Protocol")
        socket = web.WebSocketResponse(heartbeat=_PINGED_EVERY, autoping=False, protocols=(offered,) if offered else ())
        await socket.prepare(request)
        with self._open(token, set()) as stream:
            if channel := request.query.get("stream"):
                await _subscribe(socket, stream, channel)
            telling = asyncio.create_task(_tell(socket, stream, request))
            try:
                await self._listen(socket, stream)
            finally:
                telling.cancel()
        return socket

    async def _listen(self, socket: web.WebSocketResponse, stream: Stream) -> None:
        async for message in socket:
            if message.type is WSMsgType.PING and not self._streams.is_frozen:
                await socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                await _obey(json.loads(message.data), socket, stream)

    def _token(self, request: web.Request) -> Token:
        """Also from the query and from Sec-WebSocket-Protocol. Raises 401."""
        text = self._gate.presented(request) or request.headers.get("Sec-WebSocket-Protocol", "")
        if not text:
            raise Refusal(401, "Missing access token")
        if (token := self._gate.named(text)) is None:
            raise Refusal(401, "Invalid access token")
        return token

    @contextmanager
    def _open(self, token: Token, channels: set[str]) -> Iterator[Stream]:
        stream = Stream(token, channels)
        self._streams.open.append(stream)
        beating = asyncio.create_task(self._beat(stream))
        try:
            yield stream
        finally:
            beating.cancel()
            self._streams.open.remove(stream)

    async def _beat(self, stream: Stream) -> None:
        while True:
            await asyncio.sleep(self._streams.heartbeat_every)
            if not self._streams.is_frozen:
                stream.orders.put_nowait(Order.BEAT)


async def _tell(socket: web.WebSocketResponse, stream: Stream, request: web.Request) -> None:
    """A WebSocket has pings in place of heartbeats."""
    while (order := await stream.orders.get()) is not Order.END:
        if isinstance(order, Event):
            await socket.send_json({"stream": [order.channel], "event": order.name, "payload": order.payload})
        elif order is Order.CUT and request.transport:
            request.transport.abort()
    await socket.close()


async def _obey(wish: dict[str, str], socket: web.WebSocketResponse, stream: Stream) -> None:
    if wish.get("type") == "subscribe":
        await _subscribe(socket, stream, wish.get("stream", ""))
    elif wish.get("type") == "unsubscribe":
        stream.channels.discard(wish.get("stream", ""))


async def _subscribe(socket: web.WebSocketResponse, stream: Stream, channel: str) -> None:
    try:
        check(stream.token, channel)
    except Refusal as refusal:
        await socket.send_json({"error": str(refusal), "status": refusal.status})
    else:
        stream.channels.add(channel)


def _break_off(request: web.Request) -> None:
    assert request.transport is not None
    request.transport.write(_CUT_CHUNK)
    request.transport.close()
