"""Three years of occurrences beside those of recurring-ical-events, which was written by others.

The two differ in one thing: there a wall time that never exists has the offset from before the gap, so that 02:30 is
03:30; here it is the first instant after the gap, 03:00. Those days are left out of the comparison and looked at alone.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events

from echobot.core.schedule import Doubt, doubtful, occurrences, parse_recurrence

ZONES = ["Europe/Paris", "Europe/Berlin", "Europe/Brussels", "Europe/Rome", "Europe/Zagreb"]
AFTER, UNTIL = datetime(2026, 12, 1, tzinfo=UTC), datetime(2029, 12, 1, tzinfo=UTC)
SPRINGS = {"2027-03-28", "2028-03-26", "2029-03-25"}


def ours(text, zone):
    rule = parse_recurrence(text)
    return {one.wall: one.at for one in occurrences(rule, zone, AFTER, UNTIL)}


def theirs(first, zone, rule, without=()):
    event = icalendar.Event()
    event.add("uid", "event")
    event.add("dtstart", datetime.fromisoformat(first).replace(tzinfo=zone))
    event.add("rrule", icalendar.vRecur.from_ical(rule))
    for day in without:
        event.add("exdate", datetime.fromisoformat(day).replace(tzinfo=zone))
    calendar = icalendar.Calendar()
    calendar.add_component(event)
    starts = [found["dtstart"].dt for found in recurring_ical_events.of(calendar).between(AFTER, UNTIL)]
    walls = {start.replace(tzinfo=None): start.astimezone(UTC) for start in starts}
    assert len(walls) == len(starts)
    return {wall: at for wall, at in walls.items() if AFTER < at <= UNTIL}


def existing(found, zone):
    return {wall: at for wall, at in found.items() if not never(wall, zone)}


def never(wall, zone):
    doubt = doubtful(wall, zone)
    return doubt is not None and doubt.doubt is Doubt.NEVER


@pytest.mark.parametrize("zone", list(map(ZoneInfo, ZONES)), ids=ZONES)
@pytest.mark.parametrize("at", ["00:00", "00:30", "02:30", "03:00"])
@pytest.mark.parametrize(
    ("rule", "first", "same", "number"),
    [("every day", "2026-11-20", "FREQ=DAILY", 1090), ("every sunday", "2026-11-22", "FREQ=WEEKLY;BYDAY=SU", 150)],
)
def test_three_years_are_the_same_except_in_the_gaps(zone, at, rule, first, same, number):
    mine, other = ours(f"{rule} at {at}", zone), theirs(f"{first}T{at}", zone, same)

    assert len(mine) > number
    assert mine.keys() == other.keys()
    assert existing(mine, zone) == existing(other, zone)
    gaps = {wall: (at, other[wall]) for wall, at in mine.items() if at != other[wall]}
    assert {wall.date().isoformat() for wall in gaps} == (SPRINGS if at == "02:30" else set())
    assert all(at.hour == 1 and at.minute == 0 and late - at == timedelta(minutes=30) for at, late in gaps.values())


@pytest.mark.parametrize(
    ("text", "first", "same", "without"),
    [
        ("every first tuesday at 18:30", "2026-11-03T18:30", "FREQ=MONTHLY;BYDAY=1TU", []),
        ("every third sunday of the month at 00:30", "2026-11-15T00:30", "FREQ=MONTHLY;BYDAY=3SU", []),
        ("every last sunday at 03:00", "2026-11-29T03:00", "FREQ=MONTHLY;BYDAY=-1SU", []),
        ("every month on the 28th at 00:00", "2026-11-28T00:00", "FREQ=MONTHLY;BYMONTHDAY=28", []),
        ("every month on the last day at 02:30", "2026-11-30T02:30", "FREQ=MONTHLY;BYMONTHDAY=-1", []),
        ("every 2 weeks on thursday at 19:00 from 2026-12-03", "2026-12-03T19:00", "FREQ=WEEKLY;INTERVAL=2", []),
        ("every 5 weeks on sunday at 00:30 from 2026-12-06 until 2029-01-01", "2026-12-06T00:30",
         "FREQ=WEEKLY;INTERVAL=5;UNTIL=20290101T000000Z", []),
        ("every monday at 18:30 from 2026-12-07 until 2027-06-28 except 2026-12-28, 2027-03-29", "2026-12-07T18:30",
         "FREQ=WEEKLY;UNTIL=20270628T220000Z", ["2026-12-28T18:30", "2027-03-29T18:30"]),
    ],
)  # fmt: skip
def test_the_other_kinds_of_rules_are_the_same(text, first, same, without):
    zagreb = ZoneInfo("Europe/Zagreb")

    assert ours(text, zagreb)
    assert ours(text, zagreb) == theirs(first, zagreb, same, without)
