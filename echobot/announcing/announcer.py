"""Looks at what is due, again and again.

The store decides, not the clock: a slot is filled in the transaction that puts its post into the outbox. So whatever
dies at whatever moment, and whoever looks a second time, nothing is posted twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from echobot.announcing.book import Book
from echobot.announcing.composing import announced, first_post, posting_for
from echobot.announcing.due import Due, at_destinations, missed, together
from echobot.announcing.mending import Mending
from echobot.core.agenda import Agenda
from echobot.core.announcement import DestinationName
from echobot.core.heralding import Herald
from echobot.core.knowledge import Knowledge
from echobot.core.oversight import Hush
from echobot.ports import ANNOUNCEMENT, Filled, Revision, Store
from echobot.settings import Destination

log = structlog.get_logger()

_A_DAY = timedelta(hours=24)
_AHEAD = timedelta(days=90)
_QUIET_FOR = timedelta(hours=6)  # after one public post the next ones are unlisted: good manners among bots
_NOTED_EVERY = timedelta(minutes=5)
_TOLD_FOR = timedelta(days=14)
_JUST_BEFORE = timedelta(microseconds=1)


class Announcer:
    """Fills each slot of each announcement once; whoever sends for an account finds the post in the outbox."""

    def __init__(
        self,
        knowledge: Callable[[], Knowledge],
        destinations: Callable[[], Mapping[DestinationName, Destination]],
        store: Store,
        *,
        clock: Callable[[], datetime],
        most_a_day: Callable[[], int],
    ) -> None:
        self._knowledge = knowledge
        self._destinations = destinations
        self._store = store
        self._clock = clock
        self._most_a_day = most_a_day
        self._agenda, self._herald = Agenda(()), Herald(Knowledge())
        self._book: Book | None = None
        self._mended_for: Knowledge | None = None
        self._unsure_since: datetime | None = None  # a store from a backup does not know what was posted since then
        self._noted_at: datetime | None = None
        self._lacking: str | None = None  # destinations that somebody was told of

    async def look(self) -> None:
        """Fill the slots that are due now, mend what changed, take away what is to go. Raises `StoreError`."""
        now = self._clock()
        if await self._store.is_hushed(*Hush.EVERYWHERE, now):
            return  # what is due meanwhile is late afterwards
        book = self._book = self._book or await self._opened()
        await self._read_on(now)
        if book.settled_until is None:
            await self._begin(book, now)
        else:
            await self._post_what_is_due(book, book.settled_until, now)
            await self._mend(book, now)
        self._unsure_since = None

    def coming(self) -> Due | None:
        """What is posted next, within the time that is looked ahead; nothing is known before the first look."""
        if self._book is None:
            return None
        now = self._clock()
        occasions = self._agenda.between(now, now + _AHEAD)
        dues = at_destinations(occasions, self._destinations(), self._book.slots)
        return next((due for due in dues if not missed([due], self._herald, now)), None)

    async def _opened(self) -> Book:
        book = Book(await self._store.ledger())
        self._unsure_since = book.settled_until
        return book

    async def _read_on(self, now: datetime) -> None:
        known = self._knowledge()
        if known is not self._herald.knowledge:
            self._herald, self._agenda = Herald(known), Agenda(known.announced())
            self._lacking = None
        await self._tell_what_is_lacking(known, now)

    async def _tell_what_is_lacking(self, known: Knowledge, now: datetime) -> None:
        named = {name for announcement in known.announced() for name in announcement.to}
        lacking = ", ".join(sorted(named - self._destinations().keys()))
        if lacking == self._lacking:
            return
        self._lacking = lacking
        told = f"the settings have no destination {lacking}: what is to be posted there is not" if lacking else None
        await self._store.note_trouble("destinations", told, now)

    async def _begin(self, book: Book, now: datetime) -> None:
        """At the first start nothing is posted: what is known already is no news, and what was due is over."""
        for due in at_destinations(self._agenda.at_once, self._destinations(), book.slots):
            await self._fill(book, Filled([due.slot], due.occasion.until), now)
        await self._settle(book, now, now)

    async def _post_what_is_due(self, book: Book, after: datetime, now: datetime) -> None:
        occasions = [*self._agenda.at_once, *self._agenda.between(after, now)]
        dues = list(at_destinations(occasions, self._destinations(), book.slots))
        reasons = missed(dues, self._herald, now)
        for due in dues:
            if due.slot in reasons:
                await self._miss(due, reasons[due.slot], book, now)
        groups = together(due for due in dues if due.slot not in reasons)
        waiting = [due for group in groups if not await self._post(group, book, now) for due in group]
        times = [due.occasion.due_at for due in waiting if due.occasion.due_at]
        await self._settle(book, min(times) - _JUST_BEFORE if times else now, now)

    async def _post(self, group: Sequence[Due], book: Book, now: datetime) -> bool:
        """Whether it is in the outbox now; else it has to wait, because enough was posted today."""
        destination = group[0].destination
        if book.posted_since(now - _A_DAY, destination.account) >= self._most_a_day():
            return False
        posting = posting_for(group, self._herald, self._visibility(destination, book, now), now)
        post = first_post(posting, announced(group), destination, self._herald)
        until = max(due.occasion.until for due in group)
        filled = Filled([due.slot for due in group], until, posting, post, self._unsure_since)
        if await self._fill(book, filled, now):
            log.info("an announcement is on its way", key=posting.key)
        return True

    def _visibility(self, destination: Destination, book: Book, now: datetime) -> str:
        is_loud = book.posted_since(now - _QUIET_FOR, destination.account, visibility="public")
        return "unlisted" if destination.visibility == "public" and is_loud else destination.visibility

    async def _miss(self, due: Due, why: str, book: Book, now: datetime) -> None:
        """Its slot stays empty for ever, and the operator is told."""
        is_first = await self._fill(book, Filled([due.slot], due.occasion.until), now)
        if not (why and is_first):
            return
        name = f"{self._herald.name(due.occasion.announcement)}, {due.slot.occurrence},"
        log.error("an announcement was missed", name=name, destination=due.slot.destination, reason=why)
        about = f"{ANNOUNCEMENT}{due.slot.announcement} for {due.slot.destination}"
        await self._store.note_trouble(about, f"{name} was not posted: {why}", now)

    async def _mend(self, book: Book, now: datetime) -> None:
        mending = Mending(self._herald, self._destinations(), now)
        if self._mended_for is not self._herald.knowledge:
            for revision in list(mending.revisions(book.postings.values())):
                await self._revise(revision, book, now)
            self._mended_for = self._herald.knowledge
        for announcement in await self._store.to_withdraw():
            standing = [each for each in book.postings.values() if announcement in each.shown and not each.withdrawn_at]
            for posting in standing:
                await self._revise(mending.without(posting, announcement), book, now)
            await self._store.withdrawn(announcement)

    async def _revise(self, revision: Revision, book: Book, now: datetime) -> None:
        if await self._store.revise(revision, now):
            log.info("an announcement is changed", key=revision.posting.key)
        book.note(revision.posting)

    async def _fill(self, book: Book, filled: Filled, now: datetime) -> bool:
        done = await self._store.fill(filled, now)
        book.fill(filled)
        return done

    async def _settle(self, book: Book, until: datetime, now: datetime) -> None:
        """Written down now and then: what lies between is known by its slots."""
        book.settled_until = until
        if self._noted_at is None or abs(now - self._noted_at) >= _NOTED_EVERY:
            await self._store.settled(until)
            await self._forget_old_troubles(now)
            self._noted_at = now

    async def _forget_old_troubles(self, now: datetime) -> None:
        for trouble in await self._store.troubles():
            if trouble.about.startswith(ANNOUNCEMENT) and now - trouble.since > _TOLD_FOR:
                await self._store.note_trouble(trouble.about, None, now)
