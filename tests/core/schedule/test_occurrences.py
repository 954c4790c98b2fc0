from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echobot.core.schedule import Recurrence, occurrences, parse_recurrence
from echobot.core.schedule.days import LAST, EveryDay, EveryWeek, EveryWeeks, MonthDay, MonthWeekday, Weekday

PARIS = ZoneInfo("Europe/Paris")
ZONES = ["Europe/Paris", "Europe/Berlin", "Europe/Brussels", "Europe/Rome", "Europe/Zagreb"]
STRANGE = ["Africa/Casablanca", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
BEGINNING, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

DATES = st.dates(date(2009, 1, 1), date(2029, 12, 31))
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
INSTANTS = st.datetimes(
    datetime.fromisoformat("2009-01-01"), datetime.fromisoformat("2029-12-31"), timezones=st.just(UTC)
)
WEEKDAYS = st.sampled_from(Weekday)
RULES = st.builds(
    Recurrence,
    st.one_of(
        st.just(EveryDay()),
        st.builds(EveryWeek, WEEKDAYS),
        st.builds(EveryWeeks, st.integers(2, 52), DATES),
        st.builds(MonthWeekday, st.sampled_from([1, 2, 3, 4, LAST]), WEEKDAYS),
        st.builds(MonthDay, st.sampled_from([*range(1, 29), LAST])),
    ),
    TIMES,
    st.none() | DATES,
    st.none() | DATES,
    st.frozensets(DATES, max_size=3),
)
ZONE = st.sampled_from([*ZONES, *STRANGE]).map(ZoneInfo)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(text, after, until, zone=PARIS):
    return [(one.key, one.at.strftime("%m-%d %H:%M")) for one in occurrences(
        parse_recurrence(text), zone, utc(after), utc(until))]  # fmt: skip


def chosen(rule, day):
    """Whether a rule means this day, said in the plainest way."""
    if (rule.starts and day < rule.starts) or (rule.ends and day > rule.ends) or day in rule.without:
        return False
    match rule.days:
        case EveryDay():
            return True
        case EveryWeek(weekday):
            return day.strftime("%A").upper() == weekday.name
        case EveryWeeks(weeks, first):
            return (day - first).days % (7 * weeks) == 0
        case MonthWeekday(place, weekday):
            last = (day + timedelta(7)).month != day.month
            right_place = last if place == LAST else (day.day + 6) // 7 == place
            return right_place and day.strftime("%A").upper() == weekday.name
        case MonthDay(place):
            return (day + timedelta(1)).month != day.month if place == LAST else day.day == place


@pytest.mark.parametrize("zone", list(map(ZoneInfo, ZONES)))
@pytest.mark.parametrize(
    ("at", "spring", "autumn"),
    [
        ("00:00", ["03-26 23:00", "03-27 23:00", "03-28 22:00"], ["10-29 22:00", "10-30 22:00", "10-31 23:00"]),
        ("00:30", ["03-26 23:30", "03-27 23:30", "03-28 22:30"], ["10-29 22:30", "10-30 22:30", "10-31 23:30"]),
        ("02:30", ["03-27 01:30", "03-28 01:00", "03-29 00:30"], ["10-30 00:30", "10-31 00:30", "11-01 01:30"]),
        ("03:00", ["03-27 02:00", "03-28 01:00", "03-29 01:00"], ["10-30 01:00", "10-31 02:00", "11-01 02:00"]),
    ],
)
def test_each_day_is_due_once_around_the_changes_of_the_clocks(zone, at, spring, autumn):
    rule = f"every day at {at}"

    assert due(f"{rule} from 2027-03-27 until 2027-03-29", "2027-03-01", "2027-04-30", zone) == [
        (f"2027-03-{day}T{at}", instant) for day, instant in zip((27, 28, 29), spring, strict=True)
    ]
    assert due(f"{rule} from 2027-10-30 until 2027-11-01", "2027-10-01", "2027-11-30", zone) == [
        (f"2027-{day}T{at}", instant) for day, instant in zip(("10-30", "10-31", "11-01"), autumn, strict=True)
    ]


@pytest.mark.parametrize("zone", list(map(ZoneInfo, ZONES)))
def test_the_monday_after_the_change_of_the_clocks_is_not_lost(zone):
    assert due("every monday at 00:00", "2027-03-22", "2027-04-05T12:00", zone) == [
        ("2027-03-29T00:00", "03-28 22:00"),
        ("2027-04-05T00:00", "04-04 22:00"),
    ]


@pytest.mark.parametrize("zone", list(map(ZoneInfo, ZONES)))
def test_the_sunday_of_the_change_comes_once_in_spring_and_in_autumn(zone):
    assert due("every sunday at 02:30", "2027-03-22", "2027-04-04T12:00", zone) == [
        ("2027-03-28T02:30", "03-28 01:00"),
        ("2027-04-04T02:30", "04-04 00:30"),
    ]
    assert due("every sunday at 02:30", "2027-10-25", "2027-11-07T12:00", zone) == [
        ("2027-10-31T02:30", "10-31 00:30"),
        ("2027-11-07T02:30", "11-07 01:30"),
    ]


def test_a_window_begins_after_its_first_instant_and_ends_with_its_last():
    rule = "every day at 10:00"

    assert due(rule, "2027-01-01T09:00", "2027-01-02T09:00") == [("2027-01-02T10:00", "01-02 09:00")]
    assert due(rule, "2027-01-02T09:00", "2027-01-01T09:00") == []


def test_first_last_and_exceptions_are_dates_of_the_zone():
    assert due("every day at 00:30 from 2027-05-01 until 2027-05-04 except 2027-05-02, 2027-05-03", "2027-01-01",
               "2027-12-31") == [("2027-05-01T00:30", "04-30 22:30"), ("2027-05-04T00:30", "05-03 22:30")]  # fmt: skip


def test_every_so_many_weeks_counts_from_its_first_day_also_over_a_new_year():
    found = due("every 3 weeks on thursday at 19:00 from 2026-12-03", "2026-01-01", "2027-02-10")

    assert [key for key, _ in found] == [
        "2026-12-03T19:00", "2026-12-24T19:00", "2027-01-14T19:00", "2027-02-04T19:00",
    ]  # fmt: skip


def test_months_have_their_first_and_last_days_whatever_their_length():
    rules = ["every first friday at 10:00", "every last friday at 10:00", "every month on the last day at 10:00"]

    assert [[key[5:10] for key, _ in due(rule, "2028-01-20", "2028-04-05")] for rule in rules] == [
        ["02-04", "03-03"],
        ["01-28", "02-25", "03-31"],
        ["01-31", "02-29", "03-31"],
    ]


def test_a_day_that_an_island_left_out_is_due_when_the_next_one_begins():
    assert due("every day at 10:00", "2011-12-29", "2011-12-31", ZoneInfo("Pacific/Apia")) == [
        ("2011-12-29T10:00", "12-29 20:00"),
        ("2011-12-30T10:00", "12-30 10:00"),
        ("2011-12-31T10:00", "12-30 20:00"),
    ]


@settings(max_examples=300, derandomize=True, deadline=None)
@given(RULES, ZONE, st.lists(INSTANTS, min_size=2, max_size=5))
def test_windows_that_touch_give_the_same_as_one_window(rule, zone, cuts):
    cuts = sorted(cuts)
    parts = [one for after, until in pairwise(cuts) for one in occurrences(rule, zone, after, until)]

    assert parts == list(occurrences(rule, zone, cuts[0], cuts[-1]))


@settings(max_examples=300, derandomize=True, deadline=None)
@given(RULES, ZONE, INSTANTS, st.integers(0, 400), st.integers(-1, 1))
def test_windows_may_be_cut_at_an_occurrence(rule, zone, after, days, seconds):
    until = after + timedelta(days)
    whole = list(occurrences(rule, zone, after, until))
    for one in whole[:3] + whole[-3:]:
        cut = min(max(one.at + timedelta(seconds=seconds), after), until)
        assert [*occurrences(rule, zone, after, cut), *occurrences(rule, zone, cut, until)] == whole


@settings(max_examples=300, derandomize=True, deadline=None)
@given(RULES, ZONE, INSTANTS, st.integers(0, 800))
def test_each_occurrence_comes_once_in_order_and_inside_the_window(rule, zone, after, days):
    until = after + timedelta(days)
    found = list(occurrences(rule, zone, after, until))

    assert all(after < one.at <= until and one.at.tzinfo is UTC for one in found)
    assert all(one.wall < next_one.wall and one.at <= next_one.at for one, next_one in pairwise(found))
    assert len({one.key for one in found}) == len(found)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(RULES, ZONE, DATES, st.integers(3, 800))
def test_the_days_are_those_that_the_rule_means(rule, zone, first, days):
    after = datetime.combine(first, time(), UTC)
    until = after + timedelta(days)
    inside = {first + timedelta(day) for day in range(2, days - 2)}  # of these, every instant is in the window
    found = {one.wall.date() for one in occurrences(rule, zone, after, until)}

    assert found & inside == {day for day in inside if chosen(rule, day)}
    assert all(chosen(rule, day) for day in found)


class CountingDays:
    """Every fourth Thursday, and how often it was asked for a day."""

    def __init__(self):
        self.asked = 0
        self._days = EveryWeeks(4, date(2000, 1, 6))

    def on_or_after(self, day):
        self.asked += 1
        return self._days.on_or_after(day)


@pytest.mark.parametrize("year", [2001, 2999, 9000])
def test_the_next_one_is_found_without_counting_through_years(year):
    days = CountingDays()
    rule = Recurrence(days, time(10), starts=date(2000, 1, 6))

    assert next(occurrences(rule, PARIS, datetime(year, 6, 1, tzinfo=UTC), END)).at.year == year
    assert days.asked <= 2


def test_a_rule_that_begins_long_after_the_window_is_asked_once():
    days = CountingDays()

    assert not list(occurrences(Recurrence(days, time(10), date(2900, 1, 1)), PARIS, BEGINNING, utc("2027-01-01")))
    assert days.asked == 1


def test_occurrences_without_an_end_are_made_as_they_are_wanted():
    endless = occurrences(parse_recurrence("every day at 10:00"), PARIS, utc("2027-01-01"), END)

    assert [one.key for one in islice(endless, 2)] == ["2027-01-01T10:00", "2027-01-02T10:00"]


@pytest.mark.parametrize("zone", [ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Pago_Pago")])
@pytest.mark.parametrize(
    "rule", ["every day at 00:00", "every last friday at 23:59", "every 52 weeks on monday at 10:00 from 2026-12-07"]
)
def test_the_ends_of_the_calendar_are_never_left(rule, zone):
    rule = parse_recurrence(rule)

    assert next(occurrences(rule, zone, BEGINNING, END))
    assert list(occurrences(rule, zone, utc("9996-12-01"), END))
    assert not list(occurrences(rule, zone, utc("9999-01-01"), END))


def test_a_window_without_a_zone_is_refused():
    with pytest.raises(TypeError):
        list(occurrences(parse_recurrence("every day at 10:00"), PARIS, datetime.fromisoformat("2027-01-01"), END))
