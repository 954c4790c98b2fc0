"""What no file can know by itself: ids used twice, ids that lead nowhere, and what a careful reader would notice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from echobot.content.items import Declared, Item
from echobot.content.sentences import label, probable, quoted
from echobot.content.yaml_tree import Trail
from echobot.core.knowledge import Entry, Language, Need, Service, Tool
from echobot.core.problem import Problem
from echobot.core.text import fold

_ONE = {
    "entries": "an entry",
    "tools": "a tool",
    "needs": "a need",
    "services": "a service",
    "visits": "a visit",
    "workshops": "a workshop",
    "announcements": "an announcement",
}

_BY_LANGUAGE = {
    "entries": ("asked", "answer", "title"),
    "tools": ("sentence", "caution"),
    "needs": ("name", "asked", "advice"),
    "services": ("caution", "experience"),
    "visits": ("asked", "answer", "title"),
    "workshops": ("asked", "answer", "title"),
}
_WORD = re.compile(r"\w+")


def repeated_ids(ids: Iterable[Declared]) -> Iterator[Problem]:
    first: dict[str, Declared] = {}
    for each in ids:
        if before := first.get(each.id):
            line = before.tree.problem(before.trail, "", "").line
            wrong = f"the id `{each.id}` is already that of {_ONE[before.kind]} ({before.tree.file}, line {line})"
            yield each.tree.problem(each.trail, wrong, "choose another id")
        first.setdefault(each.id, each)


def lost_references(items: Iterable[Item], ids: Iterable[Declared]) -> Iterator[Problem]:
    """Ids of tools and needs that are written somewhere and are nobody's."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for each in ids:
        kinds[each.id].add(each.kind)
    for item in items:
        for key, references in _references(item).items():
            for index, reference in enumerate(references):
                if key not in kinds.get(reference, ()):
                    yield item.problem((key, index), *_lost(reference, key, kinds))


def _references(item: Item) -> Mapping[str, Sequence[str]]:
    match item.value:
        case Need(tools=tools):
            return {"tools": tools}
        case Service(tools=tools, needs=needs):
            return {"needs": needs, "tools": tools}
        case _:
            return {}


def _lost(reference: str, wanted: str, kinds: Mapping[str, set[str]]) -> tuple[str, str]:
    if reference in kinds:
        return (
            f"`{reference}` is {_ONE[min(kinds[reference])]}, not {_ONE[wanted]}",
            f"write an id of {_ONE[wanted]} here",
        )
    close = probable(reference, [each for each, kind in kinds.items() if wanted in kind])
    return f"there is no {_ONE[wanted].split()[1]} `{reference}`", close or "add it to the catalogue, or take it out"


def warnings(items: Collection[Item], spoken: Collection[Language]) -> Iterator[Problem]:
    yield from _same_phrasings(items)
    yield from _unspoken(items, spoken)
    for item in items:
        if not item.value.sources:
            yield item.warning((), "it has no source", "add `sources:`, so that people can see where it comes from")
    yield from _untranslated(items)


def _same_phrasings(items: Iterable[Item]) -> Iterator[Problem]:
    first: dict[str, Item] = {}
    for item in items:
        for trail, phrasing in phrasings(item):
            other = first.setdefault(comparable(phrasing), item)
            if other is not item:
                wrong = f"`{other.value.id}` is asked for with the same words: {quoted(phrasing)}"
                yield item.warning(trail, wrong, "keep them in one of the two")


def comparable(phrasing: str) -> str:
    """Without capitals, accents and punctuation."""
    return " ".join(_WORD.findall(fold(phrasing)))


def phrasings(item: Item) -> Iterator[tuple[Trail, str]]:
    """What people say for it, questions or names, with the place of each."""
    match item.value:
        case Entry(asked=asked) | Need(asked=asked):
            for language, said in asked.items():
                for index, phrasing in enumerate(said):
                    yield ("asked", language, index), phrasing
        case Tool(name=name, other_names=others) | Service(name=name, other_names=others):
            yield ("name",), name
            for index, other in enumerate(others):
                yield ("other_names", index), other


def _unspoken(items: Iterable[Item], spoken: Collection[Language]) -> Iterator[Problem]:
    told: set[Language] = set()
    for item in items:
        for trail, languages in _texts(item).items():
            for language in languages:
                if language not in spoken and language not in told:
                    told.add(language)
                    wrong = f"the bot has no sentences of its own in {language}"
                    yield item.warning((trail, language), wrong, f"add languages/{language}/, or mend the language")


def _untranslated(items: Iterable[Item]) -> Iterator[Problem]:
    languages = {language for item in items for texts in _texts(item).values() for language in texts}
    for item in items:
        if isinstance(item.value, Entry):
            continue
        for key, texts in _texts(item).items():
            if missing := sorted(languages - texts.keys()):
                wrong = f"{label((key,))} is missing in {', '.join(missing)}"
                yield item.warning((key,), wrong, "add a line for each language")


def _texts(item: Item) -> Mapping[str, Mapping[Language, object]]:
    """What an item says by language, leaving out what it does not say at all."""
    values = {key: getattr(item.value, key) for key in _BY_LANGUAGE[item.kind]}
    return {key: texts for key, texts in values.items() if texts}
