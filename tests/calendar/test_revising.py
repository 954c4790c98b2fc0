"""What calendars learn from the next export: only what has changed is a new state of an event."""

import stat
from datetime import UTC, datetime

import pytest

from echobot.errors import CalendarError
from tests.calendar.agenda import AGENDA, LISBON, TUESDAY, WORKSHOP, ZAGREB, by_ical, by_icalendar, export

WITHOUT_LISBON = f"visits:\n{ZAGREB}{WORKSHOP}"
AFTERWARDS = datetime(2027, 3, 15, 16, tzinfo=UTC)


def states(folder):
    """SEQUENCE, day of the last change, and status of each event."""
    events = by_ical(folder)
    assert all(event.dtstamp == event.last_modified for event in events.values())
    return {each: (event.sequence, event.dtstamp.day, event.status.value) for each, event in events.items()}


def test_an_export_without_news_is_the_same_file(tmp_path):
    export(tmp_path, AGENDA)
    before, made = (tmp_path / "out.ics").read_bytes(), (tmp_path / "out.ics").stat().st_mtime_ns

    assert export(tmp_path, AGENDA, TUESDAY).endswith("out.ics: 3 events, nothing is new.")
    assert ((tmp_path / "out.ics").read_bytes(), (tmp_path / "out.ics").stat().st_mtime_ns) == (before, made)


@pytest.mark.parametrize(
    ("written", "instead"),
    [("2027-03-14 10:00", "2027-03-14 11:00"), ("2027-03-15 16:00", "2027-03-15 17:00"), ("Two days;", "Three days;"),
     ("Europe/Lisbon", "Europe/Madrid"), ("Lisbon (Portugal)", "Porto (Portugal)"), ("Study visit", "Visit"),
     ("link: https://example.org/lisbon", "link: https://example.org/porto"), ("visits@example", "us@example"),
     ("    link", "    cancelled: true\n    link")],
)  # fmt: skip
def test_whatever_a_reader_sees_raises_the_sequence_of_that_event_alone(tmp_path, written, instead):
    export(tmp_path, AGENDA)
    assert export(tmp_path, AGENDA.replace(written, instead, 1), TUESDAY).endswith(": 3 events, 1 changed.")

    assert {each: state[:2] for each, state in states(tmp_path).items()} == {
        "visit-lisbon": (1, 24), "visit-zagreb": (0, 23), "workshop-maps": (0, 23),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "instead"),
    [("the visit to lisbon", "the lisbon visit"), ("fr: Visite", "fr: La visite"), ("[a]", "[b]")],
)
def test_what_no_reader_sees_changes_nothing(tmp_path, written, instead):
    export(tmp_path, AGENDA)
    before = (tmp_path / "out.ics").read_bytes()
    export(tmp_path, AGENDA.replace(written, instead), TUESDAY)

    assert (tmp_path / "out.ics").read_bytes() == before


def test_each_change_raises_it_again_and_the_way_back_is_a_change(tmp_path):
    for agenda in (AGENDA, AGENDA.replace("10:00", "11:00"), AGENDA, AGENDA):
        export(tmp_path, agenda)

    assert states(tmp_path)["visit-lisbon"][0] == 2


def test_what_is_gone_before_it_took_place_is_cancelled_once(tmp_path):
    export(tmp_path, AGENDA)

    assert export(tmp_path, WITHOUT_LISBON, TUESDAY).endswith(": 3 events, 1 withdrawn.")
    assert states(tmp_path)["visit-lisbon"] == (1, 24, "CANCELLED")
    assert by_icalendar(tmp_path)["visit-lisbon"]["DTSTART"].params["TZID"] == "Europe/Lisbon"
    assert export(tmp_path, WITHOUT_LISBON, TUESDAY.replace(day=25)).endswith(": 3 events, nothing is new.")
    assert states(tmp_path)["visit-lisbon"] == (1, 24, "CANCELLED")


def test_what_is_gone_and_was_cancelled_stays_as_it_is(tmp_path):
    export(tmp_path, AGENDA)
    export(tmp_path, f"visits:\n{LISBON}{ZAGREB}", TUESDAY)

    assert states(tmp_path)["workshop-maps"] == (0, 23, "CANCELLED")


