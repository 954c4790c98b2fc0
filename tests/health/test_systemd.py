"""What systemd is told over its socket."""

from __future__ import annotations

import asyncio
import os
import socket
from datetime import timedelta

import pytest

from echobot.health.systemd import tell_systemd, watchdog
from tests.fakes import NOON


@pytest.fixture(params=["a path", "an abstract name"])
def place(request, tmp_path):
    return str(tmp_path / "notify") if request.param == "a path" else f"@echobot-test-{os.getpid()}"


@pytest.fixture
def systemd(place):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{place[1:]}" if place.startswith("@") else place)
        listening.setblocking(False)
        yield listening


async def heard(systemd) -> str:
    async with asyncio.timeout(30):
        return (await asyncio.get_running_loop().sock_recv(systemd, 10_000)).decode()


async def test_it_is_told_that_the_bot_has_started_lives_and_stops(bot, systemd, place):
    bot.hears()
    telling = asyncio.create_task(tell_systemd(bot.watch.look, {"NOTIFY_SOCKET": place, "WATCHDOG_USEC": "20000"}))

    assert await heard(systemd) == "READY=1"
    assert [await heard(systemd) for _ in range(3)] == ["WATCHDOG=1\nSTATUS=Nothing is wrong."] * 3
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)
    said = await heard(systemd)
    while said.startswith("WATCHDOG"):
        said = await heard(systemd)
    assert said == "STOPPING=1"


async def test_its_status_is_what_is_wrong_on_one_line(bot, systemd, place):
    bot.hears()
    await bot.store.note_trouble("knowledge", f"a.yaml:3:5: this\nb.yaml: {'x' * 500}", NOON)
    telling = asyncio.create_task(tell_systemd(bot.watch.look, {"NOTIFY_SOCKET": place}))
    await heard(systemd)
    said = await heard(systemd)

    assert said.startswith("WATCHDOG=1\nSTATUS=knowledge, since 2026-11-23 12:00 UTC: a.yaml:3:5: this b.yaml: xxx")
    assert len(said) == len("WATCHDOG=1\nSTATUS=") + 200
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)


class Hanging:
    """A disk that does not answer."""

    async def look(self):
        await asyncio.get_running_loop().create_future()


async def test_nothing_is_said_of_life_while_the_store_hangs(systemd, place):
    telling = asyncio.create_task(tell_systemd(Hanging().look, {"NOTIFY_SOCKET": place, "WATCHDOG_USEC": "1000"}))
    assert await heard(systemd) == "READY=1"
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)

    assert await heard(systemd) == "STOPPING=1"


async def test_nothing_is_told_where_no_systemd_asks(bot):
    await tell_systemd(bot.watch.look, {})


async def test_a_systemd_that_is_gone_ends_nothing(bot, tmp_path):
    telling = asyncio.create_task(tell_systemd(bot.watch.look, {"NOTIFY_SOCKET": str(tmp_path / "gone")}))
    for _ in range(100):
        await asyncio.sleep(0)

    assert not telling.done()
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)


@pytest.mark.parametrize(
    ("environment", "every"),
    [
        ({"WATCHDOG_USEC": "20000000"}, timedelta(seconds=10)),
        ({"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": str(os.getpid())}, timedelta(seconds=10)),
        ({"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "1"}, timedelta(seconds=30)),
        ({"WATCHDOG_USEC": "3600000000"}, timedelta(seconds=30)),
        ({"WATCHDOG_USEC": "often"}, timedelta(seconds=30)),
        ({}, timedelta(seconds=30)),
    ],
)
def test_the_watchdog_is_told_twice_as_often_as_it_demands(environment, every):
    assert watchdog(environment) == every
