"""What is to be posted unasked: its times, its destinations, and what becomes of it when it is late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import NewType, TypeAlias
from zoneinfo import ZoneInfo

from echobot.core.event import Event
from echobot.core.schedule import Offset, Recurrence, Wall
from echobot.core.texts import Language, Texts

DestinationName = NewType("DestinationName", str)
"""What the settings call a room or an account that announcements go to."""


class TooLate(StrEnum):
    """What becomes of a post that is later than its announcement allows. Either way the operator is told."""

    SKIP = "skip"
    POST_WITH_NOTE = "post_with_note"  # it begins with when it was meant for


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late a post may be, and what becomes of it past that."""

    late_ok: timedelta = timedelta(hours=2)
    if_later: TooLate = TooLate.SKIP


@dataclass(frozen=True, slots=True)
class Poster:
    """A picture, and what it shows, by language, for those who do not see it."""

    file: str  # an absolute path
    alt: Mapping[str, str]
    digest: str = ""  # of what is in the file: where it lies says nothing about what it shows


Rule: TypeAlias = Offset | Recurrence | Wall
"""Around an event, again and again, or once on the clocks of the announcement's zone."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One of the times that somebody wrote: as it stands there, and what it means."""

    written: str
    rule: Rule


@dataclass(frozen=True, slots=True, eq=False)  # texts have no hash: an announcement is itself
class Announcement:
    """What to post of an event, or by itself."""

    id: str  # the event's entry's, where there is one: unique over all of the knowledge
    to: tuple[DestinationName, ...]
    timings: tuple[Timing, ...]
    zone: ZoneInfo
    event: Event | None = None
    text: Texts = field(default_factory=dict)  # by itself: all that is said; of an event: in place of the shipped form
    warning: Texts = field(default_factory=dict)  # what stands above the text until somebody opens it
    poster: Poster | None = None
    lateness: Lateness = Lateness()


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a post is for: what they read, and whose clocks they live by."""

    languages: tuple[Language, ...]
    zones: tuple[ZoneInfo, ...] = ()
