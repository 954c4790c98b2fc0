"""What a knowledge base can tell about itself: how sure the ranking may be, before anybody has asked.

Phrasings stand in for questions. Each is hidden and asked, and is answered rightly or wrongly; then its whole entry is
hidden, and whatever is answered is wrong, as it is when somebody asks what the knowledge does not hold.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from echobot.core.matching.confidence import Confidence
from echobot.core.matching.phrasebook import Asked, Evidence, Opinion, Phrasebook
from echobot.core.matching.sparse import Floats, Ints

_PRECISION = 0.95  # of the answers that are given, questions about something else counted
_OUTSIDERS = 1 / 3  # questions about something else, for each that the knowledge holds
_FEW_STRANGERS = 1.85  # standard deviations: of what people ask about something else, it lets one or two in 100 through
_LOWEST, _HIGHEST = 0.5, 0.95  # of the score at which an answer is given, whatever the rehearsal says
_MOST_ASKED = 300  # phrasings: which ones they are then moves coverage by 1.5 points (standard deviation), 200 by 2
_MUCH_THE_SAME = 0.95  # share of the phrasings: as long as so many are left, what they told still holds
_USUALLY_EXPLAINED, _USUALLY_FOUND = 0.5, 0.8  # what a knowledge base too small to tell is held to
_USUAL_CASES = 20
_LEAST_EXPLAINED = 0.45  # whatever the rehearsal says: of two words that tell something, the rarer one is not left out
_UNUSUAL = 0.15  # of the right answers: they explained so little of the question that it rather should not count


@dataclass(frozen=True, slots=True)
class Trust:
    """How sure to be of an answer, and from where on to give it."""

    confidence: Confidence
    found_at: float
    explained_at: float  # the share of a question's weight that its answer must account for
    asked: Ints  # the marks of the phrasings that were asked
    count: int  # of all phrasings there were

    def holds_for(self, marks: Ints) -> bool:
        """Whether hardly a phrasing has come, gone or changed since; `marks` are those of the phrasings now."""
        there = np.isin(self.asked, marks).mean() if len(self.asked) else 0.0
        return bool(there >= _MUCH_THE_SAME and abs(len(marks) - self.count) <= (1 - _MUCH_THE_SAME) * self.count)


@dataclass(frozen=True, slots=True)
class _Rehearsed:
    inside: list[Evidence]
    right: list[bool]
    outside: list[Evidence]


def rehearse(book: Phrasebook, small: Mapping[int, frozenset[int]], marks: Ints) -> Trust:
    """Ask the phrasebook its own phrasings. `small` are the numbers of the words that say nothing, by language.

    A mark tells a phrasing from any other, and is the same whenever and wherever it is made.
    """
    done, chosen = _Rehearsed([], [], []), _chosen(len(book.index))
    for phrasing in chosen:
        _ask(book, phrasing, small.get(int(book.language_of[phrasing]), frozenset()), done)
    right = np.array(done.right + [False] * len(done.outside), bool)
    importance = np.array([1.0] * len(done.inside) + [_OUTSIDERS] * len(done.outside))
    confidence = Confidence.learnt(done.inside + done.outside, right, importance)
    found_at = _found_at(confidence, done, importance)
    return Trust(confidence, found_at, _explained_at(done), marks[chosen], len(marks))


def _chosen(count: int) -> list[int]:
    """One from each of as many stretches, and so from as many entries and languages as can be; the same each time."""
    chance, ends = random.Random(0), np.linspace(0, count, min(count, _MOST_ASKED) + 1).astype(int).tolist()  # noqa: S311
    return [chance.randrange(start, end) for start, end in pairwise(ends)]


def _ask(book: Phrasebook, phrasing: int, small: frozenset[int], done: _Rehearsed) -> None:
    asked = _stand_in(book, phrasing)
    entry = int(book.entry_of[phrasing])
    near = book.near(asked)
    near = near[near != phrasing]
    like = book.likeness(asked, near)
    beliefs = book.bayes.beliefs(asked.numbers, without=(entry, book.index.words[phrasing]))
    asked = _without(book, asked, small, np.ones(len(asked.words), np.int64))
    best = _answer(book, asked, book.weigh(like, beliefs), done.inside)
    done.right.append(best == entry)
    if book.entry_count > 1:
        beliefs = np.where(np.arange(book.entry_count) == entry, 0, beliefs)
        asked = _without(book, asked, small, book.uses(asked.numbers, entry))
        others = like.among(book.entry_of[near] != entry)
        _answer(book, asked, book.weigh(others, beliefs / (beliefs.sum() + 1e-9)), done.outside)


def _stand_in(book: Phrasebook, phrasing: int) -> Asked:
    vocabulary = book.index.vocabulary
    numbers = np.array(list(dict.fromkeys(book.index.words[phrasing].tolist())))
    words = tuple(vocabulary.words[number] for number in numbers)
    nothing = np.zeros(len(words))
    alike = tuple(map(vocabulary.alike, words))
    probe, language = book.index.probe_of(phrasing), int(book.language_of[phrasing])
    return Asked(words, numbers, alike, nothing, nothing.astype(bool), probe, language)


def _without(book: Phrasebook, asked: Asked, small: frozenset[int], uses: Ints) -> Asked:
    """The question as it is when so many phrasings with each word are hidden."""
    left = book.index.frequency[asked.numbers] - uses
    content = np.array([number not in small for number in asked.numbers.tolist()])
    return replace(asked, weights=book.weights(left, content), strange=left <= 0)


def _answer(book: Phrasebook, asked: Asked, opinion: Opinion, evidence: list[Evidence]) -> int:
    best = int(np.argmax(opinion.strength))
    evidence.append(book.evidence(asked, opinion, best))
    return best


def _found_at(confidence: Confidence, done: _Rehearsed, importance: Floats) -> float:
    """The lowest score from which on answers are right often enough, and strangers' questions are seldom answered."""
    chances = confidence.of(done.inside + done.outside)
    order = np.argsort(-chances, kind="stable")
    precision = np.cumsum((chances * importance)[order]) / np.cumsum(importance[order])
    enough = chances[order][precision >= _PRECISION]
    found_at = max(enough.min(initial=_PRECISION), _seldom(chances[len(done.inside) :]))
    return float(np.clip(_drawn(found_at, len(done.inside), _USUALLY_FOUND, 3 * _USUAL_CASES), _LOWEST, _HIGHEST))


def _seldom(strangers: Floats) -> float:
    """The score that few questions without an entry reach; from mean and spread, since there are too few to count."""
    if not len(strangers):
        return 0
    odds = np.log(strangers / (1 - strangers))
    return float(1 / (1 + np.exp(-odds.mean() - _FEW_STRANGERS * odds.std())))


def _explained_at(done: _Rehearsed) -> float:
    """Most right answers explain as much; the fewer there were, the more counts what is usual."""
    shares = [evidence.explained for evidence, right in zip(done.inside, done.right, strict=True) if right]
    lowest = float(np.quantile(shares, _UNUSUAL)) if shares else 0
    return max(_LEAST_EXPLAINED, _drawn(lowest, len(shares), _USUALLY_EXPLAINED, _USUAL_CASES))


def _drawn(measured: float, cases: int, usual: float, usual_cases: int) -> float:
    """What was measured on some cases, drawn towards what is usual as if that had been measured too."""
    return (cases * measured + usual_cases * usual) / (cases + usual_cases)
