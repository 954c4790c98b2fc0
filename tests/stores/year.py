"""Days in the life of a store: people ask, are answered, and what was kept long enough goes."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count

from echobot.core.conversation import Conversation
from echobot.core.gap import Gap
from echobot.core.knowledge import EntryId, Language
from echobot.core.message import Message, Place
from echobot.core.oversight import Use, monday_of
from echobot.ports import Settlement
from echobot.running import forget
from echobot.settings import Settings
from echobot.stores.sql import SqlStore
from tests.fakes import ACCOUNT, NOON, message, reply

A_DAY = timedelta(days=1)
ENTRIES, PEOPLE, ROOMS = 150, 2000, 200
VAIN = 0.1  # of the questions have no answer, and one in five of those was asked before
AT_ONCE = 20


class Life:
    """Questions a day, each of its own words; the same ones each time."""

    def __init__(self, store: SqlStore, questions: int) -> None:
        self.store = store
        self.today = NOON
        self._questions = questions
        self._dice = random.Random(7)
        self._numbers = count()

    @property
    def _monday(self) -> date:
        return monday_of(self.today.date())

    async def live_a_day(self) -> None:
        for _ in range(0, self._questions, AT_ONCE):
            await self._some_ask(min(AT_ONCE, self._questions))
        self.today += A_DAY
        await forget(self.store, Settings(), self.today)

    async def _some_ask(self, number: int) -> None:
        asked = [self._question() for _ in range(number)]
        await self.store.keep(ACCOUNT, asked, asked[-1].id, self.today)
        replies = [reply(int(each.id[2:]), "A" * 500, each.sender, each.place) for each in asked]
        await self.store.settle(Settlement(asked, replies, **self._remembered(asked)), self.today)
        for each in replies:
            await self.store.sent(each.key, f"${each.key}", self.today)

    def _question(self) -> Message:
        place = Place(ACCOUNT, f"!room{self._dice.randrange(ROOMS)}:example.org")
        sender = f"@person{self._dice.randrange(PEOPLE)}:example.org"
        return replace(message(next(self._numbers), "what is there instead of " * 4, sender, place), sent_at=self.today)

    def _remembered(self, asked: list[Message]) -> dict[str, list[object]]:
        return {
            "conversations": [_conversation(each, self.today) for each in asked],
            "gaps": [self._gap(each) for each in asked if self._dice.random() < VAIN],
            "uses": [Use(self._monday, "found", f"entry-{self._dice.randrange(ENTRIES)}") for _ in asked],
        }

    def _gap(self, asked: Message) -> Gap:
        text = "is it down again?" if self._dice.random() < 0.2 else f"{asked.text} {asked.id}"
        return Gap(text, Language("en"), 1, self.today)


def _conversation(asked: Message, at: datetime) -> Conversation:
    return Conversation(asked.place, asked.sender, at, Language("en"), answered=EntryId("fediverse"))


def pages(store: SqlStore) -> tuple[int, int]:
    """How many there are in the file, and how many of those are free."""
    with store._database.engine.connect() as connection:
        numbers = [connection.exec_driver_sql(f"PRAGMA {name}_count").scalar_one() for name in ("page", "freelist")]
    return numbers[0], numbers[1]
