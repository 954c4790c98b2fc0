"""A bot as its watch sees it: an account, a store, a clock that stands still."""

from __future__ import annotations

from datetime import timedelta

import pytest

from echobot.health.condition import Coming, Edition
from echobot.health.watch import Watch
from echobot.stores.sql import SqlStore
from tests.fakes import NOON, FakeChat, FakeClock


class WatchedBot:
    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.chat = FakeChat(clock)
        self.store = SqlStore.open("sqlite://")
        self.coming: Coming | None = Coming("zagreb", "visits", NOON + timedelta(days=3))
        self.watch = Watch(lambda: Edition("0123456789ab", 431), clock)
        self.watch.begin([self.chat], self.store, lambda: self.coming)

    def hears(self) -> None:
        self.chat.last_contact_at = self.clock()


@pytest.fixture
async def bot(clock):
    watched = WatchedBot(clock)
    yield watched
    await watched.store.close()
