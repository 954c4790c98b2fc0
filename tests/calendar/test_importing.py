"""Drafts of visits from calendars that somebody else made."""

import pytest

from echobot.calendar.drafting import draft
from echobot.calendar.reading import calendars
from echobot.cli import main
from echobot.content.check import check
from echobot.content.knowledge_folder import load_or_refuse
from echobot.core.problem import Severity
from echobot.errors import CalendarError
from tests.calendar.agenda import AGENDA, export

VISIT = """\
UID:1
SUMMARY:Study visit: Lisbon\\, again
DESCRIPTION:Two days on how libraries lend computers.\\nBring shoes.
LOCATION:Lisbon (Portugal)
URL:https://example.org/lisbon
CONTACT:visits@example.org
"""
AT_TEN = "DTSTART;TZID=Europe/Lisbon:20270314T100000\nDTEND;TZID=Europe/Lisbon:20270315T160000\n"


def ics(*events, head=""):
    parts = "".join(f"BEGIN:VEVENT\n{event}END:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//a//b//EN\n{head}{parts}END:VCALENDAR\n".replace("\n", "\r\n")


def drafted(*events, head="", language="en"):
    return draft(calendars(ics(*events, head=head).encode()), "their.ics", language)


def errors(folder, text):
    """What `check` refuses of a drafted file, without the place."""
    (folder / "draft.yaml").write_text(text, encoding="utf-8")
    return [problem.wrong for problem in check([folder], None) if problem.severity is Severity.ERROR]


def test_a_draft_has_the_form_of_the_knowledge_files():
    assert (
        drafted(VISIT + AT_TEN)
        == """\
# Drafted from their.ics. What is marked with TO DO waits for you; `echobot check` says the rest.
# If these are workshops, write `workshops:` in place of `visits:`.
visits:
  - id: study-visit-lisbon-again
    name: {en: "Study visit: Lisbon, again"}
    asked: {en: ["Study visit: Lisbon, again"]} # TO DO: write how else people ask for it
    about: {en: "Two days on how libraries lend computers.\\nBring shoes."}
    starts: 2027-03-14 10:00
    ends: 2027-03-15 16:00
    zone: Europe/Lisbon
    place: {en: "Lisbon (Portugal)"}
    contact: "visits@example.org"
    link: "https://example.org/lisbon"
    sources: ["https://example.org/lisbon"]"""
    )


def test_what_lacks_nothing_passes_the_check_as_it_is(tmp_path):
    assert errors(tmp_path, drafted(VISIT + AT_TEN)) == []


def test_what_lacks_everything_passes_once_what_is_marked_is_filled_in(tmp_path):
    text = drafted("UID:1\nDTSTART:20270314T100000\n")
    lacking = {"`name.en`", "item 1 of `asked.en`", "`about.en`", "`zone`", "`place.en`"}
    assert set(errors(tmp_path, text)) == {f"{each} is empty" for each in lacking}

    assert errors(tmp_path, text.replace('zone: ""', "zone: Europe/Rome").replace('""', "Something")) == []


def test_the_texts_are_in_the_language_that_is_said(tmp_path):
    text = drafted(VISIT + AT_TEN, language="pt")

    assert errors(tmp_path, text) == []
    assert 'name: {pt: "Study visit: Lisbon, again"}' in text


@pytest.mark.parametrize("language", ["", "EN", "english", "en\n", "e}"])
def test_what_is_no_language_is_refused(language):
    with pytest.raises(CalendarError, match="is not a language: write its two or three letters"):
        drafted(VISIT + AT_TEN, language=language)


def times(text):
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line.split(":")[0] in {"starts", "ends", "zone"}]


ASK, TIMES = "write the zone of the place, such as Europe/Paris", "and its times"


