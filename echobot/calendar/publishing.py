"""The visits and workshops of a knowledge base, written into a file that people's calendars subscribe to."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from echobot.calendar import files, writing
from echobot.calendar.revising import Revision, revised
from echobot.content.yaml_text import shown
from echobot.core.knowledge import Knowledge
from echobot.core.texts import Language
from echobot.errors import CalendarError


def publish(knowledge: Knowledge, language: Language, file: Path, now: datetime) -> str:
    """Write or replace the file; returns a sentence that says what is new. Raises `CalendarError`."""
    revision = revised(writing.events(knowledge, language), files.written_before(file), now.replace(microsecond=0))
    if not revision.events:
        raise CalendarError("no visit or workshop with a date is known, so there is nothing to write")
    files.replace(file, writing.calendar(revision.events))
    return f"{shown(file)}: {_count(len(revision.events))}{_news(revision)}."


def spoken(knowledge: Knowledge, wanted: str | None) -> Language:
    """The language to write in; raises `CalendarError` when nothing is named in the one that is wanted."""
    known = writing.languages(knowledge)
    if wanted is None:
        return Language("en")
    if wanted not in known:
        listed = ", ".join(sorted(known)) or "none"
        raise CalendarError(f"no visit or workshop is named in {wanted!r}; the languages are {listed}")
    return Language(wanted)


def _news(revision: Revision) -> str:
    parts = ((revision.added, "new"), (revision.changed, "changed"), (revision.withdrawn, "withdrawn"))
    return "".join(f", {number} {what}" for number, what in parts if number) or ", nothing is new"


def _count(events: int) -> str:
    return f"{events} event{'s' * (events != 1)}"
