"""A homeserver with one room that fails as it is told; for what a real one cannot be made to do."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from tests.secrecy import WITNESS

BOT = "@echobot:example.org"
ROOM = "!room:example.org"
BAD_ROOM = "!damaged:example.org"

Trouble = Callable[[], Awaitable[web.Response]]


def refusal(status: int, code: str, **more: Any) -> Trouble:
    """An error as homeservers write it."""

    async def refuse() -> web.Response:
        return web.json_response({"errcode": code, "error": "told to fail", **more}, status=status)

    return refuse


def page(status: int, text: str = "<html>Bad gateway</html>", **headers: str) -> Trouble:
    """What a proxy answers in place of the homeserver."""

    async def answer() -> web.Response:
        return web.Response(status=status, text=text, content_type="text/html", headers=headers)

    return answer


async def broken_json() -> web.Response:
    return web.Response(text='{"next_batch": "s1", "rooms', content_type="application/json")


async def strange_json() -> web.Response:
    return web.json_response({"next_batch": "s1", "rooms": {"join": {ROOM: {"timeline": {"events": [None]}}}}})


async def huge() -> web.Response:
    """Bytes without end, as fast as they are taken."""
    return web.Response(body=_pieces(b'"' + bytes(1_000_000), 0), content_type="application/json")


async def drip() -> web.Response:
    """Bytes without end, one after the other."""
    return web.Response(body=_pieces(b" ", 0.02), content_type="application/json")


async def _pieces(piece: bytes, pause: float) -> AsyncIterator[bytes]:
    while True:
        yield piece
        await asyncio.sleep(pause)


async def stall() -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError


class FakeHomeserver:
    """Its sync tokens count what was said; `troubles` are what the next requests to an endpoint meet."""

    def __init__(self) -> None:
        self.url = ""
        self.said: list[dict[str, Any]] = []
        self.troubles: defaultdict[str, deque[Trouble]] = defaultdict(deque)
        self.requests: Counter[str] = Counter()
        self.tokens: list[str | None] = []  # given to syncs
        self.has_gap_in_bad_room = False
        self.devices: dict[str, Any] = {}  # the bot's, with the keys that it brought
        self.read: list[str] = []  # the events that the bot marked
        self.members: list[str] | None = None  # told when asked, instead of a summary with each sync

    def say(self, body: str, **more: Any) -> None:
        content = {"msgtype": "m.text", "body": WITNESS.text(body), **more}
        event = {"type": "m.room.message", "event_id": f"${len(self.said)}", "sender": "@alice:example.org"}
        self.said.append({**event, "origin_server_ts": 1_790_000_000_000, "content": content})

    def application(self) -> web.Application:
        application = web.Application()
        client = "/_matrix/client/v3"
        application.router.add_get(f"{client}/account/whoami", self._meets("whoami", self._whoami))
        application.router.add_get(f"{client}/sync", self._meets("sync", self._sync))
        application.router.add_get(f"{client}/rooms/{{room}}/messages", self._meets("messages", self._messages))
        application.router.add_get(f"{client}/rooms/{{room}}/event/{{id}}", self._meets("event", self._event))
        application.router.add_get(f"{client}/rooms/{{room}}/joined_members", self._meets("members", self._members))
        application.router.add_get(f"{client}/rooms/{{room}}/state/{{kind}}/{{key}}", self._know_nothing)
        application.router.add_put(f"{client}/rooms/{{room}}/send/{{kind}}/{{txn}}", self._meets("send", self._send))
        application.router.add_put(f"{client}/rooms/{{room}}/typing/{{user}}", self._hear)
        application.router.add_post(f"{client}/rooms/{{room}}/receipt/{{kind}}/{{event}}", self._mark)
        application.router.add_post(f"{client}/join/{{room}}", self._meets("join", self._join))
        application.router.add_post(f"{client}/keys/upload", self._meets("keys", self._take_keys))
        application.router.add_post(f"{client}/keys/query", self._meets("devices", self._tell_devices))
        application.router.add_post("/_matrix/media/v3/upload", self._meets("upload", self._upload))
        return application

    def _meets(self, name: str, answer: Callable[[web.Request], Awaitable[web.Response]]) -> Any:
        async def meet(request: web.Request) -> web.Response:
            self.requests[name] += 1
            if name == "sync":
                self.tokens.append(request.query.get("since"))
            troubles = self.troubles[name]
            return await (troubles.popleft()() if troubles else answer(request))

        return meet

    async def _whoami(self, request: web.Request) -> web.Response:
        return web.json_response({"user_id": BOT, "device_id": "DEVICE"})

    async def _sync(self, request: web.Request) -> web.Response:
        read = int(request.query.get("since", "s0")[1:])
        if "since" in request.query:
            await self._news(read, int(request.query.get("timeout", 0)) / 1000)
        summary = {} if self.members else {"m.joined_member_count": 3, "m.invited_member_count": 0}
        rooms = {ROOM: {"timeline": {"events": self.said[read:]}, "summary": summary}}
        if self.has_gap_in_bad_room:
            timeline = {"events": [], "limited": True, "prev_batch": "s0"}
            rooms[BAD_ROOM] = {"timeline": timeline, "summary": summary}
        return web.json_response({"next_batch": f"s{len(self.said)}", "rooms": {"join": rooms}})

    async def _news(self, read: int, longest: float) -> None:
        give_up_at = asyncio.get_running_loop().time() + longest
        while len(self.said) == read and asyncio.get_running_loop().time() < give_up_at:  # noqa: ASYNC110 a fake has no bell
            await asyncio.sleep(0.01)

    async def _messages(self, request: web.Request) -> web.Response:
        return web.json_response({"chunk": [], "start": "s0"})

    async def _event(self, request: web.Request) -> web.Response:
        return web.json_response(next(event for event in self.said if event["event_id"] == request.match_info["id"]))

    async def _members(self, request: web.Request) -> web.Response:
        nobody = {"display_name": None, "avatar_url": None}
        return web.json_response({"joined": dict.fromkeys(self.members or [], nobody)})

    async def _know_nothing(self, request: web.Request) -> web.Response:
        return await refusal(403, "M_FORBIDDEN")()

    async def _hear(self, request: web.Request) -> web.Response:
        return web.json_response({})

    async def _mark(self, request: web.Request) -> web.Response:
        self.read.append(request.match_info["event"])
        return web.json_response({})

    async def _join(self, request: web.Request) -> web.Response:
        return web.json_response({"room_id": ROOM})

    async def _take_keys(self, request: web.Request) -> web.Response:
        if brought := (await request.json()).get("device_keys"):
            self.devices[brought["device_id"]] = brought
        return web.json_response({"one_time_key_counts": {"signed_curve25519": 50}})

    async def _tell_devices(self, request: web.Request) -> web.Response:
        return web.json_response({"device_keys": {BOT: self.devices}})

    async def _upload(self, request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"content_uri": f"mxc://example.org/{self.requests['upload']}"})

    async def _send(self, request: web.Request) -> web.Response:
        return web.json_response({"event_id": "$sent"})


@pytest.fixture
async def fake_homeserver() -> AsyncIterator[FakeHomeserver]:
    server = FakeHomeserver()
    runner = web.AppRunner(server.application(), shutdown_timeout=0, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()
