"""Every link in a folder of knowledge, wherever it stands in it, and where that is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from echobot.content.folder import yaml_files
from echobot.content.yaml_reading import parse
from echobot.content.yaml_text import read_text, shown
from echobot.content.yaml_tree import Trail, Tree
from echobot.core.problem import Problem, Severity

_LINK = re.compile(r"https?://[^\s<>\"{}|\\^`]+", re.IGNORECASE)
_AFTER = ".,;:!?'…»”’*_"  # a sentence may end behind a link
_PAIRS = {")": "(", "]": "["}


@dataclass(frozen=True, slots=True)
class Link:
    address: str
    place: Problem  # without a word of what is wrong

    def problem(self, wrong: str, instead: str, severity: Severity = Severity.ERROR) -> Problem:
        return replace(self.place, wrong=wrong, instead=instead, severity=severity)


def links_in(folder: Path) -> tuple[list[Link], list[Problem]]:
    """Those in every file that can be read, and which files cannot; what else is wrong in them is not told here."""
    files, problems = yaml_files(folder)
    links: list[Link] = []
    for file in files:
        text = read_text(file)
        if isinstance(text, Problem):
            problems.append(text)
            continue
        tree, mistakes = parse(text, shown(file))
        links += _links(tree, text.splitlines()) if tree else []
        problems += mistakes if tree is None else []
    return links, problems


def addresses(text: str) -> Iterator[str]:
    """The links in a text, without the marks of the sentence around them."""
    for found in _LINK.findall(text):
        yield _ended(found)


def _links(tree: Tree, lines: list[str]) -> Iterator[Link]:
    for trail, text in _texts(tree.root, ()):
        for address in addresses(text):
            yield Link(address, _exactly(tree.problem(trail, "", ""), address, lines))


def _texts(node: Any, trail: Trail) -> Iterator[tuple[Trail, str]]:
    if isinstance(node, str):
        yield trail, node
        return
    within = node.items() if isinstance(node, dict) else enumerate(node or ())
    for step, inner in within:
        yield from _texts(inner, (*trail, step))


def _exactly(place: Problem, address: str, lines: list[str]) -> Problem:
    """A long text begins some lines above the link."""
    for number, line in enumerate(lines[place.line - 1 :], start=place.line):
        column = line.find(address, place.column - 1 if number == place.line else 0)
        if column >= 0:
            return replace(place, line=number, column=column + 1)
    return place


def _ended(found: str) -> str:
    while found and (found[-1] in _AFTER or _is_unopened(found)):
        found = found[:-1]
    return found


def _is_unopened(found: str) -> bool:
    opening = _PAIRS.get(found[-1])
    return opening is not None and found.count(found[-1]) > found.count(opening)
