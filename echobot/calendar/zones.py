"""The rules of a time zone's clocks, as a calendar brings them along: each change for itself.

Ours, because icalendar's `Timezone.from_tzinfo` puts the change in spring an hour too late.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAY = timedelta(days=1)
_FIRST, _LAST = 1970, 2100  # years; what clocks show outside of them is not worth a look at each day between


def rules(zone: ZoneInfo, first: date, last: date) -> Timezone:
    """What the clocks do from the year of the one day to that of the other."""
    since = datetime(_year(first), 1, 1, tzinfo=UTC) - _DAY  # the new year begins in the east when it is noon in UTC
    until = datetime(_year(last) + 1, 1, 1, tzinfo=UTC)
    component = Timezone()
    component.add("TZID", zone.key)
    component.add_component(_observance(zone, since, _offset(zone, since)))
    for change in _changes(zone, since, until):
        component.add_component(_observance(zone, change, _offset(zone, change - timedelta(seconds=1))))
    return component


def _year(day: date) -> int:
    return min(max(day.year, _FIRST), _LAST)


def _changes(zone: ZoneInfo, day: datetime, until: datetime) -> Iterator[datetime]:
    """The instants from which the clocks are otherwise; zoneinfo knows them and does not tell."""
    while day < until:
        before = _offset(zone, day)
        if before != _offset(zone, day + _DAY):
            yield day + timedelta(seconds=_first_otherwise(zone, day, before))
        day += _DAY


def _first_otherwise(zone: ZoneInfo, day: datetime, before: timedelta) -> int:
    """Seconds after the day's begin."""

    def otherwise(seconds: int) -> bool:
        return _offset(zone, day + timedelta(seconds=seconds)) != before

    return bisect_left(range(int(_DAY.total_seconds())), x=True, key=otherwise)


def _observance(zone: ZoneInfo, at: datetime, before: timedelta) -> TimezoneStandard | TimezoneDaylight:
    """What holds from an instant on; it is written as the clocks would have shown it without the change."""
    local = at.astimezone(zone)
    observance = TimezoneDaylight() if local.dst() else TimezoneStandard()
    observance.add("DTSTART", (at + before).replace(tzinfo=None))
    observance.add("TZNAME", local.tzname())
    observance.add("TZOFFSETFROM", before)
    observance.add("TZOFFSETTO", local.utcoffset())
    return observance


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
