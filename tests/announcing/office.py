"""Everything between the files and a network, with the clock and the network in the test's hands."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from echobot.announcing import Announcer
from echobot.core.announcement import Announcement, DestinationName, Lateness, Timing, TooLate
from echobot.core.event import Event, EventKind
from echobot.core.knowledge import Entry, EntryId, Knowledge
from echobot.core.message import AccountName, DeliveryKey, Post
from echobot.core.schedule import parse_offset, parse_recurrence
from echobot.delivery import Courier
from echobot.errors import ChatUnavailable
from echobot.settings import Destination
from echobot.stores.sql import SqlStore
from tests.fakes import FakeClock
from tests.samples import EN, HR, knowledge

PARIS, ZAGREB = ZoneInfo("Europe/Paris"), ZoneInfo("Europe/Zagreb")
NOON = datetime(2027, 1, 10, 12, tzinfo=UTC)
ROOM_BOT, TOOTS = AccountName("room-bot"), AccountName("toots")
VISITS, PUBLIC = DestinationName("visits"), DestinationName("public")
DESTINATIONS = {
    VISITS: Destination(ROOM_BOT, (EN, HR), room="#visits:example.org"),
    PUBLIC: Destination(TOOTS, (EN,)),
}


def visit(
    id_="visit-zagreb",
    starts=datetime(2027, 3, 14, 10, tzinfo=ZAGREB),
    when=("at publication", "14 days before at 10:00", "1 hour before", "the day after at 18:00"),
    to=(VISITS,),
    place="Zagreb",
    name="Visit to Zagreb",
    **changes,
):
    """A visit with its announcement; `changes` are the announcement's, `cancelled`, `about` and `link` the event's."""
    about = changes.pop("about", "How schools share what they make.")
    more = {key: changes.pop(key) for key in ("cancelled", "link", "whole_days") if key in changes}
    event = Event(EventKind.VISIT, starts, starts + timedelta(hours=6), {EN: place, HR: place}, **more)
    timings = tuple(Timing(written, parse_offset(written)) for written in when)
    announcement = Announcement(id_, to, timings, starts.tzinfo, event, **changes)
    title = {EN: name, HR: f"Posjet: {place}"}
    return Entry(
        EntryId(id_), {EN: (name,)}, {EN: about, HR: about}, title, ("x",), date(2026, 1, 1),
        event=event, announcement=announcement,
    )  # fmt: skip


def free(id_="help-evening", when="every tuesday at 18:30", to=(VISITS,), text=None, **changes):
    at = datetime.fromisoformat(when) if when[0].isdigit() else parse_recurrence(when)
    return Announcement(id_, to, (Timing(when, at),), PARIS, text=text or {EN: "Help evening!"}, **changes)


LATE_WITH_NOTE = Lateness(timedelta(hours=2), TooLate.POST_WITH_NOTE)


@dataclass
class Standing:
    """One post as people see it."""

    texts: tuple[str, ...]
    to: str | None
    visibility: str
    edits: int = 0
    picture: str = ""
    post: Post | None = field(default=None, repr=False)


class Network:
    """Keeps posts, knows a key for an hour, fails as told; satisfies `ports.Chat` as far as posts go."""

    key_lifetime = timedelta(hours=1)

    def __init__(self, account, clock):
        self.account = account
        self.standing: dict[str, Standing] = {}
        self.ever = 0
        self.down = False
        self.breaks: deque[bool] = deque()  # for the next posts: whether they are made before the connection breaks
        self._clock = clock
        self._keys: dict[DeliveryKey, tuple[str, datetime]] = {}

    async def send(self, post):
        if self.down:
            raise ChatUnavailable("away", not_sent=True)
        if self.breaks and not self.breaks.popleft():
            raise ChatUnavailable("the connection broke")
        id_ = self._done(post)
        if self.breaks and self.breaks.popleft():
            raise ChatUnavailable("the connection broke")
        return id_

    async def find(self, post, since=None):
        found = [id_ for id_, each in self.standing.items() if each.post and each.post.key == post.key]
        return found[0] if found else None

    def _done(self, post):
        texts = tuple(wording.text for wording in post.wordings)
        if post.instead_of and not texts:
            self.standing.pop(post.instead_of, None)
            return post.instead_of
        if post.instead_of:
            self.standing[post.instead_of].texts = texts
            self.standing[post.instead_of].edits += 1
            if post.changes_picture:
                self.standing[post.instead_of].picture = post.picture
            return post.instead_of
        known, at = self._keys.get(post.key, ("", self._clock()))
        if known and self._clock() - at < self.key_lifetime:
            return known
        self.ever += 1
        id_ = f"{self.account}-{self.ever}"
        self.standing[id_] = Standing(texts, post.to, post.visibility, picture=post.picture, post=post)
        self._keys[post.key] = id_, self._clock()
        return id_

    @property
    def texts(self):
        """The first wording of each post."""
        return [each.texts[0] for each in self.standing.values()]


class Office:
    """Start it, let time pass, edit the knowledge, kill it."""

    def __init__(self, url="sqlite://", now=NOON, most_a_day=10, destinations: Mapping = DESTINATIONS):
        self.clock = FakeClock(now)
        self.networks = {account: Network(account, self.clock) for account in (ROOM_BOT, TOOTS)}
        self.rooms, self.toots = self.networks.values()
        self.knowledge = knowledge()
        self._url, self._most, self.destinations = url, most_a_day, destinations
        self.start()

    def start(self):
        self.store = SqlStore.open(self._url)
        self.announcer = self._announcer()

    def _announcer(self):
        return Announcer(
            lambda: self.knowledge,
            lambda: self.destinations,
            self.store,
            clock=self.clock,
            most_a_day=lambda: self._most,
        )

    def restart(self):
        """A new process on the same store."""
        self.announcer = self._announcer()

    async def stop(self):
        await self.store.close()

    def publish(self, *things):
        """The knowledge from now on."""
        entries = {each.id: each for each in things if isinstance(each, Entry)}
        others = {each.id: each for each in things if isinstance(each, Announcement)}
        known: Knowledge = knowledge()
        self.knowledge = replace(known, entries={**known.entries, **entries}, announcements=others)

    async def look(self, at=None):
        """One tick, at this moment if it is said, and everything that it sends."""
        if at is not None:
            self.clock.now = at if isinstance(at, datetime) else self.clock.now + at
        await self.announcer.look()
        await self.deliver()

    async def deliver(self):
        for chat in self.networks.values():
            courier = Courier(chat, self.store, self.clock, wait=_at_once)
            courier.stop()
            await courier.run()

    async def troubles(self):
        return [trouble.text for trouble in await self.store.troubles()]


async def _at_once(event, longest):
    await asyncio.sleep(0)
