"""Streams: their bytes, their silence and their ends; and that nothing is told again."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType
from mastodon import MastodonNetworkError, StreamListener

from tests.fakes import until
from tests.servers.fake_mastodon import Flavour, fake_mastodon
from tests.servers.fake_mastodon.scene import Scene, scene, scene_of

__all__ = ["scene"]

NOTIFICATIONS = "/api/v1/streaming/user/notification"
NOTIFIED = b"event: notification\n"


@asynccontextmanager
async def listening(
    scene: Scene, path: str = NOTIFICATIONS, token: str | None = None
) -> AsyncIterator[aiohttp.ClientResponse]:
    """A stream that the server knows of."""
    before = len(scene.server.streams.open)
    headers = {"Authorization": f"Bearer {token or scene.token}"}
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout) as http, http.get(scene.server.url + path, headers=headers) as it:
        await until(lambda: len(scene.server.streams.open) > before)
        yield it


def ask(scene: Scene, visibility: str = "public") -> Any:
    return scene.server.say(scene.alice, "hello", mentions=[scene.bot], visibility=visibility)


async def test_a_stream_is_to_the_byte_what_mastodon_sends(scene: Scene):
    async with listening(scene) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        assert stream.headers["Cache-Control"] == "no-store"
        assert stream.headers["Transfer-Encoding"] == "chunked"
        scene.server.streams.thump()
        scene.server.streams.send(scene.bot, "delete", "01JD0000000000000000000000")
        scene.server.streams.send(scene.bot, "filters_changed")
        scene.server.streams.send(scene.bot, "invented", "{}")
        scene.server.streams.end()
        assert await stream.read() == (
            b":)\n:thump\n\n"
            b"event: delete\ndata: 01JD0000000000000000000000\n\n"
            b"event: filters_changed\ndata: undefined\n\n"
            b"event: invented\ndata: {}\n\n"
        )


async def test_a_notification_is_one_line_of_json(scene: Scene):
    async with listening(scene) as stream:
        status = ask(scene)
        scene.server.streams.end()
        lines = (await stream.read()).split(b"\n")
    assert lines[:2] == [b":)", b"event: notification"]
    told = json.loads(lines[2].removeprefix(b"data: "))
    assert (told["type"], told["status"]["id"]) == ("mention", status.id)
    assert lines[3:] == [b"", b""]


async def test_heartbeats_come_by_themselves(scene: Scene):
    scene.server.streams.heartbeat_every = 0.01
    async with listening(scene) as stream:
        assert await stream.content.readexactly(20) == b":)\n:thump\n\n:thump\n\n:"


async def test_old_servers_thump_with_one_line_end():
    async with scene_of(Flavour.OLD_MASTODON) as scene, listening(scene) as stream:
        scene.server.streams.thump()
        scene.server.streams.end()
        assert await stream.read() == b":)\n:thump\n"


async def test_nothing_is_told_again_after_a_new_connection(scene: Scene):
    ask(scene)
    async with listening(scene) as stream:
        scene.server.streams.end()
        assert await stream.read() == b":)\n"


async def test_filtered_notifications_are_not_pushed(scene: Scene):
    async with listening(scene) as stream:
        ask(scene, "direct")
        scene.server.streams.end()
        assert NOTIFIED not in await stream.read()


async def test_a_mute_stream_beats_and_tells_nothing(scene: Scene):
    scene.server.streams.is_mute = True
    async with listening(scene) as stream:
        ask(scene)
        scene.server.streams.thump()
        scene.server.streams.end()
        assert await stream.read() == b":)\n:thump\n\n"
    assert len(scene.server.notices.of(scene.bot)) == 1


async def test_a_frozen_stream_stays_open_without_a_heartbeat(scene: Scene):
    scene.server.streams.is_frozen = True
    scene.server.streams.heartbeat_every = 0.01
    async with listening(scene) as stream:
        ask(scene)
        scene.server.streams.thump()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await stream.content.readexactly(4)


async def test_streams_end_when_the_server_closes():
    async with aiohttp.ClientSession() as http:
        async with fake_mastodon() as server:
            headers = {"Authorization": f"Bearer {server.token_for(server.account('bot'))}"}
            stream = await http.get(server.url + NOTIFICATIONS, headers=headers)
            await until(lambda: bool(server.streams.open))
        with pytest.raises(aiohttp.ClientPayloadError):
            await stream.read()


async def test_a_stream_may_break_off_inside_a_chunk(scene: Scene):
    async with listening(scene) as stream:
        scene.server.streams.cut()
        with pytest.raises(aiohttp.ClientPayloadError):
            await stream.read()


async def test_a_revoked_token_ends_its_streams_and_gets_no_other(scene: Scene):
    other = scene.server.token_for(scene.bot)
    async with listening(scene) as stream, listening(scene, token=other) as kept:
        scene.server.revoke(scene.token)
        assert await stream.read() == b":)\n"
        scene.server.streams.thump()
        assert await kept.content.readexactly(11) == b":)\n:thump\n\n"
    answer = await scene.ask("GET", NOTIFICATIONS)
    assert (answer.status, answer.body) == (401, {"error": "Invalid access token"})


@pytest.mark.parametrize(
    ("path", "scope", "status"),
    [
        (NOTIFICATIONS, "read:notifications", 200),
        (NOTIFICATIONS, "read", 200),
        (NOTIFICATIONS, "read:statuses", 401),
        ("/api/v1/streaming/user", "read:statuses", 200),
        ("/api/v1/streaming/user", "read:notifications", 401),
    ],
)
async def test_streams_need_scopes(scene: Scene, path: str, scope: str, status: int):
    async with asyncio.timeout(60), aiohttp.ClientSession() as http:
        headers = {"Authorization": f"Bearer {scene.server.token_for(scene.bot, [scope])}"}
        async with http.get(scene.server.url + path, headers=headers) as stream:
            assert stream.status == status
            if status == 401:
                assert await stream.json() == {"error": "Access token does not have the required scopes"}


async def test_without_a_token_there_is_no_stream(scene: Scene):
    answer = await scene.ask("GET", NOTIFICATIONS, token=None)
    assert (answer.status, answer.body) == (401, {"error": "Missing access token"})


@pytest.mark.parametrize(
    ("scopes", "told"), [(["read:statuses"], False), (["read:statuses", "read:notifications"], True)]
)
async def test_the_home_stream_has_notifications_only_with_their_scope(scene: Scene, scopes: list[str], told: bool):
    token = scene.server.token_for(scene.bot, scopes)
    async with listening(scene, "/api/v1/streaming/user", token) as stream:
        ask(scene)
        scene.server.streams.end()
        assert (NOTIFIED in await stream.read()) is told


async def test_the_home_stream_tells_of_posts_edits_and_deletions(scene: Scene):
    scene.server.people.follow(scene.bot, scene.alice)
    async with listening(scene, "/api/v1/streaming/user") as stream:
        status = scene.server.say(scene.alice, "hello")
        scene.server.edit(status, "good day")
        scene.server.delete(status)
        scene.server.streams.end()
        lines = (await stream.read()).decode().split("\n")
    assert [line for line in lines if line.startswith("event")] == [
        "event: update",
        "event: status.update",
        "event: delete",
    ]
    assert f"data: {status.id}" in lines


async def test_who_was_mentioned_hears_on_the_home_stream_that_it_was_deleted(scene: Scene):
    status = ask(scene)
    async with listening(scene, "/api/v1/streaming/user") as stream:
        scene.server.delete(status)
        scene.server.streams.end()
        assert await stream.read() == f":)\nevent: delete\ndata: {status.id}\n\n".encode()


async def test_the_streaming_server_says_that_it_is_well(scene: Scene):
    answer = await scene.ask("GET", "/api/v1/streaming/health", token=None)
    assert (answer.status, answer.body) == (200, "OK")
    assert await asyncio.to_thread(scene.client().stream_healthy)


class Ears(StreamListener):
    """Hears from a thread of Mastodon.py's; `heard` are names of events, in their order."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.aborts: list[Exception] = []

    def on_notification(self, notification: Any) -> None:
        self.heard.append(f"notification {notification.type}")

    def on_delete(self, status_id: Any) -> None:
        self.heard.append(f"delete {status_id}")

    def on_filters_changed(self) -> None:
        self.heard.append("filters_changed")

    def on_unknown_event(self, name: str, unknown_event: Any = None) -> None:
        self.heard.append(name)

    def handle_heartbeat(self) -> None:
        self.heard.append("heartbeat")

    def on_abort(self, err: Exception) -> None:
        self.aborts.append(err)


