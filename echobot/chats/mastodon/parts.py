"""A long text in parts: as few as possible, ending where a reader would pause, and reasonably even."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

from echobot.chats.mastodon.length import PROTOCOL, TextLimits, clusters, length, links
from echobot.chats.mastodon.pauses import Pause, pause

# An item's sign stays with its first word, and French punctuation with the word before it.
_WORD = re.compile(r"(?m:^(?:-|\d{1,3}[.)])[ ])?\S+(?:[ \u00a0\u202f][?!:;»]{1,3}(?!\S))?")
_ADDRESS = re.compile(rf"({PROTOCOL})[^\s,;<>()\"]*", re.IGNORECASE)
_UNEVENNESS = 2.5  # a part that is nearly empty is as bad as one that begins with a sentence of the same line
_ELLIPSIS = " …"


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is never cut: a word, or a sign of a word too long for any part."""

    start: int
    end: int
    size: int  # characters
    gap: int  # characters of white space before it
    pause: Pause


def parts(text: str, room: int, limits: TextLimits, most: int) -> tuple[str, ...]:
    """The text in at most `most` parts of at most `room` characters, which hold a link and more.

    What is beyond the last part is left out: it ends with a sentence, or else a word, and "…".
    """
    pieces = list(_pieces(text, room - len(_ELLIPSIS), limits))
    layout = _Layout(pieces, room)
    if cut := layout.overflow(most):
        last = replace(pieces[cut - 1], size=pieces[cut - 1].size + len(_ELLIPSIS))
        layout = _Layout([*pieces[: cut - 1], last], room)
    found = [text[pieces[first].start : pieces[after - 1].end].strip() for first, after in layout.spread()]
    return (*found[:-1], found[-1] + (_ELLIPSIS if cut else ""))


class _Layout:
    """Pieces in a row, and which of them fit into a part together."""

    def __init__(self, pieces: list[_Piece], room: int) -> None:
        self.pieces = pieces
        self._room = room
        self._ends = list(accumulate((piece.gap + piece.size for piece in pieces), initial=0))
        self._starts = [end + piece.gap for end, piece in zip(self._ends, pieces, strict=False)]

    def overflow(self, most: int) -> int:
        """How many pieces fit into `most` parts with "…" at the end, up to a sentence's end; 0 when all fit."""
        last = 0
        for _ in range(most - 1):
            last = self._furthest(last)
        if self._furthest(last) == len(self.pieces):
            return 0
        high = self._furthest(last, len(_ELLIPSIS))
        rests = range(high, last + (high - last) // 2, -1)
        return next((cut for cut in rests if self.pieces[cut].pause <= Pause.SENTENCE), high)

    def spread(self) -> Iterator[tuple[int, int]]:
        """The first piece of each part, and the one after its last."""
        latest = [len(self.pieces)]
        while latest[-1] > 0:
            latest.append(self._earliest(latest[-1]))
        first = 0
        for count, low in zip(range(len(latest) - 1, 1, -1), latest[-2:0:-1], strict=True):
            after = self._best(first, max(low, first + 1), count)
            yield first, after
            first = after
        yield first, len(self.pieces)

    def _best(self, first: int, low: int, count: int) -> int:
        """Where the next part begins, when `count` are left to fill."""
        even = self._size(first, len(self.pieces)) / count

        def cost(after: int) -> float:
            return self.pieces[after].pause + _UNEVENNESS * (self._size(first, after) / even - 1) ** 2

        return min(range(low, self._furthest(first) + 1), key=cost)

    def _size(self, first: int, after: int) -> int:
        return self._ends[after] - self._starts[first]

    def _furthest(self, first: int, kept: int = 0) -> int:
        if first == len(self.pieces):
            return first
        return bisect_right(self._ends, self._starts[first] + self._room - kept) - 1

    def _earliest(self, after: int) -> int:
        return bisect_left(self._starts, self._ends[after] - self._room)


def _pieces(text: str, room: int, limits: TextLimits) -> Iterator[_Piece]:
    before, last = "", 0
    for found in _WORD.finditer(text):
        word, gap = found[0], text[last : found.start()]
        reason, space, start = pause(before, gap, word), length(gap, limits), found.start()
        for atom, size in _atoms(word, room, limits):
            yield _Piece(start, start + len(atom), size, space, reason)
            reason, space, start = Pause.NOWHERE, 0, start + len(atom)
        before, last = word, found.end()


def _atoms(word: str, room: int, limits: TextLimits) -> Iterator[tuple[str, int]]:
    """The word itself when it fits into a part; else what must not be cut of it, each with its size."""
    size = length(word, limits)
    return iter([(word, size)]) if size <= room else _held(_signs(word, room, limits))


def _signs(word: str, room: int, limits: TextLimits) -> Iterator[tuple[str, int]]:
    """Addresses, and single characters between them; none is larger once it stands elsewhere than here."""
    in_full = replace(limits, per_link=0)
    last = 0
    for start, end, size in _addresses(word, room, limits):
        yield from _as_seen(word[last:start], room, in_full)
        yield word[start:end], size
        last = end
    yield from _as_seen(word[last:], room, in_full)


def _as_seen(text: str, room: int, limits: TextLimits) -> Iterator[tuple[str, int]]:
    """What a reader sees as one sign stays one, unless nothing else would fit beside it."""
    for sign in clusters(text):
        size = length(sign, limits)
        yield from [(sign, size)] if size < room else ((each, 1) for each in sign)


def _addresses(word: str, room: int, limits: TextLimits) -> Iterator[tuple[int, int, int]]:
    """Where they are, and their sizes. Of one too long for a part, what makes it a link is the beginning."""
    counted, last = dict(links(word)), 0
    while found := _ADDRESS.search(word, last):
        start, last = found.start(), counted.get(found.start(), found.end())
        size = length(word[start:last], limits) if start in counted else length(f"x{found[0]}", limits) - 1
        if size >= room:
            last, size = found.end(1), length(found[1], limits)
        yield start, last, size


def _held(signs: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """The "@" of an address held to what is before it: where a part begins, it would mention somebody."""
    held, held_size = "", 0
    for sign, size in signs:
        if held and (not sign.startswith("@") or held.endswith("@")):
            yield held, held_size
            held, held_size = "", 0
        held, held_size = held + sign, held_size + size
    yield held, held_size
