"""How a week was: what was asked, what was of use, and what somebody should see to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from echobot.core.gap import Group, asked_times
from echobot.core.knowledge import EntryId, Knowledge, Language
from echobot.core.oversight import Use
from echobot.core.wording import Voice

_A_WEEK = timedelta(days=7)
_MOST = 5


@dataclass(frozen=True, slots=True)
class Week:
    """What is known of the week that begins on `monday`."""

    monday: date
    uses: Sequence[Use]
    used_ever: frozenset[str]  # since uses are counted
    gaps: Sequence[Group]  # of the last weeks, the most frequent first
    dead_links: Sequence[str] = ()

    def told(self, knowledge: Knowledge, today: date) -> str:
        """All of it, in a few lines; what is nothing is left out."""
        name = Voice(knowledge, Language("en"), {}, today).title
        return "\n\n".join(filter(None, [
            self._counts(),
            _list("Most used", (f"{name(EntryId(use.entry))} ({use.times})" for use in self._found(knowledge))),
            self._never_used(knowledge),
            _list("Asked in vain most often", (f"{group[0].text} ({asked_times(group)})" for group in self.gaps)),
            _list("Due for review", (f"{name(entry)} ({owner})" for entry, owner in due(knowledge, today))),
            _list("Dead links", self.dead_links),
        ]))  # fmt: skip

    def _counts(self) -> str:
        until = self.monday + _A_WEEK - timedelta(days=1)
        counts = {outcome: sum(use.times for use in self.uses if use.outcome == outcome) for outcome in _OUTCOMES}
        week = f"The week from {self.monday} to {until}"
        if not any(counts.values()):
            return f"{week}: nobody asked anything."
        told = ", ".join(f"{count} {_OUTCOMES[outcome]}" for outcome, count in counts.items())
        return f"{week}: {sum(counts.values())} questions, {told}."

    def _found(self, knowledge: Knowledge) -> Iterator[Use]:
        return (use for use in self.uses if use.entry and knowledge.thing(EntryId(use.entry)))

    def _never_used(self, knowledge: Knowledge) -> str:
        ids = [*knowledge.entries, *knowledge.services, *knowledge.needs, *knowledge.tools]
        never = [entry for entry in ids if entry not in self.used_ever]
        examples = ", ".join(never[:_MOST])
        return f"Never used in the last year: {len(never)} of {len(ids)}, such as {examples}." if never else ""


_OUTCOMES = {"found": "answered", "choices": "offered choices", "unknown": "not known"}


def due(knowledge: Knowledge, today: date) -> Iterator[tuple[EntryId, str]]:
    """What should be read again, and by whom."""
    for things in (knowledge.entries, knowledge.services, knowledge.needs, knowledge.tools):
        for id_, thing in things.items():
            if thing.care.is_due(thing.reviewed, today) or thing.care.ended(today):
                yield id_, thing.care.owner or "nobody's"


def _list(heading: str, items: Iterable[str]) -> str:
    listed = list(items)
    more = [f"- and {len(listed) - _MOST} more"] if len(listed) > _MOST else []
    return "\n".join([f"{heading}:", *(f"- {item}" for item in listed[:_MOST]), *more]) if listed else ""
