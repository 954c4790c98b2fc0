"""The words of the phrasings, the trigrams they are made of, and which of them another word comes close to."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import chain
from typing import TypeAlias

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from echobot.core.matching.sparse import Floats, Ints, Rows

Alike: TypeAlias = tuple[Ints, Floats]
"""Known words, and how much they look like another word (0 to 1)."""

_GRAM = 3  # letters; measured: 2 and 4 as well cost twice the time and find no more
_ALIKE_AT = 0.4
_MOST_ALIKE = 50
_MISSPELT = 4  # letters: a shorter word with one letter changed is another word
_SHORTEST, _ENDING = 4, 2  # letters: of a word that may be inflected at all, and of what is then added to it
_PART = 5  # letters of the shortest stem, and of the shortest part of a compound
_LONG = 6  # letters from which on another first letter may be a slip: "dista" is no "lista"


def trigrams(word: str) -> list[str]:
    """Three letters each, once; a space marks where the word begins and ends."""
    edged = f" {word} "
    return list(dict.fromkeys([edged[start : start + _GRAM] for start in range(max(1, len(edged) - _GRAM + 1))]))


def akin(one: str, other: str) -> bool:
    """Whether the one is an inflection, a misspelling or a compound of the other."""
    short, long = sorted((one, other), key=len)
    if len(short) < _SHORTEST or short.isdecimal():
        return one == other
    if long.startswith(short) and (len(short) >= _PART or len(long) <= len(short) + _ENDING):
        return True
    if len(short) < _PART:
        return False
    stem = max(_PART, len(short) - 2, math.ceil(0.6 * len(long)))
    return long.endswith(short) or short[:stem] == long[:stem] or _slipped(one, other)


def _slipped(one: str, other: str) -> bool:
    """Whether they differ by one slip of the finger; who types a short word seldom misses its first letter."""
    return (one[0] == other[0] or len(one) >= _LONG) and OSA.distance(one, other, score_cutoff=1) <= 1


class Vocabulary:
    """Numbers for words and for their trigrams."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        counts = Counter(chain.from_iterable(texts))
        self.words = sorted(counts, key=lambda word: (-counts[word], word))
        self.number = {word: number for number, word in enumerate(self.words)}
        self._trigram_number: dict[str, int] = {}
        self.trigrams = Rows.of([self._number_trigrams(word) for word in self.words])
        self._with_trigram = self.trigrams.turned(self.trigram_count)
        self._alike_known: dict[str, Alike] = {}  # filled as they are asked about
        self._by_edge: dict[str, list[str]] = defaultdict(list)
        for word in self.words:
            if len(word) >= _MISSPELT - 1:
                self._by_edge[f"{word[0]}-"].append(word)
                self._by_edge[f"-{word[-1]}"].append(word)

    def __len__(self) -> int:
        return len(self.words)

    @property
    def trigram_count(self) -> int:
        return len(self._trigram_number)

    def _number_trigrams(self, word: str) -> list[int]:
        numbers = self._trigram_number
        return [numbers.setdefault(trigram, len(numbers)) for trigram in trigrams(word)]

    def known_trigrams(self, word: str) -> list[int]:
        """The numbers of those trigrams of any word that the phrasings have too."""
        return [self._trigram_number[trigram] for trigram in trigrams(word) if trigram in self._trigram_number]

    def _made_of(self, word: str) -> tuple[Ints, int]:
        """The numbers of its known trigrams, and how many it has."""
        if (number := self.number.get(word)) is not None:
            return (known := self.trigrams[number]), len(known)
        return np.array(self.known_trigrams(word), np.int32), len(trigrams(word))

    def alike(self, word: str) -> Alike:
        """The words that share many trigrams with this one, itself among them, and the cosine."""
        if word not in self.number:
            return self._alike(word)
        if word not in self._alike_known:
            self._alike_known[word] = self._alike(word)
        return self._alike_known[word]

    def _alike(self, word: str) -> Alike:
        known, size = self._made_of(word)
        shared = np.bincount(self._with_trigram.values[self._with_trigram.places(known)], minlength=len(self))
        numbers = (shared >= _ALIKE_AT**2 * size).nonzero()[0]
        sizes = self.trigrams.starts[numbers + 1] - self.trigrams.starts[numbers]
        cosine = shared[numbers] / np.sqrt(sizes * size)
        closest = np.argsort(-cosine, kind="stable")[:_MOST_ALIKE]
        closest = closest[cosine[closest] >= _ALIKE_AT]
        return numbers[closest], cosine[closest]

    def corrected(self, word: str) -> str:
        """The commonest word that is one slip of the finger away, or else the word as it is."""
        if word in self.number or len(word) < _MISSPELT or not word.isalpha():
            return word
        edges = (f"{word[0]}-", f"-{word[-1]}") if len(word) >= _LONG else (f"{word[0]}-",)
        for edge in edges:
            if best := process.extractOne(word, self._by_edge.get(edge, ()), scorer=OSA.distance, score_cutoff=1):
                return str(best[0])
        return word
