"""What the phrasings of a knowledge base say to a question: two opinions on every entry, and the evidence for one.

The main opinion is kernel ridge regression (Saunders, Gammerman, Vovk, 1998), solved for the nearest phrasings alone,
as in local learning (Bottou, Vapnik, 1992): every phrasing is an example of its entry, and its weight is found when a
question is asked. There is nothing to train: after an edit of the knowledge the index is built anew. The other opinion
is naive Bayes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from echobot.core.matching.bayes import Bayes
from echobot.core.matching.index import Index, Probe
from echobot.core.matching.sparse import Bools, Floats, Ints
from echobot.core.matching.vocabulary import Alike, akin

_RIDGE = 0.1  # how much the regression smooths; 0.03 to 0.3 differ by half a point
_FOREIGN = 0.7  # how much two phrasings resemble each other across languages, of what their letters say
_EXACT = 0.9999  # cosine, but for rounding
_SECOND_OPINION = 0.2  # the weight of naive Bayes


@dataclass(frozen=True, slots=True)
class Asked:
    """A question read against the vocabulary, word by word."""

    words: tuple[str, ...]  # folded, and corrected where they are misspelt
    numbers: Ints  # of the known ones among them, once each
    alike: tuple[Alike, ...]
    weights: Floats  # what each word says, 0 to 1
    strange: Bools  # those that no phrasing uses
    probe: Probe
    language: int  # -1: not known


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much the phrasings that are looked at resemble each other and the question."""

    phrasings: Ints
    kernel: Floats  # between all of them and, as the last row and column, the question
    cosines: Floats  # of each with the question
    exact: Bools  # those in the very words of the question

    def among(self, some: Bools) -> Likeness:
        """The same without the others."""
        rows = np.append(some, True).nonzero()[0]
        return Likeness(self.phrasings[some], self.kernel[rows][:, rows], self.cosines[some], self.exact[some])


