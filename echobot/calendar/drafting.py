"""Drafts of visits, in the form of the knowledge files, from what somebody else's calendar holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from icalendar import Calendar, Component

from echobot.calendar.moments import Moments, Undraftable, moments, zone_or_nothing
from echobot.calendar.plain import one_line, plain, quoted, shortened
from echobot.content.patterns import LANGUAGE, LINK
from echobot.core.text import words
from echobot.errors import CalendarError

_MOST_EVENTS = 1000
_MOST_WORDS, _LONGEST_ID = 6, 70  # of an id; what makes it unique comes after it
_LONGEST_TEXT, _LONGEST_LINK = 4000, 1000  # characters, in the knowledge files
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_RECURRING = ("RRULE", "RDATE", "RECURRENCE-ID")
_OTHERS = {"VTODO": "is a task, not an event", "VJOURNAL": "is a note, not an event"}


def draft(calendars: Iterable[Calendar], file: str, language: str) -> str:
    """A file that lacks nothing but what is marked with TO DO, and says which events are not in it, and why."""
    if not re.fullmatch(LANGUAGE, language):
        raise CalendarError(f"{language!r} is not a language: write its two or three letters, such as fr")
    found = [(part, _zone(calendar)) for calendar in calendars for part in calendar.walk() if _is_one(part)]
    if not found:
        raise CalendarError(f"{one_line(file)} holds no events")
    if len(found) > _MOST_EVENTS:
        raise CalendarError(f"{one_line(file)} holds {len(found)} events; {_MOST_EVENTS} at once are the most")
    return "\n".join([*_heading(file), *_listed(found, language)])


def _is_one(part: Component) -> bool:
    return part.name == "VEVENT" or part.name in _OTHERS


def _zone(calendar: Calendar) -> str:
    """What many programs note as the zone of whoever looks at the calendar."""
    return zone_or_nothing(str(calendar.get("X-WR-TIMEZONE", "")))


def _heading(file: str) -> Iterator[str]:
    yield f"# Drafted from {one_line(file)}. What is marked with TO DO waits for you; `echobot check` says the rest."
    yield "# If these are workshops, write `workshops:` in place of `visits:`."


def _listed(found: Iterable[tuple[Component, str]], language: str) -> Iterator[str]:
    taken: set[str] = set()
    left_out: list[str] = []
    for part, zone in found:
        try:
            lines = list(_drafted(part, _moments(part, zone), language, taken))
        except Undraftable as why:
            left_out.append(f"# Not drafted: {_called(part)} {why}.")
        else:
            yield from lines if len(taken) > 1 else ["visits:", *lines]
    yield from left_out


def _moments(part: Component, zone: str) -> Moments:
    if part.name != "VEVENT":
        raise Undraftable(_OTHERS[str(part.name)])
    if rule := next((name for name in _RECURRING if name in part), ""):
        raise Undraftable(f"recurs ({rule}): write each of its dates as a visit, or the rule as an announcement")
    return moments(part, zone)


def _called(part: Component) -> str:
    name = one_line(_said(part, "SUMMARY"), 60)
    return quoted(name) if name else "what has no name"


def _drafted(event: Component, when: Moments, language: str, taken: set[str]) -> Iterator[str]:
    name = one_line(_said(event, "SUMMARY"), _LONGEST_TEXT)
    yield f"  - id: {_id(name, when.starts, taken)}{_to_do(_of_status(event))}"
    yield _by_language("name", name, language, "say what it is called")
    yield f"    asked: {{{language}: [{quoted(name)}]}}{_to_do('write how else people ask for it')}"
    yield _by_language("about", _said(event, "DESCRIPTION"), language, "say what it is about")
    yield f"    starts: {when.starts}"
    if when.ends:
        yield f"    ends: {when.ends}"
    yield f"    zone: {when.zone or quoted('')}{_to_do(when.to_do)}"
    yield _by_language("place", _said(event, "LOCATION"), language, "say where")
    if contact := one_line(_said(event, "CONTACT"), _LONGEST_TEXT):
        yield f"    contact: {quoted(contact)}"
    if _status(event) == "CANCELLED":
        yield "    cancelled: true"
    yield from _linked(_said(event, "URL"))


def _linked(link: str) -> Iterator[str]:
    """The page on it is where people enrol, and where the draft comes from."""
    if re.fullmatch(LINK, link) and len(link) <= _LONGEST_LINK:
        yield f"    link: {quoted(link)}"
        yield f"    sources: [{quoted(link)}]"
        return
    if link:
        yield f"    # its link is not the address of a page: {one_line(link)}"
    yield f"    sources: []{_to_do('say where this comes from')}"


def _by_language(key: str, said: str, language: str, lacking: str) -> str:
    advice = _advice(said) if said else lacking
    return f"    {key}: {{{language}: {quoted(shortened(said, _LONGEST_TEXT))}}}{_to_do(advice)}"


def _advice(said: str) -> str:
    if len(said) > _LONGEST_TEXT:
        return "it was too long and is cut at the end"
    return "it seems to be HTML: write it as plain text" if _TAG.search(said) else ""


def _said(part: Component, name: str) -> str:
    """Several of a kind stand one under the other."""
    value = part.get(name, "")
    return plain("\n".join(map(str, value)) if isinstance(value, list) else str(value))


def _status(event: Component) -> str:
    return _said(event, "STATUS").upper()


def _of_status(event: Component) -> str:
    return "it is not certain yet" if _status(event) == "TENTATIVE" else ""


def _id(name: str, starts: str, taken: set[str]) -> str:
    """From the first words of its name; one word alone may be the id of a tool already."""
    latin = [word for word in words(name) if re.fullmatch("[a-z0-9]+", word)][:_MOST_WORDS]
    told = latin if len(latin) > 1 else ["visit", *(latin or [starts[:10]])]
    stem = "-".join(told)[:_LONGEST_ID].rstrip("-")
    free = next(each for number in range(1, len(taken) + 2) if (each := _numbered(stem, number)) not in taken)
    taken.add(free)
    return free


def _numbered(stem: str, number: int) -> str:
    return stem if number == 1 else f"{stem}-{number}"


def _to_do(advice: str) -> str:
    return f" # TO DO: {advice}" if advice else ""
