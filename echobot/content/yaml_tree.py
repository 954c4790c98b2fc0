"""What a YAML file says: mappings, lists and texts that know their line and column."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from echobot.core.problem import Problem, Severity

Trail: TypeAlias = tuple[str | int, ...]
"""The way from the top of a file to a value: ("entries", 3, "answer", "fr")."""


class Mark(Protocol):
    """A place in a file; both count from 0."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


class Branch(dict[str, Any]):
    """A mapping, and where it, its keys and their values begin."""

    __slots__ = ("key_marks", "mark", "marks")

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.marks: dict[str | int, Mark] = {}
        self.key_marks: dict[str | int, Mark] = {}


class Items(list[Any]):
    """A list, and where it and its items begin."""

    __slots__ = ("mark", "marks")

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.marks: dict[str | int, Mark] = {}


@dataclass(frozen=True, slots=True)
class Tree:
    """What one file says."""

    file: str  # as a person would type it
    root: Branch
    folder: Path = Path()  # that the file is in; what it names is looked for from there

    def problem(
        self, trail: Trail, wrong: str, instead: str, severity: Severity = Severity.ERROR, *, at_key: bool = False
    ) -> Problem:
        """A problem with the value at the end of the trail, or with its key; as near as the trail exists."""
        line, column = self._place(trail, at_key=at_key)
        return Problem(self.file, line, column, self._entry(trail), wrong, instead, severity)

    def existing(self, trail: Trail) -> Trail:
        """As much of the trail as leads somewhere."""
        return trail[: len(self._along(trail)) - 1]

    def _along(self, trail: Trail) -> list[Any]:
        """The values that the trail passes, from the top on."""
        passed: list[Any] = [self.root]
        for step in trail:
            node = passed[-1]
            known = step in node if isinstance(node, dict) else isinstance(node, list) and step in range(len(node))
            if not known:
                break
            passed.append(node[step])
        return passed

    def _place(self, trail: Trail, *, at_key: bool) -> tuple[int, int]:
        mark = self.root.mark
        existing = self.existing(trail)
        if existing:
            parent, step = self._along(existing)[-2], existing[-1]
            at = "key_marks" if at_key and isinstance(parent, Branch) else "marks"
            mark = getattr(parent, at, {}).get(step, mark)
        return mark.line + 1, mark.column + 1

    def _entry(self, trail: Trail) -> str:
        """The id nearest to the end of the trail."""
        ids = (node.get("id") for node in reversed(self._along(trail)) if isinstance(node, Branch))
        return next((found for found in ids if isinstance(found, str)), "")