@pytest.mark.parametrize(
    ("said", "written"),
    [("DTSTART;TZID=W. Europe Standard Time:20270314T100000\nDURATION:PT90M\n",
      ["starts: 2027-03-14 10:00", "ends: 2027-03-14 11:30", "zone: Europe/Berlin"]),
     ("DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Rome:20270314T100000\n",
      ["starts: 2027-03-14 10:00", "zone: Europe/Rome"]),
     ("DTSTART;TZID=Europe/Paris:20270314T100000\nDTEND;TZID=Europe/Lisbon:20270314T100000\n",
      ["starts: 2027-03-14 10:00", "ends: 2027-03-14 11:00", "zone: Europe/Paris"]),
     ("DTSTART;VALUE=DATE:20270314\nDTEND;VALUE=DATE:20270317\n",
      ["starts: 2027-03-14", "ends: 2027-03-16", f'zone: "" # TO DO: {ASK}']),
     ("DTSTART;VALUE=DATE:20270314\nDURATION:P2D\n",
      ["starts: 2027-03-14", "ends: 2027-03-15", f'zone: "" # TO DO: {ASK}']),
     ("DTSTART;VALUE=DATE:20270314\nDTEND;VALUE=DATE:20270314\n", ["starts: 2027-03-14", f'zone: "" # TO DO: {ASK}']),
     ("DTSTART;VALUE=DATE:20270314\n", ["starts: 2027-03-14", f'zone: "" # TO DO: {ASK}']),
     ("DTSTART:20270314T100000Z\nDTEND:20270314T120000Z\n",
      ["starts: 2027-03-14 10:00", "ends: 2027-03-14 12:00",
       f"zone: UTC # TO DO: these are not the clocks of a place: {ASK}, {TIMES}"]),
     ("DTSTART:20270314T100000\n",
      ["starts: 2027-03-14 10:00", f'zone: "" # TO DO: the calendar does not say whose clocks these are: {ASK}']),
     ("DTSTART;TZID=Our Zone:20270314T100000\n",
      ["starts: 2027-03-14 10:00", f'zone: "" # TO DO: "Our Zone" is no zone that is known here: {ASK}'])],
)  # fmt: skip
def test_times_are_drafted_with_the_zone_that_is_said_or_what_is_to_be_decided(said, written):
    assert times(drafted(VISIT + said)) == written


@pytest.mark.parametrize(
    ("said", "zone"),
    [("DTSTART:20270701T100000Z\n",
      f"zone: UTC # TO DO: in Europe/Rome, the calendar's own zone, it starts at 2027-07-01 12:00: {ASK}, {TIMES}"),
     ("DTSTART;VALUE=DATE:20270314\n",
      f"zone: Europe/Rome # TO DO: is it really Europe/Rome, the calendar's own? else {ASK}")],
)  # fmt: skip
def test_the_calendars_own_zone_is_a_hint(said, zone):
    assert times(drafted(VISIT + said, head="X-WR-TIMEZONE:Europe/Rome\n"))[-1] == zone


@pytest.mark.parametrize(("wall", "why"), [("20270328T023000", "never exists"), ("20271031T023000", "exists twice")])
def test_an_hour_that_the_check_refuses_is_marked(tmp_path, wall, why):
    text = drafted(f"{VISIT}DTSTART;TZID=Europe/Rome:{wall}\n")

    assert f"{why} in Europe/Rome, because the clocks change: write 2027-" in times(text)[-1]
    assert len(errors(tmp_path, text)) == 1


def test_hours_are_as_long_as_they_are_when_the_clocks_change():
    night = drafted(f"{VISIT}DTSTART;TZID=Europe/Rome:20270327T220000\nDURATION:PT12H\n")

    assert times(night)[1] == "ends: 2027-03-28 11:00"


def test_what_is_cancelled_or_uncertain_says_so():
    assert "    cancelled: true\n" in drafted(f"{VISIT}{AT_TEN}STATUS:CANCELLED\n")
    assert "# TO DO: it is not certain yet\n" in drafted(f"{VISIT}{AT_TEN}STATUS:TENTATIVE\n")


def test_ids_come_from_the_names_and_are_unique(tmp_path):
    names = ["Élan über Straße", "Élan, über Straße!", "Nextcloud", "学习 参观", "", "a b c d e f g h"]
    text = drafted(*(f"SUMMARY:{name}\n{AT_TEN}" for name in names))

    assert [line.split()[2] for line in text.splitlines() if line.startswith("  - id:")] == [
        "elan-uber-strasse", "elan-uber-strasse-2", "visit-nextcloud", "visit-2027-03-14", "visit-2027-03-14-2",
        "a-b-c-d-e-f",
    ]  # fmt: skip
    assert errors(tmp_path, text.replace('""', "Something")) == []


