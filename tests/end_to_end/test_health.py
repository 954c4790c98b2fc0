"""The whole bot tells monitoring, systemd and a person how it is, and writes its log for programs."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path

import aiohttp
import pytest

from echobot.cli import main
from tests.servers.echobot_process import EchobotProcess, on_mastodon
from tests.servers.fake_mastodon import fake_mastodon
from tests.servers.people import until

pytestmark = pytest.mark.server


@pytest.fixture
async def server():
    async with fake_mastodon() as running:
        yield running


@pytest.fixture
def tokens(server):
    return [server.token_for(server.account(name, bot=True)) for name in ("echobot", "echobot-fr")]


@pytest.fixture
async def echobot(server, tokens, tmp_path: Path, port: int):
    accounts = [on_mastodon(server.url, token, poll_every="10s") for token in tokens]
    process = EchobotProcess(tmp_path, *accounts, health={"port": port})
    process.options = ["--log", "json"]
    process.is_copied = False
    yield process
    await process.stop()


async def asked(port: int) -> tuple[int, dict]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/readyz") as answer:
        return answer.status, await answer.json()


async def are_heard_from(port: int) -> bool:
    _, told = await asked(port)
    return all(account["last_contact_at"] for account in told["accounts"].values())


async def test_it_is_ready_and_a_person_is_told_the_same(echobot, port, capsys):
    await echobot.start()
    await until(lambda: are_heard_from(port), "the first contacts")

    status, told = await asked(port)
    assert (status, told["ready"], told["wrong"]) == (200, True, [])
    assert await asyncio.to_thread(main, ["status", "--settings", str(echobot.settings)]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "Nothing is wrong."
    assert f"Knowledge: {told['knowledge']['entries']} entries, version {told['knowledge']['version']}." in shown


async def test_an_account_that_was_logged_out_is_red_while_the_other_goes_on(echobot, server, tokens, port, capsys):
    await echobot.start()
    server.revoke(tokens[1])

    async def is_red() -> bool:
        return (await asked(port))[0] == 503

    await until(is_red, "the bot to notice")
    _, told = await asked(port)
    assert told["wrong"][0].startswith("account-1, since ")
    assert await asyncio.to_thread(main, ["status", "--settings", str(echobot.settings)]) == 1
    assert "echobot login mastodon" in capsys.readouterr().out


async def test_every_line_of_its_log_is_an_object(echobot):
    await echobot.start()
    await echobot.stop()

    lines = [json.loads(line) for line in echobot.log.splitlines()]
    assert {"telling how it is", "listening", "stopped"} <= {line["event"] for line in lines}
    assert all({"event", "level", "timestamp"} <= set(line) for line in lines)


async def test_systemd_is_told_that_it_started_lives_and_stops(echobot, tmp_path):
    place = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(place))
        systemd.setblocking(False)
        echobot.environment = {"NOTIFY_SOCKET": str(place), "WATCHDOG_USEC": "200000"}
        await echobot.start()
        heard = await _all_that_is_said(systemd, echobot)

    assert heard[0] == "READY=1"
    assert heard[1] == heard[2] == "WATCHDOG=1\nSTATUS=Nothing is wrong."
    assert heard[-1] == "STOPPING=1"


async def _all_that_is_said(systemd: socket.socket, echobot: EchobotProcess) -> list[str]:
    loop, heard = asyncio.get_running_loop(), []
    async with asyncio.timeout(60):
        while not heard or heard[-1] != "STOPPING=1":
            heard.append((await loop.sock_recv(systemd, 10_000)).decode())
            if len(heard) == 3:
                await echobot.stop()
    return heard
