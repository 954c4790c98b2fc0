"""What the phrasings of a knowledge base say to a question: two opinions on every entry, and the evidence for one.

The main opinion is kernel ridge regression (Saunders, Gammerman, Vovk, 1998), solved for the nearest phrasings alone as in
local learning (Bottou, Vapnik, 1992): every phrasing is an example of its entry, and the weights are found when the question
is asked. So there is nothing to train, and an edit of the knowledge is a rebuild of the index. The other is naive Bayes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from echobot.core.matching.bayes import Bayes
from echobot.core.matching.index import Index, Probe
from echobot.core.matching.sparse import Bools, Floats, Ints, Rows
from echobot.core.matching.vocabulary import Alike, akin

_RIDGE = 0.1  # how much the regression smooths; 0.03 to 0.3 differ by half a point
_FOREIGN = 0.7  # how much two phrasings resemble each other across languages, of what their letters say
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
class Opinion:
    """How strongly the phrasings speak for each entry."""

    strength: Floats
    beliefs: Floats
    closest: Floats  # the cosine of the entry's most similar phrasing
    phrasings: Ints  # those that were looked at

    def best(self, count: int) -> list[int]:
        """The entries that anything speaks for, best first."""
        order = np.argsort(-self.strength, kind="stable")[:count]
        return [entry for entry in order.tolist() if self.closest[entry] > 0]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one entry as the answer, as numbers of about the same size."""

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
        self.entry_count = int(entry_of.max(initial=-1)) + 1
        self.of_entry = Rows.gathered(np.arange(len(entry_of)), entry_of, self.entry_count)
        self.bayes = Bayes(self.index.words, entry_of, self.entry_count, len(self.index.vocabulary))

    def weights(self, frequency: Ints) -> Floats:
        """What words in so many phrasings say: 1 for a word that was never seen, almost 0 for one that is everywhere."""
        never = np.log((1 + len(self.index)) / 0.5)
        return np.asarray(np.log((1 + len(self.index)) / (0.5 + frequency)) / never)

    def opinion(self, asked: Asked) -> Opinion:
        """What all phrasings say."""
        near = self.near(asked)
        return self.weigh(near, self.resemblance(asked, near), self.bayes.beliefs(asked.numbers))

    def near(self, asked: Asked) -> Ints:
        """The phrasings to look at."""
        if asked.language < 0:
            return self.index.nearest(asked.alike)
        return self.index.nearest(asked.alike, np.where(self.language_of == asked.language, 1, _FOREIGN))

    def resemblance(self, asked: Asked, near: Ints) -> Floats:
        """How much these phrasings, and last the question, resemble each other."""
        cosines = self.index.resemblance(asked.probe, near)
        if asked.language < 0:
            return cosines
        languages = np.append(self.language_of[near], asked.language)
        return np.where(languages == languages[:, None], cosines, _FOREIGN * cosines)

    def weigh(self, near: Ints, cosines: Floats, beliefs: Floats) -> Opinion:
        """The two opinions on every entry."""
        kernel = (cosines + cosines**2) / 2  # pairs of features speak as well; nothing in common is nothing
        phrasings = kernel[:-1, :-1] + _RIDGE * np.eye(len(near), dtype=np.float32)
        votes = np.linalg.solve(phrasings, kernel[-1, :-1])
        owners = self.entry_of[near]
        closest = np.zeros(self.entry_count)
        np.maximum.at(closest, owners, cosines[-1, :-1])
        strength = np.bincount(owners, weights=votes, minlength=self.entry_count) + _SECOND_OPINION * beliefs
        return Opinion(strength, beliefs, closest, near)

    def accounted(self, asked: Asked, opinion: Opinion, entry: int) -> Bools:
        """For each word of the question, whether the entry's phrasings account for it."""
        own = opinion.phrasings[self.entry_of[opinion.phrasings] == entry]
        used = set(self.index.words.take(own).values.tolist())
        return np.array([self._uses(used, word, alike) for word, alike in zip(asked.words, asked.alike, strict=True)])

    def _uses(self, used: set[int], word: str, alike: Alike) -> bool:
        vocabulary = self.index.vocabulary
        if vocabulary.number.get(word) in used:
            return True
        return any(akin(word, vocabulary.words[number]) for number in alike[0].tolist() if number in used)

    def evidence(self, asked: Asked, opinion: Opinion, entry: int, accounted: Bools) -> Evidence:
        """What speaks for one entry."""
        weights = asked.weights if asked.weights.any() else np.ones(len(asked.words))
        others = opinion.strength.copy()
        others[entry] = 0
        return Evidence(
            strength=float(opinion.strength[entry]),
            lead=float(opinion.strength[entry] - others.max()),
            belief=float(opinion.beliefs[entry]),
            closest=float(opinion.closest[entry]),
            explained=float(weights @ accounted / weights.sum()),
            strange=float(weights @ asked.strange / weights.sum()),
            length=float(np.log1p(len(weights)) / 3),
        )
