"""Where a reader pauses."""

from __future__ import annotations

import re
from enum import IntEnum

_CLOSING = "\"'»”“’)]"
_OPENING = "\"'«„“‘(["
_ABBREVIATION = re.compile(  # those that are followed by names and nouns
    "abb|art|bijv|br|bv|bzw|ca|cf|dott|dr|ecc|enz|env|es|etc|evtl|ex|god|incl|inkl|itd|max|min|mrs?|ms|nr|npr|pag|prof"
    "|resp|sig|sl|str?|sv|tel|tj|tzv|usw|vgl|vol|vs|zgn",
    re.IGNORECASE,
)


class Pause(IntEnum):
    """Where a part may begin; the number says how bad that is."""

    PARAGRAPH = 0
    LINE = 1
    SENTENCE = 2
    WORD = 4
    ANNOUNCED = 6  # after a heading, which would be left alone
    NOWHERE = 8


def pause(before: str, gap: str, word: str) -> Pause:
    """What is between two words, by the white space there."""
    if before.endswith(":"):
        return Pause.ANNOUNCED
    if gap.count("\n") > 1:
        return Pause.PARAGRAPH
    if "\n" in gap:
        return Pause.LINE
    if gap in {"\u00a0", "\u202f"}:
        return Pause.NOWHERE
    return Pause.SENTENCE if ends_sentence(before) and not word[0].islower() else Pause.WORD


def ends_sentence(word: str) -> bool:
    """Not "e.g.", "z. B.", "npr.", "1." or "www.x.org."; when in doubt, not."""
    word = word.rstrip(_CLOSING)
    if not word.endswith("."):
        return word.endswith(("?", "!", "…"))
    stem = word[:-1].lstrip(_OPENING)
    is_ordinal = stem.isdecimal() and len(stem) < 3
    return len(stem) > 1 and "." not in stem and not is_ordinal and not _ABBREVIATION.fullmatch(stem)
