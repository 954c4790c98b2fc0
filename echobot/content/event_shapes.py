"""The shape of visits and workshops with a date; their times are held against the clocks of their place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from echobot.content.announcement_shapes import AnnounceShape, PosterShape
from echobot.content.complaints import Complaint, refuse
from echobot.content.shapes import ByLanguage, ItemShape, LanguageCode, Link, SomeTexts, Text, filled
from echobot.content.times import Known, WhenWritten, Zone
from echobot.core.announcement import Announcement
from echobot.core.event import Event, EventKind
from echobot.core.schedule import doubtful
from echobot.core.texts import Language

_STARTS = "The day, and the hour if there is one; the month alone, if no more is known"


class EventShape(ItemShape):
    """What visits and workshops are: an answer with a time and a place."""

    name: ByLanguage = Field(min_length=1, description="What it is called, by language", examples=[{"en": "A visit"}])
    asked: dict[LanguageCode, SomeTexts] = Field(
        min_length=1, description="How people ask for it, by language", examples=[{"en": ["the visit to Berlin"]}]
    )
    about: ByLanguage = Field(min_length=1, description="What it is about, by language", examples=[{"en": "We …"}])
    starts: WhenWritten = Field(description=_STARTS, examples=["2027-03-14 10:00"])
    ends: WhenWritten | None = Field(
        None, description="The last day, with its hour; or the last month", examples=["2027-03-14 12:00"]
    )
    zone: Zone = Field(description="Whose clocks these are", examples=["Europe/Berlin"])
    place: ByLanguage = Field(min_length=1, description="Where, by language", examples=[{"en": "Berlin (Germany)"}])
    host: Text = Field("", description="Who receives the guests", examples=["Willi Eichler Academy"])
    languages: tuple[LanguageCode, ...] = Field((), description="What is spoken there", examples=[["en", "de"]])
    link: Link | None = Field(None, description="Where to read more or enrol", examples=["https://example.org/berlin"])
    contact: Text = Field("", description="Who can be asked", examples=["visits@example.org"])
    cancelled: bool = Field(False, description="It will not take place", examples=["true"])
    poster: Annotated[PosterShape | None, BeforeValidator(filled)] = Field(
        None, description="The picture of its announcements", examples=[{"file": "lisbon.png", "alt": {"en": "…"}}]
    )
    announce: Annotated[AnnounceShape | None, BeforeValidator(filled)] = Field(
        None, description="Where and when to announce it", examples=[{"to": ["visits"], "when": ["1 hour before"]}]
    )

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        starts, ends = self._times()
        refuse(self._doubts(starts=starts, ends=ends))
        if self.ends is not None and self.ends.known is not self.starts.known:
            one = "one_month" if Known.MONTH in {self.starts.known, self.ends.known} else "one_hour"
            raise PydanticCustomError(one, "more is known of one of the two")
        if ends < starts:
            raise PydanticCustomError("backwards", "it ends before it starts")
        return self

    def _doubts(self, **written: datetime) -> Iterator[Complaint]:
        for key, moment in written.items():
            when = getattr(self, key)
            if (
                when
                and when.known is Known.HOUR
                and (doubt := doubtful(moment.replace(tzinfo=None), ZoneInfo(self.zone)))
            ):
                yield Complaint((key,), doubt.wrong, doubt.instead)

    def event(self, kind: EventKind) -> Event:
        starts, ends = self._times()
        known = self.starts.known
        more = (self.host, self.languages, self.link or "", self.contact, self.cancelled, known is Known.MONTH)
        place = {Language(language): text for language, text in self.place.items()}
        return Event(kind, starts, ends, place, known is not Known.HOUR, *more)

    def announcement(self, event: Event, folder: Path) -> Announcement | None:
        if self.announce is None:
            return None
        return self.announce.announcement(
            self.id, event, self.zone, self.poster.poster(folder) if self.poster else None
        )

    def _times(self) -> tuple[datetime, datetime]:
        zone = ZoneInfo(self.zone)
        return self.starts.starts(zone), (self.ends or self.starts).ends(zone)