def test_what_comes_back_takes_place_again(tmp_path):
    for agenda in (AGENDA, WITHOUT_LISBON, AGENDA):
        export(tmp_path, agenda, TUESDAY)

    assert states(tmp_path)["visit-lisbon"] == (2, 24, "CONFIRMED")


@pytest.mark.parametrize(("now", "is_kept"), [(AFTERWARDS.replace(minute=0, hour=15), True), (AFTERWARDS, False)])
def test_what_is_gone_when_it_is_over_is_left_out(tmp_path, now, is_kept):
    export(tmp_path, AGENDA)
    export(tmp_path, WITHOUT_LISBON, now)

    assert ("visit-lisbon" in by_ical(tmp_path)) is is_kept


@pytest.mark.parametrize(("day", "is_kept"), [(3, True), (4, False)])
def test_whole_days_are_over_on_the_day_after(tmp_path, day, is_kept):
    export(tmp_path, AGENDA)
    export(tmp_path, f"visits:\n{LISBON}", datetime(2027, 6, day, 9, tzinfo=UTC))

    assert ("visit-zagreb" in by_ical(tmp_path)) is is_kept


FOREIGN = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//somebody//else//EN\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(lambda text: "", "holds no whole calendar"),
     (lambda text: text[: len(text) // 2], "holds no whole calendar"),
     (lambda text: "My dear diary\n", "is damaged: "),
     (lambda text: FOREIGN, "was not written by echobot"),
     (lambda text: text + FOREIGN, "was not written by echobot"),
     (lambda text: text.replace("SEQUENCE:0", "SEQUENCE:x", 1), "holds an event that echobot did not write so"),
     (lambda text: text.replace("SEQUENCE:0", "SEQUENCE:0\r\nSEQUENCE:1", 1), "holds an event that"),
     (lambda text: text.replace("UID:visit-lisbon@echobot\r\n", ""), "holds an event that"),
     (lambda text: text.replace("DTSTART;TZID=Europe/Lisbon", "DTSTART;TZID=Nowhere"), "holds an event that"),
     (lambda text: text.replace("CONFIRMED", "PERHAPS"), "holds an event that"),
     (lambda text: text.replace("DTSTAMP", "X-STAMP"), "holds an event that"),
     (lambda text: text + "\n" * 5_000_000, "is too large")],
)  # fmt: skip
def test_a_file_that_is_damaged_or_somebody_elses_is_left_as_it_is(tmp_path, spoil, said):
    export(tmp_path, AGENDA)
    out = tmp_path / "out.ics"
    out.write_bytes(spoil(out.read_bytes().decode()).encode())
    before = out.read_bytes()

    with pytest.raises(CalendarError, match="name another") as told:
        export(tmp_path, AGENDA, TUESDAY)
    assert said in str(told.value)
    assert out.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"knowledge", "out.ics"}


def test_a_folder_in_its_place_is_told(tmp_path):
    export(tmp_path, AGENDA)
    (tmp_path / "out.ics").unlink()
    (tmp_path / "out.ics").mkdir()

    with pytest.raises(CalendarError, match=r"out\.ics cannot be read: Is a directory"):
        export(tmp_path, AGENDA)


def test_what_cannot_be_put_in_its_place_leaves_the_old_file_and_no_other(tmp_path):
    export(tmp_path, AGENDA)
    before = (tmp_path / "out.ics").read_bytes()
    (tmp_path / ".out.ics.new").mkdir()
    (tmp_path / ".out.ics.new" / "in-the-way").touch()

    with pytest.raises(CalendarError, match=r"out\.ics cannot be written"):
        export(tmp_path, AGENDA.replace("10:00", "11:00"))
    assert (tmp_path / "out.ics").read_bytes() == before


def test_a_new_file_has_the_rights_that_the_user_gives_to_files(tmp_path):
    (tmp_path / "other").touch()
    export(tmp_path, AGENDA)

    assert stat.S_IMODE((tmp_path / "out.ics").stat().st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)
