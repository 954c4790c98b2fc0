"""What calendars read of visits and workshops, as two libraries that know nothing of each other read it."""

import stat
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.tz import tzical
from hypothesis import given
from hypothesis import strategies as st

from echobot.calendar.writing import calendar, events
from echobot.calendar.zones import rules
from echobot.cli import main
from echobot.core.event import Event, EventKind
from echobot.core.knowledge import Entry, EntryId, Knowledge
from echobot.errors import CalendarError
from tests.calendar.agenda import AGENDA, MONDAY, TUESDAY, by_ical, by_icalendar, export

LISBON = ZoneInfo("Europe/Lisbon")
NEW_YEAR = datetime.fromisoformat("2027-01-01 00:00")


@pytest.mark.parametrize("read", [by_icalendar, by_ical])
def test_each_visit_and_workshop_is_an_event_that_names_itself(tmp_path, read):
    export(tmp_path, AGENDA)

    assert read(tmp_path).keys() == {"visit-lisbon", "visit-zagreb", "workshop-maps"}


def test_hours_are_those_of_the_place(tmp_path):
    export(tmp_path, AGENDA)
    starts, ends = datetime(2027, 3, 14, 10, tzinfo=LISBON), datetime(2027, 3, 15, 16, tzinfo=LISBON)
    one, other = by_icalendar(tmp_path)["visit-lisbon"], by_ical(tmp_path)["visit-lisbon"]

    assert (one.start, one.end, one["DTSTART"].params["TZID"]) == (starts, ends, "Europe/Lisbon")
    assert (other.dtstart, other.dtend, other.dtstart.tzinfo) == (starts, ends, LISBON)


def test_whole_days_end_on_the_day_after(tmp_path):
    export(tmp_path, AGENDA)
    one, other = by_icalendar(tmp_path)["visit-zagreb"], by_ical(tmp_path)["visit-zagreb"]

    assert (one.start, one.end) == (date(2027, 6, 1), date(2027, 6, 4))
    assert (other.dtstart, other.dtend) == (date(2027, 6, 1), date(2027, 6, 4))


@pytest.mark.parametrize("read", [by_icalendar, by_ical])
def test_what_only_has_a_month_may_be_on_any_of_its_days(tmp_path, read):
    export(
        tmp_path, AGENDA.replace("starts: 2027-06-01", "starts: 2027-06").replace("ends: 2027-06-03", "ends: 2027-06")
    )
    zagreb = read(tmp_path)["visit-zagreb"]

    assert zagreb.status.value == "TENTATIVE"
    assert (getattr(zagreb, "DTSTART", None) or zagreb.dtstart) == date(2027, 6, 1)


def test_what_begins_at_an_hour_and_has_no_end_has_none(tmp_path):
    export(tmp_path, AGENDA)

    assert "DTEND" not in by_icalendar(tmp_path)["workshop-maps"]


def test_what_is_said_of_it_comes_along(tmp_path):
    export(tmp_path, AGENDA)
    lisbon = by_ical(tmp_path)["visit-lisbon"]

    assert (lisbon.summary, lisbon.location) == ("Study visit to Lisbon", "Lisbon (Portugal)")
    assert lisbon.description == "Two days; on how libraries lend\ncomputers, and why."
    assert (str(lisbon.url), lisbon.contacts) == ("https://example.org/lisbon", ["visits@example.org"])
    assert (lisbon.organizer, lisbon.sequence, lisbon.dtstamp) == (None, 0, MONDAY)


def test_what_is_cancelled_is_cancelled(tmp_path):
    export(tmp_path, AGENDA)
    statuses = {each: event.status.value for each, event in by_ical(tmp_path).items()}

    assert statuses == {"visit-lisbon": "CONFIRMED", "visit-zagreb": "CONFIRMED", "workshop-maps": "CANCELLED"}


def test_texts_are_in_the_language_asked_for_else_in_english_else_in_any(tmp_path):
    export(tmp_path, AGENDA, language="fr")
    events = by_icalendar(tmp_path)
    spoken = {each: (str(event["SUMMARY"]), event["SUMMARY"].params["LANGUAGE"]) for each, event in events.items()}

    assert spoken == {
        "visit-lisbon": ("Visite d'études à Lisbonne", "fr"),
        "visit-zagreb": ("Posjet Zagrebu", "hr"),
        "workshop-maps": ("Maps for all", "en"),
    }


def test_a_language_in_which_nothing_is_named_is_refused(tmp_path):
    with pytest.raises(CalendarError, match=r"named in 'xx'; the languages are en, fr, hr$"):
        export(tmp_path, AGENDA, language="xx")


def test_every_zone_that_is_named_is_described(tmp_path):
    export(tmp_path, AGENDA)
    whole = icalendar.Calendar.from_ical((tmp_path / "out.ics").read_bytes())

    assert [zone.tz_name for zone in whole.timezones] == ["Europe/Lisbon", "Europe/Rome"]
    assert not whole.get_missing_tzids()


