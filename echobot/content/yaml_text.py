"""A file's bytes become text, or the problem that keeps them from it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from echobot.core.printable import printable
from echobot.core.problem import Problem

LARGEST = 1_000_000  # bytes: a mistake, not a knowledge base, fills one file with more
MOST = 100  # problems told of one file: enough to begin with

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_TABBED = re.compile(" *\t")


def shown(path: Path) -> str:
    """The path as a person would type it from here."""
    try:
        seen = path.relative_to(Path.cwd())
    except (ValueError, OSError):
        seen = path
    return printable(str(seen), "\\n")


def read_text(path: Path, largest: int = LARGEST) -> str | Problem:
    """The whole text of a regular file; nothing else is opened, and nothing larger is read."""
    try:
        if not path.is_file():
            return _at_top(path, "this is not a file that can be read", "put a text file here, or take the name away")
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        return _at_top(path, f"this cannot be read ({_reason(error)})", "put a readable file here, or take it away")
    if len(data) > largest:
        return _at_top(path, f"this is larger than {largest // 1_000_000} MB", "divide it into several files")
    return _decoded(path, data)


def tabbed_lines(text: str) -> Iterator[tuple[int, int]]:
    """Line and column of every tab among the spaces that begin a line."""
    for number, line in enumerate(text.split("\n"), start=1):
        if tab := _TABBED.match(line):
            yield number, tab.end()


def control_character(text: str) -> str | None:
    """The first character that no keyboard writes and no reader shows, named by its number."""
    if text.isprintable():
        return None
    found = _CONTROL.search(text)
    return f"U+{ord(found[0]):04X}" if found else None


def _decoded(path: Path, data: bytes) -> str | Problem:
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        return _not_utf8(path, data, error.start)
    if found := _CONTROL.search(text):
        line, column = _place(text[: found.start()])
        wrong = f"there is an invisible control character here (U+{ord(found[0]):04X})"
        return Problem(
            shown(path), line, column, "", wrong, "delete it; it often comes with text copied from elsewhere"
        )
    return text


def _not_utf8(path: Path, data: bytes, start: int) -> Problem:
    line, column = _place(data[:start].decode("utf-8-sig"))
    wrong = f"this is not UTF-8 text (byte 0x{data[start]:02x})"
    return Problem(shown(path), line, column, "", wrong, 'save the file with the encoding "UTF-8"')


def _place(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _at_top(path: Path, wrong: str, instead: str) -> Problem:
    return Problem(shown(path), 1, 1, "", wrong, instead)


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else "unknown reason"
