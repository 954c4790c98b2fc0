"""Finds the phrasings that a question resembles, and measures how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from echobot.core.matching.sparse import Floats, Ints, Rows, distinct
from echobot.core.matching.vocabulary import Alike, Vocabulary, trigrams

NEAREST = 95  # with the question 96 rows: BLAS works on matrices of that size without starting threads
_COLUMNS = 512  # of a matrix product at a time, for the same reason
_AT_A_TIME = 10_000  # phrasings taken apart at a time, to save memory
_NO_PAIR = np.iinfo(np.int64).max
_LOOKED_AT = 30_000  # phrasings per question, about; a limit for very large knowledge bases
_RARITY = 0.25  # power of a feature's inverse document frequency: the regression finds out itself what matters


@dataclass(frozen=True, slots=True)
class Probe:
    """A question as features."""

    features: Ints  # those that some phrasing has as well
    strange: int  # how many no phrasing has


class Index:
    """All phrasings: their words, and their features, which are words, pairs of neighbours, and trigrams."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        self.vocabulary = vocabulary = Vocabulary(texts)
        self.words = Rows.each(texts, vocabulary.number.__getitem__)
        once = self.words.distinct()
        self.frequency = np.bincount(once.values, minlength=len(vocabulary))
        self.with_word = once.turned(len(vocabulary))
        self._rarity = np.log((1 + len(texts)) / (0.5 + self.frequency)).astype(np.float32) ** 2
        self._size = np.sqrt(once.sums(self._rarity) + 1e-6)
        self._pairs = np.append(distinct(self._pair_keys(self.words)), _NO_PAIR)
        self._features = Rows.joined([self._features_of(part).distinct() for part in self.words.parts(_AT_A_TIME)])
        self._weights = _rarity(np.bincount(self._features.values, minlength=self._width), len(texts))
        self._strange_weight = float(_rarity(np.zeros(1), len(texts))[0])
        self._norms = self._features.sums(self._weights**2)

    def __len__(self) -> int:
        return len(self.words)

    @property
    def _width(self) -> int:
        return len(self.vocabulary) + self.vocabulary.trigram_count + len(self._pairs)

    def _pair_keys(self, texts: Rows) -> Ints:
        owners, numbers = texts.owners(), texts.values.astype(np.int64)
        return np.asarray((numbers[:-1] * len(self.vocabulary) + numbers[1:])[owners[:-1] == owners[1:]])

    def _features_of(self, texts: Rows) -> Rows:
        """Numbers: first the words, then the trigrams, then the pairs."""
        owners, made_of = texts.owners(), self.vocabulary.trigrams.take(texts.values)
        keys = self._pair_keys(texts)
        pairs = np.searchsorted(self._pairs, keys)
        known = self._pairs[pairs] == keys
        trigram, pair = len(self.vocabulary), len(self.vocabulary) + self.vocabulary.trigram_count
        return Rows.gathered(
            np.concatenate([texts.values, made_of.values + trigram, pairs[known] + pair]),
            np.concatenate([owners, owners[made_of.owners()], owners[:-1][owners[:-1] == owners[1:]][known]]),
            len(texts),
        )

    def probe(self, text: Sequence[str]) -> Probe:
        """The features of any words."""
        number = self.vocabulary.number
        known = self._features_of(Rows.of([[number[word] for word in text if word in number]])).values
        unknown = [word for word in text if word not in number]
        made_of = [trigram for word in unknown for trigram in self.vocabulary.known_trigrams(word)]
        features = distinct(np.concatenate([known, np.array(made_of, np.int32) + len(number)]))
        would_be = 2 * len(text) - 1 + sum(len(trigrams(word)) for word in text)  # if every word and pair were known
        return Probe(features, would_be - len(known) - len(made_of))

    def probe_of(self, phrasing: int) -> Probe:
        """The features of a phrasing, as if it had been asked."""
        return Probe(self._features[phrasing], 0)

    def nearest(self, words: Sequence[Alike], preference: Floats | None = None) -> Ints:
        """At most `NEAREST` phrasings that share the rarest words, or words like them; sorted by number."""
        numbers = np.concatenate([numbers for numbers, _ in words])
        weights = np.concatenate([closeness for _, closeness in words]) * self._rarity[numbers]
        order = np.argsort(-weights, kind="stable")
        rarest = order[: 1 + int(self.frequency[numbers[order]].cumsum().searchsorted(_LOOKED_AT))]
        places = self.with_word.places(numbers[rarest])
        weight = weights[rarest].repeat(self.frequency[numbers[rarest]])
        scores = np.bincount(self.with_word.values[places], weights=weight)
        found = (scores > 0).nonzero()[0]
        scores = scores[found] / self._size[found]
        if preference is not None:
            scores *= preference[found]
        best = np.argpartition(-scores, NEAREST)[:NEAREST] if len(found) > NEAREST else slice(None)
        return np.sort(found[best])

    def resemblance(self, probe: Probe, phrasings: Ints) -> Floats:
        """Cosines between all of these phrasings and, as the last row and column, the probe."""
        rows = self._features.take(phrasings)
        features = np.concatenate([rows.values, probe.features])
        owners = np.repeat(np.arange(len(rows) + 1), np.append(rows.lengths, len(probe.features)))
        dense = self._dense(features, owners, len(rows) + 1)
        own = float((self._weights[probe.features] ** 2).sum()) + probe.strange * self._strange_weight**2
        dense /= np.sqrt(np.append(self._norms[phrasings], own) + 1e-9)[:, None]
        parts = (dense[:, start : start + _COLUMNS] for start in range(0, dense.shape[1], _COLUMNS))
        cosines = sum((part @ part.T for part in parts), np.zeros((len(dense), len(dense)), np.float32))
        np.fill_diagonal(cosines, 1)
        return cosines

    def _dense(self, features: Ints, owners: Ints, count: int) -> Floats:
        """One row for each owner and one column for each feature that two of them share: others add to no product."""
        places = np.arange(len(features))
        last = np.empty(self._width, np.int32)  # where a feature stands last; only those that occur are ever looked at
        last[features] = places
        same = last[features]
        shared = np.bincount(same, minlength=len(features)) > 1
        column = shared.cumsum() - 1
        width = int(column[-1]) + 1 if len(column) else 0
        kept = shared[same]
        dense = np.zeros(count * width, np.float32)
        dense[owners[kept] * width + column[same[kept]]] = self._weights[features[kept]]
        return dense.reshape(count, width)


def _rarity(frequency: Ints | Floats, count: int) -> Floats:
    return ((np.log((1 + count) / (1 + frequency)) + 1) ** _RARITY).astype(np.float32)