@pytest.mark.parametrize(
    "name",
    ["Europe/Paris", "Europe/Zagreb", "Europe/Lisbon", "Europe/Dublin", "Asia/Tokyo", "Africa/Casablanca",
     "America/St_Johns", "Australia/Lord_Howe", "Pacific/Kiritimati"],
)  # fmt: skip
def test_a_zones_description_alone_tells_each_half_hour_of_two_years(name):
    zone = ZoneInfo(name)
    described = (
        f"BEGIN:VCALENDAR\r\n{rules(zone, date(2027, 1, 1), date(2028, 12, 31)).to_ical().decode()}END:VCALENDAR"
    )
    read = tzical(StringIO(described.replace("\r\n", "\n"))).get(name)
    halves = (NEW_YEAR + timedelta(minutes=30 * number) for number in range(2 * 24 * 731))

    assert [wall for wall in halves if not _is_doubtful(wall, zone) and _utc(wall, read) != _utc(wall, zone)] == []


def _utc(wall, zone):
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _is_doubtful(wall, zone):
    return wall.replace(tzinfo=zone).utcoffset() != wall.replace(tzinfo=zone, fold=1).utcoffset()


@pytest.mark.parametrize(
    ("starts", "ends", "hours"),
    [("2027-03-28 00:30", "2027-03-28 03:00", 1.5), ("2027-03-28 01:59", "2027-03-28 03:30", 0.5 + 1 / 60),
     ("2027-10-31 01:30", "2027-10-31 03:00", 2.5), ("2027-10-30 23:00", "2027-10-31 12:00", 14)],
)  # fmt: skip
def test_an_event_over_a_change_of_clocks_is_as_long_as_it_is(tmp_path, starts, ends, hours):
    day = AGENDA.replace("2027-03-14 10:00", starts).replace("2027-03-15 16:00", ends)
    export(tmp_path, day.replace("Europe/Lisbon", "Europe/Zagreb"))
    event = by_ical(tmp_path)["visit-lisbon"]

    length = event.dtend.astimezone(UTC) - event.dtstart.astimezone(UTC)
    assert length == timedelta(hours=hours)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\\,;:\n\"'=^% \t"), min_size=1))
def test_every_text_comes_back_as_it_was(text):
    event = Event(EventKind.VISIT, MONDAY, TUESDAY, {"en": "Here"})
    entry = Entry(EntryId("a"), {}, {"en": text}, {"en": "A visit"}, event=event)
    data = calendar(events(Knowledge({entry.id: entry}), "en"))
    again = icalendar.Calendar.from_ical(data).events[0]

    assert str(again["DESCRIPTION"]) == "\n".join(text.splitlines())
    assert max(map(len, data.split(b"\r\n"))) <= 75


def test_times_in_utc_need_no_description_of_clocks(tmp_path):
    export(tmp_path, AGENDA.replace("Europe/Lisbon", "UTC"))

    assert b"DTSTART:20270314T100000Z" in (tmp_path / "out.ics").read_bytes()


def test_the_command_writes_a_file_and_says_so(tmp_path, capsys, monkeypatch):
    export(tmp_path, AGENDA)
    monkeypatch.chdir(tmp_path)

    assert main(["calendar", "--knowledge", "knowledge", "--language", "fr", "visits.ics"]) == 0
    assert capsys.readouterr().out == "visits.ics: 3 events, 3 new.\n"
    assert main(["calendar", "export", "visits.ics", "--knowledge", "knowledge", "--language", "fr"]) == 0
    assert capsys.readouterr().out == "visits.ics: 3 events, nothing is new.\n"


def test_without_anything_to_write_no_file_is_made(small_knowledge, tmp_path, capsys):
    assert main(["calendar", str(tmp_path / "out.ics"), "--knowledge", str(small_knowledge)]) == 1
    assert capsys.readouterr().err.startswith("echobot: no visit or workshop with a date is known")
    assert not (tmp_path / "out.ics").exists()


def test_the_help_names_both_ways(capsys):
    assert main(["calendar", "--help"]) == 0
    assert " calendar [OPTIONS] OUT.ics | import FILE.ics" in capsys.readouterr().out


def test_a_file_can_be_read_by_whom_it_could_be_read_before(tmp_path):
    export(tmp_path, AGENDA)
    (tmp_path / "out.ics").chmod(0o604)
    export(tmp_path, AGENDA.replace("10:00", "11:00"), TUESDAY)

    assert stat.S_IMODE((tmp_path / "out.ics").stat().st_mode) == 0o604


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "out.ics").symlink_to(tmp_path / "public.ics")
    export(tmp_path, AGENDA)

    assert (tmp_path / "out.ics").is_symlink()
    assert (tmp_path / "public.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")
