"""How long people wait for a reply: echobot beside a bare matrix-nio bot, on the same homeserver, in turns.

Run from the project's folder: `python -m benchmarks.matrix_latency`. It needs the packages of the tests.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.servers.echobot_process import EchobotProcess, on_matrix
from tests.servers.people import People, Person, until
from tests.servers.synapse import NO_LIMITS, Synapse

QUESTIONS = (
    "what is the fediverse?",
    "an alternative to Google Drive",
    "how do we leave WhatsApp",
    "what is PeerTube?",
)
FILTER = json.dumps({"room": {"timeline": {"types": ["m.room.message"]}, "state": {"types": []}}})


@dataclass
class Asker:
    """Somebody who asks in a room, and a look-out that notes when replies come."""

    person: Person
    room: str
    seen: dict[str, float] = field(default_factory=dict)  # the question's id → when its reply was there
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def watch(self) -> None:
        since = (await self.person.request("GET", "sync?timeout=0"))["next_batch"]
        while True:
            news = await self.person.request("GET", f"sync?since={since}&timeout=30000&filter={quote(FILTER)}")
            since = news["next_batch"]
            told = news.get("rooms", {}).get("join", {}).get(self.room, {}).get("timeline", {}).get("events", [])
            self.news.set()
            self.seen |= {question: time.perf_counter() for event in told if (question := replied_to(event))}

    async def wait_for_reply(self, text: str) -> float:
        """Ask, and return the seconds until the reply was there."""
        asked = time.perf_counter()
        question = await self.person.say(self.room, text)
        while question not in self.seen:
            self.news.clear()
            await self.news.wait()
        return self.seen[question] - asked


def replied_to(event: dict[str, Any]) -> str | None:
    return event["content"].get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id")


async def in_turns(askers: dict[str, Asker], rounds: int) -> dict[str, list[float]]:
    waits: dict[str, list[float]] = {name: [] for name in askers}
    for number in range(rounds):
        for name, asker in askers.items():
            waits[name].append(await asker.wait_for_reply(QUESTIONS[number % len(QUESTIONS)]))
    return waits


async def burst(asker: Asker, count: int) -> dict[str, float]:
    """Ask so much at once; by the homeserver's clock, from the first question to the last reply."""
    asked = set(
        await asyncio.gather(*(asker.person.say(asker.room, QUESTIONS[n % len(QUESTIONS)]) for n in range(count)))
    )
    events: list[dict[str, Any]] = []

    async def all_replied() -> bool:
        events[:] = await asker.person.messages(asker.room)
        return asked <= {replied_to(event) for event in events}

    await until(
        all_replied, "a reply to each question of the burst", patience=600, every=3
    )  # reading is work for the homeserver
    questions = [event["origin_server_ts"] for event in events if event["event_id"] in asked]
    replies = [event["origin_server_ts"] for event in events if replied_to(event) in asked]
    return {
        "questions": count,
        "replies": len(replies),
        "asking_seconds": (max(questions) - min(questions)) / 1000,
        "seconds": (max(replies) - min(questions)) / 1000,
    }


def summary(waits: list[float]) -> dict[str, float]:
    return {
        "median_ms": round(statistics.median(waits) * 1000, 1),
        "p95_ms": round(statistics.quantiles(waits, n=20)[-1] * 1000, 1),
    }


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return round(int(status.split("VmRSS:")[1].split()[0]) / 1024, 1)


async def measure(rounds: int, burst_size: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        synapse = Synapse(Path(folder), NO_LIMITS)
        synapse.start()
        people = People()
        try:
            return await _measure(synapse, people, Path(folder), rounds, burst_size)
        finally:
            await people.close()
            synapse.stop()


async def _measure(synapse: Synapse, people: People, folder: Path, rounds: int, burst_size: int) -> dict[str, Any]:
    accounts = {name: await people.meet(synapse, name) for name in ("echobot", "bare")}
    askers = {name: await _direct_chat(await people.meet(synapse, "alice"), bot) for name, bot in accounts.items()}
    echobot, bare = EchobotProcess(folder, on_matrix(accounts["echobot"])), _bare_bot(accounts["bare"])
    await echobot.start()
    watching = [asyncio.create_task(asker.watch()) for asker in askers.values()]
    try:
        await asyncio.sleep(1)
        await in_turns(askers, 8)
        waits = await in_turns(askers, rounds)
        found: dict[str, Any] = {name: summary(times) for name, times in waits.items()}
        found["echobot"]["burst"] = await burst(askers["echobot"], burst_size)
        found["echobot"]["resident_mb"] = resident_mb(echobot.pid)
        found["bare"]["resident_mb"] = resident_mb(bare.pid)
        return found
    finally:
        for task in watching:
            task.cancel()
        await echobot.stop()
        bare.kill()
        bare.wait()


async def _direct_chat(person: Person, bot: Person) -> Asker:
    room = await person.create_room(bot.user, is_direct=True)
    await bot.join(room)
    return Asker(person, room)


def _bare_bot(account: Person) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "benchmarks.bare_nio_bot", account.server, account.user, account.token]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    process.stdout.readline()  # "listening"
    return process


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--burst", type=int, default=200)
    options = parser.parse_args()
    print(json.dumps(asyncio.run(measure(options.rounds, options.burst)), indent=2))
