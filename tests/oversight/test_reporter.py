"""What is wrong is told once, in a place that works; and so is that it is well again."""

from datetime import UTC, datetime, timedelta

import pytest

from echobot.core.message import AccountName, Place
from echobot.core.oversight import Hush
from echobot.health.condition import Edition
from echobot.health.watch import Watch
from echobot.oversight.reporter import Ear, Reporter
from echobot.ports import ANNOUNCEMENT
from echobot.stores.sql import SqlStore
from tests.fakes import FakeChat, FakeClock

ROOMS, TOOTS = AccountName("rooms"), AccountName("toots")
OFFICE = Place(ROOMS, "!office:example.org")
THURSDAY = datetime(2026, 11, 26, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)
LONG = timedelta(minutes=10)


class Station:
    """Two accounts, their store, and who tells."""

    def __init__(self):
        self.clock = FakeClock(THURSDAY)
        self.store = SqlStore.open("sqlite://")
        self.rooms, self.toots = FakeChat(self.clock, ROOMS), FakeChat(self.clock, TOOTS)
        self.ears = [Ear(OFFICE), Ear(Place(TOOTS, ""), "ada@social.example.org")]
        self.hear()
        self.begin()

    def begin(self):
        """As after a start: nothing is left in memory."""
        chats = [self.rooms, self.toots]
        watch = Watch(lambda: Edition("abc123", 3), self.clock)
        watch.begin(chats, self.store, lambda: None)
        self.reporter = Reporter(lambda: self.ears, self.store, watch.look, self._week, self.clock)

    def hear(self, *chats):
        for chat in chats or (self.rooms, self.toots):
            chat.last_contact_at = self.clock.now

    async def told(self, account=ROOMS):
        """What was told there since the last time."""
        await self.reporter.look()
        await self.reporter.look_back()
        posts = [each.outgoing for each in await self.store.outbox(account, self.clock.now, 100)]
        for post in posts:
            await self.store.sent(post.key, "$it", self.clock.now)
        self.last = posts[-1] if posts else None
        return [post.text for post in posts]

    async def note(self, about, text):
        await self.store.note_trouble(about, text, self.clock.now)

    async def _week(self, monday):
        return f"The week from {monday}."


@pytest.fixture
async def station():
    station = Station()
    yield station
    await station.store.close()


async def test_nothing_is_told_while_all_is_well(station):
    assert await station.told() == []
    station.clock.pass_by(timedelta(hours=1))
    station.hear()

    assert await station.told() == []


async def test_a_mistake_is_told_once_and_that_it_is_mended_once(station):
    await station.note("knowledge", "services.yaml:3: a line is missing")
    assert await station.told() == ["⚠ knowledge:\nservices.yaml:3: a line is missing"]
    assert await station.told() == []

    await station.note("knowledge", None)
    assert await station.told() == ["✔ knowledge: well again."]
    assert await station.told() == []


async def test_whoever_is_named_later_is_told_what_nobody_was_told(station):
    there, station.ears = station.ears, []
    await station.note("knowledge", "services.yaml:3: a line is missing")
    assert await station.told() == []
    assert await station.store.told() == {}

    station.ears = there
    assert await station.told() == ["⚠ knowledge:\nservices.yaml:3: a line is missing"]


async def test_another_mistake_is_told_as_well(station):
    await station.note("knowledge", "services.yaml:3: a line is missing")
    await station.told()
    await station.note("knowledge", "services.yaml:4: a line is missing")

    assert await station.told() == ["⚠ knowledge:\nservices.yaml:4: a line is missing"]


async def test_what_was_told_is_not_told_again_after_a_restart(station):
    await station.note("knowledge", "services.yaml:3: a line is missing")
    await station.told()
    station.begin()

    assert await station.told() == []


async def test_a_missed_announcement_is_told_and_later_dropped_in_silence(station):
    about = f"{ANNOUNCEMENT}lisbon for visits"
    await station.note(about, "Lisbon was not posted: too late")
    assert await station.told() == [f"⚠ {about}:\nLisbon was not posted: too late"]

    await station.note(about, None)
    assert await station.told() == []


async def test_an_account_that_is_deaf_is_told_and_that_it_hears_again(station):
    station.clock.pass_by(LONG)
    station.hear(station.rooms)
    (told,) = await station.told()
    assert told.startswith("⚠ the server of toots:\ntoots has not heard from its server since 2026-11-26 12:00 UTC")
    station.clock.pass_by(LONG)
    station.hear(station.rooms)
    assert await station.told() == []

    station.hear()
    assert await station.told() == ["✔ the server of toots: well again."]


async def test_after_a_restart_a_server_that_is_still_away_is_not_called_well(station):
    station.clock.pass_by(LONG)
    station.hear(station.rooms)
    await station.told()
    station.toots.last_contact_at = None
    station.begin()

    assert await station.told() == []


async def test_what_the_admin_room_cannot_be_told_is_told_privately_elsewhere(station):
    station.clock.pass_by(LONG)
    station.hear(station.toots)

    assert [text.splitlines()[0] for text in await station.told(TOOTS)] == ["⚠ the server of rooms:"]
    assert (station.last.visibility, station.last.calls) == ("direct", "ada@social.example.org")


async def test_an_account_whose_login_is_refused_is_not_asked_to_tell_of_it(station):
    await station.note(ROOMS, "the server ended this session")

    assert await station.told(TOOTS) == ["⚠ rooms:\nthe server ended this session"]


async def test_when_nothing_works_it_waits_for_the_admin_room(station):
    station.clock.pass_by(LONG)

    (told,) = await station.told()
    assert "the server of rooms" in told
    assert "the server of toots" in told


async def test_it_tells_also_while_the_bot_pauses(station):
    await station.note("knowledge", "services.yaml:3: a line is missing")
    assert not await station.store.is_hushed(*Hush.EVERYWHERE, station.clock.now)

    assert len(await station.told()) == 1


async def test_the_week_is_told_on_monday_morning_and_once(station):
    assert await station.told() == []  # it has just begun
    station.clock.now = MONDAY - timedelta(minutes=1)
    station.hear()
    assert await station.told() == []

    station.clock.now = MONDAY
    station.hear()
    assert await station.told() == ["The week from 2026-11-23."]
    station.begin()
    assert await station.told() == []


async def test_a_week_whose_monday_the_bot_was_away_is_told_when_it_is_back(station):
    await station.told()
    station.clock.now = MONDAY + timedelta(days=2)
    station.hear()

    assert await station.told() == ["The week from 2026-11-23."]
