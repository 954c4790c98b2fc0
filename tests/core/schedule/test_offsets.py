import pickle
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from echobot.core.schedule import NotUnderstood, doubtful, due_at, parse_offset, wall_of
from echobot.core.schedule.offsets import Apart, AtPublication, OnDay

PARIS = ZoneInfo("Europe/Paris")
ZONES = ["Europe/Paris", "Europe/Berlin", "Europe/Brussels", "Europe/Rome", "Europe/Zagreb"]


def in_zone(text, zone=PARIS):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def due(text, start, end=None, zone=PARIS):
    start = in_zone(start, zone)
    at = due_at(parse_offset(text), start, in_zone(end, zone) if end else start)
    assert at.tzinfo is UTC
    return at.astimezone(zone).isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("14 days before at 10:00", OnDay(-14, time(10))),
        ("1 day before at 10:00", OnDay(-1, time(10))),
        ("the day before at 18:05", OnDay(-1, time(18, 5))),
        ("on the day at 00:00", OnDay(0, time(0))),
        ("the day after at 09:00", OnDay(1, time(9))),
        ("2 weeks before at 18:30", OnDay(-14, time(18, 30))),
        ("1 week after at 18:30", OnDay(7, time(18, 30))),
        ("1 hour before", Apart(timedelta(hours=-1))),
        ("48 hours after", Apart(timedelta(hours=48))),
        ("30 minutes before", Apart(timedelta(minutes=-30))),
        ("at publication", AtPublication()),
        ("  At   Publication ", AtPublication()),
        ("The Day Before\nat 10:00", OnDay(-1, time(10))),
    ],
)
def test_an_offset_is_read_from_what_people_write(text, offset):
    assert parse_offset(text) == offset


@pytest.mark.parametrize(
    ("text", "wrong", "instead"),
    [
        ("", '"" does not say when', 'write "14 days before at 10:00"'),
        ("soon", '"soon" does not say when', 'write "14 days before at 10:00"'),
        ("14 days at 10:00", "does not say when", '"on the day at 10:00"'),
        ("-1 days before at 10:00", "does not say when", '"14 days before at 10:00"'),
        ("1000 days before at 10:00", "does not say when", '"14 days before at 10:00"'),
        ("١٤ days before at 10:00", "does not say when", '"14 days before at 10:00"'),
        ("14 days before", '"14 days before" does not say at what time', 'write "14 days before at 10:00"'),
        ("on the day", '"on the day" does not say at what time', 'write "on the day at 10:00"'),
        ("0 days before at 10:00", '"0" is no distance', '"on the day at 10:00"'),
        ("0 minutes before", '"0" is no distance', "write 1 or more"),
        ("1 hour before at 10:00", '"1 hour before at 10:00" says two times', 'write "1 hour before" alone'),
        ("the day before at 9:00", '"9:00" is not a time of day', "as in 09:00"),
        ("the day before at 24:00", '"24:00" is not a time of day', "00 to 23"),
        ("the day before at 10:60", '"10:60" is not a time of day', "two for the minute"),
        ("the day before at 600", '"600" is not a time of day', "as in 09:00"),
        ("the day before at 10:00+01:00", "is not a time of day", "as in 09:00"),
        ("x" * 10_000, f'"{"x" * 60}…" does not say when', "write"),
    ],
)
def test_what_cannot_be_read_is_a_sentence_that_says_what_to_write(text, wrong, instead):
    with pytest.raises(NotUnderstood) as refused:
        parse_offset(text)

    assert wrong in refused.value.wrong
    assert instead in refused.value.instead
    assert str(refused.value) == f"{refused.value.wrong} — {refused.value.instead}"


def test_an_error_goes_from_one_process_to_another():
    error = NotUnderstood("this is wrong", "write that")

    assert str(pickle.loads(pickle.dumps(error))) == "this is wrong — write that"


@pytest.mark.parametrize("zone", list(map(ZoneInfo, ZONES)))
def test_days_are_the_calendars_across_a_change_of_the_clocks(zone):
    assert due("1 day before at 10:00", "2027-03-28T18:00", zone=zone) == "2027-03-27T10:00+01:00"
    assert due("14 days before at 10:00", "2027-04-03T18:00", zone=zone) == "2027-03-20T10:00+01:00"
    assert due("the day after at 09:00", "2027-03-27T20:00", zone=zone) == "2027-03-28T09:00+02:00"
    assert due("2 weeks before at 00:00", "2027-11-07T18:00", zone=zone) == "2027-10-24T00:00+02:00"
    assert due("on the day at 00:30", "2027-10-31T18:00", zone=zone) == "2027-10-31T00:30+02:00"


