"""Naive Bayes over whole words: a second opinion that sees all phrasings of an entry together.

The local regression in `ranking` looks at a few phrasings closely; this looks at all of them from afar. Where the two
agree they are nearly always right. Rennie et al., "Tackling the Poor Assumptions of Naive Bayes", 2003.
"""

from __future__ import annotations

import numpy as np

from echobot.core.matching.sparse import Floats, Ints, Rows

_SMOOTHING = 0.05  # added to every count
_DOUBT = 0.5  # words are not independent: below 1 it is less sure of itself


class Bayes:
    """How often each entry uses each word."""

    def __init__(self, words: Rows, entry_of: Ints, entry_count: int, vocabulary_size: int) -> None:
        keys = words.values.astype(np.int64) * entry_count + entry_of[words.owners()]
        distinct, counts = np.unique(keys, return_counts=True)
        word, entry = np.divmod(distinct, max(entry_count, 1))
        starts = np.searchsorted(word, np.arange(vocabulary_size + 1))
        self._with_word = Rows(entry.astype(np.int32), starts)
        self._counts = counts.astype(np.float32)
        self._said = np.bincount(entry_of, weights=words.lengths, minlength=entry_count)
        self._vocabulary_size = vocabulary_size

    def beliefs(self, words: Ints, without: tuple[int, Ints] | None = None) -> Floats:
        """The probability of each entry, all being asked equally often; `without` one of an entry's own phrasings."""
        entries = self._with_word.take(words)
        counts = self._counts[self._with_word.places(words)]
        said = self._said
        if without is not None:
            entry, phrasing = without
            own = np.repeat([np.count_nonzero(phrasing == word) for word in words], entries.lengths)
            counts = counts - np.where(entries.values == entry, own, 0)
            said = said.copy()
            said[entry] -= len(phrasing)
        scores = np.bincount(entries.values, weights=np.log1p(counts / _SMOOTHING), minlength=len(said))
        scores = scores - len(words) * np.log(said + _SMOOTHING * (1 + self._vocabulary_size))
        odds = np.exp(_DOUBT * (scores - scores.max(initial=-np.inf)))
        return odds / odds.sum()
