"""When it is night."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from echobot.core.hours import Hours

PARIS = ZoneInfo("Europe/Paris")
NIGHT = Hours(time(22), time(8), PARIS)
NOON = Hours(time(12), time(13), PARIS)


@pytest.mark.parametrize(
    ("hours", "utc", "hold"),
    [
        (NIGHT, datetime(2026, 11, 20, 20, 59, tzinfo=UTC), False),
        (NIGHT, datetime(2026, 11, 20, 21, 0, tzinfo=UTC), True),
        (NIGHT, datetime(2026, 11, 21, 6, 59, tzinfo=UTC), True),
        (NIGHT, datetime(2026, 11, 21, 7, 0, tzinfo=UTC), False),
        (NIGHT, datetime(2026, 7, 1, 20, 0, tzinfo=UTC), True),  # in summer an hour earlier
        (NOON, datetime(2026, 11, 20, 11, 30, tzinfo=UTC), True),
        (NOON, datetime(2026, 11, 20, 12, 0, tzinfo=UTC), False),
    ],
)
def test_they_hold_from_the_first_moment_to_before_the_last_on_the_clock_of_the_zone(hours, utc, hold):
    assert hours.hold(utc) is hold


@given(some.times(), some.times(), some.datetimes(timezones=some.just(UTC)))
def test_either_they_hold_or_the_rest_of_the_day(start, end, at):
    if start != end:
        assert Hours(start, end, ZoneInfo("UTC")).hold(at) != Hours(end, start, ZoneInfo("UTC")).hold(at)