@pytest.mark.parametrize("zone", list(map(ZoneInfo, ZONES)))
def test_hours_are_those_that_pass_across_a_change_of_the_clocks(zone):
    assert due("24 hours before", "2027-03-28T18:00", zone=zone) == "2027-03-27T17:00+01:00"
    assert due("1 hour before", "2027-03-28T03:00", zone=zone) == "2027-03-28T01:00+01:00"
    assert due("30 minutes before", "2027-03-28T03:15", zone=zone) == "2027-03-28T01:45+01:00"
    assert due("24 hours before", "2027-10-31T18:00", zone=zone) == "2027-10-30T19:00+02:00"
    assert due("1 hour before", "2027-10-31T03:00", zone=zone) == "2027-10-31T02:00+01:00"
    assert due("2 hours before", "2027-10-31T03:00", zone=zone) == "2027-10-31T02:00+02:00"
    assert due("2 hours after", "2027-10-31T01:30", zone=zone) == "2027-10-31T02:30+01:00"


def test_a_reminder_at_a_time_that_never_exists_comes_right_after_the_gap():
    assert due("the day before at 02:30", "2027-03-29T10:00") == "2027-03-28T03:00+02:00"


def test_a_reminder_at_a_time_that_exists_twice_comes_at_the_first():
    assert due("the day before at 02:30", "2027-11-01T10:00") == "2027-10-31T02:30+02:00"


def test_the_wall_time_of_a_reminder_can_be_asked_about_before_it_is_due():
    start = in_zone("2027-03-29T10:00")
    shown = wall_of(parse_offset("the day before at 02:30"), start, start)

    assert shown == datetime.fromisoformat("2027-03-28T02:30")
    assert doubtful(shown, PARIS) is not None
    assert wall_of(parse_offset("1 hour before"), start, start) is None


def test_what_comes_before_counts_from_the_start_and_what_comes_after_from_the_end():
    start, end = "2027-05-06T10:00", "2027-05-08T16:00"

    assert due("the day before at 10:00", start, end) == "2027-05-05T10:00+02:00"
    assert due("on the day at 08:00", start, end) == "2027-05-06T08:00+02:00"
    assert due("the day after at 09:00", start, end) == "2027-05-09T09:00+02:00"
    assert due("1 hour before", start, end) == "2027-05-06T09:00+02:00"
    assert due("1 hour after", start, end) == "2027-05-08T17:00+02:00"


def test_an_event_that_ends_at_midnight_does_not_reach_into_the_next_day():
    assert due("the day after at 09:00", "2027-05-08T00:00", "2027-05-09T00:00") == "2027-05-09T09:00+02:00"
    assert due("the day after at 09:00", "2027-05-08T00:00", "2027-05-08T00:00") == "2027-05-09T09:00+02:00"


def test_a_day_is_the_one_of_the_events_zone():
    tokyo = ZoneInfo("Asia/Tokyo")

    assert due("the day before at 10:00", "2027-05-08T07:00", zone=tokyo) == "2027-05-07T10:00+09:00"


def test_an_event_that_ends_in_another_zone_has_its_last_day_there():
    start, end = in_zone("2027-05-06T10:00"), in_zone("2027-05-08T07:00", ZoneInfo("Asia/Tokyo"))

    assert due_at(OnDay(-1, time(10)), start, end) == in_zone("2027-05-05T10:00")
    assert due_at(OnDay(1, time(9)), start, end) == in_zone("2027-05-09T09:00", ZoneInfo("Asia/Tokyo"))


def test_at_publication_is_no_instant_that_the_event_knows():
    start = in_zone("2027-05-06T10:00")

    assert due_at(AtPublication(), start, start) is None


@pytest.mark.parametrize("zone", [None, UTC])
def test_an_event_without_its_zone_is_refused(zone):
    start = datetime(2027, 5, 6, 10, tzinfo=zone)

    with pytest.raises(TypeError, match="carry their zone"):
        due_at(OnDay(-1, time(10)), start, start)
