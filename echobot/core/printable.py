"""What others wrote, for a terminal or a log: it can neither command the one nor forge a line of the other."""

from __future__ import annotations

import re

# Controls (among them ESC and the return of the carriage), marks that turn the direction of what follows, other ends
# of lines, and halves of characters, which cannot be written at all.
_COMMANDS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str, line_end: str = "\n") -> str:
    """The text with a name in place of each sign that is not to be seen: "ESC" becomes its number in hexadecimal."""
    return _COMMANDS.sub(_named, text).replace("\n", line_end)


def _named(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
