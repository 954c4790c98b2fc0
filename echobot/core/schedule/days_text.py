"""The days of a recurrence as people write them: "day", "monday", "first tuesday", "2 weeks on thursday"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from difflib import get_close_matches

from echobot.core.schedule.days import LAST, Days, EveryDay, EveryWeek, EveryWeeks, MonthDay, MonthWeekday, Weekday
from echobot.core.schedule.reading import NotUnderstood, either, quoted

FORMS = (
    'write "every day at 18:30", "every monday at 18:30", "every 2 weeks on monday at 18:30 from 2026-12-07", '
    '"every first tuesday at 18:30" or "every month on the 15th at 18:30"'
)

_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": LAST}
_CLEAR_ALONE = {"first", "last"}  # "every second tuesday" may also be one tuesday in two
_EVERY_MONTH_HAS = 28  # days
_MOST_WEEKS = 52


def days_in(text: str, starts: date | None) -> Days:
    """The days that the words after "every" mean; `starts` is what "every 2 weeks" counts from."""
    for form, meant in _KINDS:
        if found := re.fullmatch(form, text):
            return meant(found, starts)
    raise NotUnderstood(f"{quoted(f'every {text}')} does not name days", FORMS)


def weekday_of(day: date) -> str:
    return _name(Weekday(day.weekday()))


def _weekly(found: re.Match[str], _: date | None) -> Days:
    return EveryWeek(_weekday(found[1]))


def _every_weeks(found: re.Match[str], starts: date | None) -> Days:
    weeks, weekday = int(found[1]), _weekday(found[2])
    if not 1 < weeks <= _MOST_WEEKS:
        instead = f'write 2 to {_MOST_WEEKS}, or "every {found[2]}" for each week'
        raise NotUnderstood(f"{weeks} is not a number of weeks to wait", instead)
    if starts is None:
        instead = 'add the date of the first, as in "from 2026-12-03"'
        raise NotUnderstood(f'"every {weeks} weeks" does not say from when to count', instead)
    if starts.weekday() != weekday:
        raise _another_weekday(starts, weekday)
    return EveryWeeks(weeks, starts)


def _another_weekday(starts: date, weekday: Weekday) -> NotUnderstood:
    after = EveryWeek(weekday).on_or_after(starts)
    instead = f'write "from {after - timedelta(weeks=1)}" or "from {after}"'
    return NotUnderstood(f"{starts} is a {weekday_of(starts)}, not a {_name(weekday)}", instead)


def _weekday_of_month(found: re.Match[str], _: date | None) -> Days:
    place, weekday, clear = found[1], found[2], found[3]
    meant = MonthWeekday(_PLACES[place], _weekday(weekday))
    if clear or place in _CLEAR_ALONE:
        return meant
    instead = f'write "every {place} {weekday} of the month", or "every 2 weeks on {weekday}" and from when'
    raise NotUnderstood(f'"every {place} {weekday}" can be read in two ways', instead)


def _every_other(found: re.Match[str], _: date | None) -> Days:
    instead = f'write "every 2 weeks on {found[1]}", and from when, as in "from 2026-12-03"'
    raise NotUnderstood(f'"every other {found[1]}" does not say from when to count', instead)


def _fifth(found: re.Match[str], _: date | None) -> Days:
    raise NotUnderstood(f"not every month has a fifth {found[1]}", f'write "every last {found[1]}"')


def _day_of_month(found: re.Match[str], _: date | None) -> Days:
    day = int(found[1])
    if not 1 <= day <= 31 or found[1] + found[2] != _ordinal(day):
        instead = f'write it as in "{_ordinal(day) if 1 <= day <= _EVERY_MONTH_HAS else "15th"}"'
        raise NotUnderstood(f"{quoted(found[1] + found[2])} is not a day of the month", instead)
    if day > _EVERY_MONTH_HAS:
        instead = 'write "every month on the last day", or a day up to the 28th'
        raise NotUnderstood(f"not every month has a {_ordinal(day)}", instead)
    return MonthDay(day)


_KINDS: tuple[tuple[str, Callable[[re.Match[str], date | None], Days]], ...] = (
    ("day", lambda *_: EveryDay()),
    ("month on the last day", lambda *_: MonthDay(LAST)),
    (r"month on the ([0-9]{1,2})([a-z]*)", _day_of_month),
    (rf"({'|'.join(_PLACES)}) (\S+)( of the month)?", _weekday_of_month),
    (r"other (\S+)", _every_other),
    (r"fifth (\S+)(?: of the month)?", _fifth),
    (r"([0-9]{1,3}) weeks on (\S+)", _every_weeks),
    (r"(?:week on )?((?!week|month|year|hour|minute)\S+)", _weekly),
)


def _weekday(word: str) -> Weekday:
    names = list(map(_name, Weekday))
    if word in names:
        return Weekday[word.upper()]
    if any(character.isdigit() for character in word):
        instead = 'write its name, as in "monday", because some count from Monday and others from Sunday'
        raise NotUnderstood(f"{quoted(word)} is a number and not a weekday", instead)
    close = get_close_matches(word[:20], names, n=2, cutoff=0.65)
    instead = f"did you mean {either(close)}?" if close else f"write {either(names)}"
    raise NotUnderstood(f"{quoted(word)} is not a weekday", instead)


def _name(weekday: Weekday) -> str:
    return weekday.name.lower()


def _ordinal(number: int) -> str:
    teens = number // 10 == 1
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
