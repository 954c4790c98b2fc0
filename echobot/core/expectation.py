"""What a question's answer should be, as the people who wrote the knowledge see it."""

from __future__ import annotations

from dataclasses import dataclass

from echobot.core.knowledge import EntryId, Language


@dataclass(frozen=True, slots=True)
class Expectation:
    """A question and the entries that answer it; none when it must not be answered."""

    question: str
    expect: tuple[EntryId, ...]
    language: Language | None = None
