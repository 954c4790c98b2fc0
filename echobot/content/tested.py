"""The knowledge beside its test questions: what they expect and is not there, what is there and none expects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from echobot.content.across import comparable
from echobot.content.items import Item
from echobot.content.questions import Asked
from echobot.content.sentences import probable, quoted
from echobot.core.knowledge import Knowledge
from echobot.core.problem import Problem, Severity


def unknown_ids(asked: Iterable[Asked], knowledge: Knowledge) -> Iterator[Problem]:
    known = {*knowledge.entries, *knowledge.tools, *knowledge.needs, *knowledge.services}
    for each in asked:
        for index, wanted in enumerate(each.expectation.expect):
            if wanted not in known:
                instead = probable(wanted, known) or "write the id of an entry, a tool, a need or a service"
                yield each.problem(("expect", index), f"there is nothing with the id `{wanted}`", instead)


def copied_phrasings(asked: Iterable[Asked], knowledge: Knowledge) -> Iterator[Problem]:
    """Questions that prove nothing: the knowledge was given their very words."""
    owners = {comparable(phrasing.text): phrasing.entry for phrasing in knowledge.phrasings()}
    for each in asked:
        if owner := owners.get(comparable(each.expectation.question)):
            wrong = f"{quoted(each.expectation.question)} is a phrasing of `{owner}`, so asking it proves nothing"
            yield each.problem(("question",), wrong, "ask in other words", Severity.WARNING)


def untested(items: Iterable[Item], asked: Collection[Asked]) -> Iterator[Problem]:
    expected = {wanted for each in asked for wanted in each.expectation.expect}
    for item in items:
        if item.value.id not in expected:
            wrong = "no test question expects it"
            yield item.warning(("id",), wrong, "write one in `tests/`, in any language, as somebody would ask it")
