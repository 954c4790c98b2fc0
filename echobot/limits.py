"""How often the bot answers: one person, one room, everybody together.

A limit by the minute that bites is said once, politely; then the bot is silent until the minute is over. The limit by
the hour ends what goes on between bots that do not say what they are, so there it is silent at once. What was not
answered does not count, so nobody who floods uses up what the others may ask.

The counts live in memory. After a restart they begin anew, so a message that is read again after a crash can only be
let through more kindly than the first time; within one run, a repeated attempt counts as another question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from itertools import takewhile
from typing import TypeAlias

from echobot.core.message import Place
from echobot.settings import Limits

WINDOW = timedelta(minutes=1)
_HOUR = timedelta(hours=1)

_Who: TypeAlias = tuple[str, ...]
_EVERYBODY: _Who = ()


class Ruling(Enum):
    ALLOW = auto()
    SAY_SO_ONCE = auto()
    SILENT = auto()


@dataclass(slots=True)
class _Count:
    """The answers since the first of them."""

    began: datetime
    answers: int = 0
    said_so: bool = False


class _Counts:
    """Answers within a time, for everybody who had one in it."""

    def __init__(self, window: timedelta) -> None:
        self._window = window
        self._counts: dict[_Who, _Count] = {}

    def of(self, who: _Who, now: datetime) -> _Count:
        count = self._counts.get(who)
        return _Count(now) if count is None or self._is_over(count, now) else count

    def put(self, who: _Who, count: _Count) -> None:
        if self._counts.get(who) is not count:
            self._counts.pop(who, None)  # a new one comes last
            self._counts[who] = count

    def add(self, who: _Who, now: datetime) -> None:
        count = self.of(who, now)
        count.answers += 1
        self.put(who, count)

    def drop_what_is_over(self, now: datetime) -> None:
        over = [*takewhile(lambda who: self._is_over(self._counts[who], now), self._counts)]  # the oldest come first
        for who in over:
            del self._counts[who]

    def _is_over(self, count: _Count, now: datetime) -> bool:
        """Messages do not come quite in the order of their times; a clock that was put back by more ends it too."""
        return not -WINDOW < now - count.began < self._window


class Allowance:
    """Who may still be answered. Remembers only who was answered in the last hour."""

    def __init__(self, limits: Callable[[], Limits]) -> None:
        self._limits = limits
        self._minute = _Counts(WINDOW)
        self._hour = _Counts(_HOUR)

    def ask(self, place: Place, person: str, now: datetime) -> Ruling:
        """May this person be answered here now? The answer yes is counted."""
        for counts in (self._minute, self._hour):
            counts.drop_what_is_over(now)
        somebody = _person(place, person)
        if self._limits().person_per_hour <= self._hour.of(somebody, now).answers:
            return Ruling.SILENT
        by_minute = self._by_minute(place, person)
        for who, limit in by_minute.items():
            if limit <= (count := self._minute.of(who, now)).answers:
                return self._refuse(who, count)
        for who in by_minute:
            self._minute.add(who, now)
        self._hour.add(somebody, now)
        return Ruling.ALLOW

    def is_spent(self, place: Place, person: str, now: datetime) -> bool:
        """Whether `ask` would say SILENT. This counts nothing."""
        if self._limits().person_per_hour <= self._hour.of(_person(place, person), now).answers:
            return True
        counts = ((self._minute.of(who, now), limit) for who, limit in self._by_minute(place, person).items())
        bitten = next((count for count, limit in counts if limit <= count.answers), None)
        return bitten is not None and bitten.said_so

    def _by_minute(self, place: Place, person: str) -> dict[_Who, int]:
        limits = self._limits()
        return {
            _person(place, person): limits.person_per_minute,
            (place.account, "room", place.room): limits.room_per_minute,
            _EVERYBODY: limits.bot_per_minute,
        }

    def _refuse(self, who: _Who, count: _Count) -> Ruling:
        ruling = Ruling.SILENT if count.said_so else Ruling.SAY_SO_ONCE
        count.said_so = True
        self._minute.put(who, count)  # it is not there yet when the limit is nought
        return ruling


def _person(place: Place, person: str) -> _Who:
    return (place.account, "person", person)
