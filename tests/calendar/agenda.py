"""A knowledge base with visits and a workshop, and what two libraries read in the calendar that is made of it."""

from datetime import UTC, datetime

import icalendar
from ical.calendar_stream import IcsCalendarStream

from echobot.calendar.publishing import publish, spoken
from echobot.content.knowledge_folder import load_or_refuse

LISBON = """\
  - id: visit-lisbon
    name: {en: "Study visit to Lisbon", fr: "Visite d'études à Lisbonne"}
    asked: {en: ["the visit to lisbon"]}
    about: {en: "Two days; on how libraries lend\\ncomputers, and why.", fr: "Deux jours."}
    starts: 2027-03-14 10:00
    ends: 2027-03-15 16:00
    zone: Europe/Lisbon
    place: {en: "Lisbon (Portugal)", fr: "Lisbonne (Portugal)"}
    link: https://example.org/lisbon
    contact: visits@example.org
    sources: [a]
"""
ZAGREB = """\
  - id: visit-zagreb
    name: {hr: "Posjet Zagrebu"}
    asked: {hr: ["posjet zagrebu"]}
    about: {hr: "O uključivanju."}
    starts: 2027-06-01
    ends: 2027-06-03
    zone: Europe/Zagreb
    place: {hr: "Zagreb"}
    sources: [a]
"""
WORKSHOP = """\
workshops:
  - id: workshop-maps
    name: {en: "Maps for all"}
    asked: {en: ["the maps workshop"]}
    about: {en: "About maps."}
    starts: 2027-05-03 18:30
    zone: Europe/Rome
    place: {en: "Rome"}
    cancelled: true
    sources: [a]
"""
AGENDA = f"visits:\n{LISBON}{ZAGREB}{WORKSHOP}"
MONDAY, TUESDAY = datetime(2026, 11, 23, 12, tzinfo=UTC), datetime(2026, 11, 24, 12, tzinfo=UTC)


def export(folder, agenda, now=MONDAY, language=None):
    """Write `out.ics` in the folder; returns what is said of it."""
    knowledge = folder / "knowledge"
    knowledge.mkdir(exist_ok=True)
    (knowledge / "agenda.yaml").write_text(agenda, encoding="utf-8")
    known = load_or_refuse(knowledge)
    return publish(known, spoken(known, language), folder / "out.ics", now)


def by_icalendar(folder):
    """The events by their ids."""
    events = icalendar.Calendar.from_ical((folder / "out.ics").read_bytes()).events
    return {str(event["UID"]).removesuffix("@echobot"): event for event in events}


def by_ical(folder):
    text = (folder / "out.ics").read_bytes().decode()
    return {event.uid.removesuffix("@echobot"): event for event in IcsCalendarStream.calendar_from_ics(text).events}
