"""What the tests of this server share: a server, a bot on it, a person elsewhere, and two ways to ask."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from mastodon import Mastodon

from tests.fakes import FakeClock
from tests.servers.fake_mastodon.flavour import Flavour
from tests.servers.fake_mastodon.server import FakeMastodon, fake_mastodon


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: Any


class Scene:
    def __init__(self, server: FakeMastodon, clock: FakeClock, http: aiohttp.ClientSession) -> None:
        self.server, self.clock, self._http = server, clock, http
        self.bot = server.account("echobot", bot=True)
        self.alice = server.account("alice", domain="far.example.net")
        self.token = server.token_for(self.bot)
        self._clients: list[Mastodon] = []

    def client(self, *scopes: str, token: str | None = None) -> Mastodon:
        """Mastodon.py, speaking for the bot."""
        token = token or (self.server.token_for(self.bot, scopes) if scopes else self.token)
        client = Mastodon(
            access_token=token,
            api_base_url=self.server.url,
            ratelimit_method="throw",
            version_check_mode="none",
            request_timeout=60,
        )
        self._clients.append(client)
        return client

    async def ask(
        self, method: str, path: str, *, token: str | None = "", headers: dict[str, str] | None = None, **more: Any
    ) -> Reply:
        """A plain request; with the bot's token unless another, or None, is given."""
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token or self.token}"
        async with self._http.request(method, self.server.url + path, headers=sent, **more) as answer:
            is_json = answer.content_type == "application/json"
            body = await answer.json() if is_json else await answer.text()
            return Reply(answer.status, dict(answer.headers), body)

    async def post(self, text: str = "Hello.", *, key: str | None = None, **more: Any) -> Reply:
        headers = {"Idempotency-Key": key} if key else {}
        return await self.ask("POST", "/api/v1/statuses", headers=headers, json={"status": text, **more})

    def close(self) -> None:
        for client in self._clients:
            client.session.close()


@asynccontextmanager
async def scene_of(flavour: Flavour, **settings: Any) -> AsyncIterator[Scene]:
    clock = FakeClock()
    async with fake_mastodon(flavour, clock=clock, **settings) as server, aiohttp.ClientSession() as http:
        scene = Scene(server, clock, http)
        yield scene
        scene.close()


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with scene_of(Flavour.MASTODON) as scene:
        yield scene
