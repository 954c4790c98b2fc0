"""Finds the phrasings that a question resembles, and measures how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from echobot.core.matching.sparse import Floats, Ints, Rows
from echobot.core.matching.vocabulary import Vocabulary

NEIGHBOURS = 120
_VOLUME = 60_000  # phrasings looked at per question, at most about
_FEATURE_POWER = 0.25


@dataclass(frozen=True, slots=True)
class Probe:
    """A question, or a phrasing that stands in for one, as numbers."""

    words: Ints  # the known words
    features: Ints  # the known features, distinct
    strange: int  # how many features no phrasing has


class Index:
    """All phrasings by their words, and their features: words, pairs of words, n-grams."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        self.vocabulary = Vocabulary(texts)
        number = self.vocabulary.number
        self.words = Rows.of([[number[word] for word in text] for text in texts])
        self._pairs = np.unique(self._pair_keys(self.words))
        self.features = self._features(self.words).distinct()
        self.frequency = np.bincount(self.words.distinct().values, minlength=len(self.vocabulary))
        self.with_word = self.words.distinct().turned(len(self.vocabulary))
        count = len(texts)
        self.idf = np.log((1 + count) / (0.5 + self.frequency)).astype(np.float32)
        feature_frequency = np.bincount(self.features.values, minlength=self.feature_count)
        weight = (np.log((1 + count) / (1 + feature_frequency)) + 1) ** _FEATURE_POWER
        self.weight = weight.astype(np.float32)
        self.strange_weight = float((np.log(1 + count) + 1) ** _FEATURE_POWER)
        self._norms = self._row_sums(self.features, self.weight**2)
        self._word_norms = np.sqrt(self._row_sums(self.words, self.idf**2) + 1e-6)

    @property
    def feature_count(self) -> int:
        return len(self.vocabulary) + self.vocabulary.gram_count + len(self._pairs)

    def _row_sums(self, rows: Rows, weights: Floats) -> Floats:
        sums = np.bincount(rows.owners(), weights=weights[rows.values], minlength=len(rows))
        return sums.astype(np.float32)

    def _pair_keys(self, texts: Rows) -> np.ndarray:
        owners = texts.owners()
        together = owners[:-1] == owners[1:]
        values = texts.values.astype(np.int64)
        return (values[:-1] * len(self.vocabulary) + values[1:])[together]

    def _features(self, texts: Rows) -> Rows:
        word_count, gram_count = len(self.vocabulary), self.vocabulary.gram_count
        made_of = self.vocabulary.grams.take(texts.values)
        owners = texts.owners()
        keys = self._pair_keys(texts)
        places = np.searchsorted(self._pairs, keys)
        places[places == len(self._pairs)] = 0
        known = self._pairs[places] == keys if len(self._pairs) else np.zeros(0, bool)
        pair_owner = owners[:-1][owners[:-1] == owners[1:]]
        values = np.concatenate(
            [texts.values, made_of.values + word_count, places[known] + word_count + gram_count]
        ).astype(np.int32)
        owner = np.concatenate([owners, owners[made_of.owners()], pair_owner[known]])
        order = np.argsort(owner, kind="stable")
        starts = np.zeros(len(texts) + 1, np.int64)
        np.cumsum(np.bincount(owner, minlength=len(texts)), out=starts[1:])
        return Rows(values[order], starts)

    def probe(self, text: Sequence[str]) -> Probe:
        """What a question is made of."""
        vocabulary = self.vocabulary
        known = [vocabulary.number[word] for word in text if word in vocabulary.number]
        row = Rows.of([known])
        features = self._features(row).values
        strange = 0
        more: list[int] = []
        for word in set(text) - vocabulary.number.keys():
            grams, unknown = vocabulary.known_grams(word)
            more += grams
            strange += unknown + 1
        pairs_strange = max(0, len(text) - 1) - (len(features) - len(known) - len(self.vocabulary.grams.take(row.values).values))
        features = np.unique(np.concatenate([features, np.array(more, np.int32) + len(vocabulary)]))
        return Probe(row.values, features.astype(np.int32), strange + pairs_strange)

    def nearest(self, near: list[tuple[Ints, Floats]], count: int, skip: Ints | None = None) -> Ints:
        """The phrasings that share the weightiest words (or words like them)."""
        if not near:
            return np.zeros(0, np.int32)
        numbers = np.concatenate([n for n, _ in near])
        weights = np.concatenate([c for _, c in near]) * self.idf[numbers] ** 2
        order = np.argsort(-weights, kind="stable")
        volume = np.cumsum(self.frequency[numbers[order]])
        order = order[: max(1, int(np.searchsorted(volume, _VOLUME)))]
        postings = self.with_word.take(numbers[order])
        scores = np.bincount(postings.values, weights=np.repeat(weights[order], postings.lengths), minlength=len(self.words))
        scores = scores / self._word_norms
        if skip is not None:
            scores[skip] = 0
        if len(scores) > count:
            best = np.argpartition(-scores, count - 1)[:count].astype(np.int32)
        else:
            best = np.arange(len(scores), dtype=np.int32)
        return np.sort(best[scores[best] > 0])

    def resemblance(self, probe: Probe, phrasings: Ints) -> Floats:
        """Cosines between the phrasings and, in the last row and column, the probe."""
        rows = self.features.take(phrasings)
        flat = np.concatenate([rows.values, probe.features])
        owner = np.concatenate([rows.owners(), np.full(len(probe.features), len(phrasings), np.int32)])
        shared = np.bincount(flat, minlength=self.feature_count) > 1
        column = np.cumsum(shared) - 1
        kept = shared[flat]
        dense = np.zeros((len(phrasings) + 1, int(column[-1]) + 1), np.float32)
        dense[owner[kept], column[flat[kept]]] = self.weight[flat[kept]]
        own = float((self.weight[probe.features] ** 2).sum()) + probe.strange * self.strange_weight**2
        norms = np.sqrt(np.append(self._norms[phrasings], own)) + 1e-9
        dense /= norms[:, None]
        result = dense @ dense.T
        np.fill_diagonal(result, 1)
        return result