@asynccontextmanager
async def mastodon_py_listening(scene: Scene, ears: Ears) -> AsyncIterator["asyncio.Task[None]"]:
    listens = scene.client().stream_user_notifications
    task = asyncio.create_task(asyncio.to_thread(listens, ears))
    await until(lambda: bool(scene.server.streams.open))
    yield task


async def test_mastodon_py_understands_the_stream_and_a_clean_end(scene: Scene):
    ears = Ears()
    async with mastodon_py_listening(scene, ears) as listens:
        ask(scene)
        scene.server.streams.thump()
        scene.server.streams.send(scene.bot, "delete", "42")
        scene.server.streams.send(scene.bot, "filters_changed")
        scene.server.streams.send(scene.bot, "invented", "{}")
        scene.server.streams.end()
        await listens
    assert ears.heard == ["heartbeat", "notification mention", "heartbeat", "delete 42", "filters_changed", "invented"]


async def test_mastodon_py_takes_a_cut_for_a_network_error(scene: Scene):
    ears = Ears()
    async with mastodon_py_listening(scene, ears) as listens:
        scene.server.streams.cut()
        with pytest.raises(MastodonNetworkError):
            await listens
    assert len(ears.aborts) == 1


async def test_streams_can_have_an_address_of_their_own():
    async with scene_of(Flavour.MASTODON, streams_elsewhere=True) as scene:
        assert (await scene.ask("GET", NOTIFICATIONS)).status == 404
        told = (await scene.ask("GET", "/api/v2/instance")).body["configuration"]["urls"]["streaming"]
        assert told == scene.server.streaming_url != scene.server.url.replace("http", "ws")
        ears = Ears()
        async with mastodon_py_listening(scene, ears) as listens:
            scene.server.streams.end()
            await listens
        assert ears.heard == ["heartbeat"]


