"""How texts are set: one under the other, in paragraphs, with dates and languages as people write them."""

from __future__ import annotations

from datetime import date

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from echobot.core.knowledge import Language


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


def language_name(language: Language, in_language: Language) -> str:
    """What one language calls another."""
    try:
        return Locale.parse(language).get_display_name(in_language) or language
    except (UnknownLocaleError, ValueError):
        return language
