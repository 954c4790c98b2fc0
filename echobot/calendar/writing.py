"""Visits and workshops become events of a calendar; nothing here knows what was written before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from icalendar import STATUS, Calendar, Timezone
from icalendar import Event as CalendarEvent

from echobot.calendar.zones import rules
from echobot.core.event import Event, EventKind
from echobot.core.knowledge import Entry, EntryId, Knowledge
from echobot.core.texts import Language, Texts

PRODID = "-//echobot//calendar//EN"
"""Who wrote a calendar; without a version, so that a new echobot writes the same file."""

_ENGLISH = Language("en")


def events(knowledge: Knowledge, language: Language) -> list[CalendarEvent]:
    """One for each visit and workshop, with its texts in this language, else in English, else in any."""
    return [_event(entry, event, language) for entry, event in _dated(knowledge)]


def languages(knowledge: Knowledge) -> frozenset[Language]:
    """Those in which a visit or a workshop has its name."""
    return frozenset(language for entry, _ in _dated(knowledge) for language in entry.title)


def calendar(of: Iterable[CalendarEvent]) -> bytes:
    """The file with these events, always in the same order."""
    whole, listed = Calendar(), sorted(of, key=uid)
    whole.add("PRODID", PRODID)
    whole.add("VERSION", "2.0")
    for component in (*_zones(listed), *listed):
        whole.add_component(component)
    return bytes(whole.to_ical())


def uid(event: CalendarEvent) -> str:
    return str(event["UID"])


def _dated(knowledge: Knowledge) -> Iterator[tuple[Entry, Event]]:
    for kind in EventKind:
        yield from ((entry, entry.event) for entry in knowledge.events(kind) if entry.event)


def _event(entry: Entry, event: Event, language: Language) -> CalendarEvent:
    written = CalendarEvent()
    written.add("UID", _uid_of(entry.id))
    for name, texts in (("SUMMARY", entry.title), ("DESCRIPTION", entry.answer), ("LOCATION", event.place)):
        _add_text(written, name, texts, language)
    for name, moment in _times(event).items():
        written.add(name, moment)
    for name, said in (("URL", event.link), ("CONTACT", _plain(event.contact))):
        if said:
            written.add(name, said)
    written.status = _status(event)
    return written


def _status(event: Event) -> STATUS:
    """What only has a month stands on all of its days, which is not the last word."""
    if event.cancelled:
        return STATUS.CANCELLED
    return STATUS.TENTATIVE if event.whole_months else STATUS.CONFIRMED


def _uid_of(entry: EntryId) -> str:
    return f"{entry}@echobot"


def _times(event: Event) -> Mapping[str, date]:
    """An end is the first moment after it, and what has no length has none."""
    if event.whole_days:
        return {"DTSTART": event.starts.date(), "DTEND": event.ends.date() + timedelta(days=1)}
    if event.ends == event.starts:
        return {"DTSTART": event.starts}
    return {"DTSTART": event.starts, "DTEND": event.ends}


def _add_text(event: CalendarEvent, name: str, texts: Texts, language: Language) -> None:
    spoken = next((each for each in (language, _ENGLISH, *texts) if each in texts), None)
    if spoken:
        event.add(name, _plain(texts[spoken]), {"LANGUAGE": spoken})


def _plain(text: str) -> str:
    """With one kind of line breaks: iCalendar has no other."""
    return "\n".join(text.splitlines())


def _zones(listed: Iterable[CalendarEvent]) -> Iterator[Timezone]:
    """The rules of each zone whose clocks the events name, for the years of those events."""
    days: dict[str, list[date]] = defaultdict(list)
    for event in listed:
        for moment in filter(None, map(event.get, ("DTSTART", "DTEND"))):
            if zone := moment.params.get("TZID"):
                days[zone].append(moment.dt.date())
    for zone in sorted(days):
        yield rules(ZoneInfo(zone), min(days[zone]), max(days[zone]))
