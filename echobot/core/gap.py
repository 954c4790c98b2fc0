"""Questions that had no answer, with nobody's traces left in them, and which of them ask the same."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from rapidfuzz import fuzz, process

from echobot.core.knowledge import Language
from echobot.core.text import words

MOST_CHARACTERS = 200
"""What is longer than this is a story, and a story tells who it is about."""

SAME_WORD = 84
"""Of 100: "password" and "pasword" (93) are one word, "alone" and "along" (80) are two."""

_MOST_READ = 1000
"""Characters: enough to fill what is kept, and few enough to be read in no time whatever they are."""

_MORE_WORDS = 1.5
"""A question that has every word of another still asks the same when it is this much longer at most."""

_LEFT_OUT = "…"
_PRIVATE = re.compile(r"@|://|^\W*www\.|^\W*[!#$+]\S+:\S|\w\.[^\W\d_]{2,}")  # addresses, links, Matrix ids, hosts
_SPACED_ADDRESS = re.compile(r"\S+ (@|\[at\]|\(at\)) \S+", re.IGNORECASE)
_NUMBER = re.compile(r"[+(]*\d+")
_SEVERAL_LEFT_OUT = re.compile(rf"{_LEFT_OUT}(?:[\W_]*{_LEFT_OUT})+")


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that the bot had no answer to. Who asked it, and where, is not known here."""

    text: str
    language: Language
    count: int
    last_at: datetime


Group: TypeAlias = tuple[Gap, ...]
"""Wordings of one question, the most frequent first."""


def gap_in(text: str, language: Language, at: datetime) -> Gap | None:
    """What the knowledge lacks, unless nothing but numbers, marks and private things was said."""
    kept = anonymous(text)
    return Gap(kept, language, 1, at) if any(character.isalpha() for character in kept) else None


def anonymous(text: str) -> str:
    """The text on one line without ids, handles, mail addresses, links, secrets and digits, cut where it gets long.

    A "…" stands where something was left out. What people are called cannot be told from other words and stays.
    """
    if len(text) > _MOST_READ:  # without the last word, which may be half an address
        text = " ".join(text[:_MOST_READ].split()[:-1])
    visible = "".join(map(_visible, unicodedata.normalize("NFKC", text)))
    tokens = _SPACED_ADDRESS.sub(_LEFT_OUT, " ".join(visible.split())).split()
    public = " ".join(_LEFT_OUT if _is_private(token) else token for token in tokens)
    return _shortened(_SEVERAL_LEFT_OUT.sub(_LEFT_OUT, _NUMBER.sub(_LEFT_OUT, public)))


def alike(gaps: Iterable[Gap]) -> list[Group]:
    """The gaps in groups that ask the same, what is asked most first.

    Two ask the same when all words of the one are in the other, misspelt or not (`SAME_WORD`), in any order and
    language, and the other has few more. Words of up to three letters do not count, unless there are no others.
    """
    ordered = sorted(gaps, key=lambda gap: (-gap.count, -gap.last_at.timestamp(), gap.text))
    spelt = [telling_words(gap.text) for gap in ordered]
    same = _spellings(zip(ordered, spelt, strict=True))
    groups: list[tuple[frozenset[str], list[Gap]]] = []
    for gap, spelling in zip(ordered, spelt, strict=True):
        asked = frozenset(same[word] for word in spelling)
        found = next((group for known, group in groups if _ask_the_same(known, asked)), None)
        if found is None:
            groups.append((asked, [gap]))
        else:
            found.append(gap)
    return sorted((tuple(group) for _, group in groups), key=asked_times, reverse=True)


def asked_times(group: Group) -> int:
    return sum(gap.count for gap in group)


def last_asked(group: Group) -> datetime:
    return max(gap.last_at for gap in group)


def telling_words(text: str) -> list[str]:
    """The folded words that are longer than "how" and "the", or all of them."""
    folded = words(text)
    return [word for word in folded if len(word) > 3] or folded


def _spellings(spelt: Iterable[tuple[Gap, Sequence[str]]]) -> Mapping[str, str]:
    """Each word with the most frequent one that it may be a misspelling of; few misspell the first letter."""
    times: Counter[str] = Counter()
    for gap, spelling in spelt:
        times.update(dict.fromkeys(spelling, gap.count))
    same: dict[str, str] = {}
    kept: dict[str, list[str]] = defaultdict(list)
    for word, _ in times.most_common():
        near = process.extractOne(word, kept[word[0]], scorer=fuzz.ratio, score_cutoff=SAME_WORD)
        same[word] = near[0] if near else word
        if not near:
            kept[word[0]].append(word)
    return same


def _ask_the_same(one: frozenset[str], other: frozenset[str]) -> bool:
    if len(one) > len(other):
        one, other = other, one
    return one <= other and len(other) <= _MORE_WORDS * len(one)


def _visible(character: str) -> str:
    """Nothing that steers a terminal or hides inside an address is kept."""
    if character.isprintable():
        return character
    return "" if unicodedata.category(character) == "Cf" else " "


def _is_private(token: str) -> bool:
    """Addresses, links and ids; and what is too long for a word is somebody's key or token."""
    digits = any(character.isdigit() for character in token)
    return bool(_PRIVATE.search(token)) or (token.isascii() and len(token) >= (16 if digits else 40))


def _shortened(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    beginning, _, _ = text[:MOST_CHARACTERS].rpartition(" ")
    return f"{beginning or text[: MOST_CHARACTERS - 2]} {_LEFT_OUT}"
