"""Two machines on one PostgreSQL: one answers, the other stands by, and whatever happens nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter

import aiohttp
import pytest

from tests.servers.echobot_process import EchobotProcess, on_mastodon
from tests.servers.fake_mastodon import fake_mastodon
from tests.servers.line import Line, line_to
from tests.servers.people import until
from tests.servers.ports import free_port

pytestmark = pytest.mark.server

SEED = 20261125
PATIENCE = 120  # seconds


class Machine:
    """One of them; `more` are settings besides its own name, store and port."""

    def __init__(self, name, folder, account, url, port, **more):
        folder.mkdir()
        self.name, self.port = name, port
        self.bot = EchobotProcess(folder, account, store=url, machine=name, health={"port": port}, **more)

    async def told(self, page="readyz"):
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{self.port}/{page}") as answer:
            return answer.status, await answer.json() if page == "readyz" else await answer.text()

    async def leads(self) -> bool:
        try:
            async with asyncio.timeout(1):
                _, told = await self.told()
        except (OSError, aiohttp.ClientError, TimeoutError):
            return False
        return told["leads"]

    async def stands_by(self) -> bool:
        """It has said so last."""
        said = self.bot.log
        return said.rfind("standing by ") > said.rfind("this machine leads") and not await self.leads()


async def leader_and_other(machines):
    """Once one leads and the other stands by."""
    one, other = machines

    async def one_of_each() -> list[Machine]:
        return [each for each in ([one, other], [other, one]) if await each[0].leads() and await each[1].stands_by()]

    return (await until(one_of_each, "one to lead, the other to stand by", patience=PATIENCE))[0]


class Town:
    """A Mastodon server whose bot runs on two machines, and what is asked of it."""

    def __init__(self, server, folder):
        self.server = server
        self.asker = server.account("ana")
        self.account = server.account("echobot", bot=True)
        server.accept_private_mentions(self.account)
        self._knowledge = folder / "knowledge"
        self._knowledge.mkdir()
        self.machines: list[Machine] = []
        self.lines: dict[str, Line] = {}  # to the database, by the machine's name
        self.questions = []
        self.announced = 0
        self.announce([])

    def ask(self):
        self.questions.append(self.server.say(self.asker, f"@echobot@{self.server.home} what is this?"))

    def announce(self, numbers):
        """From now on these are known, and each is due at once."""
        entry = {"id": "this", "asked": {"en": ["what is this"]}, "answer": {"en": "A board."}}
        known = {"entries": [entry], "visits": [visit(number) for number in numbers]}
        fresh = self._knowledge / "known.new"
        fresh.write_text(json.dumps(known))
        fresh.replace(self._knowledge / "known.yaml")
        self.announced = len(numbers)

    @property
    def answered(self):
        return [post.in_reply_to.id for post in self.replies]

    @property
    def replies(self):
        return [post for post in self._own if post.in_reply_to]

    @property
    def announcements(self):
        return [post.text for post in self._own if not post.in_reply_to]

    @property
    def _own(self):
        return self.server.posts_by(self.account)

    async def has_a_leader(self) -> bool:
        return any([await machine.leads() for machine in self.machines])

    async def all_is_done_once(self):
        def nothing_is_missing():
            asked = {question.id for question in self.questions}
            return asked <= set(self.answered) and len(set(self.announcements)) == self.announced

        await until(nothing_is_missing, "every reply and every announcement", patience=PATIENCE, every=0.2)
        for machine in self.machines:
            await machine.bot.stop()
        assert Counter(self.answered) == Counter(question.id for question in self.questions)
        assert max(Counter(self.announcements).values(), default=1) == 1


def visit(number):
    announce = {"to": ["toots"], "when": ["at publication"], "text": {"en": "{name}."}}
    place = {"starts": "2099-05-04 10:00", "zone": "Europe/Zagreb", "place": {"en": "Zagreb"}}
    said = {"name": {"en": f"Visit {number}"}, "asked": {"en": [f"visit {number}"]}, "about": {"en": "A."}}
    return {"id": f"visit-{number}", **said, **place, "announce": announce}


@pytest.fixture
async def town(tmp_path, cluster, database, unused_ports):
    async with fake_mastodon() as server, line_to(cluster.port) as one, line_to(cluster.port) as other:
        for bucket in server.limits.buckets.values():
            bucket.most = 10**9
        town = Town(server, tmp_path)
        account = on_mastodon(server.url, server.token_for(town.account), poll_every="10s")
        more = {"destinations": {"toots": {"account": "account-0", "languages": ["en"]}}, "most_posts_a_day": 1000}
        more["knowledge"] = str(tmp_path / "knowledge")
        for name, line, port in zip(("north", "south"), (one, other), unused_ports, strict=True):
            url = cluster.url(database, line.port)
            town.machines.append(Machine(name, tmp_path / name, account, url, port, **more))
            town.lines[name] = line
        yield town
        for machine in town.machines:
            await machine.bot.stop()


@pytest.fixture
def unused_ports():
    return free_port(), free_port()


async def both_run(town):
    """The first leads, the second stands by."""
    north, south = town.machines
    await north.bot.start()
    south.bot.launch()
    await until(south.stands_by, "the second machine to stand by")
    return north, south


async def test_one_machine_leads_and_the_other_says_that_it_stands_by(town):
    north, south = await both_run(town)

    status, told = await south.told()
    assert (status, told["leads"], told["machine"], told["leader"]) == (200, False, "south", "north")
    assert await south.told("healthz") == (200, "alive\n")
    assert "south stands by; north leads." in (await south.bot.status())[1]
    assert "north leads." in (await north.bot.status())[1]
    town.ask()
    await town.all_is_done_once()


async def test_a_leader_that_is_stopped_hands_over_at_once(town):
    north, south = await both_run(town)
    await north.bot.stop()
    town.ask()
    await until(south.leads, "the other to lead")

    await town.all_is_done_once()


async def test_a_leader_that_is_paused_cannot_send_when_it_wakes(town):
    north, south = await both_run(town)
    north.bot.pause()
    town.ask()
    await until(south.leads, "the other to lead", patience=PATIENCE)
    await until(lambda: town.answered, "the answer")
    north.bot.wake()
    await until(lambda: "leads no longer" in north.bot.log, "the first to notice")

    await until(north.stands_by, "the first to stand by")
    await town.all_is_done_once()


class Disasters:
    """What happens to the machine that leads; each returns the seconds until a machine leads again."""

    def __init__(self, town, cluster, pause):
        self._town, self._cluster, self._pause = town, cluster, pause

    async def kill(self, leader, other):
        leader.bot.kill()
        seconds = await self._until_leads(other)
        leader.bot.launch()
        return seconds

    async def pause(self, leader, other):
        leader.bot.pause()
        seconds = await self._until_leads(other)
        await asyncio.sleep(max(self._pause - seconds, 0))
        leader.bot.wake()
        return seconds

    async def cut(self, leader, other):
        self._town.lines[leader.name].go_silent()
        seconds = await self._until_leads(other)
        self._town.lines[leader.name].mend()
        return seconds

    async def restart(self, leader, other):
        await asyncio.to_thread(self._cluster.stop, "immediate")
        await asyncio.to_thread(self._cluster.start)
        begun = time.monotonic()
        await until(self._town.has_a_leader, "a machine to lead", patience=PATIENCE, every=0.1)
        return time.monotonic() - begun

    async def _until_leads(self, machine):
        begun = time.monotonic()
        await until(machine.leads, "the other machine to lead", patience=PATIENCE, every=0.1)
        return time.monotonic() - begun


COUNTS = {"short": (1, 0, 1, 1), "full": (2, 1, 1, 1), "most": (30, 10, 10, 5)}


@pytest.mark.chaos
async def test_whatever_happens_to_the_leader_all_is_answered_and_announced_once(town, cluster, request):
    how_often = request.config.getoption("--chaos")
    disasters = Disasters(town, cluster, pause=20 if how_often == "most" else 9)
    kinds = (disasters.kill, disasters.pause, disasters.cut, disasters.restart)
    coming = [kind for kind, count in zip(kinds, COUNTS[how_often], strict=True) for _ in range(count)]
    random.Random(SEED).shuffle(coming)
    await both_run(town)
    asking = asyncio.create_task(_ask_and_announce(town))

    took = {kind.__name__: [] for kind in kinds}
    for happens in coming:
        leader, other = await leader_and_other(town.machines)
        took[happens.__name__].append(round(await happens(leader, other), 1))
    asking.cancel()

    print(f"seed {SEED}, seconds until a machine led: {took}")
    await town.all_is_done_once()
    waited = [(post.created_at - post.in_reply_to.created_at).total_seconds() for post in town.replies]
    print(f"the longest wait for an answer: {max(waited):.1f} s")
    print(f"asked {len(town.questions)}, answered {len(town.answered)}, announced {len(town.announcements)}")


async def _ask_and_announce(town):
    while True:
        for _ in range(5):
            town.ask()
            await asyncio.sleep(0.4)
        town.announce(range(town.announced + 1))
