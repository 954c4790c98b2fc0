"""The shape of visits and workshops with a date; their times are held against the clocks of their place."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum, auto
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from echobot.content.shapes import ByLanguage, ItemShape, LanguageCode, Link, SomeTexts, Text
from echobot.core.event import Event, EventKind
from echobot.core.schedule import UnknownZone, doubtful, zone_named
from echobot.core.texts import Language

_WHEN = r"^(19|2\d)\d\d-\d\d(-\d\d( \d\d:\d\d)?)?$"


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
    except UnknownZone as error:
        raise PydanticCustomError("told", "no zone", {"wrong": error.wrong, "instead": error.instead}) from error


WhenWritten = Annotated[When, BeforeValidator(_when), WithJsonSchema({"type": "string", "pattern": _WHEN})]
Zone = Annotated[Text, AfterValidator(_zone)]


class EventShape(ItemShape):
    """What visits and workshops are: an answer with a time and a place."""

    name: ByLanguage = Field(min_length=1, description="What it is called, by language", examples=[{"en": "A visit"}])
    asked: dict[LanguageCode, SomeTexts] = Field(
        min_length=1, description="How people ask for it, by language", examples=[{"en": ["the visit to Berlin"]}]
    )
    about: ByLanguage = Field(min_length=1, description="What it is about, by language", examples=[{"en": "We …"}])
    starts: WhenWritten = Field(description="The day, and the hour if there is one; or the month, if no more is known", examples=["2027-03-14 10:00"])
    ends: WhenWritten | None = Field(None, description="The last day, or the hour, or the month", examples=["2027-03-14 12:00"])
    zone: Zone = Field(description="Whose clocks these are", examples=["Europe/Berlin"])
    place: ByLanguage = Field(min_length=1, description="Where, by language", examples=[{"en": "Berlin (Germany)"}])
    host: Text = Field("", description="Who receives the guests", examples=["Willi Eichler Academy"])
    languages: tuple[LanguageCode, ...] = Field((), description="What is spoken there", examples=[["en", "de"]])
    link: Link | None = Field(None, description="Where to read more or enrol", examples=["https://example.org/berlin"])
    contact: Text = Field("", description="Who can be asked", examples=["visits@example.org"])
    cancelled: bool = Field(False, description="It will not take place", examples=["true"])

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        starts, ends = self._times()
        if self.starts.known is Known.HOUR:
            for when in (starts, ends):
                if doubt := doubtful(when.replace(tzinfo=None), ZoneInfo(self.zone)):
                    raise PydanticCustomError("told", "no such time", {"wrong": doubt.wrong, "instead": doubt.instead})
        if self.ends is not None and self.ends.known is not self.starts.known:
            one = "one_month" if Known.MONTH in {self.starts.known, self.ends.known} else "one_hour"
            raise PydanticCustomError(one, "more is known of one of the two")
        if ends < starts:
            raise PydanticCustomError("backwards", "it ends before it starts")
        return self

    def event(self, kind: EventKind) -> Event:
        starts, ends = self._times()
        known = self.starts.known
        more = (self.host, self.languages, self.link or "", self.contact, self.cancelled, known is Known.MONTH)
        place = {Language(language): text for language, text in self.place.items()}
        return Event(kind, starts, ends, place, known is not Known.HOUR, *more)

    def _times(self) -> tuple[datetime, datetime]:
        zone, ends = ZoneInfo(self.zone), self.ends or self.starts
        first = datetime.combine(self.starts.first, self.starts.hour, zone)
        return first, datetime.combine(ends.last, ends.hour, zone)
