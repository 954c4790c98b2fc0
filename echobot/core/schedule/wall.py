"""Wall times, which clocks in a zone show, as instants in UTC, also on the two days a year when the clocks change.

In spring some wall times never exist, in autumn some exist twice. Who writes down such a time is asked what they mean
(`doubtful`). Where nobody can be asked, because a rule makes the time, `instant` has one answer: a time that never
exists is the first instant after the gap, and a time that exists twice is the first of the two.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from enum import Enum, auto
from functools import cache
from typing import TypeAlias
from zoneinfo import ZoneInfo, available_timezones

from echobot.core.schedule.reading import NotUnderstood, either, quoted

Wall: TypeAlias = datetime
"""What a clock shows: a datetime without a zone."""

_OF_THE_MACHINE = frozenset({"localtime", "Factory"})
"""Names among the zones that mean something else on each machine, or nothing."""

_ALIKE = 0.7
"""As difflib counts: "Bruxelles" is near Europe/Brussels, and "localtime" is not near Africa/Lome."""

_LONGEST_NAME = 40  # characters; the longest zone has 32


class Doubt(Enum):
    NEVER = auto()  # the clocks are put forward over it
    TWICE = auto()  # the clocks are put back behind it


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A wall time that is no single instant, with the last minute before and the first after that are beyond doubt."""

    doubt: Doubt
    wall: Wall
    zone: str
    before: Wall
    after: Wall

    @property
    def wrong(self) -> str:
        happens = "never exists" if self.doubt is Doubt.NEVER else "exists twice"
        return f"{_written(self.wall)} {happens} in {self.zone}, because the clocks change"

    @property
    def instead(self) -> str:
        return f"write {_written(self.before)} or {_written(self.after)}"

    def __str__(self) -> str:
        return f"{self.wrong} — {self.instead}"


class UnknownZone(NotUnderstood):
    """No IANA time zone has this name; `nearest` are the known ones that look like it, the likeliest first."""

    def __init__(self, name: str, nearest: tuple[str, ...]) -> None:
        instead = f"did you mean {either(nearest)}?" if nearest else "write a name such as Europe/Paris, or UTC"
        super().__init__(f"{quoted(name)} is not a time zone", instead)
        self.args = (name, nearest)
        self.nearest = nearest


def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of this name, such as Europe/Zagreb; raises `UnknownZone`."""
    if name not in _zone_names():
        raise UnknownZone(name, _nearest(name))
    return ZoneInfo(name)


def doubtful(wall: Wall, zone: ZoneInfo) -> Doubtful | None:
    """Why the wall time is no single instant in this zone; None when it is one."""
    first, second = _offsets(wall, zone)
    if first == second:
        return None
    change = _change(wall, zone).replace(tzinfo=None)
    begin, end = sorted((change + first, change + second))
    doubt = Doubt.NEVER if first < second else Doubt.TWICE
    return Doubtful(doubt, wall, zone.key, begin - timedelta(minutes=1), end)


def instant(wall: Wall, zone: ZoneInfo) -> datetime:
    """The wall time in UTC: the first instant after the gap if it never exists, the first of two if it exists twice."""
    first, second = _offsets(wall, zone)
    if first < second:
        return _change(wall, zone)
    return (wall - first).replace(tzinfo=UTC)


def _offsets(wall: Wall, zone: ZoneInfo) -> tuple[timedelta, timedelta]:
    """How far the zone is from UTC at this wall time, before and after a change of the clocks if there is one near."""
    if wall.tzinfo is not None:
        raise ValueError("a wall time has no zone of its own")
    return _offset(wall.replace(tzinfo=zone, fold=0)), _offset(wall.replace(tzinfo=zone, fold=1))


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()


def _change(wall: Wall, zone: ZoneInfo) -> datetime:
    """The instant at which the clocks change around a doubtful wall time; zoneinfo knows it and does not tell."""
    first, second = _offsets(wall, zone)
    earliest = (wall.replace(microsecond=0) - max(first, second)).replace(tzinfo=UTC)

    def changed(seconds: int) -> bool:
        return _offset((earliest + timedelta(seconds=seconds)).astimezone(zone)) != first

    span = int(abs(second - first).total_seconds())
    return earliest + timedelta(seconds=bisect_left(range(span), x=True, key=changed))


def _written(wall: Wall) -> str:
    return wall.isoformat(sep=" ", timespec="minutes")


@cache
def _zone_names() -> frozenset[str]:
    """Asked once: it looks into some hundred files."""
    return frozenset(available_timezones()) - _OF_THE_MACHINE


def _nearest(name: str) -> tuple[str, ...]:
    """Up to three zones of places that look like it, as a whole or in their last part: "Pariss" is near Europe/Paris.

    None of Etc: Etc/GMT+1 is an hour behind Greenwich, and whoever writes GMT+1 means an hour ahead.
    """
    places = sorted(zone for zone in _zone_names() if "/" in zone and not zone.startswith("Etc/"))
    spelt = {zone.casefold().rpartition("/")[2]: zone for zone in places} | {zone.casefold(): zone for zone in places}
    form = name[:_LONGEST_NAME].strip().casefold().replace(" ", "_")
    close = [form] if form in spelt else get_close_matches(form, spelt, n=3, cutoff=_ALIKE)
    return tuple(dict.fromkeys(spelt[near] for near in close))
