"""A calendar's file on the disk: read with a bound, replaced as a whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

from icalendar import STATUS, Calendar
from icalendar import Event as CalendarEvent

from echobot.calendar.reading import LARGEST, calendars
from echobot.calendar.writing import PRODID
from echobot.content.yaml_text import shown
from echobot.errors import CalendarError


def read(file: Path) -> list[Calendar]:
    """All calendars in the file; raises `CalendarError`."""
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST + 1)
    except OSError as error:
        raise CalendarError(f"{shown(file)} cannot be read: {error.strerror}") from error
    try:
        return calendars(data)
    except CalendarError as error:
        raise CalendarError(f"{shown(file)} {error}") from error


def written_before(file: Path) -> list[CalendarEvent]:
    """The events of the file that is to be replaced; raises `CalendarError` unless echobot wrote it, or nobody."""
    if not file.exists():
        return []
    try:
        found = read(file)
    except CalendarError as error:
        raise CalendarError(f"{error}; nothing was written: take that file away, or name another one") from error
    if any(calendar.get("PRODID") != PRODID for calendar in found):
        raise CalendarError(f"{shown(file)} was not written by echobot, so it stays as it is: name another file")
    events = [event for calendar in found for event in calendar.events]
    if not all(map(_is_whole, events)):
        wrong = "holds an event that echobot did not write so"
        raise CalendarError(f"{shown(file)} {wrong}; nothing was written: take that file away, or name another one")
    return events


def replace(file: Path, data: bytes) -> None:
    """Put this into the file; whoever reads it meanwhile gets what was there or what is new. Raises `CalendarError`."""
    target = file.resolve()  # a link stays one
    fresh = target.with_name(f".{target.name}.new")
    try:
        with suppress(FileNotFoundError):
            if target.read_bytes() == data:
                return
        fresh.unlink(missing_ok=True)
        _write(fresh, data, target)
        fresh.replace(target)
    except OSError as error:
        raise CalendarError(f"{shown(file)} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def _write(fresh: Path, data: bytes, target: Path) -> None:
    """With the rights of the file that it replaces: a web server may have to read it."""
    with fresh.open("xb") as opened:
        if target.exists():
            os.fchmod(opened.fileno(), target.stat().st_mode & 0o777)
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())


def _is_whole(event: CalendarEvent) -> bool:
    """What the next revision needs of it can be read."""
    try:
        stamped = isinstance(event.sequence, int) and isinstance(event.DTSTAMP, datetime)
        known = bool(event.uid) and isinstance(event.status, STATUS)
        return stamped and known and _is_clear(event.start) and _is_clear(event.end)
    except (ValueError, TypeError, AttributeError):  # whatever else stands there
        return False


def _is_clear(moment: date) -> bool:
    """A day, or a time in a known zone."""
    return not isinstance(moment, datetime) or moment.tzinfo is not None
