"""What is new, changed or gone since a calendar was last written: readers see by SEQUENCE which state is the later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from icalendar import STATUS
from icalendar import Event as CalendarEvent

from echobot.calendar.writing import uid

_BOOKKEEPING = ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE")


@dataclass(frozen=True, slots=True)
class Revision:
    """The events as they are to be written, and how many of them are not as they were."""

    events: tuple[CalendarEvent, ...]
    added: int
    changed: int
    withdrawn: int


def revised(events: Iterable[CalendarEvent], before: Iterable[CalendarEvent], now: datetime) -> Revision:
    """The events with their stamps: what has not changed keeps them, what has gets a higher SEQUENCE.

    What is gone although it was still to come stays as cancelled, because calendars would keep showing it.
    """
    fresh, old = {uid(event): event for event in events}, {uid(event): event for event in before}
    gone = [event for each, event in old.items() if each not in fresh and _is_to_come(event, now)]
    changed = [each for each in fresh.keys() & old.keys() if seen(fresh[each]) != seen(old[each])]
    newly_gone = [event for event in gone if not _is_cancelled(event)]
    stamped = [_stamped(event, old.get(each), now) for each, event in fresh.items()]
    stamped += [_withdrawn(event, now) for event in gone]
    return Revision(tuple(stamped), len(fresh.keys() - old.keys()), len(changed), len(newly_gone))


def seen(event: CalendarEvent) -> list[str]:
    """All that a reader of the calendar sees of an event, as it is written."""
    return sorted(line for line in event.content_lines() if not line.startswith(_BOOKKEEPING))


def _stamped(event: CalendarEvent, old: CalendarEvent | None, now: datetime) -> CalendarEvent:
    if old is None:
        return _stamp(event, 0, now)
    if seen(event) == seen(old):
        return _stamp(event, old.sequence, old.DTSTAMP)
    return _stamp(event, old.sequence + 1, now)


def _withdrawn(old: CalendarEvent, now: datetime) -> CalendarEvent:
    if _is_cancelled(old):
        return old
    old.status = STATUS.CANCELLED
    return _stamp(old, old.sequence + 1, now)


def _stamp(event: CalendarEvent, sequence: int, at: datetime) -> CalendarEvent:
    event.sequence = sequence
    event.DTSTAMP = event.LAST_MODIFIED = at
    return event


def _is_cancelled(event: CalendarEvent) -> bool:
    return bool(event.status == STATUS.CANCELLED)


def _is_to_come(event: CalendarEvent, now: datetime) -> bool:
    """Or going on."""
    return event.end > now if isinstance(event.end, datetime) else event.end > now.date()
