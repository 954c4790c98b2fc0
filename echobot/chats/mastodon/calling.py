"""Takes the bot's name out of a sentence, so that what is left reads as if it had not been there."""

from __future__ import annotations

import re

CALL = "\0"
"""Stands where the bot was called; no other text holds it."""

_UNSEEN = "\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
"""What programs put around a handle to keep it in one piece; without the handle it would do harm or nothing."""

_LEFT_OVER = re.compile(r"[ \t\u00a0\u202f]*[,:;.!?…–—-]+(?=\s|\Z)|[,:;]+(?=\w)")
_CLOSES = re.compile(r"[,.;:!?…)\]}»”]")
_OPENS = "([{«„“¿¡"


def without_calls(text: str) -> str:
    """What follows a call at the start loses the comma or colon between; elsewhere one gap is left of two."""
    first, *others = text.split(CALL)
    said = [first]
    for after in others:
        _join(said, after.lstrip(_UNSEEN))
    return "".join(said).strip()


def _join(said: list[str], after: str) -> None:
    before = said.pop().rstrip(_UNSEEN)
    words = before.rstrip()
    if not (said or words):
        left_over = _LEFT_OVER.match(after)
        said.append(after[left_over.end() if left_over else 0 :].lstrip())
        return
    following = after.lstrip()
    gap = _gap(words, before[len(words) :], after[: len(after) - len(following)], following)
    said.extend(part for part in (words, gap + following) if part)


def _gap(words: str, before: str, after: str, following: str) -> str:
    """Between words that the call had kept apart: the wider of the two, and one where there was none."""
    if (not after and _CLOSES.match(following)) or words.endswith(tuple(_OPENS)):
        return ""
    return max(before, after, key=lambda gap: (gap.count("\n"), len(gap))) or " "
