"""A visit or a workshop with a date: what an entry carries that is about one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from echobot.core.text import words
from echobot.core.texts import Texts


class EventKind(StrEnum):
    """Also the keys in the knowledge files."""

    VISIT = "visits"
    WORKSHOP = "workshops"


@dataclass(frozen=True, slots=True, eq=False)  # texts have no hash: an event is itself
class Event:
    """When and where. Times are those of the place, in its own zone; whole days have no hours worth telling.

    Where only the months are known, it is as if it took all of their days.
    """

    kind: EventKind
    starts: datetime
    ends: datetime  # of whole days: midnight of the last one
    place: Texts  # "Berlin (Germany)"
    whole_days: bool = False
    host: str = ""
    languages: tuple[str, ...] = ()  # spoken there
    link: str = ""
    contact: str = ""
    cancelled: bool = False
    whole_months: bool = False  # which are whole days too

    @property
    def zone(self) -> ZoneInfo:
        """The place's."""
        if not isinstance(self.starts.tzinfo, ZoneInfo):
            raise TypeError("the times of an event carry their zone")
        return self.starts.tzinfo

    @property
    def over_at(self) -> datetime:
        """The first moment at which nothing of it is left: of whole days, the midnight behind the last one."""
        return self.ends + timedelta(days=self.whole_days)

    def is_over(self, today: date) -> bool:
        """On its last day it is not over yet."""
        return self.ends.date() < today

    def is_in(self, month: int) -> bool:
        """Whether any of its days is in that month (1 to 12) of any year."""
        return any((number - month) % 12 == 0 for number in range(_month(self.starts), _month(self.ends) + 1))

    def is_there(self, said: Iterable[str]) -> bool:
        """Whether one of the folded words names its place, in whatever language."""
        places = {word for text in self.place.values() for word in words(text) if len(word) > _SHORTEST_NAME}
        return not places.isdisjoint(said)


_VOWELS = "aeiou"
_SHORTEST_NAME = 3  # letters: "(the" is no place


def meant(events: Iterable[Event], asked: str, months: Mapping[str, int]) -> list[Event]:
    """Those that a question means when it names places or months: "a workshop in Berlin in March".

    `months` are folded names of months and their numbers. What names neither means all of them.
    """
    said = set(words(asked))
    found = list(events)
    if wanted := {month for word in said if (month := _named(word, months))}:
        found = [event for event in found if any(event.is_in(month) for month in wanted)]
    return [event for event in found if event.is_there(said)] or found


def _named(word: str, months: Mapping[str, int]) -> int | None:
    """The month, also with another case's ending: Croatian "ožujku" is in March, as "ožujka" is."""
    endings = _VOWELS if word[-1:] in _VOWELS else ""
    return months.get(word) or next((months[word[:-1] + v] for v in endings if word[:-1] + v in months), None)


def _month(moment: datetime) -> int:
    """Counted from the year 0."""
    return moment.year * 12 + moment.month
