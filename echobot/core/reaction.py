"""Signs that people put under what the bot said: a number picks a choice, a thumb says whether an answer helped."""

from __future__ import annotations

from dataclasses import dataclass

from echobot.core.knowledge import EntryId

LIKED, DISLIKED = "👍", "👎"

YES = "✅"
"""Somebody agrees to what the bot has shown."""

PERSON_WANTED = "❓"
"""Somebody wants to hear from a person about the question that this answered."""

NUMBERS = ("1️⃣", "2️⃣", "3️⃣")

_QUESTION_MARKS = ("❔", "?", "❓")  # as keyboards and clients have them
_VARIATIONS = dict.fromkeys([0xFE0F, 0xFE0E, *range(0x1F3FB, 0x1F400)])  # drawn in colour or not, tones of skin


@dataclass(frozen=True, slots=True)
class Votes:
    """How many people were content with an entry, and how many were not; who they are is not known here."""

    entry: EntryId
    liked: int = 0
    disliked: int = 0


def said_by(sign: str) -> str | None:
    """What a sign says to the bot: "1", "2", "3", or one of those above; None when it says nothing."""
    plain = sign.translate(_VARIATIONS)
    if plain in (LIKED, DISLIKED, YES, PERSON_WANTED):
        return plain
    if plain in _QUESTION_MARKS:
        return PERSON_WANTED
    numbers = {number.translate(_VARIATIONS): number[0] for number in NUMBERS}
    return numbers.get(plain)
