"""The account's signature where the homeserver wants the password for it, which Synapse wants only later."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from echobot.chats.matrix import Device, vouch
from echobot.errors import ChatRefused, LoginRefused

BOT = "@echobot:example.org"
PASSWORD = "a password that is nowhere else"


class CarefulHomeserver:
    """Takes an account's keys only with its password, and shows what it was given."""

    def __init__(self) -> None:
        self.url = ""
        self.device: dict[str, Any] = {}
        self.keys: dict[str, Any] = {}
        self.secrets: dict[str, Any] = {}
        self.asked = 0
        self.alters: dict[str, Any] = {}  # in what it shows of the device
        self.knows_token = True

    def application(self) -> web.Application:
        application = web.Application()
        client = "/_matrix/client/v3"
        application.router.add_post(f"{client}/keys/upload", self._upload)
        application.router.add_post(f"{client}/keys/query", self._query)
        application.router.add_post(f"{client}/keys/device_signing/upload", self._take)
        application.router.add_post(f"{client}/keys/signatures/upload", self._sign)
        application.router.add_get(f"{client}/user/{{user}}/account_data/{{kind}}", self._secret)
        application.router.add_put(f"{client}/user/{{user}}/account_data/{{kind}}", self._keep)
        return application

    async def _upload(self, request: web.Request) -> web.Response:
        self.device = (await request.json())["device_keys"]
        return web.json_response({"one_time_key_counts": {"signed_curve25519": 50}})

    async def _query(self, request: web.Request) -> web.Response:
        if not self.knows_token:
            return web.json_response({"errcode": "M_UNKNOWN_TOKEN", "error": "unknown"}, status=401)
        shown = {"device_keys": {BOT: {"DEVICE": {**self.device, **self.alters}}}}
        kinds = {kind: f"{kind}_keys" for kind in ("master", "self_signing") if f"{kind}_key" in self.keys}
        return web.json_response({**shown, **{kinds[kind]: {BOT: self.keys[f"{kind}_key"]} for kind in kinds}})

    async def _take(self, request: web.Request) -> web.Response:
        self.asked += 1
        body = await request.json()
        auth = body.pop("auth", {})
        proven = auth.get("session") == "a session" and auth.get("type") == "m.login.password"
        if not (proven and auth["password"] == PASSWORD and auth["identifier"]["user"] == BOT):
            flows = {"flows": [{"stages": ["m.login.password"]}], "session": "a session", "params": {}}
            return web.json_response(flows, status=401)
        self.keys = body
        return web.json_response({})

    async def _sign(self, request: web.Request) -> web.Response:
        self.device = (await request.json())[BOT]["DEVICE"]
        return web.json_response({"failures": {}})

    async def _secret(self, request: web.Request) -> web.Response:
        kept = self.secrets.get(request.match_info["kind"])
        return web.json_response(kept or {"errcode": "M_NOT_FOUND", "error": "none"}, status=200 if kept else 404)

    async def _keep(self, request: web.Request) -> web.Response:
        self.secrets[request.match_info["kind"]] = await request.json()
        return web.json_response({})


@pytest.fixture
async def homeserver() -> AsyncIterator[CarefulHomeserver]:
    server = CarefulHomeserver()
    runner = web.AppRunner(server.application(), shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


async def vouched(homeserver: CarefulHomeserver, folder: Path, password: str = PASSWORD) -> str:
    return await vouch(Device(homeserver.url, BOT, "DEVICE", "token"), folder, password, lambda: "")


async def test_the_password_is_given_when_it_is_asked_for(homeserver: CarefulHomeserver, tmp_path: Path):
    said = await vouched(homeserver, tmp_path)

    assert "signed by its account" in said
    assert "recovery key" in said
    assert homeserver.asked == 2
    assert PASSWORD not in said


async def test_a_password_that_is_not_taken_is_told_and_the_keys_wait_for_another_login(
    homeserver: CarefulHomeserver, tmp_path: Path
):
    with pytest.raises(ChatRefused, match="answered 401"):
        await vouched(homeserver, tmp_path, "another password")

    assert (tmp_path / "account-keys").exists()
    assert (homeserver.keys, homeserver.secrets) == ({}, {})


async def test_other_keys_than_the_devices_are_never_signed(homeserver: CarefulHomeserver, tmp_path: Path):
    homeserver.alters = {"keys": {"ed25519:DEVICE": "somebody's", "curve25519:DEVICE": "else's"}}

    with pytest.raises(ChatRefused, match="shows other keys of the bot's device"):
        await vouched(homeserver, tmp_path)


async def test_a_token_that_is_not_accepted_is_told(homeserver: CarefulHomeserver, tmp_path: Path):
    homeserver.knows_token = False

    with pytest.raises(LoginRefused, match="let the bot in again"):
        await vouched(homeserver, tmp_path)
