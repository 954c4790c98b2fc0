"""Text as a browser shows it: white space is one space, a block begins a line (HTML Standard, innerText)."""

from __future__ import annotations

import re

_WHITE = re.compile(r"[ \t\n\r\f]+")
_MOST_INDENTS = 8  # a list in a list in a list: what is deeper would only fill lines with spaces
_GOES_ON = re.compile(r"[^\s.,;:!?…)\]}>»”’\"']")  # would be read as more of an address


class Plain:
    """Takes words and breaks in their order; `str` is the text so far."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._breaks = 0  # before the next word
        self._space = False
        self._apart = False  # what was written last must not be glued to the next word
        self._marker = ""

    def __str__(self) -> str:
        return "".join(self._parts)

    def words(self, text: str, *, apart: bool = False) -> None:
        """`apart` keeps letters away that the text was not meant to touch."""
        collapsed = _WHITE.sub(" ", text)
        self._space = self._space or collapsed.startswith(" ")
        if inner := collapsed.strip(" "):
            self._put(inner, apart=apart)
            self._space = collapsed.endswith(" ")

    def lines(self, text: str) -> None:
        """Each line and space as it stands."""
        for number, line in enumerate(re.split(r"\r\n?|\n", text)):
            self._breaks += number > 0
            if line:
                self._put(line)

    def line_break(self) -> None:
        self._breaks = max(self._breaks, min(self._breaks + 1, 2))

    def block(self, breaks: int) -> None:
        """What follows begins after so many line breaks, or the more that are due already."""
        self._breaks = max(self._breaks, breaks)

    def item(self, sign: str, depth: int) -> None:
        """What follows is an item of a list; of an item without words nothing is seen."""
        self.block(1)
        self._marker = "  " * min(depth, _MOST_INDENTS) + sign

    def ends_with(self, sign: str) -> bool:
        """Whether the last character is this one, with nothing between it and what follows."""
        return not (self._breaks or self._space) and bool(self._parts) and self._parts[-1].endswith(sign)

    def take_back(self, sign: str) -> None:
        """The last character, if it is this one."""
        if self.ends_with(sign):
            self._parts[-1] = self._parts[-1][: -len(sign)]

    def _put(self, text: str, *, apart: bool = False) -> None:
        self._parts.append(self._before(text, apart=apart) + self._marker)
        self._parts.append(text)
        self._breaks, self._space, self._marker, self._apart = 0, False, "", apart

    def _before(self, text: str, *, apart: bool) -> str:
        if not self._parts:
            return ""
        if self._breaks:
            return "\n" * self._breaks
        touches = (self._apart and _GOES_ON.match(text)) or (apart and self._parts[-1][-1:].isalnum())
        return " " if self._space or touches else ""
