"""Text made comparable: cut into words and folded. It works for every script; nothing here knows a language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

_LETTERS = {"ß": "ss", "đ": "d", "ø": "o", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
"""What people type for letters that Unicode does not take apart into a plain letter and a mark."""

_IDEOGRAPHS = (("\u3040", "\u30ff"), ("\u3400", "\u9fff"), ("\U00020000", "\U0003ffff"))
_PLAIN_WORD = re.compile("[a-z0-9]+")


class _Table(dict[int, str]):
    """For `str.translate`: asks about each character once."""

    def __init__(self, look: Callable[[str], str]) -> None:
        super().__init__()
        self._look = look

    def __missing__(self, code: int) -> str:
        self[code] = self._look(chr(code))
        return self[code]


def _folded(character: str) -> str:
    if unicodedata.category(character) == "Cf":
        return ""  # soft hyphens and joiners are not seen either
    plain = unicodedata.normalize("NFKD", character).casefold()
    apart = unicodedata.normalize("NFKD", plain)  # again: lower case may bring new marks
    return "".join(_LETTERS.get(c, c) for c in apart if not unicodedata.combining(c))


def _spaced(character: str) -> str:
    if _is_ideograph(character):
        return f" {character} "  # written without spaces: each is a word
    in_word = character.isalnum() or unicodedata.category(character) in {"Mn", "Mc", "Me", "Cf"}
    return character if in_word else " "


def _is_ideograph(character: str) -> bool:
    """Chinese characters and kana."""
    return any(first <= character <= last for first, last in _IDEOGRAPHS)


_FOLDED = _Table(_folded)
_SPACED = _Table(_spaced)


def fold(text: str) -> str:
    """Lower case without accents, because people leave both out ("Größe" → "grosse", "čuvati" → "cuvati")."""
    return text.lower() if text.isascii() else text.translate(_FOLDED)


def said(text: str) -> Iterator[tuple[str, str]]:
    """Each word as it was typed, and folded. Apostrophes and hyphens part words."""
    for typed in text.translate(_SPACED).split():
        for folded in fold(typed).translate(_SPACED).split():
            yield typed, folded


def words(text: str) -> list[str]:
    """The folded words of a text."""
    if text.isascii():
        return _PLAIN_WORD.findall(text.lower())
    return [folded for _, folded in said(text)]
