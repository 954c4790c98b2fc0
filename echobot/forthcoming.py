"""What is going to be posted, shown before it is: when on every clock, where, and in which words."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from echobot.announcing.composing import announced, first_post, posting_for
from echobot.announcing.due import Due, at_destinations, missed, together
from echobot.core.agenda import Agenda, Occasion
from echobot.core.announcement import Announcement
from echobot.core.heralding import Herald
from echobot.core.knowledge import Knowledge
from echobot.core.ledger import Ledger, Phase
from echobot.core.message import Post, Wording
from echobot.errors import EchobotError
from echobot.settings import Destination, MastodonAccount, Settings
from echobot.stores.sql import SqlStore

LOOK_AHEAD = timedelta(days=90)
_LOOK_FAR_AHEAD = timedelta(days=800)
_MOST_LISTED = 40
_MOST_IN_BRIEF = 10


def forthcoming(knowledge: Knowledge, settings: Settings, at: datetime) -> Forthcoming:
    """As of that moment, without what the store says is posted already; a bot may be using it. Raises `StoreError`."""
    return Forthcoming(knowledge, settings, at, asyncio.run(_ledger(settings.store)))


async def _ledger(url: str) -> Ledger:
    store = SqlStore.open_copy(url)
    try:
        return await store.ledger()
    finally:
        await store.close()


@dataclass(frozen=True, slots=True)
class Forthcoming:
    """The world as of one moment: what the knowledge, the settings and the store say is still to be posted."""

    knowledge: Knowledge
    settings: Settings
    now: datetime
    ledger: Ledger = field(default_factory=Ledger)

    def listed(self) -> str:
        """What comes in the next ninety days, in order, each with its time, its destination and its text."""
        shown = [self._entry(group) for group in self._groups()[:_MOST_LISTED]]
        nothing = f"Nothing is to be posted in the {LOOK_AHEAD.days} days from {self.now:%Y-%m-%d}.{self._why()}"
        return "\n\n".join([*(shown or [nothing]), *self._old_news()])

    def in_brief(self) -> str:
        """The same, a line each, without texts."""
        herald = Herald(self.knowledge)
        lines = [f"- {_when(group[0].occasion)}: {_names(group, herald)}" for group in self._groups()[:_MOST_IN_BRIEF]]
        return "\n".join(lines) or f"Nothing is to be posted in the next {LOOK_AHEAD.days} days.{self._why()}"

    def previewed(self, announcement_id: str) -> str:
        """One announcement as it will look, at each of its times and destinations; raises `EchobotError`."""
        first: dict[Phase, Occasion] = {}
        for occasion in self._occasions([self._known(announcement_id)], _LOOK_FAR_AHEAD):
            first.setdefault(occasion.phase, occasion)
        dues = list(at_destinations(first.values(), self.settings.destinations, ()))
        if not dues:
            raise EchobotError(f"{announcement_id} is not to be posted any more, or nowhere that the settings know")
        return "\n\n".join(self._entry([due]) for due in dues)

    def _known(self, announcement_id: str) -> Announcement:
        known = {announcement.id: announcement for announcement in self.knowledge.announced()}
        if announcement_id not in known:
            names = ", ".join(sorted(known)) or "none"
            raise EchobotError(f"there is no announcement {announcement_id}; the knowledge base has these: {names}")
        return known[announcement_id]

    def _occasions(self, announcements: Iterable[Announcement], ahead: timedelta) -> list[Occasion]:
        agenda = Agenda(announcements)
        return [*agenda.at_once, *agenda.between(self.now, self.now + ahead)]

    @property
    def _is_first_start(self) -> bool:
        return self.ledger.settled_until is None

    def _old_news(self) -> list[str]:
        """What a bot finds at its first start is not announced as new."""
        known = Agenda(self.knowledge.announced()).at_once if self._is_first_start else []
        names = ", ".join(sorted({occasion.announcement.id for occasion in known}))
        told = f"Not announced as new, because the bot will find it there at its first start: {names}."
        return [told] if names else []

    def _groups(self) -> list[list[Due]]:
        occasions = self._occasions(self.knowledge.announced(), LOOK_AHEAD)
        if self._is_first_start:
            occasions = [occasion for occasion in occasions if occasion.due_at]
        dues = list(at_destinations(occasions, self.settings.destinations, self.ledger.slots))
        pointless = missed(dues, Herald(self.knowledge), self.now)
        by_time: dict[datetime | None, list[Due]] = {}
        for due in dues:
            if due.slot not in pointless:
                by_time.setdefault(due.occasion.due_at, []).append(due)
        return [group for same_time in by_time.values() for group in together(same_time)]

    def _why(self) -> str:
        if not self.settings.destinations:
            return " The settings name no `destinations`."
        return "" if any(self.knowledge.announced()) else " Nothing in the knowledge base says when it is to be posted."

    def _entry(self, group: Sequence[Due]) -> str:
        first, herald = group[0], Herald(self.knowledge)
        visibility = first.destination.visibility
        posting = posting_for(group, herald, visibility, first.occasion.due_at or self.now)
        post = first_post(posting, announced(group), first.destination, herald)
        kind = "" if first.occasion.phase is Phase.ITSELF else f"{first.occasion.phase}: "
        return "\n".join([
            f"{_when(first.occasion)}  {kind}{' + '.join(map(herald.name, announced(group)))}",
            f"  to {self._where(first, post)}",
            *(line for wording in post.wordings for line in self._wording(wording, first.destination)),
        ])  # fmt: skip

    def _where(self, due: Due, post: Post) -> str:
        told = [due.slot.destination, due.destination.room or post.visibility]
        told += ["everybody in the room is called"] if post.calls_everybody else []
        told += [f"with the picture {post.picture}"] if post.picture else []
        return ", ".join(filter(None, told))

    def _wording(self, wording: Wording, destination: Destination) -> Iterator[str]:
        yield f"  [{wording.language}] {self._length(wording, destination)}"
        if wording.warning:
            yield f"  | (behind a warning: {wording.warning})"
        yield from (f"  | {line}" for line in wording.text.splitlines())
        if wording.alt:
            yield f"  | (picture: {wording.alt})"

    def _length(self, wording: Wording, destination: Destination) -> str:
        size = self._size(wording, destination)
        if size is None:
            return f"{len(wording.text)} characters"
        over = size - destination.characters
        return f"{size} of {destination.characters} characters" + (", too long: in several parts" if over > 0 else "")

    def _size(self, wording: Wording, destination: Destination) -> int | None:
        """On Mastodon; elsewhere there is no limit that a person could reach."""
        if not isinstance(self.settings.accounts.get(destination.account), MastodonAccount):
            return None
        from echobot.chats.mastodon.length import TextLimits, length  # noqa: PLC0415 - it loads Mastodon.py

        return length(wording.text, TextLimits(destination.characters), wording.warning)


def _names(group: Sequence[Due], herald: Herald) -> str:
    phase = group[0].occasion.phase
    kind = "" if phase is Phase.ITSELF else f"{phase} of "
    return f"{kind}{' + '.join(map(herald.name, announced(group)))}, to {group[0].slot.destination}"


def _when(occasion: Occasion) -> str:
    if occasion.due_at is None:
        return "as soon as the bot sees it"
    there = occasion.due_at.astimezone(occasion.announcement.zone)
    return f"{there:%a %Y-%m-%d %H:%M} {occasion.announcement.zone} ({occasion.due_at.astimezone(UTC):%H:%M} UTC)"
