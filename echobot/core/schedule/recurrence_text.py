"""Recurrences as people write them: "every first tuesday at 18:30 from 2026-12-01 except 2027-01-05"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from echobot.core.schedule.days_text import FORMS, days_in, weekday_of
from echobot.core.schedule.reading import NotUnderstood, date_in, plain, quoted, time_in
from echobot.core.schedule.recurrence import Recurrence

_RULE = re.compile(
    r"every (?P<days>.+?) at (?P<at>\S+)(?: from (?P<starts>\S+))?(?: until (?P<ends>\S+))?(?: except (?P<without>.+))?"
)
_TOO_EARLY = re.compile(r"\b(from|until|except)\b")
_ORDER = (
    'write a time after "at", and behind it, if wanted, "from", "until" and "except" in this order with their dates'
)


def parse(text: str) -> Recurrence:
    """The recurrence that a text describes; raises `NotUnderstood` where it is unclear, or never happens."""
    rule = plain(text)
    found = _RULE.fullmatch(rule)
    if found is None or _TOO_EARLY.search(found["days"]):
        raise _misshapen(rule)
    starts, ends = (date_in(found[name]) if found[name] else None for name in ("starts", "ends"))
    happening = _that_happens(Recurrence(days_in(found["days"], starts), time_in(found["at"]), starts, ends))
    return _that_happens(replace(happening, without=_exceptions(found["without"] or "", happening)))


def _misshapen(rule: str) -> NotUnderstood:
    if not rule.startswith("every "):
        return NotUnderstood(f"{quoted(rule)} is not a rule", FORMS)
    if " at " not in f"{rule} ":
        return NotUnderstood(f"{quoted(rule)} does not say at what time", 'add it after the days, as in "at 18:30"')
    return NotUnderstood(f"{quoted(rule)} has parts in another order, too many of them or empty ones", _ORDER)


def _exceptions(text: str, happening: Recurrence) -> frozenset[date]:
    """Dates between commas or "and"; one on which nothing happens anyway is a slip of the pen."""
    dates = [date_in(word) for word in re.split(r"[,\s]+", text) if word not in {"", "and"}]
    for day in dates:
        if not happening.falls_on(day):
            wrong = f'{day}, a {weekday_of(day)}, stands after "except", but the rule has nothing on that day'
            raise NotUnderstood(wrong, "correct the date, or take it out")
    return frozenset(dates)


def _that_happens(recurrence: Recurrence) -> Recurrence:
    starts, ends = recurrence.starts, recurrence.ends
    if starts and next(recurrence.days_from(starts), None) is None:
        instead = 'write a later date after "until", or fewer after "except"'
        raise NotUnderstood(f"from {starts} until {ends} this never happens", instead)
    return recurrence
