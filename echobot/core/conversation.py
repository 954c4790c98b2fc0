"""What was said before decides what "2" means; what fits the question decides the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from echobot.core.knowledge import EntryId, Language
from echobot.core.message import Place


@dataclass(frozen=True, slots=True)
class Conversation:
    """The last exchange with one person at one place."""

    place: Place
    person: str
    at: datetime
    language: Language
    offered: tuple[EntryId, ...] = ()  # the choices still open, in the order they were numbered
    answered: EntryId | None = None  # the entry that was last given as the answer
