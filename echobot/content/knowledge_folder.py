"""A folder of YAML files becomes knowledge that is valid as a whole, or the list of what is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from echobot.content.across import lost_references, repeated_ids, warnings
from echobot.content.folder import yaml_files
from echobot.content.items import Item, declared, knowledge, read_items
from echobot.content.languages import language_of, read_packs
from echobot.content.yaml_reading import read_tree
from echobot.content.yaml_text import shown
from echobot.content.yaml_tree import Tree
from echobot.core.knowledge import Knowledge, Language, LanguagePack
from echobot.core.problem import Problem, Severity
from echobot.errors import ProblemsFound
from echobot.shipped import shipped_folder


def load(folder: Path) -> tuple[Knowledge | None, list[Problem]]:
    """The folder's knowledge, None when there are errors; and all that is wrong, in the order of the files."""
    _, loaded, problems = load_items(folder)
    return loaded, problems


def load_items(folder: Path) -> tuple[list[Item], Knowledge | None, list[Problem]]:
    """The same, and before it what is right in the files, with the place of each."""
    items, packs, problems = _understand(folder)
    problems.extend(warnings(items, packs))
    return items, _unless_wrong(items, packs, problems), sorted(problems)


def load_or_refuse(folder: Path) -> Knowledge:
    """The folder's knowledge; raises `ProblemsFound` with every error, and does not look for anything less."""
    items, packs, problems = _understand(folder)
    loaded = _unless_wrong(items, packs, problems)
    if loaded is None:
        raise ProblemsFound(sorted(problem for problem in problems if problem.severity is Severity.ERROR))
    return loaded


def _understand(folder: Path) -> tuple[list[Item], Mapping[Language, LanguagePack], list[Problem]]:
    said = _read(folder, folder)
    shipped = _Said() if _same(folder, shipped_folder()) else _read(shipped_folder() / "languages", shipped_folder())
    packs, language_problems = read_packs(said.languages, shipped.languages)
    items, item_problems = _items(said, folder)
    return items, packs, [*said.problems, *shipped.problems, *language_problems, *item_problems]


def _unless_wrong(
    items: list[Item], packs: Mapping[Language, LanguagePack], problems: list[Problem]
) -> Knowledge | None:
    right = all(problem.severity is Severity.WARNING for problem in problems)
    return knowledge(items, packs) if right else None


@dataclass(slots=True)
class _Said:
    """What the files of a folder say, before anything of it is understood."""

    trees: list[Tree] = field(default_factory=list)
    languages: list[tuple[str, Tree]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    complete: bool = True


def _read(folder: Path, root: Path) -> _Said:
    files, problems = yaml_files(folder)
    said = _Said(problems=problems, complete=not problems)
    for file in files:
        tree, mistakes = read_tree(file)
        said.problems += mistakes
        if tree is None:
            said.complete = False
        elif (language := language_of(file, root)) is None:
            said.trees.append(tree)
        else:
            said.languages.append((language, tree))
    return said


def _items(said: _Said, folder: Path) -> tuple[list[Item], list[Problem]]:
    items: list[Item] = []
    problems: list[Problem] = []
    for tree in said.trees:
        right, wrong = read_items(tree)
        items += right
        problems += wrong
    ids = [each for tree in said.trees for each in declared(tree)]
    problems += repeated_ids(ids)
    if said.complete:  # else what seems lost may be in a file that could not be read
        problems += lost_references(items, ids)
    if said.complete and not problems and not items:
        lacking = "nothing in this folder can be answered"
        problems.append(
            Problem(shown(folder), 1, 1, "", lacking, "write `entries:` into a .yaml file, as the README shows")
        )
    return items, problems


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)
