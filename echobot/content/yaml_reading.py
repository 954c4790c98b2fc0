"""One YAML file becomes a tree, or the list of what is wrong with it.

Every scalar stays the text that was typed: YAML 1.1 would make `no` false, `12:30` the number 750 and `0775` the number
509. Anchors, aliases, merge keys and tags are refused: nothing here needs them, and nine lines of aliases can fill a
computer's memory. The parser is asked for events and the tree is built here, so that depth is bounded too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from yaml import events as said

from echobot.content.yaml_mistakes import explained
from echobot.content.yaml_text import MOST, control_character, read_text, shown
from echobot.content.yaml_tree import Branch, Items, Tree
from echobot.core.problem import Problem

DEEPEST = 24  # mappings and lists within each other; the knowledge base uses six

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOTHING = ("there is nothing in this file", "write something like `entries:`, or delete the file")
_EMPTY = frozenset({"", "~", "null"})


def read_tree(path: Path) -> tuple[Tree | None, list[Problem]]:
    """The file as a tree, unless it is no YAML at all, and what is wrong with it so far."""
    text = read_text(path)
    if isinstance(text, Problem):
        return None, [text]
    return parse(text, shown(path), path.absolute().parent)


def parse(text: str, file: str, folder: Path = Path()) -> tuple[Tree | None, list[Problem]]:
    reading = _Reading(text, file)
    try:
        root = reading.document()
    except yaml.YAMLError as error:
        return None, [*reading.problems, *explained(error, text, file, reading.entry())]
    except _Unreadable:
        return None, reading.problems
    return Tree(file, root, folder), reading.problems


class _Unreadable(Exception):
    """What is wrong is already among the problems."""


class _Reading:
    """One pass over a document."""

    def __init__(self, text: str, file: str) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._next = _PARSER(text).get_event
        self._open: list[Branch | Items] = []

    def document(self) -> Branch:
        self._next()  # the start of the stream
        first = self._next()
        if not isinstance(first, said.DocumentStartEvent):
            self.problems.append(Problem(self._file, 1, 1, "", *_NOTHING))
            raise _Unreadable
        start = self._next()
        if not isinstance(start, said.MappingStartEvent):
            self._stop(start, "the file does not begin with a key", "begin with a key and a colon, such as `entries:`")
        root = Branch(start.start_mark)
        self._refuse_extras(start)
        self._open.append(root)
        self._fill_branch(root)
        self._next()
        if isinstance(second := self._next(), said.DocumentStartEvent):
            self._add(second, "a second document begins here", "take the line `---` out, or make two files")
        return root

    def _value(self, event: Any) -> Branch | Items | str | None:
        if isinstance(event, said.AliasEvent):
            instead = 'repeat the text itself; a text that begins with "*" goes between quotation marks'
            self._add(event, f"`*{event.anchor}` is an alias, which is not allowed here", instead)
            return None
        self._refuse_extras(event)
        if isinstance(event, said.ScalarEvent):
            return self._scalar(event)
        return self._collection(event)

    def _collection(self, start: Any) -> Branch | Items:
        if len(self._open) == DEEPEST:
            self._stop(
                start, f"more than {DEEPEST} lists and keys lie within each other", "check brackets and indentation"
            )
        mapping = isinstance(start, said.MappingStartEvent)
        found = Branch(start.start_mark) if mapping else Items(start.start_mark)
        self._open.append(found)
        if isinstance(found, Branch):
            self._fill_branch(found)
        else:
            self._fill_items(found)
        return self._open.pop()

    def _fill_items(self, items: Items) -> None:
        while not isinstance(event := self._next(), said.SequenceEndEvent):
            items.marks[len(items)] = event.start_mark
            items.append(self._value(event))

    def _fill_branch(self, branch: Branch) -> None:
        while not isinstance(event := self._next(), said.MappingEndEvent):
            key = self._key(event, branch)
            value_event = self._next()
            value = self._value(value_event)
            if key is not None:
                branch[key] = value
                branch.key_marks[key] = event.start_mark
                branch.marks[key] = value_event.start_mark

    def _key(self, event: Any, branch: Branch) -> str | None:
        """The key, or None when it is one that cannot be used."""
        key = self._value(event)
        if not isinstance(key, str):
            self._add(
                event, "this key is no text", "write a word before the colon; a text with { or [ needs quotation marks"
            )
        elif key == "<<":
            self._add(event, "`<<` merges mappings, which is not allowed here", "write the keys out")
        elif key in branch:
            first = branch.key_marks[key].line + 1
            self._add(event, f"`{key}` is written twice, first in line {first}", "keep one of the two")
        else:
            return key
        return None

    def _scalar(self, event: Any) -> str | None:
        text: str = event.value
        if event.implicit[0] and text in _EMPTY:
            return None
        if character := control_character(text):
            wrong = f"there is an invisible control character in this text ({character})"
            self._add(event, wrong, "write the text without it")
        return text

    def _refuse_extras(self, event: Any) -> None:
        if event.anchor is not None:
            instead = 'take it out; a text that begins with "&" goes between quotation marks'
            self._add(event, f"`&{event.anchor}` is an anchor, which is not allowed here", instead)
        if event.tag is not None:
            instead = 'take it out; a text that begins with "!" goes between quotation marks'
            self._add(event, f"`{_short_tag(event.tag)}` is a tag, which is not allowed here", instead)

    def entry(self) -> str:
        """The id of what is being read, if it was said already."""
        ids = (found.get("id") for found in reversed(self._open) if isinstance(found, Branch))
        return next((found for found in ids if isinstance(found, str)), "")

    def _add(self, event: Any, wrong: str, instead: str) -> None:
        mark = event.start_mark
        self.problems.append(Problem(self._file, mark.line + 1, mark.column + 1, self.entry(), wrong, instead))
        if len(self.problems) >= MOST:
            raise _Unreadable

    def _stop(self, event: Any, wrong: str, instead: str) -> None:
        self._add(event, wrong, instead)
        raise _Unreadable


def _short_tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")
