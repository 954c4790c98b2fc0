"""Ranks entries for a question asked in free words, and says how sure it is and why.

A question's words are compared with the phrasings that curators wrote (`phrasebook`), the evidence for each entry becomes
a probability (`confidence`) with weights and thresholds that come from the knowledge base itself (`rehearsal`), and what
the phrasings leave unexplained vetoes, however high that probability is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from echobot.core.answer import Match
from echobot.core.knowledge import EntryId, Language
from echobot.core.matching.phrasebook import Asked, Opinion, Phrasebook
from echobot.core.matching.rehearsal import rehearse
from echobot.core.text import said, words

_MOST_CHARACTERS = 2000
_MOST_WORDS = 60
_CERTAIN = 0.995
_CHOICES_SHARE = 1 / 3  # of `found_at`: from there on an entry may be a choice


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way to ask for an entry."""

    entry: EntryId
    language: Language
    text: str


class Ranker:
    """Ranks the entries of one knowledge base.

    `found_at` and `choices_at` are scores, derived from the phrasings: of the answers from `found_at` on 95 % should be
    right, if people ask as curators foresaw.
    """

    def __init__(self, phrasings: Sequence[Phrasing], small_words: Mapping[Language, frozenset[str]]) -> None:
        readable = [(phrasing, text) for phrasing in phrasings if (text := words(phrasing.text))]
        entries = {phrasing.entry: None for phrasing, _ in readable}
        self._entries = list(entries)
        number = {entry: number for number, entry in enumerate(entries)}
        self._languages = _numbered(phrasing.language for phrasing, _ in readable)
        self._small = small_words
        self._every_small: frozenset[str] = frozenset().union(*small_words.values())
        self._book = Phrasebook(
            [text for _, text in readable],
            np.array([number[phrasing.entry] for phrasing, _ in readable], np.int32),
            np.array([self._languages[phrasing.language] for phrasing, _ in readable], np.int32),
        )
        self._owners: dict[tuple[str, ...], set[int]] = {}
        for phrasing, text in readable:
            self._owners.setdefault(tuple(text), set()).add(number[phrasing.entry])
        self._trust = rehearse(self._book, self._small_numbers())
        self.found_at = self._trust.found_at
        self.choices_at = self.found_at * _CHOICES_SHARE
