"""What somebody else's calendar holds, or a sentence that says why it cannot be read; the file may hold anything."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import tzinfo

from icalendar import Calendar
from icalendar.timezone import tzp
from icalendar.timezone.zoneinfo import ZONEINFO

from echobot.calendar.plain import one_line
from echobot.errors import CalendarError

LARGEST = 5_000_000  # bytes
_MOST_LINES = 200_000  # a line of text has 75 characters: no honest file of that size has more
_LONGEST_ZONE = 100  # characters, with what some programs put before it
_MOST_PARTS = 10_000  # events, alarms, zones: reading a thousand takes a second


def calendars(data: bytes) -> list[Calendar]:
    """All calendars of a file; raises `CalendarError`, whose text goes on after the file's name."""
    if len(data) > LARGEST or data.count(b"\n") > _MOST_LINES or data.upper().count(b"BEGIN:") > _MOST_PARTS:
        most = f"{LARGEST // 1_000_000} MB, {_MOST_LINES} lines and {_MOST_PARTS} events with all their parts"
        raise CalendarError(f"is too large: {most} are the most")
    found = _parsed(_text(data))
    if not found or any(calendar.name != "VCALENDAR" for calendar in found):
        raise CalendarError("holds no whole calendar: it begins with BEGIN:VCALENDAR and ends with END:VCALENDAR")
    return found


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CalendarError(f"is not UTF-8 text (byte {error.start}), as calendars are") from None


def _parsed(text: str) -> list[Calendar]:
    try:
        with _known_zones_only(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of names of zones that have to be guessed
            return Calendar.from_ical(text, multiple=True)
    except Exception as error:  # noqa: BLE001 - icalendar lets through whatever befalls it in a damaged file
        raise CalendarError(f"is damaged: {one_line(str(error))}") from None


@contextmanager
def _known_zones_only() -> Iterator[None]:
    tzp.use(_KnownZones())
    try:
        yield
    finally:
        tzp.use_default()


class _KnownZones(ZONEINFO):
    """Takes from no file what the clocks of a zone do: a rule there can keep a computer busy for years."""

    def knows_timezone_id(self, tzid: str) -> bool:  # noqa: ARG002 - icalendar's signature
        return True

    def timezone(self, name: str) -> tzinfo | None:
        """Only by a whole name: "Europe" is a folder among the zones, and each part of a long one would be tried."""
        if len(name) > _LONGEST_ZONE:
            raise ValueError("the name of a time zone is too long")
        return super().timezone(name) if super().knows_timezone_id(name) else None
