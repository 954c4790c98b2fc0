"""Reminders of an event: "14 days before at 10:00", "1 hour before", and the instants that they mean for its times.

What comes before counts from the event's start, what comes after from its end. Days are the calendar's, in the event's
zone, whatever the clocks do in between; hours and minutes are those that pass.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from echobot.core.schedule.reading import NotUnderstood, plain, quoted, time_in
from echobot.core.schedule.wall import Wall, instant


@dataclass(frozen=True, slots=True)
class AtPublication:
    """As soon as the event is known."""


@dataclass(frozen=True, slots=True)
class OnDay:
    """At a time of day, so many days before the first day of the event (negative), on it (0), or after its last day."""

    days: int
    at: time


@dataclass(frozen=True, slots=True)
class Apart:
    """So much time before the event starts (negative), or after it ends."""

    by: timedelta


Offset: TypeAlias = AtPublication | OnDay | Apart

_DAYS = {"day": 1, "week": 7}
_TIMES = {"hour": timedelta(hours=1), "minute": timedelta(minutes=1)}
_SIGNS = {"before": -1, "after": 1}

_ON_DAY = re.compile(r"(?:the day|([0-9]{1,3}) (day|week)s?) (before|after)(?: at (\S+))?")
_SAME_DAY = re.compile(r"on the day(?: at (\S+))?")
_APART = re.compile(r"([0-9]{1,3}) (hour|minute)s? (before|after)( at .*)?")
_FORMS = (
    'write "14 days before at 10:00", "2 weeks before at 10:00", "the day before at 10:00", "on the day at 10:00", '
    '"1 hour before", "30 minutes before" or "at publication"; "after" can stand for "before"'
)


def parse(text: str) -> Offset:
    """The offset that a text describes; raises `NotUnderstood`."""
    said = plain(text)
    if said == "at publication":
        return AtPublication()
    if found := _SAME_DAY.fullmatch(said):
        return OnDay(0, _time_of(said, found[1]))
    if found := _ON_DAY.fullmatch(said):
        days = _number(found[1]) * _DAYS[found[2]] if found[1] else 1
        return OnDay(_SIGNS[found[3]] * days, _time_of(said, found[4]))
    if found := _APART.fullmatch(said):
        return _apart(found)
    raise NotUnderstood(f"{quoted(text)} does not say when", _FORMS)


def due_at(offset: Offset, start: datetime, end: datetime) -> datetime | None:
    """The instant in UTC, for an event whose times carry their `ZoneInfo`; None is at publication, whenever that is.

    A wall time that never exists, or exists twice, becomes an instant as `wall.instant` says.
    """
    match offset:
        case AtPublication():
            return None
        case Apart(by):
            return (start if by < timedelta() else end).astimezone(UTC) + by
        case OnDay(days, at):
            return instant(_wall(days, at, start, end), _zone(end if days > 0 else start))


def wall_of(offset: Offset, start: datetime, end: datetime) -> Wall | None:
    """What the clocks in the event's zone show then, for `wall.doubtful`; None where no time of day is written."""
    return _wall(offset.days, offset.at, start, end) if isinstance(offset, OnDay) else None


def _wall(days: int, at: time, start: datetime, end: datetime) -> Wall:
    counted_from = _last_day(start, end) if days > 0 else start.date()
    return datetime.combine(counted_from + timedelta(days), at)


def _last_day(start: datetime, end: datetime) -> date:
    """What ends at midnight does not reach into the day that begins then."""
    if end.astimezone(UTC) <= start.astimezone(UTC):
        return end.date()
    return (end.astimezone(UTC) - timedelta.resolution).astimezone(_zone(end)).date()


def _zone(moment: datetime) -> ZoneInfo:
    if not isinstance(moment.tzinfo, ZoneInfo):
        raise TypeError("the times of an event carry their zone, because its days are counted there")
    return moment.tzinfo


def _apart(found: re.Match[str]) -> Apart:
    if found[4]:
        instead = f'write "{found[0].removesuffix(found[4])}" alone, or "the day {found[3]}{found[4]}"'
        raise NotUnderstood(f"{quoted(found[0])} says two times: {found[2]}s count from the event's own", instead)
    return Apart(_SIGNS[found[3]] * _number(found[1]) * _TIMES[found[2]])


def _time_of(said: str, written: str | None) -> time:
    if written is None:
        raise NotUnderstood(f"{quoted(said)} does not say at what time", f'write "{said} at 10:00"')
    return time_in(written)


def _number(digits: str) -> int:
    if not int(digits):
        raise NotUnderstood(f'"{digits}" is no distance', 'write 1 or more, or "on the day at 10:00"')
    return int(digits)
