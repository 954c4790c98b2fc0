"""Announcements that come again and again: a rule, and the instants at which it is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from echobot.core.schedule.days import Days
from echobot.core.schedule.wall import Wall, instant

_EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
_LATEST = datetime(9998, 1, 1, tzinfo=UTC)
"""So far from the ends of Python's calendar that no step leaves it."""

_ONE_DAY = timedelta(1)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Which days, and at what time of theirs; `starts` and `ends` are included, `without` is left out."""

    days: Days
    at: time
    starts: date | None = None
    ends: date | None = None
    without: frozenset[date] = frozenset()

    def days_from(self, day: date) -> Iterator[date]:
        """The days on which it happens, in order, none before this one."""
        day, ends = max(day, self.starts or day), self.ends or date.max
        while (day := self.days.on_or_after(day)) <= ends:
            if day not in self.without:
                yield day
            day += _ONE_DAY

    def falls_on(self, day: date) -> bool:
        return next(self.days_from(day), None) == day


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a recurrence is due: the `wall` time it stands for, whether that exists or not, and when it is."""

    wall: Wall
    at: datetime

    @property
    def key(self) -> str:
        """Tells it from all others of the recurrence, and stays when the rules of its zone change: 2027-03-28T00:30."""
        return self.wall.isoformat(timespec="minutes")


def occurrences(recurrence: Recurrence, zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[Occurrence]:
    """What is due later than `after` and not later than `until`, in order; windows that touch share nothing.

    Both are aware datetimes; what lies outside of the years 2 to 9997 is not looked for.
    """
    after, until = max(after, _EARLIEST), min(until, _LATEST)
    # No day before this one is due after it: an instant is the first at which the clocks show its wall time or more.
    today = after.astimezone(zone).date()
    for day in recurrence.days_from(today):
        occurrence = _on(day, recurrence.at, zone)
        if occurrence.at > until:
            return
        if occurrence.at > after:
            yield occurrence


def _on(day: date, at: time, zone: ZoneInfo) -> Occurrence:
    wall = datetime.combine(day, at)
    return Occurrence(wall, instant(wall, zone))
