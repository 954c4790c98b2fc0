"""The question as it was read, what fits it, and the decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from echobot.core.knowledge import EntryId, Intent, Language


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, read from a message."""

    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Match:
    """An entry, how surely it answers the question (0 to 1), and the words that say so."""

    entry: EntryId
    score: float
    matched: tuple[str, ...] = ()
    unexplained: tuple[str, ...] = ()
    intent: Intent | None = None  # what is asked of a name; None for entries and needs
    vetoed: bool = False  # words that nothing explains: choices at most, however high the score
    reason: str = ""  # for curators, in plain English
    need: EntryId | None = None  # what a service is to be replaced for, when the question says so


@dataclass(frozen=True, slots=True)
class Found:
    match: Match
    also: tuple[Match, ...] = ()  # what else was asked in the same message, and can be answered
    together: bool = False  # all are given at once, not only the first


@dataclass(frozen=True, slots=True)
class Choices:
    matches: tuple[Match, ...]  # two or three, best first


@dataclass(frozen=True, slots=True)
class Unknown:
    declined: bool = False  # there were choices, and none of them was meant


@dataclass(frozen=True, slots=True)
class Meaning:
    """What was answered, in short: the same for the same answer, whatever its words are."""

    outcome: str  # "found", "choices", "unknown", or the name of one of the bot's own sentences
    language: str = ""
    entries: tuple[EntryId, ...] = ()

    def __str__(self) -> str:
        return " ".join((self.outcome, self.language, *self.entries)).strip()

    @classmethod
    def read(cls, text: str) -> Meaning:
        """What was written by `str`."""
        outcome, _, rest = text.partition(" ")
        language, *entries = rest.split(" ")
        return cls(outcome, language, tuple(map(EntryId, entries)))


Answer: TypeAlias = Found | Choices | Unknown
