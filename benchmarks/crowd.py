"""Many people in many rooms and on Mastodon, who ask and chat; and what became of their questions, and when."""

import asyncio
import itertools
import statistics
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.servers.echobot_process import BotAccount
from tests.servers.fake_homeserver import BOT, FakeHomeserver
from tests.servers.fake_mastodon import Account, FakeMastodon, Status

QUESTIONS = (
    "what is the fediverse?",
    "an alternative to Google Drive",
    "how do we leave WhatsApp",
    "what is PeerTube?",
)
CHATTER = ("see you tomorrow", "the meeting is in room 4", "who has the keys?", "thanks a lot", "it rains again")


class Answers:
    """When each question was there for the bot to read, and when its answers came."""

    def __init__(self) -> None:
        self.asked: dict[str, float] = {}
        self.came: defaultdict[str, list[float]] = defaultdict(list)

    def ask(self, question: str) -> None:
        self.asked[question] = time.perf_counter()

    def answer(self, question: str) -> None:
        self.came[question].append(time.perf_counter())

    def clear(self) -> None:
        """Begin anew."""
        self.asked.clear()
        self.came.clear()

    @property
    def missing(self) -> int:
        return sum(question not in self.came for question in self.asked)

    def summary(self) -> dict[str, Any]:
        waits = [self.came[question][0] - at for question, at in self.asked.items() if question in self.came]
        twice = sum(len(times) > 1 for question, times in self.came.items() if question in self.asked)
        return {"asked": len(self.asked), "answered": len(waits), "answered_twice": twice, **percentiles(waits)}


class Homeserver(FakeHomeserver):
    """The fake homeserver with many rooms, each full of people."""

    def __init__(self, rooms: int) -> None:
        super().__init__()
        self.rooms = [f"!room{number}:example.org" for number in range(rooms)]
        self.answers = Answers()
        self._numbers = itertools.count()
        self._bell = asyncio.Event()

    def account(self) -> BotAccount:
        return BotAccount({"kind": "matrix", "homeserver": self.url, "user": BOT}, "a-token")

    def post(self, room: str, sender: str, body: str) -> str:
        """Somebody says something; returns what the event is called."""
        id_ = f"$event{next(self._numbers)}"
        event = {"type": "m.room.message", "event_id": id_, "sender": f"@{sender}:example.org", "room": room}
        content = {"msgtype": "m.text", "body": body}
        self.said.append({**event, "origin_server_ts": int(time.time() * 1000), "content": content})
        self._bell.set()
        return id_

    def ask(self, room: str, sender: str, text: str) -> None:
        self.answers.ask(self.post(room, sender, f"!echo {text}"))

    async def _whoami(self, _: web.Request) -> web.Response:
        return web.json_response({"user_id": BOT})  # without a device the bot has no keys to look after

    async def _sync(self, request: web.Request) -> web.Response:
        """The first one tells of every room, the others of those in which something was said."""
        since = request.query.get("since")
        read = int(since[1:]) if since else len(self.said)
        if since:
            await self._news(read, int(request.query.get("timeout", 0)) / 1000)
        told: dict[str, list[Any]] = {} if since else {room: [] for room in self.rooms}
        for event in self.said[read : read + 1000]:
            told.setdefault(event["room"], []).append(event)
        behind = min(len(self.said), read + 1000)
        rooms = {room: {"timeline": {"events": events}, "summary": _A_FEW} for room, events in told.items()}
        return web.json_response({"next_batch": f"s{behind}", "rooms": {"join": rooms}})

    async def _news(self, read: int, longest: float) -> None:
        """Told at once: what the server waits would count as the bot's."""
        with suppress(TimeoutError):
            async with asyncio.timeout(longest):
                while len(self.said) == read:
                    self._bell.clear()
                    await self._bell.wait()

    async def _send(self, request: web.Request) -> web.Response:
        said = await request.json()
        if question := said.get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id"):
            self.answers.answer(question)
        return web.json_response({"event_id": f"$sent{next(self._numbers)}"})


_A_FEW = {"m.joined_member_count": 12, "m.invited_member_count": 0}


@asynccontextmanager
async def running(server: Homeserver) -> AsyncIterator[Homeserver]:
    runner = web.AppRunner(server.application(), shutdown_timeout=0, handler_cancellation=True, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


class Toots:
    """People who mention the bot; hears of every post at the moment when the server has it."""

    def __init__(self, server: FakeMastodon) -> None:
        self.server = server
        self.answers = Answers()
        self.bot = server.account("echobot", bot=True)
        server.accept_private_mentions(self.bot)
        server.posts.hearers.append(self)
        for bucket in server.limits.buckets.values():
            bucket.most = 10**9

    def post(self, sender: Account, text: str) -> str:
        return self.server.say(sender, f"@{self.bot.username} {text}").id

    def ask(self, sender: Account, text: str) -> None:
        self.answers.ask(self.post(sender, text))

    def added(self, status: Status) -> None:
        if status.in_reply_to and status.account is self.bot:
            self.answers.answer(status.in_reply_to.id)

    def edited(self, status: Status, newly_mentioned: list[Account]) -> None:
        """Nobody edits here."""

    def deleted(self, status: Status) -> None:
        """Nobody deletes here."""


class Usage:
    """What a process uses, as the kernel counts it."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")
        self._began = time.perf_counter(), self._processor_seconds()

    def now(self) -> dict[str, float]:
        status = dict(line.split(":", 1) for line in (self._folder / "status").read_text().splitlines())
        return {
            "rss_mb": round(int(status["VmRSS"].split()[0]) / 1024, 1),
            "descriptors": len(list((self._folder / "fd").iterdir())),
            "threads": int(status["Threads"]),
        }

    def processor(self) -> float:
        """Of one core, since the beginning."""
        at, used = self._began
        return round((self._processor_seconds() - used) / (time.perf_counter() - at), 3)

    def _processor_seconds(self) -> float:
        fields = (self._folder / "stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100


def percentiles(waits: Sequence[float]) -> dict[str, float]:
    """Of seconds, in milliseconds."""
    if len(waits) < 2:
        return {}
    cuts = statistics.quantiles(waits, n=100)
    return {f"p{at}_ms": round(cuts[at - 1] * 1000, 1) for at in (50, 95, 99)} | {
        "longest_ms": round(max(waits) * 1000)
    }
