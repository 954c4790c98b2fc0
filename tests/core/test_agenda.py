"""Which occasions a window of time holds, however it is cut."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echobot.core.agenda import Agenda
from echobot.core.ledger import Phase
from tests.announcing.office import PARIS, ZAGREB, free, visit

FIRST = datetime(2027, 3, 1, tzinfo=UTC)
ZONES = ["Europe/Paris", "Europe/Berlin", "Europe/Brussels", "Europe/Rome", "Europe/Zagreb"]


def due(agenda, after, until):
    return [(occasion.announcement.id, occasion.due_at) for occasion in agenda.between(after, until)]


def test_offsets_count_from_their_event_in_its_own_zone():
    agenda = Agenda([visit(when=["1 hour before", "14 days before at 10:00", "the day after at 18:00"]).announcement])
    found = agenda.between(FIRST - timedelta(days=30), FIRST + timedelta(days=30))

    assert [(occasion.phase, occasion.due_at.astimezone(ZAGREB).isoformat()[:16]) for occasion in found] == [
        (Phase.REMINDER, "2027-02-28T10:00"),
        (Phase.REMINDER, "2027-03-14T09:00"),
        (Phase.THANKS, "2027-03-15T18:00"),
    ]


def test_thanks_for_whole_days_come_after_the_last_of_them():
    zagreb = visit(starts=datetime(2027, 3, 10, tzinfo=ZAGREB), whole_days=True, when=["the day after at 18:00"])
    event = replace(zagreb.event, ends=datetime(2027, 3, 12, tzinfo=ZAGREB))
    (thanks,) = Agenda([replace(zagreb.announcement, event=event)]).between(FIRST, FIRST + timedelta(days=30))

    assert thanks.due_at == datetime(2027, 3, 13, 18, tzinfo=ZAGREB)


def test_what_is_due_at_once_is_in_no_window():
    agenda = Agenda([visit(when=["at publication"]).announcement])

    assert agenda.between(FIRST - timedelta(days=900), FIRST + timedelta(days=900)) == []
    assert [occasion.phase for occasion in agenda.at_once] == [Phase.NEWS]


@given(st.lists(st.integers(1, 60 * 24 * 40), min_size=1, max_size=12, unique=True))
def test_windows_that_touch_hold_everything_once(cuts):
    """The agenda remembers what it found: whatever was asked before, the next window is right."""
    announcements = [
        free(),
        free("daily", "every day at 02:30"),
        free("once", "2027-03-28 00:30"),
        visit().announcement,
    ]
    agenda, whole = Agenda(announcements), Agenda(announcements)
    times = [FIRST, *(FIRST + timedelta(minutes=cut) for cut in sorted(cuts))]
    pieces = [found for after, until in itertools.pairwise(times) for found in due(agenda, after, until)]

    assert pieces == due(whole, FIRST, times[-1])


def test_the_same_window_asked_twice_holds_the_same():
    agenda = Agenda([free(when="every day at 18:30")])
    window = FIRST, FIRST + timedelta(days=1)

    assert due(agenda, *window) == due(agenda, *window) != []


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", ["00:00", "00:30", "02:30", "03:00"])
@pytest.mark.parametrize("change", ["2027-03-28", "2027-10-31"])
def test_on_the_day_of_a_change_of_clock_each_is_due_once(zone, at, change):
    from dataclasses import replace

    daily, weekly = free("daily", f"every day at {at}"), free("weekly", f"every sunday at {at}")
    agenda = Agenda([replace(each, zone=ZoneInfo(zone)) for each in (daily, weekly)])
    midnight = datetime.fromisoformat(change).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    step = timedelta(minutes=10)
    found = [
        occasion
        for number in range(-6 * 30, 6 * 60)
        for occasion in agenda.between(midnight + number * step, midnight + (number + 1) * step)
    ]

    on_the_day = [
        (occasion.announcement.id, occasion.occurrence) for occasion in found if change in occasion.occurrence
    ]
    assert sorted(on_the_day) == [("daily", f"{change}T{at}"), ("weekly", f"{change}T{at}")]


def test_an_occasion_of_a_moved_event_is_another_one():
    window = FIRST, FIRST + timedelta(days=60)
    moved = visit(starts=datetime(2027, 3, 21, 10, tzinfo=PARIS))
    keys = [{each.occurrence for each in Agenda([one.announcement]).between(*window)} for one in (visit(), moved)]

    assert keys[0].isdisjoint(keys[1])
