"""Two machines on one PostgreSQL: one answers, the other stands by, and whatever happens nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from contextlib import asynccontextmanager
from math import inf

import pytest

from tests.end_to_end.machines import (
    OFTEN,
    PATIENCE,
    SEED,
    Cut,
    Kill,
    Pause,
    Restart,
    both_run,
    leader_and_other,
    two_machines,
)
from tests.end_to_end.noticeboard import Noticeboard
from tests.end_to_end.town import Room, Toots, Town
from tests.servers.echobot_process import on_mastodon, on_matrix
from tests.servers.fake_mastodon import fake_mastodon
from tests.servers.people import until

pytestmark = pytest.mark.server


@pytest.fixture
async def toots():
    async with fake_mastodon() as server:
        server.limits.lift()
        yield Toots(server)


@pytest.fixture
async def room(synapse, people, account):
    asker = await people.meet(synapse, "alice")
    room = await asker.create_room(account.user)
    await account.join(room)
    return Room(asker, room, account.user)


@pytest.fixture
async def town(tmp_path, cluster, database, account, room, toots):
    """Each machine is a device of its own in the room; on Mastodon both are the same."""
    noticeboard = Noticeboard(tmp_path / "knowledge")
    on_toots = on_mastodon(toots.server.url, toots.token, poll_every="10s")
    other_device = await account.with_another_device()
    accounts = {"north": [on_matrix(account), on_toots], "south": [on_matrix(other_device), on_toots]}
    async with two_machines(tmp_path, cluster, database, accounts, **noticeboard.settings(room.id)) as machines:
        yield Town({"in the room": room, "on Mastodon": toots}, noticeboard, machines)
    await other_device.close()


async def test_one_machine_leads_and_the_other_says_that_it_stands_by(town):
    await both_run(town.machines)
    north, south = town.machines

    status, told = await south.told()
    assert (status, told["leads"], told["machine"], told["leader"]) == (200, False, "south", "north")
    assert await south.told("healthz") == (200, "alive\n")
    assert south.bot.has_loaded("vodozemac"), "what Matrix needs is ready for the takeover"
    (_, by_south), (_, by_north) = await asyncio.gather(south.bot.status(), north.bot.status())
    assert "south stands by; north leads." in by_south
    assert "north leads." in by_north
    await town.ask()
    await town.all_is_done_once()


async def test_a_leader_that_is_stopped_hands_over_at_once(town):
    await both_run(town.machines)
    north, south = town.machines
    await north.bot.stop()
    await town.ask()
    await until(south.leads, "the other to lead")

    await town.all_is_done_once()


async def test_a_leader_that_is_paused_cannot_send_when_it_wakes(town):
    await both_run(town.machines)
    north, south = town.machines
    north.bot.pause()
    await town.ask()
    await until(south.leads, "the other to lead", patience=PATIENCE)
    await until(lambda: town.has_answered_all_before(inf), "the answers", patience=PATIENCE)
    north.bot.wake()
    await until(lambda: "leads no longer" in north.bot.log, "the first to notice")

    await until(north.stands_by, "the first to stand by")
    await town.all_is_done_once()


COUNTS = {"short": (1, 0, 1, 1), "full": (2, 1, 1, 1), "most": (30, 10, 10, 5)}


@pytest.mark.chaos
async def test_whatever_happens_to_the_leader_all_is_answered_and_announced_once(town, cluster, request):
    how_often = request.config.getoption("--chaos")
    blows = (Kill(), Pause(at_least=20 if how_often == "most" else 0), Cut(), Restart(cluster))
    last, *others = [blow for blow, count in zip(blows, COUNTS[how_often], strict=True) for _ in range(count)]
    random.Random(SEED).shuffle(others)
    await both_run(town.machines)

    record = Record()
    async with _meanwhile(town.ask, every=1):
        async with _meanwhile(town.announce, every=5):
            for blow in others:
                await _befalls_the_leader(blow, town, record)
        await _befalls_the_leader(last, town, record)  # whoever takes over looks at once for what is due

    print(f"seed {SEED}, {record}")
    for where, seen in (await town.all_is_done_once()).items():
        print(f"{where}: {seen}, longest waits by the number of blows: {seen.longest_waits(record.struck_at)}")


class Record:
    """When blows fell; in seconds how long nobody led, and until all was answered that had been asked by then."""

    def __init__(self):
        self.struck_at = []
        self._unled, self._behind = defaultdict(list), defaultdict(list)

    def note(self, blow, struck_at, led_at, caught_up_at):
        self.struck_at.append(struck_at)
        self._unled[type(blow).__name__].append(round(led_at - struck_at, 1))
        self._behind[type(blow).__name__].append(round(caught_up_at - struck_at, 1))

    def __str__(self):
        told = [
            f"{kind}: led again after {after}, all answered after {self._behind[kind]}"
            for kind, after in self._unled.items()
        ]
        return "seconds by blow:\n" + "\n".join(told)


async def _befalls_the_leader(blow, town, record):
    leader, other = await leader_and_other(town.machines)
    struck_at = time.time()
    await blow.strike(leader)
    next_leads = town.has_a_leader if isinstance(blow, Restart) else other.leads
    await until(next_leads, "a machine to lead", patience=PATIENCE, every=OFTEN)
    led_at = time.time()
    mending = asyncio.create_task(blow.mend(leader))
    await until(lambda: town.has_answered_all_before(led_at), "the answers", patience=PATIENCE, every=0.3)
    record.note(blow, struck_at, led_at, time.time())
    await mending


@asynccontextmanager
async def _meanwhile(do, *, every):
    """Again and again, so many seconds after each other."""
    doing = asyncio.create_task(_for_ever(do, every))
    try:
        yield
        assert not doing.done(), "it goes on until the end"
    finally:
        doing.cancel()


async def _for_ever(do, every):
    while True:
        await do()
        await asyncio.sleep(every)
