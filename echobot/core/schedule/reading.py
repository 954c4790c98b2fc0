"""Times, dates and names as people write them in a rule, read strictly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time

_TIME = re.compile(r"[0-9]{2}:[0-9]{2}")
_DATE = re.compile(r"2[0-9]{3}-[0-9]{2}-[0-9]{2}")
_MOST_QUOTED = 60  # characters


class NotUnderstood(ValueError):
    """A text that cannot be read: what is `wrong` with it and what to write `instead`; together they are a sentence."""

    def __init__(self, wrong: str, instead: str) -> None:
        super().__init__(wrong, instead)
        self.wrong = wrong
        self.instead = instead

    def __str__(self) -> str:
        return f"{self.wrong} — {self.instead}"


def plain(text: str) -> str:
    """The text in small letters with single spaces: neither tells one rule from another."""
    return " ".join(text.casefold().split())


def time_in(text: str) -> time:
    """A time of day in hours and minutes; raises `NotUnderstood`."""
    try:
        return time.fromisoformat(_fitting(_TIME, text))
    except ValueError:
        instead = "write two digits for the hour (00 to 23) and two for the minute, as in 09:00"
        raise NotUnderstood(f"{quoted(text)} is not a time of day", instead) from None


def date_in(text: str) -> date:
    """A date of this millennium; raises `NotUnderstood`."""
    try:
        return date.fromisoformat(_fitting(_DATE, text))
    except ValueError:
        instead = "write year, month and day, as in 2026-12-03"
        raise NotUnderstood(f"{quoted(text)} is not a date", instead) from None


def wall_in(text: str) -> datetime:
    """A date and a time of day, as clocks show them; raises `NotUnderstood`."""
    day, _, hour = plain(text).partition(" ")
    read = date_in(day)
    if not hour:
        raise NotUnderstood(f"{quoted(text)} does not say at what time", f'write "{day} 18:30"')
    return datetime.combine(read, time_in(hour))


def quoted(text: str) -> str:
    """The start of a text, as the person wrote it."""
    line = " ".join(text.split())
    return f'"{line[:_MOST_QUOTED]}…"' if len(line) > _MOST_QUOTED else f'"{line}"'


def either(names: Sequence[str]) -> str:
    """The names as a choice: "a, b or c"."""
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _fitting(form: re.Pattern[str], text: str) -> str:
    """The text, if it has this form: `fromisoformat` takes others too, such as 20261203."""
    if not form.fullmatch(text):
        raise ValueError(text)
    return text
