"""What the YAML parser stumbled over, in the words of somebody who has never heard of a parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import yaml

from echobot.content.yaml_text import MOST, tabbed_lines
from echobot.core.problem import Problem

_QUOTE = 'put the whole text between quotation marks: "…"'

# Both of PyYAML's parsers say what they met, each in its own words; the first pattern that fits speaks.
_SENTENCES: tuple[tuple[str, str, str], ...] = (
    (
        r"scanning a.* quoted scalar.*(end of stream|document indicator|document separator)",
        "the quotation mark that opens here is never closed",
        'close it; a quotation mark inside the text is written \\"',
    ),
    (r"escape|hexa?decimal", "a backslash inside quotation marks begins something unknown here", "write two: \\\\"),
    (
        r"expected ',' or '[\]}]'",
        "a list or mapping in brackets goes on here without a comma, or was not closed",
        "put a comma between its parts and close it; texts with commas or quotation marks go between quotation marks",
    ),
    (r"scanning an? (alias|anchor)", 'a text cannot begin with "*" or "&"', _QUOTE),
    (r"scanning a tag|parsing a tag|tag handle", 'a text cannot begin with "!"', _QUOTE),
    (r"directive|<document start>|YAML document", "a line cannot begin with %", "take the line out"),
    (
        r"block scalar",
        "there is text on the same line after | or >",
        "begin the text on the next line, indented, or put it all between quotation marks",
    ),
    (r"could not find expected ':'", "this key has no colon", "write `key: text`, with a space after the colon"),
    (
        r"sequence entries",
        'the list begins on the line of its key: "- " is not allowed here',
        "begin it on the next line",
    ),
    (
        r"expected '-' indicator|block collection",
        "this line is not an item of the list above it",
        'begin it with "- ", or indent it like its neighbours',
    ),
    (r"cannot start any token", "a text cannot begin with this character", _QUOTE),
    (r"node content", "a text cannot begin with this character", _QUOTE),
    (
        r"expected key|<block end>",
        "this line is not indented like its neighbours",
        "give keys that belong together the same number of spaces",
    ),
)
_AFTER_QUOTE = (
    "there is text after a closing quotation mark",
    'write a quotation mark inside the text as \\"; look also for a mark that is missing on a line above',
)
_COLON = ("there is a colon followed by a space inside this text", _QUOTE)
_INDENTED = (
    "this key is indented further than the line above it allows",
    "indent it like its neighbours, or put the text above between quotation marks",
)
_UNKNOWN = ("this line cannot be read", "compare it with its neighbours: indentation, colons, quotation marks")


def explained(error: yaml.YAMLError, text: str, file: str, entry: str) -> Iterator[Problem]:
    """One problem for the parser's error, or one for each tab when tabs are to blame."""
    tabs = list(islice(tabbed_lines(text), MOST))
    for line, column in tabs:
        yield Problem(file, line, column, entry, "a tab is used for indentation", "use spaces")
    if not tabs and isinstance(error, yaml.MarkedYAMLError):
        line, column = _place(error)
        yield Problem(file, line, column, entry, *_sentence(error, text))
    elif not tabs:
        yield Problem(file, 1, 1, entry, *_UNKNOWN)


def _place(error: Any) -> tuple[int, int]:
    """Where it begins to be wrong: the quotation mark that is never closed, not where the parser gave up."""
    begins_earlier = re.search(r"quoted scalar|simple key|alias|anchor|a tag|directive", error.context or "")
    mark = error.context_mark if begins_earlier and error.context_mark else error.problem_mark
    return mark.line + 1, mark.column + 1


def _sentence(error: Any, text: str) -> tuple[str, str]:
    said = f"{error.context or ''} {error.problem or ''}"
    before = _line(text, error.problem_mark.line)[: error.problem_mark.column]
    if "mapping values" in said:
        return _COLON if _is_inside_a_text(before) else _INDENTED
    if re.search(r"expected key|<block end>|',' or ", said) and before.rstrip().endswith(('"', "'")):
        return _AFTER_QUOTE
    return next(((wrong, instead) for pattern, wrong, instead in _SENTENCES if re.search(pattern, said)), _UNKNOWN)


def _is_inside_a_text(before: str) -> bool:
    """Whether the line already has a key, so that the colon at its end belongs to a text."""
    return re.search(r"\S:\s", before) is not None or " " in before.strip(" -")


def _line(text: str, number: int) -> str:
    lines = text.split("\n")
    return lines[number] if number < len(lines) else ""
