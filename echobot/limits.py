"""How often the bot answers: one person, one room, everybody together.

A limit that bites is said once, politely; then the bot is silent until the minute is over. What was not answered
does not count, so nobody who floods uses up what the others may ask.

The counts live in memory. After a restart they begin anew, so a message that is read again after a crash can only be
let through more kindly than the first time; within one run, a repeated attempt counts as another question.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from itertools import takewhile
from typing import TypeAlias

from echobot.core.message import Place
from echobot.settings import Limits

WINDOW = timedelta(minutes=1)

_Who: TypeAlias = tuple[str, ...]
_EVERYBODY: _Who = ()


class Ruling(Enum):
    ALLOW = auto()
    SAY_SO_ONCE = auto()
    SILENT = auto()


@dataclass(slots=True)
class _Minute:
    """The answers since the first of them."""

    began: datetime
    answers: int = 0
    said_so: bool = False

    def is_over(self, now: datetime) -> bool:
        return not timedelta(0) <= now - self.began < WINDOW  # a clock that was put back ends it too


class Allowance:
    """Who may still be answered. Remembers only who was answered in the last minute."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._minutes: dict[_Who, _Minute] = {}

    def ask(self, place: Place, person: str, now: datetime) -> Ruling:
        """May this person be answered here now? The answer yes is counted."""
        self._drop_what_is_over(now)
        counted = {
            (place.account, "person", person): self._limits.person_per_minute,
            (place.account, "room", place.room): self._limits.room_per_minute,
            _EVERYBODY: self._limits.bot_per_minute,
        }
        for who, limit in counted.items():
            if limit <= (minute := self._minutes.get(who, _Minute(now))).answers:
                return self._refuse(who, minute)
        for who in counted:
            self._minutes.setdefault(who, _Minute(now)).answers += 1
        return Ruling.ALLOW

    def _refuse(self, who: _Who, minute: _Minute) -> Ruling:
        ruling = Ruling.SILENT if minute.said_so else Ruling.SAY_SO_ONCE
        minute.said_so = True
        self._minutes[who] = minute  # it is not there yet when the limit is nought
        return ruling

    def _drop_what_is_over(self, now: datetime) -> None:
        over = [*takewhile(lambda who: self._minutes[who].is_over(now), self._minutes)]  # the oldest come first
        for who in over:
            del self._minutes[who]
