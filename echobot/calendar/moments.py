"""When an event of somebody's calendar takes place, in the form of the knowledge files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Component
from icalendar.prop import vBroken

from echobot.calendar.plain import one_line
from echobot.core.schedule import UnknownZone, doubtful, zone_named

_TELL = "write the zone of the place, such as Europe/Paris"


class Undraftable(Exception):
    """Why no visit can be made of an event; the text goes on after "it"."""


@dataclass(frozen=True, slots=True)
class Moments:
    """As they are to be written, and what somebody must decide about them."""

    starts: str
    ends: str  # empty where it has no length
    zone: str  # empty where nobody knows
    to_do: str = ""


def moments(event: Component, calendars_zone: str = "") -> Moments:
    """When it starts and ends, and on whose clocks; raises `Undraftable`."""
    try:
        start = _moment(event, "DTSTART")
        if start is None:
            raise Undraftable("has no start")
        end = _moment(event, "DTEND") or _after(start, event)
        if isinstance(start, datetime) and isinstance(end, datetime):
            return _hours(start, end, _zone_said(event), calendars_zone)
        return _days(start, end, calendars_zone)
    except OverflowError:
        raise Undraftable("is at a time that no clock shows") from None


def zone_or_nothing(name: str) -> str:
    """The zone's own name; empty when there is no such zone."""
    try:
        return zone_named(name).key
    except UnknownZone:
        return ""


def _moment(event: Component, name: str) -> date | None:
    if name not in event:
        return None
    moment = _meant(event, name, "dt")
    if not isinstance(moment, date):
        raise Undraftable(f"has a {name} that is neither a day nor a time")
    return moment


def _meant(event: Component, name: str, attribute: str) -> object:
    """What icalendar made of it; nothing where it is broken, or there are several."""
    written = event.get(name)
    return None if isinstance(written, vBroken) else getattr(written, attribute, None)


def _after(start: date, event: Component) -> date:
    """Where its duration leads; days are those of the calendar, and hours are as long as they are."""
    if "DURATION" not in event:
        return start if isinstance(start, datetime) else start + timedelta(days=1)
    lasts = _meant(event, "DURATION", "td")
    if not isinstance(lasts, timedelta):
        raise Undraftable("has a DURATION that is no length of time")
    if not isinstance(start, datetime) or start.tzinfo is None:
        return start + lasts
    days = timedelta(days=lasts.days)
    return ((start + days).astimezone(UTC) + (lasts - days)).astimezone(start.tzinfo)


def _days(start: date, end: date, calendars_zone: str) -> Moments:
    """The end is the day after the last one; some write the last one itself."""
    if isinstance(start, datetime) or isinstance(end, datetime):
        raise Undraftable("has a day at one end and an hour at the other")
    _in_order(start, end)
    last = max(start, end - timedelta(days=1))
    whose = f"is it really {calendars_zone}, the calendar's own? else {_TELL}" if calendars_zone else _TELL
    return Moments(start.isoformat(), last.isoformat() if last > start else "", calendars_zone, whose)


def _hours(start: datetime, end: datetime, said: str, calendars_zone: str) -> Moments:
    if (start.tzinfo is None) != (end.tzinfo is None):
        raise Undraftable("has a time zone at one end only")
    if not isinstance(start.tzinfo, ZoneInfo):
        return _floating(start.replace(tzinfo=None), end.replace(tzinfo=None), said)
    _in_order(start.astimezone(UTC), end.astimezone(UTC))
    zone = zone_or_nothing(start.tzinfo.key)
    wall = (start.replace(tzinfo=None), end.astimezone(start.tzinfo).replace(tzinfo=None))
    if not zone:
        return _floating(*wall, start.tzinfo.key)
    return Moments(*_written(*wall), zone, _of_utc(start, calendars_zone) if zone == "UTC" else _of_clocks(wall, zone))


def _floating(start: datetime, end: datetime, said: str) -> Moments:
    """A wall time of nobody knows which place."""
    _in_order(start, end)
    why = f'"{said}" is no zone that is known here' if said else "the calendar does not say whose clocks these are"
    return Moments(*_written(start, end), "", f"{why}: {_TELL}")


def _of_utc(start: datetime, calendars_zone: str) -> str:
    if not calendars_zone or calendars_zone == "UTC":
        return f"these are not the clocks of a place: {_TELL}, and its times"
    there = start.astimezone(ZoneInfo(calendars_zone)).replace(tzinfo=None)
    return f"in {calendars_zone}, the calendar's own zone, it starts at {_minute(there)}: {_TELL}, and its times"


def _of_clocks(walls: tuple[datetime, datetime], zone: str) -> str:
    """What `check` would refuse because the clocks change then."""
    doubts = (doubtful(wall.replace(second=0, microsecond=0), ZoneInfo(zone)) for wall in walls)
    return "; ".join(dict.fromkeys(f"{doubt.wrong}: {doubt.instead}" for doubt in doubts if doubt))


def _written(start: datetime, end: datetime) -> tuple[str, str]:
    first, last = _minute(start), _minute(end)
    return first, last if last != first else ""


def _minute(wall: datetime) -> str:
    return wall.isoformat(sep=" ", timespec="minutes")


def _in_order(start: date, end: date) -> None:
    if end < start:
        raise Undraftable("ends before it starts")


def _zone_said(event: Component) -> str:
    return one_line(str(event["DTSTART"].params.get("TZID", "")))
