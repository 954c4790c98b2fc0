"""A folder of YAML files becomes knowledge that is valid as a whole, or the list of what is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from echobot.content.across import lost_references, repeated_ids, warnings
from echobot.content.announced import Announced
from echobot.content.announcements import mistakes
from echobot.content.folder import yaml_files
from echobot.content.items import Item, Read, declared, knowledge, read_items
from echobot.content.languages import language_of, read_packs
from echobot.content.yaml_reading import read_tree
from echobot.content.yaml_text import shown
from echobot.content.yaml_tree import Tree
from echobot.core.knowledge import Knowledge, Language, LanguagePack
from echobot.core.problem import Problem, Severity
from echobot.errors import ProblemsFound
from echobot.shipped import shipped_folder


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is right in a folder's files, with the place of each, and all that is wrong, in the order of the files."""

    items: list[Item]
    announced: list[Announced]
    packs: Mapping[Language, LanguagePack]
    problems: list[Problem]

    @property
    def knowledge(self) -> Knowledge | None:
        """None when there are errors."""
        right = all(problem.severity is Severity.WARNING for problem in self.problems)
        return knowledge(self.items, self.announced, self.packs) if right else None


def load(folder: Path) -> tuple[Knowledge | None, list[Problem]]:
    """The folder's knowledge, None when there are errors; and all that is wrong, in the order of the files."""
    loaded = load_items(folder)
    return loaded.knowledge, loaded.problems


def load_items(folder: Path) -> Loaded:
    """The same, and before it what is right in the files."""
    loaded = _understand(folder)
    return replace(loaded, problems=sorted([*loaded.problems, *warnings(loaded.items, loaded.packs)]))


def load_or_refuse(folder: Path) -> Knowledge:
    """The folder's knowledge; raises `ProblemsFound` with every error, and does not look for anything less."""
    loaded = _understand(folder)
    if (found := loaded.knowledge) is None:
        raise ProblemsFound(sorted(problem for problem in loaded.problems if problem.severity is Severity.ERROR))
    return found


def _understand(folder: Path) -> Loaded:
    said = _read(folder, folder)
    shipped = _Said() if _same(folder, shipped_folder()) else _read(shipped_folder() / "languages", shipped_folder())
    packs, language_problems = read_packs(said.languages, shipped.languages)
    read = _items(said, folder)
    return Loaded(
        read.items, read.announced, packs, [*said.problems, *shipped.problems, *language_problems, *read.problems]
    )


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


def _items(said: _Said, folder: Path) -> Read:
    files = [read_items(tree) for tree in said.trees]
    items, announced, problems = (
        list(chain.from_iterable(getattr(file, part) for file in files)) for part in ("items", "announced", "problems")
    )
    ids = [each for tree in said.trees for each in declared(tree)]
    problems += repeated_ids(ids)
    problems += (problem for each in announced for problem in mistakes(each, folder))
    if said.complete:  # else what seems lost may be in a file that could not be read
        problems += lost_references(items, ids)
    if said.complete and not problems and not items:
        lacking = "nothing in this folder can be answered"
        problems.append(
            Problem(shown(folder), 1, 1, "", lacking, "write `entries:` into a .yaml file, as the README shows")
        )
    return Read(items, announced, problems)


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)
