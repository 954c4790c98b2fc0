"""What somebody should see to: phrasings that are too few, texts that nobody has read for long or that are over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from echobot.content.items import Item
from echobot.core.knowledge import Entry, Need
from echobot.core.problem import Problem

_ENOUGH = 5


def few_phrasings(items: Iterable[Item]) -> Iterator[Problem]:
    for item in items:
        if isinstance(item.value, Entry | Need):
            for language, said in item.value.asked.items():
                if len(said) < _ENOUGH:
                    wrong = f"`asked.{language}` has only {len(said)} of the five phrasings that it takes"
                    yield item.warning(("asked", language), wrong, "write how else people would ask")


def overdue(items: Iterable[Item], today: date) -> Iterator[Problem]:
    for item in items:
        care, reviewed = item.value.care, item.value.reviewed
        if care.is_due(reviewed, today):
            wrong = f"it was last reviewed on {reviewed}" if reviewed else "nobody has reviewed it yet"
            instead = f"{care.owner or 'somebody'} should read it, mend it, and write the day after `reviewed:`"
            yield item.warning(("review_every",), f"{wrong}, so a review is due", instead)
        if ended := care.ended(today):
            instead = "mend it and write a later day, or take it out"
            yield item.warning(("valid_until",), f"it was only valid until {ended}", instead)
