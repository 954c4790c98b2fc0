"""Entries, tools, needs and services out of the trees of their files, each with the place it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

from pydantic import ValidationError

from echobot.content.event_shapes import EventShape
from echobot.content.knowledge_shape import KnowledgeShape
from echobot.content.sentences import problems
from echobot.content.shapes import EntryShape, ItemShape, NeedShape, ServiceShape, ToolShape
from echobot.content.yaml_tree import Branch, Trail, Tree
from echobot.core.event import EventKind
from echobot.core.knowledge import Care, Entry, EntryId, Knowledge, Language, LanguagePack, Need, Service, Tool
from echobot.core.problem import Problem, Severity

Value: TypeAlias = Entry | Tool | Need | Service

_KINDS: Mapping[str, tuple[type[ItemShape], type[Value]]] = {
    "entries": (EntryShape, Entry),
    "tools": (ToolShape, Tool),
    "needs": (NeedShape, Need),
    "services": (ServiceShape, Service),
    EventKind.VISIT: (EventShape, Entry),
    EventKind.WORKSHOP: (EventShape, Entry),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One value, and where it was written."""

    kind: str
    value: Value
    tree: Tree
    trail: Trail

    def problem(self, steps: Trail, wrong: str, instead: str, severity: Severity = Severity.ERROR) -> Problem:
        return self.tree.problem((*self.trail, *steps), wrong, instead, severity)

    def warning(self, steps: Trail, wrong: str, instead: str) -> Problem:
        return self.problem(steps, wrong, instead, Severity.WARNING)


@dataclass(frozen=True, slots=True)
class Declared:
    """An id that a file gives, whether or not the rest of its item is right."""

    id: str
    kind: str
    tree: Tree
    trail: Trail


def read_items(tree: Tree) -> tuple[list[Item], list[Problem]]:
    """What is right in a file, and what is wrong."""
    try:
        shape = KnowledgeShape.model_validate(tree.root)
    except ValidationError as error:
        return list(_right_ones(tree)), list(problems(error, KnowledgeShape, tree))
    return [
        Item(kind, _value(kind, each), tree, (kind, index))
        for kind in _KINDS
        for index, each in enumerate(getattr(shape, kind))
    ], []


def declared(tree: Tree) -> Iterator[Declared]:
    for kind, index, written in _written(tree):
        if isinstance(written, Branch) and isinstance(written.get("id"), str):
            yield Declared(written["id"], kind, tree, (kind, index, "id"))


def knowledge(items: list[Item], languages: Mapping[Language, LanguagePack]) -> Knowledge:
    def of(kind: type[Value]) -> dict[EntryId, Any]:
        return {item.value.id: item.value for item in items if isinstance(item.value, kind)}

    return Knowledge(of(Entry), of(Tool), of(Need), of(Service), languages)


def _value(kind: str, shape: ItemShape) -> Value:
    """In a file, the care for an item stands among its other keys, and so does an event's time and place."""
    said = dict(shape)
    care = Care(**{each.name: said.pop(each.name) for each in fields(Care)})
    if isinstance(shape, EventShape):
        common = {key: said[key] for key in ("id", "asked", "sources", "reviewed")}
        return Entry(**common, title=said["name"], answer=said["about"], care=care, event=shape.event(EventKind(kind)))
    if lists := said.get("lists"):
        said["lists"] = EventKind(lists)
    return _KINDS[kind][1](**said, care=care)


def _right_ones(tree: Tree) -> Iterator[Item]:
    for kind, index, written in _written(tree):
        shape, _ = _KINDS[kind]
        try:
            right = shape.model_validate(written)
        except ValidationError:
            continue
        yield Item(kind, _value(kind, right), tree, (kind, index))


def _written(tree: Tree) -> Iterator[tuple[str, int, Any]]:
    for kind in _KINDS:
        listed = tree.root.get(kind)
        for index, written in enumerate(listed if isinstance(listed, list) else ()):
            yield kind, index, written
