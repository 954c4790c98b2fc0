"""Days, hours and zones as the files say them, and the times at which something is announced."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum, auto
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, PlainValidator, TypeAdapter, WithJsonSchema
from pydantic_core import PydanticCustomError

from echobot.content.complaints import told
from echobot.content.shapes import Text
from echobot.core.announcement import Rule, Timing
from echobot.core.schedule import NotUnderstood, parse_offset, parse_recurrence, parse_wall, zone_named
from echobot.core.schedule.reading import quoted

_WHEN = r"^(19|2\d)\d\d-\d\d(-\d\d( \d\d:\d\d)?)?$"
_TEXT = TypeAdapter[str](Text)


class Known(Enum):
    """How much of a time is known."""

    MONTH = auto()
    DAY = auto()
    HOUR = auto()


@dataclass(frozen=True, slots=True)
class When:
    """A month, a day, or a day and an hour, on the clocks of the place."""

    known: Known
    first: date
    last: date
    hour: time = time()

    def starts(self, zone: ZoneInfo) -> datetime:
        return datetime.combine(self.first, self.hour, zone)

    def ends(self, zone: ZoneInfo) -> datetime:
        return datetime.combine(self.last, self.hour, zone)


def _when(value: Any) -> When:
    try:
        if isinstance(value, str) and re.match(_WHEN, value):
            return _month(value) if len(value) == len("2027-03") else _day(*value.split(" "))
    except ValueError:  # the 31st of June
        pass
    raise PydanticCustomError("when", "no time")


def _month(written: str) -> When:
    first = date.fromisoformat(f"{written}-01")
    return When(Known.MONTH, first, first.replace(day=monthrange(first.year, first.month)[1]))


def _day(written: str, hour: str = "") -> When:
    day = date.fromisoformat(written)
    return When(Known.HOUR, day, day, time.fromisoformat(hour)) if hour else When(Known.DAY, day, day)


def _zone(name: str) -> str:
    try:
        return zone_named(name).key
    except NotUnderstood as error:
        raise told(error.wrong, error.instead) from error


def _timing(parse: Callable[[str], Rule]) -> Callable[[Any], Timing]:
    """Reads a time with `parse`, and keeps how it was written."""

    def read(value: Any) -> Timing:
        written = _TEXT.validate_python(value)
        try:
            return Timing(written, parse(written))
        except NotUnderstood as error:
            raise told(error.wrong, error.instead) from error

    return read


def _date_or_rule(written: str) -> Rule:
    if re.match(r"\d+-", written):
        return parse_wall(written)
    if not written.casefold().startswith("every"):
        instead = 'write a date, as in "2027-03-01 18:30", or a rule, as in "every first tuesday at 18:30"'
        raise NotUnderstood(f"{quoted(written)} is neither a date nor a rule", instead)
    return parse_recurrence(written)


WhenWritten = Annotated[When, BeforeValidator(_when), WithJsonSchema({"type": "string", "pattern": _WHEN})]
Zone = Annotated[Text, AfterValidator(_zone)]
AroundEvent = Annotated[Timing, PlainValidator(_timing(parse_offset), json_schema_input_type=Text)]
DateOrRule = Annotated[Timing, PlainValidator(_timing(_date_or_rule), json_schema_input_type=Text)]
