"""A room and a Mastodon account in which one bot speaks, and what there is to see in each."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Protocol
from urllib.parse import quote

from tests.end_to_end.conftest import replied_to
from tests.end_to_end.machines import PATIENCE, Machine, stopped
from tests.end_to_end.noticeboard import Noticeboard, visit
from tests.servers.fake_mastodon import FakeMastodon
from tests.servers.people import Person, until

QUESTION = "what is this?"
SAID = {"room": {"timeline": {"types": ["m.room.message"], "limit": 1000}, "state": {"types": []}}}


@dataclass(frozen=True)
class Seen:
    """All that was said on one network."""

    asked: dict[str, float]  # when, in seconds, by the question's id
    answered: Sequence[tuple[str, float]]  # the question's id and when, once for each reply
    announced: Sequence[str]  # the words of what answers nobody

    @property
    def answers(self) -> Counter[str]:
        return Counter(question for question, _ in self.answered)

    def unanswered(self, before: float = inf) -> set[str]:
        """Those of the questions from before that moment that nobody has answered."""
        return {question for question, at in self.asked.items() if at < before} - set(self.answers)

    def longest_waits(self, moments: Sequence[float]) -> dict[int, float]:
        """In seconds: how long an answer took at most, by how many of these moments fell into that time."""
        longest: dict[int, float] = {}
        for question, at in self.answered:
            asked_at = self.asked[question]
            waited_through = sum(asked_at < moment < at for moment in moments)
            longest[waited_through] = round(max(at - asked_at, longest.get(waited_through, 0)), 1)
        return dict(sorted(longest.items()))

    def __str__(self) -> str:
        counts = f"asked {len(self.asked)}, answered {len(self.answered)}, distinct {len(self.answers)}"
        return f"{counts}, announced {len(self.announced)}, distinct {len(set(self.announced))}"


class Network(Protocol):
    async def ask(self) -> None: ...

    async def seen(self) -> Seen:
        """All that was said so far."""


class Room:
    """Somebody asks in a room on a homeserver."""

    def __init__(self, asker: Person, room: str, bot: str) -> None:
        self.id = room
        self._asker, self._bot = asker, bot
        self._said: list[dict[str, Any]] = []
        self._read_until = ""

    async def ask(self) -> None:
        await self._asker.say(self.id, f"!echo {QUESTION}")

    async def seen(self) -> Seen:
        await self._read_on()
        own = [event for event in self._said if event["sender"] == self._bot]
        replies = [event for event in own if replied_to(event["content"])]
        return Seen(
            {event["event_id"]: _at(event) for event in self._said if event["sender"] != self._bot},
            [(replied_to(event["content"]), _at(event)) for event in replies],
            [event["content"]["body"] for event in own if event not in replies],
        )

    async def _read_on(self) -> None:
        """Nothing is read twice: a homeserver that is asked for all of it again and again can do nothing else."""
        since = f"&since={self._read_until}" if self._read_until else ""
        told = await self._asker.request("GET", f"sync?timeout=0&filter={quote(json.dumps(SAID))}{since}")
        self._read_until = told["next_batch"]
        if news := told.get("rooms", {}).get("join", {}).get(self.id):
            assert not news["timeline"]["limited"]
            self._said += news["timeline"]["events"]


class Toots:
    """Ana asks on Mastodon."""

    def __init__(self, server: FakeMastodon) -> None:
        self.server = server
        self._ana = server.account("ana")
        self._bot = server.account("echobot", bot=True)
        server.accept_private_mentions(self._bot)
        self.token = server.token_for(self._bot)

    async def ask(self) -> None:
        self.server.say(self._ana, f"@echobot@{self.server.home} {QUESTION}")

    async def seen(self) -> Seen:
        own = self.server.posts_by(self._bot)
        return Seen(
            {post.id: post.created_at.timestamp() for post in self.server.posts_by(self._ana)},
            [(post.in_reply_to.id, post.created_at.timestamp()) for post in own if post.in_reply_to],
            [post.text for post in own if not post.in_reply_to],
        )


class Town:
    """The networks, and the machines on which the bot runs."""

    def __init__(self, networks: dict[str, Network], noticeboard: Noticeboard, machines: Sequence[Machine]) -> None:
        self.networks, self.machines = networks, machines
        self._noticeboard = noticeboard
        self._announced = 0

    async def ask(self) -> None:
        """Once on each network."""
        await asyncio.gather(*(network.ask() for network in self.networks.values()))

    async def announce(self) -> None:
        """One more is known from now on, and due at once."""
        self._announced += 1
        self._noticeboard.publish([], [visit(number) for number in self._numbers])

    async def has_answered_all_before(self, then: float) -> bool:
        """Whatever was asked before that moment, on each network."""
        return all(seen.unanswered(then) == set() for seen in await self._seen())

    async def has_a_leader(self) -> bool:
        return any([await machine.leads() for machine in self.machines])

    async def all_is_done_once(self) -> dict[str, Seen]:
        """Wait until nothing is missing, and find nothing else and nothing twice."""
        announcements = Counter(f"Announcement {number}." for number in self._numbers)

        async def nothing_is_missing() -> bool:
            seen = await self._seen()
            return all(not each.unanswered() and set(announcements) <= set(each.announced) for each in seen)

        await until(nothing_is_missing, "every reply and every announcement", patience=PATIENCE, every=0.5)
        await stopped(self.machines)
        assert not [machine.bot.log for machine in self.machines if "Traceback" in machine.bot.log]
        for seen in await self._seen():
            assert seen.answers == Counter(seen.asked.keys())
            assert Counter(seen.announced) == announcements
        return dict(zip(self.networks, await self._seen(), strict=True))

    @property
    def _numbers(self) -> Iterable[int]:
        return range(1, self._announced + 1)

    async def _seen(self) -> list[Seen]:
        return await asyncio.gather(*(network.seen() for network in self.networks.values()))


def _at(event: dict[str, Any]) -> float:
    return event["origin_server_ts"] / 1000
