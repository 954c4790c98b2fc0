"""Ranks entries for a question asked in free words."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from echobot.core.answer import Match
from echobot.core.knowledge import EntryId, Language
from echobot.core.matching.bayes import Bayes
from echobot.core.matching.confidence import Evidence, Logistic
from echobot.core.matching.index import NEIGHBOURS, Index, Probe
from echobot.core.matching.sparse import Floats, Ints
from echobot.core.matching.vocabulary import akin
from echobot.core.text import said

_MOST_CHARACTERS = 2000
_MOST_WORDS = 40
_RIDGE = 0.1
_FOREIGN = 0.7  # how much a phrasing in another language counts
_SAMPLES = 120
_CERTAIN = 0.995
_PRECISION = 0.95
_FALSE_ANSWERS = 0.015
_BLEND = 0.2
_OUTSIDERS = 0.5  # weight of pseudo out-of-scope questions


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way to ask for an entry."""

    entry: EntryId
    language: Language
    text: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question (or a phrasing that stands in for one), read against the vocabulary."""

    typed: tuple[str, ...]
    words: tuple[str, ...]
    alike: tuple[tuple[Ints, Floats], ...]
    weights: tuple[float, ...]
    seen: tuple[bool, ...]
    probe: Probe
    language: int


@dataclass(frozen=True, slots=True)
class _Look:
    """What the phrasings say about a question, by entry."""

    asked: _Asked
    candidates: Ints
    strength: Floats
    closest: Floats
    beliefs: Floats


class Ranker:
    def __init__(self, phrasings: Sequence[Phrasing], small_words: Mapping[Language, frozenset[str]]) -> None:
        texts = [[folded for _, folded in said(phrasing.text)] for phrasing in phrasings]
        self._index = Index(texts)
        self._entries = list(dict.fromkeys(phrasing.entry for phrasing in phrasings))
        entry_number = {entry: number for number, entry in enumerate(self._entries)}
        self._entry_of = np.array([entry_number[p.entry] for p in phrasings], np.int32)
        languages = dict.fromkeys(p.language for p in phrasings)
        self._language_number = {language: number for number, language in enumerate(languages)}
        self._language_of = np.array([self._language_number[p.language] for p in phrasings], np.int32)
        self._small = {language: words for language, words in small_words.items()}
        self._all_small = frozenset().union(*small_words.values())
        self._bayes = Bayes(self._index.words, self._entry_of, len(self._entries), len(self._index.vocabulary))
        self._exact: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
        for text, entry in zip(texts, self._entry_of.tolist(), strict=True):
            self._exact[tuple(text)].add(entry)
        self._languages = list(languages)
        self._calibrate()

    # -- asking --

    def rank(
        self,
        text: str,
        language: Language | None = None,
        explained: frozenset[str] = frozenset(),
        limit: int = 5,
    ) -> list[Match]:
        """The entries that may answer, best first."""
        pairs = list(islice(dict.fromkeys(said(text[:_MOST_CHARACTERS])), 4 * _MOST_WORDS))
        if not pairs or not self._entries:
            return []
        asked = self._read(pairs, language, explained)
        look = self._look(asked)
        order = np.argsort(-look.strength, kind="stable")[:limit]
        matches = [self._match(look, int(entry)) for entry in order if look.strength[entry] > 0 or look.closest[entry] > 0]
        owners = self._exact.get(tuple(asked.words), set())
        if len(owners) == 1:
            matches = self._certain(next(iter(owners)), asked, matches)
        return sorted(matches, key=lambda match: -match.score)[:limit]

    def _certain(self, entry: int, asked: _Asked, matches: list[Match]) -> list[Match]:
        name = self._entries[entry]
        exact = Match(name, _CERTAIN, asked.typed, (), reason="asked exactly like this in the knowledge base")
        return [exact, *(match for match in matches if match.entry != name)]

    def _read(self, pairs: list[tuple[str, str]], language: Language | None, explained: frozenset[str]) -> _Asked:
        vocabulary = self._index.vocabulary
        small = self._small.get(language, self._all_small) if language else self._all_small
        alike = [vocabulary.alike(word) for _, word in pairs]
        words = [
            word if word in vocabulary.number else vocabulary.corrected(word, near[0]) or word
            for (_, word), near in zip(pairs, alike)
        ]
        seen = [word in vocabulary.number for word in words]
        weights = [
            0.0 if word in small or word in explained else self._weight(vocabulary.number.get(new))
            for (_, word), new in zip(pairs, words)
        ]
        return _Asked(
            tuple(typed for typed, _ in pairs),
            tuple(words),
            tuple(alike),
            tuple(weights),
            tuple(seen),
            self._index.probe(words),
            self._language_number.get(language, -1) if language else -1,
        )

    def _weight(self, number: int | None, less: int = 0) -> float:
        frequency = self._index.frequency[number] - less if number is not None else 0
        count = len(self._entry_of)
        return float(np.log((1 + count) / (0.5 + frequency)) / np.log((1 + count) / 0.5))

    def _look(self, asked: _Asked, skip: Ints | None = None, entry: int = -1, phrasing: int = -1, gone: bool = False) -> _Look:
        candidates = self._index.nearest(list(asked.alike), NEIGHBOURS, skip)
        entries = len(self._entries)
        without = (entry, self._index.words[phrasing]) if entry >= 0 else None
        beliefs = self._bayes.beliefs(asked.probe.words, without)
        if gone:
            beliefs[entry] = 0
            beliefs = beliefs / (beliefs.sum() + 1e-9)
        if not len(candidates):
            return _Look(asked, candidates, np.zeros(entries), np.zeros(entries), beliefs)
        cosine = self._index.resemblance(asked.probe, candidates)
        if asked.language >= 0:
            languages = np.append(self._language_of[candidates], asked.language)
            cosine *= np.where(languages[:, None] == languages[None, :], 1, _FOREIGN)
        kernel = np.exp(cosine - 1)
        kernel[np.diag_indices_from(kernel)] += _RIDGE
        shares = np.linalg.solve(kernel[:-1, :-1], kernel[-1, :-1])
        owners = self._entry_of[candidates]
        strength = np.bincount(owners, weights=shares, minlength=entries)
        strength = strength + _BLEND * beliefs
        closest = np.zeros(entries)
        np.maximum.at(closest, owners, cosine[-1, :-1])
        return _Look(asked, candidates, strength, closest, beliefs)

    # -- evidence --

    def _accounted(self, look: _Look, entry: int) -> list[bool]:
        """For each word of the question, whether the entry's phrasings account for it."""
        asked, vocabulary = look.asked, self._index.vocabulary
        own = look.candidates[self._entry_of[look.candidates] == entry]
        has = set(self._index.words.take(own).values.tolist())
        accounted = []
        for word, alike in zip(asked.words, asked.alike):
            known = vocabulary.number.get(word)
            accounted.append(
                known in has or any(n in has and akin(word, vocabulary.words[n]) for n in alike[0].tolist())
            )
        return accounted

    def _evidence(self, look: _Look, entry: int, accounted: list[bool]) -> list[float]:
        asked = look.asked
        weights = np.array(asked.weights)
        if not weights.any():
            weights = np.ones(len(weights))
        total = weights.sum()
        rival = np.delete(look.strength, entry).max(initial=0)
        return [
            float(look.strength[entry]),
            float(look.strength[entry] - rival),
            float(look.beliefs[entry]),
            float(look.closest[entry]),
            float(weights @ np.array(accounted) / total),
            float(weights @ ~np.array(asked.seen) / total),
            float(np.log1p(len(weights)) / 3),
        ]

    def _match(self, look: _Look, entry: int) -> Match:
        accounted = self._accounted(look, entry)
        evidence = self._evidence(look, entry, accounted)
        asked = look.asked
        matched = tuple(t for t, w, a in zip(asked.typed, asked.weights, accounted) if a and w > 0)
        unexplained = tuple(t for t, w, a in zip(asked.typed, asked.weights, accounted) if not a and w > 0)
        vetoed = evidence[4] < self._explains_at
        reason = f"{evidence[4]:.0%} of the question's weight explained, resemblance {evidence[3]:.2f}, lead {evidence[1]:.2f}"
        score = float(self._logistic.chance(np.array(evidence)))
        return Match(self._entries[entry], score, matched, unexplained, vetoed=vetoed, reason=reason)

    # -- calibration --

    def _calibrate(self) -> None:
        inside, right, outside = self._rehearse()
        evidence = np.array(inside + outside).reshape(-1, 7)
        labels = np.array(right + [False] * len(outside), bool)
        importance = np.array([1.0] * len(inside) + [_OUTSIDERS] * len(outside))
        self._logistic = Logistic.fitted(evidence, labels, importance)
        self._samples = (np.array(inside).reshape(-1, 7), np.array(right, bool), np.array(outside).reshape(-1, 7))
        shares = [row[4] for row, good in zip(inside, right) if good]
        self._explains_at = float(np.clip(np.quantile(shares, 0.1), 0.3, 0.7)) if shares else 0.7
        self.found_at = self._threshold(*self._samples)
        self.choices_at = self.found_at / 3

    def _threshold(self, inside: Evidence, right: Evidence, outside: Evidence) -> float:
        if not len(inside):
            return 0.9
        chances = np.concatenate([self._logistic.chance(inside), self._logistic.chance(outside)])
        labels = np.concatenate([right, np.zeros(len(outside), bool)])
        order = np.argsort(-chances, kind="stable")
        weights = np.concatenate([np.ones(len(inside)), np.full(len(outside), _OUTSIDERS)])[order]
        precision = np.cumsum(chances[order] * weights) / np.cumsum(weights)
        enough = np.flatnonzero(precision >= _PRECISION)
        return float(np.clip(chances[order][enough[-1]] if len(enough) else 0.95, 0.5, 0.99))

    def _rehearse(self) -> tuple[list[list[float]], list[bool], list[list[float]]]:
        count = len(self._entry_of)
        sample = random.Random(0).sample(range(count), min(_SAMPLES, count))  # noqa: S311
        inside, right, outside = [], [], []
        cache: dict[int, tuple[Ints, Floats]] = {}
        for phrasing in sample:
            entry = int(self._entry_of[phrasing])
            asked = self._stand_in(phrasing, cache)
            if asked is None:
                continue
            siblings = np.flatnonzero(self._entry_of == entry)
            for skip, into in ((np.array([phrasing]), inside), (siblings, outside)):
                if into is outside:
                    asked = self._unsee(asked, entry)
                look = self._look(asked, skip, entry, phrasing, into is outside)
                best = int(np.argmax(look.strength))
                into.append(self._evidence(look, best, self._accounted(look, best)))
                if into is inside:
                    right.append(best == entry)
        return inside, right, outside

    def _unsee(self, asked: _Asked, entry: int) -> _Asked:
        vocabulary = self._index.vocabulary
        numbers = [vocabulary.number[word] for word in asked.words]
        own = self._index.words.take(np.flatnonzero(self._entry_of == entry)).distinct().values.tolist()
        less = [own.count(number) for number in numbers]
        return replace(
            asked,
            weights=tuple(
                0.0 if w == 0 else self._weight(n, k) for w, n, k in zip(asked.weights, numbers, less)
            ),
            seen=tuple(bool(self._index.frequency[n] > k) for n, k in zip(numbers, less)),
        )

    def _stand_in(self, phrasing: int, cache: dict[int, tuple[Ints, Floats]]) -> _Asked | None:
        vocabulary = self._index.vocabulary
        numbers = list(dict.fromkeys(self._index.words[phrasing].tolist()))
        if not numbers:
            return None
        for number in numbers:
            if number not in cache:
                cache[number] = vocabulary.alike(vocabulary.words[number])
        language = int(self._language_of[phrasing])
        small = self._small.get(self._languages[language], frozenset())
        words = tuple(vocabulary.words[number] for number in numbers)
        return _Asked(
            words,
            words,
            tuple(cache[number] for number in numbers),
            tuple(0.0 if word in small else self._weight(number, 1) for word, number in zip(words, numbers)),
            tuple(bool(self._index.frequency[number] > 1) for number in numbers),
            self._index.probe(words),
            language,
        )
