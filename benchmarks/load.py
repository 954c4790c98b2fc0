"""How much one bot bears, and whether one person who floods it keeps the others waiting.

    python -m benchmarks.load rooms --seconds 600 --rate 50
    python -m benchmarks.load toots --seconds 600 --rate 5
    python -m benchmarks.load rooms --flood 10000 --seconds 60

Run from the project's folder; it needs the packages of the tests. The servers are fakes on loopback, so that the bot is
what is measured; their work counts as waiting, too. "Receipt" is the moment when the server has a question for the bot.
One message in ten in the rooms is a question; each toot is one. With --flood the others ask first without, then with
somebody who says so much as fast as --flood-rate allows; the bot's limits are then the usual ones for one person.
"""

import argparse
import asyncio
import json
import random
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from benchmarks.crowd import CHATTER, QUESTIONS, Answers, Homeserver, Toots, Usage, running
from tests.servers.echobot_process import PLENTY, BotAccount, EchobotProcess, on_mastodon
from tests.servers.fake_mastodon import fake_mastodon
from tests.servers.people import until

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


@asynccontextmanager
async def crowd(network: str) -> AsyncIterator[InRooms | OnMastodon]:
    if network == "rooms":
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


async def load(people: InRooms | OnMastodon, bot: EchobotProcess, rate: float, seconds: float) -> dict[str, Any]:
    usage = Usage(bot.pid)
    at_start = usage.now()
    await at_a_rate(rate, round(rate * seconds), people.say)
    processor = usage.processor()
    await all_answered(people.answers)
    return {**people.answers.summary(), "processor": processor, "start": at_start, "end": usage.now()}


async def flood(people: InRooms | OnMastodon, bot: EchobotProcess, options: argparse.Namespace) -> dict[str, Any]:
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
    parser.add_argument("network", choices=["rooms", "toots"])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--rate", type=float, default=50, help="messages a second of everybody together")
    parser.add_argument("--flood", type=int, default=0, help="messages of one person")
    parser.add_argument("--flood-rate", type=float, default=100, help="of them a second")
    print(json.dumps(asyncio.run(measure(parser.parse_args())), indent=2))
