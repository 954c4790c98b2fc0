"""Whatever a file holds, it makes a draft that can be read, or a sentence."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from echobot.calendar.drafting import draft
from echobot.calendar.reading import calendars
from echobot.cli import main
from echobot.content.knowledge_shape import KnowledgeShape
from echobot.content.sentences import problems
from echobot.content.yaml_reading import parse
from echobot.errors import CalendarError
from tests.calendar.test_importing import AT_TEN, VISIT, ics

ENDLESS = """\
BEGIN:VTIMEZONE
TZID:X
BEGIN:STANDARD
DTSTART:19000101T000000
TZOFFSETFROM:+0100
TZOFFSETTO:+0100
RRULE:FREQ=SECONDLY
END:STANDARD
END:VTIMEZONE
"""
RICH = ics(
    f"{VISIT}{AT_TEN}SEQUENCE:3\nDTSTAMP:20260101T000000Z\nSTATUS:CONFIRMED\nCATEGORIES:A,B\n",
    f'{VISIT}DTSTART;VALUE=DATE:20270314\nDURATION:P2D\nATTENDEE;CN="A; B":mailto:a@example.org\n',
    f"{VISIT}DTSTART:20270314T100000Z\nRRULE:FREQ=WEEKLY;UNTIL=20280101T000000Z\nEXDATE:20270321T100000Z\n",
    "BEGIN:VALARM\nTRIGGER:-PT15M\nACTION:DISPLAY\nEND:VALARM\nDTSTART;TZID=X:20270314T100000\nDTEND:20270315T100000Z\n",
    head=f"METHOD:PUBLISH\nX-WR-TIMEZONE:Europe/Rome\n{ENDLESS}",
).encode()
PIECES = [
    "\r\n", "\r\n ", ":", ";", ",", '"', "\\", "=", "\0", "\x1b[2J", "\u202e", "\u2028", "\x85", "\ufeff", "é", "# ",
    "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR", "TZID=Europe", "TZID=../../etc/passwd", "VALUE=PERIOD", "VALUE=TIME",
    "}", "P9999999999D", "20270230T250000", "00010101T000000Z", "99991231", "RRULE:FREQ=SECONDLY", "9" * 5000, "<a>",
]  # fmt: skip
places = st.integers(0, len(RICH))
edits = st.lists(st.tuples(places, st.integers(0, 12), st.sampled_from(PIECES).map(str.encode) | st.binary(max_size=4)))


def edited(changes):
    data = RICH
    for place, cut, piece in changes:
        data = data[:place] + piece + data[place + cut :]
    return data


def draft_or_sentence(data):
    """What is printed, and whether it is a draft."""
    try:
        return draft(calendars(data), "their.ics", "en"), True
    except CalendarError as error:
        return str(error), False


def is_readable(text):
    """YAML in the form of the knowledge files, in which nothing is wrong but what is empty."""
    tree, mistakes = parse(text, "draft.yaml")
    if tree is None:
        return "\nvisits:" not in text
    try:
        KnowledgeShape.model_validate(tree.root)
    except ValueError as error:
        mistakes = [*mistakes, *problems(error, KnowledgeShape, tree)]
    return all("empty" in problem.wrong or "zone" in problem.wrong or "clocks" in problem.wrong for problem in mistakes)


@settings(deadline=None)
@given(edits.map(edited))
@example(RICH)
@example(RICH.replace(b"TZID=X:2027", b"TZID=X;VALUE=PERIOD:20270101T000000/20270101T000000Z\r\nX-A:"))
@example(RICH.replace(b"Europe/Lisbon", b"Europe"))
@example(RICH.replace(b"Europe/Lisbon", b"/a" * 1_000_000))
@example(RICH.replace(b"SUMMARY", b"SUMMARY;LANGUAGE"))
@example(b"BEGIN:VCALENDAR\n" * 4000 + b"END:VCALENDAR\n" * 4000)
def test_any_calendar_makes_a_readable_draft_or_a_sentence(data):
    text, is_draft = draft_or_sentence(data)

    assert is_readable(text) if is_draft else text.isprintable()


@given(st.binary())
def test_any_bytes_make_a_sentence(data):
    text, is_draft = draft_or_sentence(data)

    assert text.isprintable()
    assert not is_draft


def test_what_is_not_edited_is_read():
    text, _ = draft_or_sentence(RICH)

    assert (text.count("  - id: "), text.count("# Not drafted: ")) == (2, 2)


def test_nothing_in_a_draft_can_take_over_a_terminal():
    text, _ = draft_or_sentence(RICH.replace(b"Study visit", "\x1b]0;x\x07\u202eStudy".encode()))

    assert all(line.isprintable() for line in text.splitlines())


def test_rules_of_clocks_in_the_file_are_not_followed():
    data = ics(f"{VISIT}DTSTART;TZID=X:20270314T100000\n", head=ENDLESS).encode()

    assert '"X" is no zone that is known here' in draft_or_sentence(data)[0]


@pytest.mark.parametrize(
    "data",
    [b"\n" * 200_001, b"a" * 5_000_001, b"BEGIN:VEVENT\r\n" * 10_001, b"begin:vevent\r\n" * 10_001],
    ids=["lines", "bytes", "parts", "parts in small letters"],
)
def test_what_is_too_large_is_not_even_read(data):
    with pytest.raises(CalendarError, match=r"^is too large: 5 MB, 200000 lines and 10000 events with all"):
        calendars(data)


def test_more_events_than_somebody_would_finish_are_refused():
    with pytest.raises(CalendarError, match=r"^their\.ics holds 1001 events; 1000 at once are the most$"):
        draft(calendars(ics(*["SUMMARY:A\n"] * 1001).encode()), "their.ics", "en")


@pytest.mark.parametrize(
    ("data", "said"),
    [(None, "cannot be read: No such file or directory"), (b"", "holds no whole calendar"),
     (b"%PDF-1.7\n\xff", "is not UTF-8 text (byte 9), as calendars are"), (b"<html></html>", "is damaged: "),
     (ics().encode(), "holds no events"), (b"BEGIN:VEVENT\nEND:VEVENT\n", "holds no whole calendar")],
)  # fmt: skip
def test_what_is_no_calendar_is_told_in_a_sentence(tmp_path, monkeypatch, capsys, data, said):
    monkeypatch.chdir(tmp_path)
    if data is not None:
        (tmp_path / "their.ics").write_bytes(data)

    assert main(["calendar", "import", "their.ics"]) == 1
    assert capsys.readouterr().err.startswith(f"echobot: their.ics {said}")
