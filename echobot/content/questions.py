"""Questions whose right answers are known, from YAML or from JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, ValidationError

from echobot.content.sentences import problems
from echobot.content.shapes import Id, LanguageCode, Shape, Text
from echobot.content.yaml_reading import read_tree
from echobot.content.yaml_text import MOST, read_text, shown
from echobot.content.yaml_tree import Branch, Trail, Tree
from echobot.core.expectation import Expectation
from echobot.core.knowledge import EntryId, Language
from echobot.core.problem import Problem, Severity
from echobot.errors import ProblemsFound

_LARGEST = 20_000_000  # bytes of JSON Lines; each is read by itself
_LONGEST = 20_000  # characters of one line


def _ids(value: Any) -> Any:
    """Nothing, one id or several."""
    return [] if value is None else [value] if isinstance(value, str) else value


Ids = Annotated[tuple[Id, ...], BeforeValidator(_ids, json_schema_input_type=Id | list[Id] | None)]


class QuestionShape(Shape):
    question: Text = Field(description="What somebody asks", examples=["what replaces Google Drive?"])
    language: LanguageCode | None = Field(None, description="The language it is asked in", examples=["en"])
    expect: Ids = Field(
        description="The id of the entry that answers it, several when any will do, null when nothing should",
        examples=["google-drive"],
    )


class QuestionsShape(Shape):
    """A file of test questions."""

    questions: tuple[QuestionShape, ...] = Field(description="Questions and the entries that should answer them")


@dataclass(frozen=True, slots=True)
class Asked:
    """A test question, and where it was written."""

    expectation: Expectation
    tree: Tree
    trail: Trail

    def problem(self, steps: Trail, wrong: str, instead: str, severity: Severity = Severity.ERROR) -> Problem:
        return self.tree.problem((*self.trail, *steps), wrong, instead, severity)


class _Mark(NamedTuple):
    line: int
    column: int


def read_questions(file: Path) -> list[Expectation]:
    """The questions of a file; raises `ProblemsFound`."""
    asked, found = load_questions(file)
    if any(problem.severity is Severity.ERROR for problem in found):
        raise ProblemsFound(found)
    return [each.expectation for each in asked]


def load_questions(file: Path) -> tuple[list[Asked], list[Problem]]:
    """What is right in the file and what is wrong."""
    found: list[Problem] = []
    read = _json_lines(file, found) if file.suffix == ".jsonl" else _yaml(file, found)
    asked = [Asked(_expectation(shape), tree, trail) for shape, tree, trail in read]
    return asked, sorted(found)


def _expectation(shape: QuestionShape) -> Expectation:
    language = Language(shape.language) if shape.language else None
    return Expectation(shape.question, tuple(EntryId(each) for each in shape.expect), language)


def _yaml(file: Path, found: list[Problem]) -> Iterator[tuple[QuestionShape, Tree, Trail]]:
    tree, mistakes = read_tree(file)
    found += mistakes
    if tree is None:
        return
    try:
        shape = QuestionsShape.model_validate(tree.root)
    except ValidationError as error:
        found += problems(error, QuestionsShape, tree)
        return
    for index, each in enumerate(shape.questions):
        yield each, tree, ("questions", index)


def _json_lines(file: Path, found: list[Problem]) -> Iterator[tuple[QuestionShape, Tree, Trail]]:
    text = read_text(file, _LARGEST)
    if isinstance(text, Problem):
        found.append(text)
        return
    for number, line in enumerate(text.split("\n")):
        if len(found) >= MOST:
            return
        if line.strip():
            yield from _json_line(line, number, shown(file), found)


def _json_line(line: str, number: int, file: str, found: list[Problem]) -> Iterator[tuple[QuestionShape, Tree, Trail]]:
    tree = Tree(file, Branch(_Mark(number, 0)))
    try:
        tree.root.update(_object(line))
        yield QuestionShape.model_validate(tree.root), tree, ()
    except ValidationError as error:
        found += problems(error, QuestionShape, tree)
    except (ValueError, TypeError, RecursionError):
        instead = 'write {"question": "…", "expect": "an-id"}, each on a line of its own'
        found.append(tree.problem((), "this line is not a JSON object", instead))


def _object(line: str) -> dict[str, Any]:
    if len(line) > _LONGEST:
        raise ValueError(len(line))
    read = json.loads(line)
    if not isinstance(read, dict):
        raise TypeError(type(read))
    return read
