from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from echobot.core.schedule import Doubt, NotUnderstood, UnknownZone, doubtful, instant, parse_wall, zone_named

ZONES = ["Europe/Paris", "Europe/Berlin", "Europe/Brussels", "Europe/Rome", "Europe/Zagreb"]


def wall(text):
    return datetime.fromisoformat(text)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("shown", "due"),
    [
        ("2027-03-28T00:00", "2027-03-27T23:00"),
        ("2027-03-28T00:30", "2027-03-27T23:30"),
        ("2027-03-28T01:59", "2027-03-28T00:59"),
        ("2027-03-28T02:00", "2027-03-28T01:00"),
        ("2027-03-28T02:30", "2027-03-28T01:00"),
        ("2027-03-28T03:00", "2027-03-28T01:00"),
        ("2027-03-29T00:00", "2027-03-28T22:00"),
        ("2027-10-31T00:00", "2027-10-30T22:00"),
        ("2027-10-31T00:30", "2027-10-30T22:30"),
        ("2027-10-31T02:30", "2027-10-31T00:30"),
        ("2027-10-31T03:00", "2027-10-31T02:00"),
        ("2027-11-01T00:30", "2027-10-31T23:30"),
    ],
)
def test_a_wall_time_is_one_instant_on_the_days_when_the_clocks_change(zone, shown, due):
    assert instant(wall(shown), ZoneInfo(zone)) == utc(due)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("shown", "doubt"),
    [("2027-03-28T02:00", Doubt.NEVER), ("2027-03-28T02:30", Doubt.NEVER), ("2027-03-28T02:59", Doubt.NEVER),
     ("2027-10-31T02:00", Doubt.TWICE), ("2027-10-31T02:30", Doubt.TWICE), ("2027-10-31T02:59", Doubt.TWICE)],
)  # fmt: skip
def test_a_doubtful_wall_time_comes_with_the_nearest_that_are_beyond_doubt(zone, shown, doubt):
    found = doubtful(wall(shown), ZoneInfo(zone))

    assert found.doubt is doubt
    assert found.before == wall(shown).replace(hour=1, minute=59)
    assert found.after == wall(shown).replace(hour=3, minute=0)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "shown",
    ["2027-03-28T00:00", "2027-03-28T00:30", "2027-03-28T01:59", "2027-03-28T03:00",
     "2027-10-31T00:00", "2027-10-31T00:30", "2027-10-31T01:59", "2027-10-31T03:00", "2027-07-01T02:30"],
)  # fmt: skip
def test_other_times_are_beyond_doubt(zone, shown):
    assert doubtful(wall(shown), ZoneInfo(zone)) is None


def test_a_doubt_is_a_sentence_that_proposes_times():
    never = doubtful(wall("2027-03-28T02:30"), ZoneInfo("Europe/Paris"))
    twice = doubtful(wall("2027-10-31T02:30"), ZoneInfo("Europe/Zagreb"))

    assert str(never) == (
        "2027-03-28 02:30 never exists in Europe/Paris, because the clocks change"
        " — write 2027-03-28 01:59 or 2027-03-28 03:00"
    )
    assert str(twice) == (
        "2027-10-31 02:30 exists twice in Europe/Zagreb, because the clocks change"
        " — write 2027-10-31 01:59 or 2027-10-31 03:00"
    )


def test_a_gap_at_midnight_proposes_the_evening_before():
    found = doubtful(wall("2018-11-04T00:15"), ZoneInfo("America/Sao_Paulo"))

    assert (found.before, found.after) == (wall("2018-11-03T23:59"), wall("2018-11-04T01:00"))


def test_a_day_that_an_island_left_out_is_the_first_instant_of_the_next():
    apia = ZoneInfo("Pacific/Apia")

    assert instant(wall("2011-12-30T10:00"), apia) == instant(wall("2011-12-31T00:00"), apia)


def test_where_clocks_change_by_half_an_hour_the_gap_is_half_an_hour():
    lord_howe = ZoneInfo("Australia/Lord_Howe")

    assert doubtful(wall("2027-10-03T02:29"), lord_howe).after == wall("2027-10-03T02:30")
    assert doubtful(wall("2027-10-03T02:30"), lord_howe) is None


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Sao_Paulo", "Pacific/Apia", "Australia/Lord_Howe"])
def test_a_later_wall_time_is_never_an_earlier_instant(zone):
    walls = [wall("2011-01-01T00:00") + timedelta(minutes=30) * step for step in range(2 * 24 * 366)]
    instants = [instant(shown, ZoneInfo(zone)) for shown in walls]

    assert instants == sorted(instants)


@pytest.mark.parametrize("text", ["2027-03-28T02:30+00:00", "2027-06-01T10:00+02:00"])
def test_a_time_that_has_a_zone_already_is_no_wall_time(text):
    with pytest.raises(ValueError, match="no zone of its own"):
        instant(wall(text), ZoneInfo("Europe/Paris"))


@pytest.mark.parametrize("name", [*ZONES, "UTC", "America/Argentina/Buenos_Aires"])
def test_a_known_zone_is_found_by_its_name(name):
    assert zone_named(name).key == name


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("Europe/Pariss", "Europe/Paris"),
        ("europe/paris", "Europe/Paris"),
        (" Europe/Rome ", "Europe/Rome"),
        ("Europe/Brussel", "Europe/Brussels"),
        ("Zagreb", "Europe/Zagreb"),
        ("new york", "America/New_York"),
    ],
)
def test_an_unknown_zone_names_the_nearest(name, nearest):
    with pytest.raises(UnknownZone, match=rf"is not a time zone — did you mean {nearest}") as refused:
        zone_named(name)

    assert refused.value.nearest[0] == nearest


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "/", "Europe", "/etc/passwd", "../Europe/Paris", "a\0b", "localtime", "Factory", "posixrules",
     "right/Europe/Paris", "GMT+1", "UTC+1", "+01:00", "x" * 100_000, "怎么用"],
)  # fmt: skip
def test_what_is_no_zone_everywhere_is_refused(name):
    with pytest.raises(UnknownZone, match="is not a time zone — ") as refused:
        zone_named(name)

    assert not [zone for zone in refused.value.nearest if zone.startswith("Etc/")]
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("text", ["2027-03-01 18:30", " 2027-03-01  18:30"])
def test_a_date_with_its_hour_is_read(text):
    assert parse_wall(text) == wall("2027-03-01T18:30")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2027-03-01", '"2027-03-01" does not say at what time — write "2027-03-01 18:30"'),
        ("2027-02-29 18:30", '"2027-02-29" is not a date — write year, month and day, as in 2026-12-03'),
        ("2027-03-01T18:30", '"2027-03-01t18:30" is not a date — write year, month and day, as in 2026-12-03'),
        ("2027-03-01 at 18:30", '"at 18:30" is not a time of day'),
        ("2027-03-01 24:00", '"24:00" is not a time of day'),
        ("", '"" is not a date'),
    ],
)
def test_a_date_that_is_none_is_told(text, sentence):
    with pytest.raises(NotUnderstood) as told:
        parse_wall(text)
    assert str(told.value).startswith(sentence)
