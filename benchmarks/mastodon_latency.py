"""From a mention to its reply: echobot beside the least bot on Mastodon.py, on a server on loopback, in turns.

Run from the project's folder: `python -m benchmarks.mastodon_latency`. It needs the packages of the tests. Memory is
that of a bot with an account on each network, after the replies. More than 60 rounds meet the bot's own pacing.
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
from typing import Any

from benchmarks.matrix_latency import QUESTIONS, resident_mb
from tests.servers.echobot_process import EchobotProcess, on_mastodon, on_matrix
from tests.servers.fake_mastodon import Account, FakeMastodon, Status, fake_mastodon
from tests.servers.people import People, until
from tests.servers.synapse import NO_LIMITS, Synapse


class LookOut:
    """Hears of every post at the moment when the server has it."""

    def __init__(self) -> None:
        self._replied: dict[str, asyncio.Event] = {}

    def added(self, status: Status) -> None:
        if status.in_reply_to and status.in_reply_to.id in self._replied:
            self._replied[status.in_reply_to.id].set()

    def edited(self, status: Status, newly_mentioned: list[Account]) -> None:
        """Nobody edits here."""

    def deleted(self, status: Status) -> None:
        """Nobody deletes here."""

    async def wait_for_reply(self, server: FakeMastodon, asker: Account, bot: Account, text: str) -> float:
        """Ask, and return the seconds until the reply was there."""
        asked = time.perf_counter()
        question = server.say(asker, f"@{bot.username} {text}")
        self._replied[question.id] = asyncio.Event()
        await self._replied[question.id].wait()
        return time.perf_counter() - asked


async def measure(rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        synapse = Synapse(Path(folder), NO_LIMITS)
        synapse.start()
        people = People()
        try:
            async with fake_mastodon() as server:
                for bucket in server.limits.buckets.values():
                    bucket.most = 10**9
                room_bot = await people.meet(synapse, "echobot")
                return await _measure(server, on_matrix(room_bot), Path(folder), rounds)
        finally:
            await people.close()
            synapse.stop()


async def _measure(server: FakeMastodon, on_a_homeserver: Any, folder: Path, rounds: int) -> dict[str, Any]:
    look_out, asker = LookOut(), server.account("ana")
    server.posts.hearers.append(look_out)
    bots = {name: server.account(name, bot=True) for name in ("echobot", "bare")}
    tokens = {name: server.token_for(account) for name, account in bots.items()}
    echobot = EchobotProcess(folder, on_mastodon(server.url, tokens["echobot"]), on_a_homeserver)
    await echobot.start()
    bare = _bare_bot(server.url, tokens["bare"])
    try:
        await until(lambda: len(server.streams.open) == 2, "the streams of both")
        waits: dict[str, list[float]] = {name: [] for name in bots}
        for number in range(rounds + 8):
            for name, bot in bots.items():
                text = QUESTIONS[number % len(QUESTIONS)]
                waits[name].append(await look_out.wait_for_reply(server, asker, bot, text))
                await asyncio.sleep(0.05)  # people do not ask in the moment in which they are answered
        found: dict[str, Any] = {name: summary(times[8:]) for name, times in waits.items()}
        found["echobot"]["resident_mb_with_both_networks"] = resident_mb(echobot.pid)
        found["bare"]["resident_mb"] = resident_mb(bare.pid)
        return found
    finally:
        bare.kill()
        bare.wait()
        await echobot.stop()


def _bare_bot(url: str, token: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "benchmarks.bare_mastodon_bot", url, token])


def summary(waits: list[float]) -> dict[str, float]:
    return {
        "p50_ms": round(statistics.median(waits) * 1000, 1),
        "p99_ms": round(statistics.quantiles(waits, n=100)[-1] * 1000, 1),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    print(json.dumps(asyncio.run(measure(parser.parse_args().rounds)), indent=2))
