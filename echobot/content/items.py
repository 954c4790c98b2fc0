"""Entries, tools, needs, services and announcements out of their files' trees, each with the place it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import ValidationError

from echobot.content.announced import Announced, by_itself, of_event
from echobot.content.announcement_shapes import AnnouncementShape
from echobot.content.event_shapes import EventShape
from echobot.content.knowledge_shape import KnowledgeShape
from echobot.content.sentences import problems
from echobot.content.shapes import EntryShape, ItemShape, NeedShape, ServiceShape, Shape, ToolShape
from echobot.content.yaml_tree import Branch, Trail, Tree
from echobot.core.event import EventKind
from echobot.core.knowledge import Care, Entry, EntryId, Knowledge, Language, LanguagePack, Need, Service, Tool
from echobot.core.problem import Problem, Severity

Value: TypeAlias = Entry | Tool | Need | Service

_SHAPES: Mapping[str, type[Shape]] = {
    "entries": EntryShape,
    "tools": ToolShape,
    "needs": NeedShape,
    "services": ServiceShape,
    EventKind.VISIT: EventShape,
    EventKind.WORKSHOP: EventShape,
    "announcements": AnnouncementShape,
}
_VALUES: Mapping[str, type[Value]] = {"entries": Entry, "tools": Tool, "needs": Need, "services": Service}


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


@dataclass(frozen=True, slots=True)
class Read:
    """What is right in a file, and what is wrong with the rest."""

    items: list[Item]
    announced: list[Announced]
    problems: list[Problem]


def read_items(tree: Tree) -> Read:
    written, wrong = _shapes(tree)
    items = [
        Item(kind, _value(kind, shape, tree.folder), tree, (kind, index))
        for kind, index, shape in written
        if isinstance(shape, ItemShape)
    ]
    announced = [
        by_itself(shape.announcement(tree.folder), tree, (kind, index))
        for kind, index, shape in written
        if isinstance(shape, AnnouncementShape)
    ]
    entries = [(item.value, item.trail) for item in items if isinstance(item.value, Entry)]
    announced += [event for entry, trail in entries if (event := of_event(entry, tree, trail))]
    return Read(items, announced, wrong)


def declared(tree: Tree) -> Iterator[Declared]:
    for kind, index, written in _listed(tree):
        if isinstance(written, Branch) and isinstance(written.get("id"), str):
            yield Declared(written["id"], kind, tree, (kind, index, "id"))


def knowledge(
    items: Iterable[Item], announced: Iterable[Announced], languages: Mapping[Language, LanguagePack]
) -> Knowledge:
    values = [item.value for item in items]

    def of(kind: type[Value]) -> dict[EntryId, Any]:
        return {value.id: value for value in values if isinstance(value, kind)}

    by_themselves = {each.value.id: each.value for each in announced if each.value.event is None}
    return Knowledge(of(Entry), of(Tool), of(Need), of(Service), languages, by_themselves)


def _shapes(tree: Tree) -> tuple[list[tuple[str, int, Shape]], list[Problem]]:
    """Each thing in the file that has its right shape, after its kind and its number."""
    try:
        file = KnowledgeShape.model_validate(tree.root)
    except ValidationError as error:
        return list(_right_ones(tree)), list(problems(error, KnowledgeShape, tree))
    return [(kind, index, shape) for kind in _SHAPES for index, shape in enumerate(getattr(file, kind))], []


def _right_ones(tree: Tree) -> Iterator[tuple[str, int, Shape]]:
    for kind, index, written in _listed(tree):
        with suppress(ValidationError):
            yield kind, index, _SHAPES[kind].model_validate(written)


def _listed(tree: Tree) -> Iterator[tuple[str, int, Any]]:
    for kind in _SHAPES:
        listed = tree.root.get(kind)
        for index, written in enumerate(listed if isinstance(listed, list) else ()):
            yield kind, index, written


def _value(kind: str, shape: ItemShape, folder: Path) -> Value:
    """In a file, the care for an item stands among its other keys, and so does an event's time and place."""
    said = dict(shape)
    care = Care(**{each.name: said.pop(each.name) for each in fields(Care)})
    if isinstance(shape, EventShape):
        common = {key: said[key] for key in ("id", "asked", "sources", "reviewed")}
        event = shape.event(EventKind(kind))
        announcement = shape.announcement(event, folder)
        return Entry(
            **common, title=said["name"], answer=said["about"], care=care, event=event, announcement=announcement
        )
    if lists := said.get("lists"):
        said["lists"] = EventKind(lists)
    return _VALUES[kind](**said, care=care)
