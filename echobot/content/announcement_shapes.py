"""The shape of announcements: of a visit or a workshop, or by themselves."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from echobot.content.complaints import told
from echobot.content.lengths import Duration
from echobot.content.posters import digest
from echobot.content.shapes import ByLanguage, Id, Shape, Text, each_once, filled, one_or_several
from echobot.content.times import AroundEvent, DateOrRule, Zone
from echobot.core.announcement import Announcement, DestinationName, Lateness, Poster, TooLate
from echobot.core.event import Event
from echobot.core.texts import Language, Texts

_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(weeks=4)


def _reasonable(late_ok: timedelta) -> timedelta:
    if not _SHORTEST <= late_ok <= _LONGEST:
        raise told("it is less than a minute or more than four weeks", "write it as 30m, 2h or 2 days")
    return late_ok


LateOk = Annotated[Duration, AfterValidator(_reasonable)]
Destinations = Annotated[
    Annotated[tuple[Id, ...], Field(min_length=1)],
    BeforeValidator(one_or_several, json_schema_input_type=Id | list[Id]),
    AfterValidator(each_once),
]
AroundEvents = Annotated[
    Annotated[tuple[AroundEvent, ...], Field(min_length=1)],
    BeforeValidator(one_or_several, json_schema_input_type=Text | list[Text]),
]
DatesOrRules = Annotated[
    Annotated[tuple[DateOrRule, ...], Field(min_length=1)],
    BeforeValidator(one_or_several, json_schema_input_type=Text | list[Text]),
]

_TO = "The names of destinations in the settings"
_LATE_OK = "How late it may still be posted, two hours if nothing is said"
_IF_LATE = "What becomes of it when it is later: `skip`, or `post_with_note`, which says when it was meant for"
_WARNING = "What stands above the text until somebody opens it, by language"
_TEXT = "What to say in place of the usual words, by language; {name}, {when}, {place}, {link} and more are filled in"


class PosterShape(Shape):
    file: Text = Field(description="Its file, from the folder of this one", examples=["posters/lisbon.png"])
    alt: ByLanguage = Field(
        min_length=1, description="What it shows, for those who do not see it", examples=[{"en": "A library"}]
    )

    def poster(self, folder: Path) -> Poster:
        file = os.path.normpath(folder / self.file)
        return Poster(file, self.alt, digest(Path(file)))


class PostsShape(Shape):
    """What all announcements have in common."""

    to: Destinations = Field(description=_TO, examples=[["visits"]])
    late_ok: LateOk | None = Field(None, description=_LATE_OK, examples=["2h"])
    if_late: Literal["skip", "post_with_note"] = Field("skip", description=_IF_LATE, examples=["skip"])
    warning: ByLanguage = Field({}, description=_WARNING, examples=[{"en": "long"}])

    def common(self) -> dict[str, Any]:
        """The parts of the value that this is responsible for."""
        return {
            "to": tuple(map(DestinationName, self.to)),
            "warning": _texts(self.warning),
            "lateness": Lateness(self.late_ok or Lateness().late_ok, TooLate(self.if_late)),
        }


class AnnounceShape(PostsShape):
    """Below `announce`, in a visit or a workshop."""

    when: AroundEvents = Field(description="When, seen from it", examples=[["at publication", "1 hour before"]])
    text: ByLanguage = Field({}, description=_TEXT, examples=[{"en": "{name}: {when}, {place}. {link}"}])

    def announcement(self, id_: str, event: Event, zone: str, poster: Poster | None) -> Announcement:
        return Announcement(
            id=id_,
            timings=self.when,
            zone=ZoneInfo(zone),
            event=event,
            text=_texts(self.text),
            poster=poster,
            **self.common(),
        )


class AnnouncementShape(PostsShape):
    """An announcement by itself."""

    id: Id = Field(description="Its name inside the knowledge base: lower-case letters, digits and hyphens")
    text: ByLanguage = Field(min_length=1, description="All that it says, by language", examples=[{"en": "Tonight …"}])
    when: DatesOrRules = Field(
        description="A date with its hour, a rule, or several of them", examples=["every first tuesday at 18:30"]
    )
    zone: Zone = Field(description="Whose clocks these are", examples=["Europe/Paris"])
    poster: Annotated[PosterShape | None, BeforeValidator(filled)] = Field(
        None, description="Its picture", examples=[{"file": "help.png", "alt": {"en": "…"}}]
    )

    def announcement(self, folder: Path) -> Announcement:
        return Announcement(
            id=self.id,
            timings=self.when,
            zone=ZoneInfo(self.zone),
            text=_texts(self.text),
            poster=self.poster.poster(folder) if self.poster else None,
            **self.common(),
        )


def _texts(by_language: ByLanguage) -> Texts:
    return {Language(language): text for language, text in by_language.items()}
