"""Naive Bayes over whole words: a second opinion that sees all phrasings of an entry together.

The regression in `ranking` looks at a few phrasings closely; this looks at all of them from afar. Smoothing and the use
of counts are the textbook's: Manning, Raghavan, Schütze, "Introduction to Information Retrieval", chapter 13.
"""

from __future__ import annotations

import numpy as np

from echobot.core.matching.sparse import Floats, Ints, Rows

_SMOOTHING = 0.05  # added to every count
_DOUBT = 0.5  # words are not independent: below 1 it is less sure of itself


class Bayes:
    """How often each entry's phrasings use each word."""

    def __init__(self, words: Rows, entry_of: Ints, entry_count: int, vocabulary_size: int) -> None:
        keys = words.values.astype(np.int64) * max(1, entry_count) + entry_of[words.owners()]
        distinct, counts = np.unique(keys, return_counts=True)
        word, entry = np.divmod(distinct, max(1, entry_count))
        self._entries = Rows(entry, np.searchsorted(word, np.arange(vocabulary_size + 1)))
        self._counts = counts.astype(np.float64)
        self._said = np.bincount(entry_of, weights=words.lengths, minlength=entry_count)
        self._unsaid = _SMOOTHING * (1 + vocabulary_size)

    def beliefs(self, words: Ints, without: tuple[int, Ints] | None = None) -> Floats:
        """How probable each entry is, all being asked equally often; `without` an entry's own phrasing."""
        places = self._entries.places(words)
        entries, counts, said = self._entries.values[places], self._counts[places], self._said
        if without:
            entry, phrasing = without
            own = np.repeat((phrasing == words[:, None]).sum(1), self._entries.lengths[words])
            counts = counts - np.where(entries == entry, own, 0)
            said = said - np.bincount([entry], minlength=len(said)) * len(phrasing)
        gains = np.bincount(entries, weights=np.log1p(counts / _SMOOTHING), minlength=len(said))
        scores = gains - len(words) * np.log(said + self._unsaid)
        odds = np.exp(_DOUBT * (scores - scores.max()))
        return np.asarray(odds / odds.sum())
