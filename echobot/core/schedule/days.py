"""Which days a rule chooses: each kind finds its next day by arithmetic, never by counting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from typing import TypeAlias

LAST = -1
"""The place of the last day, or the last such weekday, of a month."""

_WEEK = 7  # days
_LONGEST_MONTH = 31  # days


class Weekday(IntEnum):
    """As `date.weekday` counts them; for reading, only the names are used."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


@dataclass(frozen=True, slots=True)
class EveryDay:
    def on_or_after(self, day: date) -> date:
        return day


@dataclass(frozen=True, slots=True)
class EveryWeek:
    weekday: Weekday

    def on_or_after(self, day: date) -> date:
        return day + timedelta((self.weekday - day.weekday()) % _WEEK)


@dataclass(frozen=True, slots=True)
class EveryWeeks:
    """Every so many weeks, on the weekday of `counted_from`, which is one of its days."""

    weeks: int
    counted_from: date

    def on_or_after(self, day: date) -> date:
        return day + (self.counted_from - day) % timedelta(weeks=self.weeks)


@dataclass(frozen=True, slots=True)
class MonthWeekday:
    """One of the weekdays of each month: the first to the fourth, or the `LAST`."""

    place: int
    weekday: Weekday

    def on_or_after(self, day: date) -> date:
        chosen = self._of_month(day)
        return chosen if chosen >= day else self._of_month(_next_month(day))

    def _of_month(self, day: date) -> date:
        week_ends_on = _last_of_month(day) if self.place == LAST else day.replace(day=_WEEK * self.place)
        return week_ends_on - timedelta((week_ends_on.weekday() - self.weekday) % _WEEK)


@dataclass(frozen=True, slots=True)
class MonthDay:
    """One day of each month: the 1st to the 28th, which every month has, or the `LAST`."""

    place: int

    def on_or_after(self, day: date) -> date:
        chosen = self._of_month(day)
        return chosen if chosen >= day else self._of_month(_next_month(day))

    def _of_month(self, day: date) -> date:
        return _last_of_month(day) if self.place == LAST else day.replace(day=self.place)


Days: TypeAlias = EveryDay | EveryWeek | EveryWeeks | MonthWeekday | MonthDay


def _next_month(day: date) -> date:
    """Its first day."""
    return (day.replace(day=1) + timedelta(_LONGEST_MONTH)).replace(day=1)


def _last_of_month(day: date) -> date:
    return _next_month(day) - timedelta(1)
