"""Entries that are taken for each other: every phrasing is asked, which takes a few seconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from echobot.content.across import phrasings
from echobot.content.items import Item
from echobot.content.sentences import quoted
from echobot.core.answer import Found
from echobot.core.answering import Answerer
from echobot.core.knowledge import Entry, Knowledge, Language, Need
from echobot.core.problem import Problem


def confusions(items: Iterable[Item], knowledge: Knowledge) -> Iterator[Problem]:
    answerer = Answerer(knowledge)
    for item in items:
        if isinstance(item.value, Entry | Need):
            yield from _confused(item, answerer)


def _confused(item: Item, answerer: Answerer) -> Iterator[Problem]:
    for trail, phrasing in phrasings(item):
        answer = answerer.answer(phrasing, language=Language(str(trail[1]))).answer
        if isinstance(answer, Found) and answer.match.entry != item.value.id:
            wrong = f"{quoted(phrasing)} is answered by `{answer.match.entry}`"
            yield item.warning(trail, wrong, "ask in words that only fit this one, or take the phrasing out")
