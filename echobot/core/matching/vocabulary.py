"""The words of the phrasings, what each is made of, and which of them a strange word comes close to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from rapidfuzz.distance import OSA

from echobot.core.matching.sparse import Floats, Ints, Rows

_SHORTEST_GRAM, _LONGEST_GRAM = 3, 3
_ALIKE = 0.4  # cosine over n-grams from which two words may be akin
_AKIN_STEM = 4  # letters


def grams(word: str) -> set[str]:
    """The word's n-grams; spaces mark where it begins and ends, so that endings differ from middles."""
    edged = f" {word} "
    return {
        edged[start : start + size]
        for size in range(_SHORTEST_GRAM, _LONGEST_GRAM + 1)
        for start in range(len(edged) - size + 1)
    }


class Vocabulary:
    """Numbers for words and for the n-grams they are made of."""

    def __init__(self, texts: Iterable[Sequence[str]]) -> None:
        self.words = list(dict.fromkeys(chain.from_iterable(texts)))
        self.number = {word: number for number, word in enumerate(self.words)}
        self._gram_number: dict[str, int] = {}
        self.grams = Rows.of([self._number_grams(word) for word in self.words])
        self.with_gram = self.grams.turned(len(self._gram_number))

    def __len__(self) -> int:
        return len(self.words)

    @property
    def gram_count(self) -> int:
        return len(self._gram_number)

    def _number_grams(self, word: str) -> list[int]:
        numbers = self._gram_number
        return [numbers.setdefault(gram, len(numbers)) for gram in sorted(grams(word))]

    def known_grams(self, word: str) -> tuple[list[int], int]:
        """The numbers of the word's n-grams, and how many n-grams have none."""
        all_grams = sorted(grams(word))
        known = [self._gram_number[gram] for gram in all_grams if gram in self._gram_number]
        return known, len(all_grams) - len(known)

    def alike(self, word: str) -> tuple[Ints, Floats]:
        """Words that share many n-grams with this one, and the cosine; the word itself is among them if known."""
        known, strange = self.known_grams(word)
        sharing = self.with_gram.take(np.array(known, np.int32)).values
        shared = np.bincount(sharing, minlength=len(self))
        numbers = np.flatnonzero(shared >= _ALIKE * _ALIKE * (len(known) + strange)).astype(np.int32)
        sizes = self.grams.starts[numbers + 1] - self.grams.starts[numbers]
        cosine = (shared[numbers] / np.sqrt(sizes * (len(known) + strange))).astype(np.float32)
        return numbers[cosine >= _ALIKE], cosine[cosine >= _ALIKE]

    def corrected(self, word: str, alike: Ints) -> str | None:
        """The known word that this one most likely misspells."""
        allowed = errors_allowed(word)
        near = ((OSA.distance(word, self.words[n], score_cutoff=allowed), n) for n in alike.tolist())
        best = min((pair for pair in near if pair[0] <= allowed), default=None) if allowed else None
        return self.words[best[1]] if best else None


def errors_allowed(word: str) -> int:
    """How many letters of a word may be wrong: none of a short one, which would be another word."""
    return 0 if len(word) < 5 or word.isdecimal() else 1


def akin(one: str, other: str) -> bool:
    """Is the one an inflection, a misspelling or a compound of the other?"""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < _AKIN_STEM or short.isdecimal():
        return False
    if OSA.distance(one, other, score_cutoff=errors_allowed(short)) <= errors_allowed(short):
        return True
    common = next((i for i, (a, b) in enumerate(zip(short, long)) if a != b), len(short))
    return common >= max(_AKIN_STEM, len(short) - 2, round(0.6 * len(long))) or long.endswith(short) or long.startswith(short)