@asynccontextmanager
async def socket(scene: Scene, query: str = "", **more: Any) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    before = len(scene.server.streams.open)
    url = f"{scene.server.url}/api/v1/streaming{query}"
    async with aiohttp.ClientSession() as http, http.ws_connect(url, **more) as connected:
        await until(lambda: len(scene.server.streams.open) > before)
        yield connected


WAYS: dict[str, Callable[[str], dict[str, Any]]] = {
    "header": lambda token: {"headers": {"Authorization": f"Bearer {token}"}},
    "query": lambda token: {"query": f"?access_token={token}"},
    "protocol": lambda token: {"headers": {"Sec-WebSocket-Protocol": token}},
}


@pytest.mark.parametrize("flavour", [Flavour.MASTODON, Flavour.GOTOSOCIAL, Flavour.PLEROMA])
@pytest.mark.parametrize("way", WAYS)
async def test_a_web_socket_tells_what_was_subscribed_to(flavour: Flavour, way: str):
    async with scene_of(flavour) as scene, socket(scene, **WAYS[way](scene.token)) as ears:
        await ears.send_json({"type": "subscribe", "stream": "user:notification"})
        await until(lambda: bool(scene.server.streams.open[0].channels))
        status = ask(scene)
        told = await ears.receive_json(timeout=60)
        assert (told["stream"], told["event"]) == (["user:notification"], "notification")
        assert json.loads(told["payload"])["status"]["id"] == status.id


async def test_a_web_socket_subscribes_by_its_address_and_can_stop(scene: Scene):
    async with socket(scene, f"?stream=user:notification&access_token={scene.token}") as ears:
        await until(lambda: bool(scene.server.streams.open[0].channels))
        await ears.send_json({"type": "unsubscribe", "stream": "user:notification"})
        await until(lambda: not scene.server.streams.open[0].channels)


async def test_a_web_socket_says_what_it_may_not_tell(scene: Scene):
    token = scene.server.token_for(scene.bot, ["read:statuses"])
    async with socket(scene, f"?stream=user:notification&access_token={token}") as ears:
        told = await ears.receive_json(timeout=60)
        assert told == {"error": "Access token does not have the required scopes", "status": 401}


async def test_a_revoked_token_closes_its_web_socket(scene: Scene):
    async with socket(scene, f"?stream=user:notification&access_token={scene.token}") as ears:
        scene.server.revoke(scene.token)
        assert (await ears.receive(timeout=60)).type is WSMsgType.CLOSE
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with socket(scene, f"?access_token={scene.token}"):
            pass
    assert refused.value.status == 401
    assert refused.value.headers["X-Error-Message"] == "Invalid access token"


@pytest.mark.parametrize("flavour", [Flavour.GOTOSOCIAL, Flavour.PLEROMA])
async def test_others_have_no_server_sent_events(flavour: Flavour):
    async with scene_of(flavour) as scene:
        assert (await scene.ask("GET", NOTIFICATIONS)).status == 404