@dataclass(frozen=True, slots=True)
class Opinion:
    """How strongly the phrasings speak for each entry."""

    strength: Floats
    beliefs: Floats
    closest: Floats  # the cosine of the entry's most similar phrasing
    exact: frozenset[int]  # entries with a phrasing in the very words of the question
    phrasings: Ints  # those that were looked at

    def best(self, count: int) -> list[int]:
        """The entries that anything speaks for, best first."""
        found = self.closest.nonzero()[0]
        order = np.argsort(-self.strength[found], kind="stable")[:count]
        return [int(entry) for entry in found[order]]

    def lead(self, entry: int) -> float:
        """How much stronger the entry is than the strongest other one."""
        first = int(np.argmax(self.strength))
        rivals = (self.strength[:entry], self.strength[entry + 1 :]) if first == entry else (self.strength[[first]],)
        return float(self.strength[entry] - max(each.max(initial=0) for each in rivals))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one entry as the answer, as numbers of about the same size."""

    entry: int
    accounted: tuple[bool, ...]  # for each word of the question, whether the entry's phrasings account for it
    strength: float
    lead: float  # over the strongest other entry
    belief: float
    closest: float
    explained: float  # the share of the question's weight that the entry's phrasings account for
    strange: float  # the share that no entry accounts for
    length: float

    def row(self) -> list[float]:
        return [self.strength, self.lead, self.belief, self.closest, self.explained, self.strange, self.length]


class Phrasebook:
    """All phrasings, with the entry and the language of each."""

    def __init__(self, texts: Sequence[Sequence[str]], entry_of: Ints, language_of: Ints) -> None:
        self.index = Index(texts)
        self.entry_of, self.language_of = entry_of, language_of
        languages = range(int(language_of.max(initial=-1)) + 1)
        self._preferred = [np.where(language_of == language, 1, _FOREIGN) for language in languages]
        self.entry_count = int(entry_of.max(initial=-1)) + 1
        self.bayes = Bayes(self.index.words, entry_of, self.entry_count, len(self.index.vocabulary))

    def weights(self, frequency: Ints, content: Bools) -> Floats:
        """What words in so many phrasings say: 1 for one never seen, almost 0 for one that is everywhere or is small.

        A question of nothing but small words ("who are you?") is made of those.
        """
        rarity = np.log((1 + len(self.index)) / (0.5 + frequency)) / np.log((1 + len(self.index)) / 0.5)
        return np.asarray(rarity * content if content.any() else np.ones(len(frequency)))

    def opinion(self, asked: Asked) -> Opinion:
        """What all phrasings say."""
        return self.weigh(self.likeness(asked, self.near(asked)), self.bayes.beliefs(asked.numbers))

    def near(self, asked: Asked) -> Ints:
        """The phrasings to look at."""
        if asked.language < 0:
            return self.index.nearest(asked.alike)
        return self.index.nearest(asked.alike, self._preferred[asked.language])

    def likeness(self, asked: Asked, near: Ints) -> Likeness:
        """Of these phrasings."""
        cosines = self.index.resemblance(asked.probe, near)
        exact = cosines[-1, :-1] > _EXACT
        if asked.language >= 0:
            languages = np.append(self.language_of[near], asked.language)
            cosines = np.where(languages == languages[:, None], cosines, _FOREIGN * cosines)
        kernel = (cosines + cosines**2) / 2  # pairs of features speak as well; nothing in common is nothing
        return Likeness(near, kernel, cosines[-1, :-1], exact)

    def weigh(self, like: Likeness, beliefs: Floats) -> Opinion:
        """The opinions on every entry."""
        phrasings = like.kernel[:-1, :-1] + _RIDGE * np.eye(len(like.phrasings), dtype=np.float32)
        votes = np.linalg.solve(phrasings, like.kernel[-1, :-1])
        owners = self.entry_of[like.phrasings]
        closest = np.zeros(self.entry_count)
        np.maximum.at(closest, owners, like.cosines)
        strength = np.bincount(owners, weights=votes, minlength=self.entry_count) + _SECOND_OPINION * beliefs
        return Opinion(strength, beliefs, closest, frozenset(owners[like.exact].tolist()), like.phrasings)

    def uses(self, numbers: Ints, entry: int) -> Ints:
        """How many of the entry's phrasings use each of these words."""
        using = self.index.with_word.take(numbers)
        return np.bincount(using.owners()[self.entry_of[using.values] == entry], minlength=len(numbers))

    def _accounted(self, asked: Asked, opinion: Opinion, entry: int) -> list[bool]:
        """Which words its phrasings have, or words akin to them in the question's language: "serve" is no "server"."""
        own = opinion.phrasings[self.entry_of[opinion.phrasings] == entry]
        native = own[(self.language_of[own] == asked.language) | (asked.language < 0)]
        used, akin_to = (set(self.index.words.take(each).values.tolist()) for each in (own, native))
        words = zip(asked.words, asked.alike, strict=True)
        return [self._uses(used, word) or self._akin(akin_to, word, alike) for word, alike in words]

    def _uses(self, used: set[int], word: str) -> bool:
        return self.index.vocabulary.number.get(word) in used

    def _akin(self, used: set[int], word: str, alike: Alike) -> bool:
        known = self.index.vocabulary.words
        return any(akin(word, known[number]) for number in alike[0].tolist() if number in used)

    def evidence(self, asked: Asked, opinion: Opinion, entry: int) -> Evidence:
        """What speaks for one entry."""
        accounted = self._accounted(asked, opinion, entry)
        shares = asked.weights / (asked.weights.sum() or 1)
        return Evidence(
            entry=entry,
            accounted=tuple(accounted),
            strength=float(opinion.strength[entry]),
            lead=opinion.lead(entry),
            belief=float(opinion.beliefs[entry]),
            closest=float(opinion.closest[entry]),
            explained=float(shares @ accounted) if shares.any() else 1.0,
            strange=float(shares @ asked.strange),
            length=float(np.log1p(len(shares)) / 3),
        )
