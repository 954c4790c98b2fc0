"""How texts are set: one under the other, in paragraphs, with dates and languages as people write them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Literal, TypeAlias

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_timedelta, get_month_names, get_timezone_name

from echobot.core.event import Event
from echobot.core.knowledge import Language
from echobot.core.text import fold

_Unit: TypeAlias = Literal["day", "hour", "minute"]
_SECONDS: Mapping[_Unit, int] = {"day": 86_400, "hour": 3_600, "minute": 60}
_WRITTEN = ("fr", "en", "de", "it", "hr", "nl")


def begin(text: str) -> str:
    """As at the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def lines(*parts: str) -> str:
    """One under the other, without empty ones."""
    return "\n".join(part for part in parts if part)


def paragraphs(*parts: str) -> str:
    """With an empty line between them, without empty ones."""
    return "\n\n".join(part.strip() for part in parts if part.strip())


def written(day: date, language: Language) -> str:
    """A date as the language writes it."""
    try:
        return format_date(day, "long", locale=language)
    except (UnknownLocaleError, ValueError):
        return day.isoformat()


def month_written(day: date, language: Language) -> str:
    """The month of a date, with its year, as the language writes it."""
    try:
        return format_skeleton("yMMMM", day, locale=language)
    except (UnknownLocaleError, ValueError):
        return f"{day:%Y-%m}"


def days(time: timedelta, language: Language) -> str:
    """How many days, as the language writes it."""
    try:
        return format_timedelta(time, "day", threshold=1_000_000, locale=language)
    except (UnknownLocaleError, ValueError):
        return f"{time.days} d"


def duration(time: timedelta, language: Language) -> str:
    """How long, in the largest unit of which it is a whole number, as the language writes it."""
    whole: _Unit = next((unit for unit in _SECONDS if time.total_seconds() % _SECONDS[unit] == 0), "minute")
    try:
        return format_timedelta(time, whole, threshold=1_000_000, locale=language)
    except (UnknownLocaleError, ValueError):
        return f"{time.total_seconds() / _SECONDS[whole]:.0f} {whole[0]}"


def stretch(event: Event, language: Language) -> str:
    """From when until when, with the clocks that are meant, as the language writes it."""
    first, last = event.starts.date(), event.ends.date()
    if event.whole_days:
        in_words = month_written if event.whole_months else written
        return " – ".join(dict.fromkeys((in_words(first, language), in_words(last, language))))
    until = f"–{event.ends:%H:%M}" if first == last else f" – {written(last, language)}, {event.ends:%H:%M}"
    hours = f"{event.starts:%H:%M}" + (until if event.ends != event.starts else "")
    return f"{written(first, language)}, {hours} ({_clocks(event.starts, language)})"


@cache
def months() -> Mapping[str, int]:
    """Folded names of months in every language that babel knows of ours, and their numbers."""
    names = (
        *(get_month_names("wide", "format", language) for language in _WRITTEN),
        *(get_month_names("wide", "stand-alone", language) for language in _WRITTEN),
    )
    return {fold(name): number for named in names for number, name in named.items()}


def _clocks(moment: datetime, language: Language) -> str:
    """The name of the time zone as it is at that moment: "Central European Summer Time"."""
    try:
        return get_timezone_name(moment, width="long", locale=language)
    except (UnknownLocaleError, ValueError):
        return str(moment.tzinfo)


def language_name(language: Language, in_language: Language) -> str:
    """What one language calls another."""
    try:
        return Locale.parse(language).get_display_name(in_language) or language
    except (UnknownLocaleError, ValueError):
        return language
