"""Entries, tools, needs and services out of the trees of their files, each with the place it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

from pydantic import ValidationError

from echobot.content.sentences import problems
from echobot.content.shapes import EntryShape, KnowledgeShape, NeedShape, ServiceShape, Shape, ToolShape
from echobot.content.yaml_tree import Branch, Trail, Tree
from echobot.core.knowledge import Care, Entry, EntryId, Knowledge, Language, LanguagePack, Need, Service, Tool
from echobot.core.problem import Problem, Severity

Value: TypeAlias = Entry | Tool | Need | Service

_KINDS: Mapping[str, tuple[type[Shape], type[Value]]] = {
    "entries": (EntryShape, Entry),
    "tools": (ToolShape, Tool),
    "needs": (NeedShape, Need),
    "services": (ServiceShape, Service),
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
        Item(kind, _value(value_type, each), tree, (kind, index))
        for kind, (_, value_type) in _KINDS.items()
        for index, each in enumerate(getattr(shape, kind))
    ], []


def declared(tree: Tree) -> Iterator[Declared]:
    for kind, index, written in _written(tree):
        if isinstance(written, Branch) and isinstance(written.get("id"), str):
            yield Declared(written["id"], kind, tree, (kind, index, "id"))


def knowledge(items: list[Item], languages: Mapping[Language, LanguagePack]) -> Knowledge:
    def of(kind: str) -> dict[EntryId, Any]:
        return {item.value.id: item.value for item in items if item.kind == kind}

    return Knowledge(of("entries"), of("tools"), of("needs"), of("services"), languages)


def _value(value_type: type[Value], shape: Shape) -> Value:
    """In a file, the care for an item stands among its other keys."""
    said = dict(shape)
    care = Care(**{each.name: said.pop(each.name) for each in fields(Care)})
    return value_type(**said, care=care)


def _right_ones(tree: Tree) -> Iterator[Item]:
    for kind, index, written in _written(tree):
        shape, value_type = _KINDS[kind]
        try:
            right = shape.model_validate(written)
        except ValidationError:
            continue
        yield Item(kind, _value(value_type, right), tree, (kind, index))


def _written(tree: Tree) -> Iterator[tuple[str, int, Any]]:
    for kind in _KINDS:
        listed = tree.root.get(kind)
        for index, written in enumerate(listed if isinstance(listed, list) else ()):
            yield kind, index, written
