"""A Mastodon server in the test's own event loop, with real HTTP, server-sent events and WebSocket on loopback."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiohttp import web

from tests.secrecy import WITNESS
from tests.servers.fake_mastodon.api_accounts import AccountsApi
from tests.servers.fake_mastodon.api_instance import InstanceApi
from tests.servers.fake_mastodon.api_media import MediaApi
from tests.servers.fake_mastodon.api_notifications import NotificationsApi
from tests.servers.fake_mastodon.api_oauth import OAuthApi
from tests.servers.fake_mastodon.api_statuses import StatusesApi
from tests.servers.fake_mastodon.api_streaming import StreamingApi
from tests.servers.fake_mastodon.composing import Composer
from tests.servers.fake_mastodon.entities import Account, Asked
from tests.servers.fake_mastodon.flavour import Flavour
from tests.servers.fake_mastodon.front import Front
from tests.servers.fake_mastodon.gate import Gate
from tests.servers.fake_mastodon.idempotency import Keys
from tests.servers.fake_mastodon.ids import Serials
from tests.servers.fake_mastodon.limits import Limits
from tests.servers.fake_mastodon.media import Media
from tests.servers.fake_mastodon.posting import Posting
from tests.servers.fake_mastodon.streaming import Streams
from tests.servers.fake_mastodon.troubles import Troubles
from tests.servers.fake_mastodon.wire import Wire
from tests.servers.fake_mastodon.world import World

ALL_SCOPES = ("read", "write")


def real_time() -> datetime:
    return datetime.now(UTC)


class FakeMastodon(World):
    """Its parts are public too: `media`, `limits`, `posting`, `streams`, `instance`."""

    def __init__(self, flavour: Flavour = Flavour.MASTODON, clock: Callable[[], datetime] = real_time) -> None:
        manners = flavour.value
        super().__init__(manners, clock)
        self.flavour, self.url, self.streaming_url = flavour, "", ""
        self.media, self.limits, self.gate = Media(Serials(), clock), Limits(manners, clock), Gate(manners.scopes)
        wire = Wire(self.people, self.posts)
        composer = Composer(self.people, self.media, wire, self.ids, clock)
        keys = Keys(clock) if manners.has_idempotency else None
        self.posting = Posting(self.people, self.posts, self.media, composer, self.limits, keys, clock)
        self.streams = Streams(self.people, wire)
        self.posts.hearers = [self.streams, self.notices]
        self.notices.push, self.gate.kill = self.streams.notify, self.streams.kill
        self.front = Front(self.gate, self.limits, clock)
        self.oauth = OAuthApi(self.gate, clock)
        self.instance = InstanceApi(self.home, manners, self.limits, lambda: self.url, lambda: self.streaming_url)
        self._apis = (
            self.instance,
            self.oauth,
            AccountsApi(self.people, self.posts, wire, self.gate, manners.status_ids.rank, lambda: self.url),
            NotificationsApi(self.notices, wire, self.gate, manners, lambda: self.url),
            StatusesApi(self.posts, self.posting, wire, self.gate),
            MediaApi(self.media, wire, self.gate),
            StreamingApi(self.streams, self.gate, manners),
        )

    def application(self) -> web.Application:
        return self.front.application(route for api in self._apis for route in api.routes())

    @property
    def requests(self) -> list[Asked]:
        return self.front.requests

    @property
    def troubles(self) -> Troubles:
        return self.front.troubles

    def count(self, method: str, path: str) -> int:
        """How often an address was asked."""
        return sum((asked.method, asked.path) == (method, path) for asked in self.requests)

    def token_for(self, account: Account, scopes: Iterable[str] = ALL_SCOPES) -> str:
        return WITNESS.token("a token of Mastodon's", self.gate.issue(account, scopes).text)

    def revoke(self, token: str) -> None:
        self.gate.revoke(token)

    def authorize(
        self,
        client_id: str,
        account: Account,
        scopes: Sequence[str],
        redirect_uri: str = "urn:ietf:wg:oauth:2.0:oob",
        code_challenge: str | None = None,
    ) -> str:
        """The person agrees on the page of /oauth/authorize; gives the code."""
        return self.oauth.grant(client_id, account, scopes, redirect_uri, code_challenge)


@asynccontextmanager
async def fake_mastodon(
    flavour: Flavour = Flavour.MASTODON,
    *,
    clock: Callable[[], datetime] = real_time,
    streams_elsewhere: bool = False,
) -> AsyncIterator[FakeMastodon]:
    """With `streams_elsewhere` the streams have an address of their own, which only the instance's page tells."""
    server = FakeMastodon(flavour, clock)
    runner = web.AppRunner(
        server.application(),
        shutdown_timeout=0.01,  # 0 would wait for ever for what is stalled
        handler_cancellation=True,
        access_log=None,
    )
    await runner.setup()
    for _ in range(1 + streams_elsewhere):
        await web.TCPSite(runner, "127.0.0.1", 0).start()
    port, streaming_port = runner.addresses[0][1], runner.addresses[-1][1]
    server.url, server.streaming_url = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{streaming_port}"
    server.front.streaming_port = streaming_port if streams_elsewhere else None
    try:
        yield server
    finally:
        await runner.cleanup()