@pytest.mark.parametrize(
    ("said", "why"),
    [("DTSTART:20270314T100000Z\nRRULE:FREQ=WEEKLY\n", "recurs (RRULE): write each of its dates as a visit"),
     ("DTSTART:20270314T100000Z\nRDATE:20270315T100000Z\n", "recurs (RDATE)"),
     ("DTSTART:20270314T100000Z\nRECURRENCE-ID:20270313T100000Z\n", "recurs (RECURRENCE-ID)"),
     ("", "has no start"),
     ("DTSTART:tomorrow\n", "has a DTSTART that is neither a day nor a time"),
     ("DTSTART:20270314T100000Z\nDTSTART:20270315T100000Z\n", "has a DTSTART that is neither a day nor a time"),
     ("DTSTART:20270314T100000Z\nDTEND:later\n", "has a DTEND that is neither a day nor a time"),
     ("DTSTART:20270314T100000Z\nDURATION:long\n", "has a DURATION that is no length of time"),
     ("DTSTART:20270314T100000Z\nDTEND:20270313T100000Z\n", "ends before it starts"),
     ("DTSTART;VALUE=DATE:20270314\nDTEND;VALUE=DATE:20270310\n", "ends before it starts"),
     ("DTSTART;VALUE=DATE:20270314\nDTEND:20270315T100000Z\n", "has a day at one end and an hour at the other"),
     ("DTSTART:20270314T100000\nDTEND:20270315T100000Z\n", "has a time zone at one end only"),
     ("DTSTART:99991231T235900Z\nDURATION:P9D\n", "is at a time that no clock shows")],
)  # fmt: skip
def test_what_cannot_be_drafted_is_named_with_the_reason(tmp_path, said, why):
    text = drafted(VISIT + said, VISIT + AT_TEN)

    assert f'\n# Not drafted: "Study visit: Lisbon, again" {why}' in text
    assert errors(tmp_path, text) == []


def test_tasks_are_no_events():
    text = draft(calendars(ics(VISIT).replace("VEVENT", "VTODO").encode()), "their.ics", "en")

    assert '# Not drafted: "Study visit: Lisbon, again" is a task, not an event.' in text
    assert "\nvisits:" not in text


@pytest.mark.parametrize(
    ("said", "drafted_as"),
    [("https://example.org/a b", None), ("mailto:a@example.org", None), ("https://example.org/" + "a" * 1000, None),
     ("http://example.org", '    link: "http://example.org"\n')],
)  # fmt: skip
def test_only_the_address_of_a_page_is_a_link(tmp_path, said, drafted_as):
    text = drafted(VISIT.replace("https://example.org/lisbon", said) + AT_TEN)

    assert (drafted_as or "    # its link is not the address of a page: ") in text
    assert errors(tmp_path, text) == []


def test_texts_that_are_too_long_or_html_are_marked(tmp_path):
    long = drafted(VISIT.replace("Two days", "very " * 1000) + AT_TEN)
    html = drafted(VISIT.replace("Two days", "<b>Two</b> days") + AT_TEN)

    assert "# TO DO: it was too long and is cut at the end\n" in long
    assert "# TO DO: it seems to be HTML: write it as plain text\n" in html
    assert errors(tmp_path, long) == errors(tmp_path, html) == []


def test_what_was_exported_is_drafted_with_the_same_times(tmp_path):
    export(tmp_path, AGENDA)
    text = draft(calendars((tmp_path / "out.ics").read_bytes()), "out.ics", "en")
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "a.yaml").write_text(text.replace('zone: ""', "zone: Europe/Zagreb"), encoding="utf-8")
    before, after = load_or_refuse(tmp_path / "knowledge"), load_or_refuse(tmp_path / "again")

    assert {told(entry) for entry in after.entries.values()} == {told(entry) for entry in before.entries.values()}


def told(entry):
    event, language = entry.event, next(iter(entry.title))
    times = (event.starts, event.ends, event.starts.tzinfo.key, event.whole_days)
    return (entry.title[language], entry.answer[language], event.place[language], *times, event.link, event.cancelled)


def test_the_command_prints_the_draft(tmp_path, capsys):
    (tmp_path / "their.ics").write_text("\ufeff" + ics(VISIT + AT_TEN), encoding="utf-8")

    assert main(["calendar", "import", str(tmp_path / "their.ics"), "--language", "fr"]) == 0
    assert "\nvisits:\n  - id: study-visit-lisbon-again\n" in capsys.readouterr().out
