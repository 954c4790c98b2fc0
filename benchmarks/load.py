"""How much one bot bears, and whether one person who floods it keeps the others waiting.

    python -m benchmarks.load rooms --seconds 600 --rate 50
    python -m benchmarks.load toots --seconds 600 --rate 5
    python -m benchmarks.load rooms --flood 10000 --seconds 60

    python -m benchmarks.load synapse --seconds 120 --rate 20

Run from the project's folder; it needs the packages of the tests. The servers are fakes on loopback, so that the bot is
what is measured, or a real homeserver; their work counts as waiting, too. It begins when the server has a question.
One message in ten in the rooms is a question; each toot is one. With --flood the others ask first without, then with
somebody who says so much as fast as --flood-rate allows; the bot's limits are then the usual ones for one person.
"""

import argparse
import asyncio
import json
import random
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

from benchmarks.crowd import CHATTER, QUESTIONS, Answers, Homeserver, Toots, Usage, running
from benchmarks.matrix_latency import FILTER, replied_to
from tests.servers.echobot_process import PLENTY, BotAccount, EchobotProcess, on_mastodon, on_matrix
from tests.servers.fake_mastodon import fake_mastodon
from tests.servers.people import People, Person, until
from tests.servers.synapse import NO_LIMITS, Synapse

DICE = random.Random(20261125)
ROOMS, PEOPLE = 200, 2000
AMONG = 10  # messages in a room is one question
FOR_ONE_PERSON = {"person_per_minute": 10, "person_per_hour": 60}


class InRooms:
    """People in rooms on the fake homeserver."""

    def __init__(self, server: Homeserver) -> None:
        self.server, self.answers = server, server.answers
        self.account: BotAccount = server.account()
        self._count = 0

    def say(self) -> None:
        self._count += 1
        room, sender = DICE.choice(self.server.rooms), f"p{DICE.randrange(PEOPLE)}"
        if self._count % AMONG:
            self.server.post(room, sender, DICE.choice(CHATTER))
        else:
            self.server.ask(room, sender, DICE.choice(QUESTIONS))

    def flood(self) -> None:
        self.server.post(self.server.rooms[0], "flood", f"!echo {DICE.choice(QUESTIONS)}")


class OnMastodon:
    """People who mention the bot on the fake Mastodon."""

    def __init__(self, toots: Toots) -> None:
        self.toots, self.answers = toots, toots.answers
        server = toots.server
        self.account = on_mastodon(server.url, server.token_for(toots.bot))
        self._people = [server.account(f"person{number}") for number in range(PEOPLE)]
        self._flooder = server.account("flood")

    def say(self) -> None:
        self.toots.ask(DICE.choice(self._people), DICE.choice(QUESTIONS))

    def flood(self) -> None:
        self.toots.post(self._flooder, DICE.choice(QUESTIONS))


class OnSynapse:
    """People in rooms on a real homeserver, and somebody in each of them who sees the answers come."""

    def __init__(self, bot: Person, people: list[Person], observer: Person) -> None:
        self.answers = Answers()
        self.account = on_matrix(bot)
        self._bot, self._people, self._observer = bot, people, observer
        self._rooms: list[tuple[Person, str]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._count = 0

    async def move_in(self) -> None:
        for number in range(ROOMS):
            person = self._people[number % len(self._people)]
            room = await person.create_room(self._bot.user, self._observer.user)
            await self._observer.join(room)
            await self._bot.join(room)
            self._rooms.append((person, room))

    def say(self) -> None:
        self._count += 1
        self._begin(self._say(is_question=self._count % AMONG == 0))

    def flood(self) -> None:
        person, room = self._rooms[0]
        self._begin(self._send(person, room, f"!echo {DICE.choice(QUESTIONS)}"))

    async def watch(self) -> None:
        """For ever; a sync on a real homeserver tells a thing once."""
        since = (await self._observer.request("GET", "sync?timeout=0"))["next_batch"]
        while True:
            news = await self._observer.request("GET", f"sync?since={since}&timeout=30000&filter={quote(FILTER)}")
            since = news["next_batch"]
            for room in news.get("rooms", {}).get("join", {}).values():
                for event in room["timeline"]["events"]:
                    if question := replied_to(event):
                        self.answers.answer(question)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _say(self, *, is_question: bool) -> None:
        person, room = DICE.choice(self._rooms)
        if is_question:
            self.answers.ask(await person.say(room, f"!echo {DICE.choice(QUESTIONS)}"))
        else:
            await person.say(room, DICE.choice(CHATTER))

    async def _send(self, person: Person, room: str, text: str) -> None:
        await person.say(room, text)


Crowd: TypeAlias = InRooms | OnMastodon | OnSynapse


@asynccontextmanager
async def on_synapse() -> AsyncIterator[OnSynapse]:
    people = People()
    with tempfile.TemporaryDirectory() as folder:
        server = Synapse(Path(folder), NO_LIMITS)
        server.start()
        try:
            bot, observer = await people.meet(server, "echobot"), await people.meet(server, "observer")
            crowd = OnSynapse(bot, [await people.meet(server, "person") for _ in range(20)], observer)
            await crowd.move_in()
            watching = asyncio.create_task(crowd.watch())
            yield crowd
            watching.cancel()
        finally:
            await people.close()
            server.stop()


@asynccontextmanager
async def crowd(network: str) -> AsyncIterator[Crowd]:
    if network == "synapse":
        async with on_synapse() as people:
            yield people
    elif network == "rooms":
        async with running(Homeserver(ROOMS)) as homeserver:
            yield InRooms(homeserver)
    else:
        async with fake_mastodon() as server:
            yield OnMastodon(Toots(server))


async def at_a_rate(rate: float, times: int, act: Callable[[], None]) -> None:
    """By the clock, so that what comes late does not slow down what follows."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(times):
        await asyncio.sleep(max(began + number / rate - loop.time(), 0))
        act()


async def load(people: Crowd, bot: EchobotProcess, rate: float, seconds: float) -> dict[str, Any]:
    usage = Usage(bot.pid)
    at_start = usage.now()
    await at_a_rate(rate, round(rate * seconds), people.say)
    processor = usage.processor()
    await all_answered(people.answers)
    return {**people.answers.summary(), "processor": processor, "start": at_start, "end": usage.now()}


async def flood(people: Crowd, bot: EchobotProcess, options: argparse.Namespace) -> dict[str, Any]:
    usual = await load(people, bot, options.rate, options.seconds)
    people.answers.clear()
    flooding = asyncio.create_task(at_a_rate(options.flood_rate, options.flood, people.flood))
    meanwhile = await load(people, bot, options.rate, options.flood / options.flood_rate)
    await flooding
    return {"usual": usual, "flooded": meanwhile}


async def all_answered(answers: Answers) -> None:
    await until(lambda: not answers.missing, "the last answers", patience=600)


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    limits = PLENTY | FOR_ONE_PERSON if options.flood else PLENTY
    with tempfile.TemporaryDirectory() as folder:
        async with crowd(options.network) as people:
            bot = EchobotProcess(Path(folder), people.account, limits=limits)
            await bot.start()
            try:
                if options.flood:
                    return await flood(people, bot, options)
                return await load(people, bot, options.rate, options.seconds)
            finally:
                await bot.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=["rooms", "toots", "synapse"])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--rate", type=float, default=50, help="messages a second of everybody together")
    parser.add_argument("--flood", type=int, default=0, help="messages of one person")
    parser.add_argument("--flood-rate", type=float, default=100, help="of them a second")
    print(json.dumps(asyncio.run(measure(parser.parse_args())), indent=2))
