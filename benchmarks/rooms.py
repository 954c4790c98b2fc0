"""An account in many rooms: how long its start takes, what memory it needs, how long a sync and an answer take.

Run from the project's folder: `python -m benchmarks.rooms`. It needs the packages of the tests, and some minutes for
making the rooms. The peer is the least that can answer with matrix-nio, which keeps nothing.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from benchmarks.matrix_latency import Asker, resident_mb
from echobot.chats.matrix.sync import PAGE, sync_filter
from tests.servers.echobot_process import EchobotProcess, on_matrix
from tests.servers.people import People, Person
from tests.servers.synapse import NO_LIMITS, Synapse

QUESTION = "!echo what is the fediverse?"
PEOPLE = 3  # in each room, beside the bots
STARTS = 3
SYNCS = 20


async def rooms_with(bots: list[Person], hosts: list[Person], count: int) -> list[str]:
    """Public rooms with everybody in them; each host makes some."""
    rooms = []
    for number in range(count):
        host = hosts[number % len(hosts)]
        room = await host.create_room(preset="public_chat", name=f"Room {number}")
        await asyncio.gather(*(person.join(room) for person in [*bots, *hosts] if person is not host))
        rooms.append(room)
    return rooms


async def seconds_until_reply(person: Person, room: str) -> float:
    """From a question to its reply, as the one who asks sees it."""
    await person.join(room)
    asker = Asker(person, room)
    watching = asyncio.create_task(asker.watch())
    await asyncio.sleep(1)  # until it looks out
    try:
        return await asker.wait_for_reply(QUESTION)
    finally:
        watching.cancel()


async def starts_of_echobot(folder: Path, bot: Person) -> tuple[list[float], float, EchobotProcess]:
    """The first start of all, and those with a cursor; how much memory it has; and the bot, which runs."""
    process = EchobotProcess(folder, on_matrix(bot))
    took = []
    for _ in range(STARTS):
        await process.stop()
        began = time.perf_counter()
        await process.start()
        took.append(time.perf_counter() - began)
    return took, resident_mb(process.pid), process


def start_of_the_bare_bot(bot: Person) -> tuple[float, float, "subprocess.Popen[bytes]"]:
    began = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.bare_nio_bot", bot.server, bot.user, bot.token]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    process.stdout.readline()  # "listening"
    return time.perf_counter() - began, resident_mb(process.pid), process


async def seconds_of_syncs(bot: Person, host: Person, rooms: list[str]) -> list[float]:
    """How long the homeserver takes to tell of one message, with the filter that echobot asks with."""
    wanted = quote(json.dumps(sync_filter(PAGE)))
    since = (await bot.request("GET", f"sync?timeout=0&filter={wanted}"))["next_batch"]
    took = []
    for number in range(SYNCS):
        await host.say(rooms[number % len(rooms)], "hello")
        began = time.perf_counter()
        since = (await bot.request("GET", f"sync?since={since}&timeout=30000&filter={wanted}"))["next_batch"]
        took.append(time.perf_counter() - began)
    return took


async def measure(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        synapse, people = Synapse(Path(folder), NO_LIMITS), People()
        synapse.start()
        try:
            await _measure(synapse, people, Path(folder), count)
        finally:
            await people.close()
            synapse.stop()


async def _measure(synapse: Synapse, people: People, folder: Path, count: int) -> None:
    ours, bare = await people.meet(synapse, "echobot"), await people.meet(synapse, "bare")
    hosts = [await people.meet(synapse, f"host{number}") for number in range(PEOPLE)]
    newcomer = await people.meet(synapse, "newcomer")  # whose own syncs are small
    rooms = await rooms_with([ours, bare], hosts, count)
    print(f"{count} rooms, {PEOPLE + 2} members each")
    (first, *later), memory, echobot = await starts_of_echobot(folder, ours)
    try:
        waits = [await seconds_until_reply(newcomer, room) for room in rooms[:: max(1, count // 10)]]
    finally:
        await echobot.stop()
    syncs = await seconds_of_syncs(ours, hosts[0], rooms)
    start, bare_memory, process = start_of_the_bare_bot(bare)
    process.kill()
    process.wait()
    print(f"{'':24}{'echobot':>10}{'bare nio':>10}")
    print(f"{'first start, s':24}{first:10.2f}{start:10.2f}")
    print(f"{'later start, s':24}{statistics.median(later):10.2f}{start:10.2f}")
    print(f"{'memory, MB':24}{memory:10.1f}{bare_memory:10.1f}")
    print(f"{'question to reply, ms':24}{statistics.median(waits) * 1000:10.1f}")
    print(f"{'sync with news, ms':24}{statistics.median(syncs) * 1000:10.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rooms", type=int, default=500)
    asyncio.run(measure(parser.parse_args().rooms))
