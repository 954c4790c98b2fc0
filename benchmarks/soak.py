"""Whether the bot grows: it answers on both networks while its knowledge is edited and its connections break.

Run from the project's folder: `python -m benchmarks.soak --minutes 20`. It needs the packages of the tests. The servers
are fakes on loopback. Memory, descriptors and threads of the bot's process are printed each minute.
"""

import argparse
import asyncio
import json
import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.crowd import CHATTER, QUESTIONS, Homeserver, Toots, Usage, running
from echobot.shipped import shipped_folder
from tests.servers.echobot_process import EchobotProcess, on_mastodon
from tests.servers.fake_homeserver import page, refusal
from tests.servers.fake_mastodon import fake_mastodon
from tests.servers.people import until

ROOMS, PEOPLE = 50, 200
A_MINUTE = 60.0
DICE = random.Random(20261125)


async def talk(rooms: Homeserver, toots: Toots) -> None:
    """Two messages a second in rooms, of which a third are questions, and a mention every three seconds."""
    people = [toots.server.account(f"person{number}") for number in range(PEOPLE)]
    while True:
        for _ in range(6):
            room, sender = DICE.choice(rooms.rooms), f"p{DICE.randrange(PEOPLE)}"
            if DICE.random() < 1 / 3:
                rooms.ask(room, sender, DICE.choice(QUESTIONS))
            else:
                rooms.post(room, sender, DICE.choice(CHATTER))
            await asyncio.sleep(0.5)
        toots.ask(DICE.choice(people), DICE.choice(QUESTIONS))


async def edit(knowledge: Path) -> None:
    """A curator adds a line to a file each half minute; each third edit is a mistake, and mended by the next."""
    file = knowledge / "entries" / "workshops.yaml"
    good = file.read_text()
    number = 0
    while True:
        await asyncio.sleep(A_MINUTE / 2)
        number += 1
        file.write_text(f"{good}\n# edit {number}\n" if number % 3 else f"{good}\n  - id: [broken\n")


async def break_connections(rooms: Homeserver, toots: Toots) -> None:
    """The homeserver and a proxy before it refuse now and then; streams end, cleanly or not."""
    while True:
        await asyncio.sleep(20)
        rooms.troubles["sync"].append(page(502))
        rooms.troubles["send"].append(refusal(429, "M_LIMIT_EXCEEDED", retry_after_ms=500))
        DICE.choice([toots.server.streams.end, toots.server.streams.cut])()


async def soak(minutes: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        knowledge = Path(shutil.copytree(shipped_folder(), folder / "knowledge"))
        async with running(Homeserver(ROOMS)) as rooms, fake_mastodon() as server:
            toots = Toots(server)
            account = on_mastodon(server.url, server.token_for(toots.bot), poll_every="10s")
            echobot = EchobotProcess(folder, rooms.account(), account, knowledge=str(knowledge))
            await echobot.start()
            try:
                return await _measured(echobot, rooms, toots, knowledge, minutes)
            finally:
                await echobot.stop()


async def _measured(
    echobot: EchobotProcess, rooms: Homeserver, toots: Toots, knowledge: Path, minutes: float
) -> dict[str, Any]:
    usage, samples = Usage(echobot.pid), []
    works = [talk(rooms, toots), edit(knowledge), break_connections(rooms, toots)]
    tasks = [asyncio.create_task(work) for work in works]
    for minute in range(round(minutes)):
        await asyncio.sleep(A_MINUTE)
        samples.append({"minute": minute + 1, **usage.now()})
        print(json.dumps(samples[-1]), flush=True)
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    failed = [repr(each) for each in ended if not isinstance(each, asyncio.CancelledError)]
    await until(lambda: not rooms.answers.missing + toots.answers.missing, "the last answers")
    log = echobot.log
    return {
        "failed": failed,
        "rooms": rooms.answers.summary(),
        "toots": toots.answers.summary(),
        "edits_taken": log.count("the knowledge was edited  "),
        "edits_refused": log.count("has mistakes"),
        "processor": usage.processor(),
        "first": samples[0],
        "last": samples[-1],
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    print(json.dumps(asyncio.run(soak(parser.parse_args().minutes)), indent=2))
