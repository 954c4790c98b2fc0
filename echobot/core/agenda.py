"""When announcements are due, as instants: computed here, so that restarts and changes of clock are one rule.

Source of the rule: schedulers drop or double what falls on a change of clock, and forget what was due while they were
down; so nothing but this decides what is due, and whoever ticks only asks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from echobot.core.announcement import Announcement, Rule, Timing
from echobot.core.ledger import Phase
from echobot.core.schedule import Recurrence, due_at, instant, occurrences
from echobot.core.schedule.offsets import Apart, AtPublication, OnDay
from echobot.core.schedule.reading import plain

_END_OF_TIME = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
_AT_PUBLICATION = "at publication"
_KEPT_FOR = timedelta(days=60)  # how long after its end, or after it was due, an announcement may still be changed


@dataclass(frozen=True, slots=True)
class Occasion:
    """One time at which an announcement is due."""

    announcement: Announcement
    occurrence: str
    phase: Phase
    due_at: datetime | None  # None: as soon as it is known

    def is_pointless(self, now: datetime) -> bool:
        """News and reminders of what has begun already, or will not take place."""
        event = self.announcement.event
        if event is None:
            return False
        begun = (
            event.is_over(now.astimezone(self.announcement.zone).date()) if event.whole_days else now >= event.starts
        )
        return event.cancelled or (begun and self.phase is not Phase.THANKS)

    @property
    def until(self) -> datetime:
        """From then on nobody needs to know what became of it."""
        event = self.announcement.event
        last = event.ends.astimezone(UTC) if event else self.due_at or datetime.min.replace(tzinfo=UTC)
        return max(last, self.due_at or last) + _KEPT_FOR


class Agenda:
    """The occasions of all announcements, in the order of their time."""

    def __init__(self, announcements: Iterable[Announcement]) -> None:
        self._known: list[Occasion] = []
        self._at_once: list[Occasion] = []
        self._recurring: list[_Recurring] = []
        for announcement in announcements:
            for timing in announcement.timings:
                self._enter(announcement, timing)
        self._known.sort(key=_due)
        self._times = [_due(occasion) for occasion in self._known]

    def between(self, after: datetime, until: datetime) -> list[Occasion]:
        """What is due later than `after` and not later than `until`, in order."""
        first, last = bisect_right(self._times, after), bisect_right(self._times, until)
        again = [occasion for each in self._recurring for occasion in each.between(after, until)]
        return sorted([*self._known[first:last], *again], key=_due)

    @property
    def at_once(self) -> list[Occasion]:
        """What is due as soon as it is known."""
        return self._at_once

    def _enter(self, announcement: Announcement, timing: Timing) -> None:
        if isinstance(timing.rule, Recurrence):
            self._recurring.append(_Recurring(announcement, timing.rule))
            return
        occasion = _occasion(announcement, timing)
        (self._at_once if occasion.due_at is None else self._known).append(occasion)


class _Recurring:
    """A recurrence that is asked again and again for the next few seconds, and mostly has nothing then."""

    def __init__(self, announcement: Announcement, rule: Recurrence) -> None:
        self._announcement = announcement
        self._rule = rule
        self._nothing = (_END_OF_TIME, _END_OF_TIME)  # later than the first and not later than the second

    def between(self, after: datetime, until: datetime) -> Iterator[Occasion]:
        start, end = self._nothing
        if start <= after and until < end:
            return
        latest, next_at = after, _END_OF_TIME
        for occurrence in occurrences(self._rule, self._announcement.zone, after, _END_OF_TIME):
            if occurrence.at > until:
                next_at = occurrence.at
                break
            latest = occurrence.at
            yield Occasion(self._announcement, occurrence.key, Phase.ITSELF, occurrence.at)
        self._nothing = latest, next_at


def _occasion(announcement: Announcement, timing: Timing) -> Occasion:
    """Of what is due once. A reminder of another day is another occasion; it is news only once."""
    event, rule = announcement.event, timing.rule
    due: datetime | None = None  # at once
    match rule:
        case datetime():
            key, due = f"{rule:%Y-%m-%dT%H:%M}", instant(rule, announcement.zone)
        case AtPublication():
            key = _AT_PUBLICATION
        case OnDay() | Apart() if event:
            due = due_at(rule, event.starts, event.over_at)
            key = f"{plain(timing.written)} {event.starts:%Y-%m-%dT%H:%M}"
        case _:
            raise ValueError(f"{timing.written!r} counts from an event, and {announcement.id} has none")
    return Occasion(announcement, key, phase_of(rule), due)


def phase_of(rule: Rule) -> Phase:
    """What a post at this time is."""
    match rule:
        case AtPublication():
            return Phase.NEWS
        case OnDay() | Apart():
            is_after = rule.days > 0 if isinstance(rule, OnDay) else rule.by > timedelta()
            return Phase.THANKS if is_after else Phase.REMINDER
        case _:
            return Phase.ITSELF


def _due(occasion: Occasion) -> datetime:
    return occasion.due_at or datetime.min.replace(tzinfo=UTC)
