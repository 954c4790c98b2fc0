"""What was said before decides what "2" means; what fits the question decides the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from echobot.core.answer import Answer, Choices, Found, Match, Unknown
from echobot.core.knowledge import EntryId, Intent, Language
from echobot.core.message import Place

REMEMBERED_FOR = timedelta(hours=1)
"""How long after an exchange a bare number still means one of its choices."""

_MOST_CHOICES = 3


@dataclass(frozen=True, slots=True)
class Conversation:
    """The last exchange with one person at one place."""

    place: Place
    person: str
    at: datetime
    language: Language
    offered: tuple[EntryId, ...] = ()  # the choices still open, in the order they were numbered
    answered: EntryId | None = None  # the entry that was last given as the answer
    because: tuple[str, ...] = ()  # the words that spoke for it; none when something else was said since

    def is_over(self, now: datetime) -> bool:
        return now - self.at > REMEMBERED_FOR


def decide(
    matches: Sequence[Match],
    found_at: float,
    choices_at: float,
    neighbours: Callable[[EntryId], Sequence[EntryId]] = lambda _: (),
) -> Answer:
    """Found when the best match is sure and its words explain the question; choices when some may be meant.

    Nobody can choose from one: a lonely choice is joined by its neighbours, or by the next that may be meant.
    """
    if not matches or matches[0].score < choices_at:
        return Unknown()
    best = matches[0]
    if best.score >= found_at and not best.vetoed:
        return Found(best)
    likely = [match for match in matches if match.score >= choices_at]
    if len(likely) == 1:
        likely += [Match(entry, choices_at, reason="a neighbour") for entry in neighbours(best.entry)[:2]]
    if len(likely) == 1:
        beside = [match for match in matches[1:] if match.intent is not Intent.ELSEWHERE]
        likely += [match for match in beside if match.matched or not best.vetoed][:1]
    return Choices(tuple(likely[:_MOST_CHOICES])) if len(likely) > 1 else Unknown()
