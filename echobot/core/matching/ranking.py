"""Ranks entries for a question asked in free words, and says how sure it is and why.

A question's words are compared with the phrasings that curators wrote (`phrasebook`). The evidence for each entry
becomes a probability (`confidence`), with weights and thresholds that come from the knowledge base itself
(`rehearsal`). Words that the phrasings leave unexplained veto, however high that probability is.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from zlib import crc32

import numpy as np

from echobot.core.answer import Match
from echobot.core.knowledge import Language, Phrasing
from echobot.core.matching.phrasebook import Asked, Evidence, Phrasebook
from echobot.core.matching.rehearsal import Trust, rehearse
from echobot.core.text import said, words

_MOST_CHARACTERS = 2000
_MOST_WORDS = 40  # different ones, half from the beginning of a long message and half from its end
_WEIGHED = 5  # entries whose evidence is weighed, however few are asked for
ASKED_EXACTLY = 0.995  # the score of an entry that has the question among its phrasings; no other reaches it
_AT_MOST = 0.99
_CHOICES_SHARE = 1 / 3  # of `found_at`: from there on an entry may be a choice
_HARDLY = 1 / 6  # of a question's weight: whose phrasings explain less of it is no choice either, but for
_MUCH_ALIKE = 0.6  # cosine: a phrasing that is so like it, "save an old laptop", of words that are in many stories


class Ranker:
    """Ranks the entries of one knowledge base.

    `found_at` and `choices_at` are scores, derived from the phrasings: of the answers from `found_at` on 95 % should be
    right, if people ask as curators foresaw.
    """

    def __init__(
        self,
        phrasings: Sequence[Phrasing],
        small_words: Mapping[Language, frozenset[str]],
        names: frozenset[str] = frozenset(),
    ) -> None:
        readable = [phrasing for phrasing in phrasings if phrasing.words]
        entries = dict.fromkeys(phrasing.entry for phrasing in readable)
        self._entries = list(entries)
        number = {entry: number for number, entry in enumerate(entries)}
        self._languages = _numbered(phrasing.language for phrasing in readable)
        self._small = {language: frozenset(words(" ".join(small))) for language, small in small_words.items()}
        self._every_small: frozenset[str] = frozenset().union(*self._small.values())
        self._names = names  # folded words that are no misspelt others: "zoom" is no "room"
        self._book = Phrasebook(
            [phrasing.words for phrasing in readable],
            np.array([number[phrasing.entry] for phrasing in readable], np.int32),
            np.array([self._languages[phrasing.language] for phrasing in readable], np.int32),
        )
        self._marks = np.array([_mark(phrasing) for phrasing in readable], np.uint32)
        self._trust: Trust | None = None

    def rehearse(self, earlier: Iterable[Trust] = ()) -> Trust:
        """Learn how sure to be; or go on with what was learnt `earlier`, if hardly a phrasing has changed since."""
        holding = (trust for trust in earlier if trust.holds_for(self._marks))
        self._trust = next(holding, None) or rehearse(self._book, self._small_numbers(), self._marks)
        return self._trust

    @property
    def vocabulary(self) -> Container[str]:
        """Every folded word of the phrasings."""
        return self._book.index.vocabulary.number

    @property
    def trust(self) -> Trust:
        """What was learnt; where nothing was yet, it is learnt now."""
        return self._trust or self.rehearse()

    @property
    def found_at(self) -> float:
        return self.trust.found_at

    @property
    def choices_at(self) -> float:
        return self.found_at * _CHOICES_SHARE

    def rank(
        self, text: str, language: Language | None = None, explained: frozenset[str] = frozenset(), limit: int = 5
    ) -> list[Match]:
        """At most `limit` entries, best first. `explained` are folded words that need no explanation any more."""
        spoken = list(said(text[:_MOST_CHARACTERS]))
        if not spoken or not self._entries:
            return []
        typed = _different(spoken)
        asked = self._read([folded for _, folded in spoken if folded in typed], list(typed), language, explained)
        opinion = self._book.opinion(asked)
        evidence = [self._book.evidence(asked, opinion, entry) for entry in opinion.best(max(limit, _WEIGHED))]
        scores = self.trust.confidence.of(evidence).tolist()
        content = list(zip(typed.values(), (asked.weights > 0).tolist(), strict=True))
        matches = [self._match(*pair, content, opinion.exact) for pair in zip(evidence, scores, strict=True)]
        return sorted(matches, key=lambda match: -match.score)[:limit]

    def _read(
        self, text: Sequence[str], folded: Sequence[str], language: Language | None, explained: frozenset[str]
    ) -> Asked:
        vocabulary = self._book.index.vocabulary
        small = self._every_small if language is None else self._small.get(language, frozenset())
        as_meant = small | self._names
        correction = {word: word if word in as_meant else vocabulary.corrected(word) for word in folded}
        corrected = tuple(correction.values())
        known = np.array([word in vocabulary.number for word in corrected])
        numbers = np.array([vocabulary.number[word] for word in corrected if word in vocabulary.number], np.int32)
        frequency = np.zeros(len(folded), np.int64)
        frequency[known] = self._book.index.frequency[numbers]
        content = np.array([word not in small for word in folded])
        unexplained = np.array([word not in explained for word in folded])
        return Asked(
            words=corrected,
            numbers=np.unique(numbers),
            alike=tuple(map(vocabulary.alike, corrected)),
            weights=self._book.weights(frequency, content) * unexplained,
            strange=~known,
            probe=self._book.index.probe([correction[word] for word in text]),
            language=-1 if language is None else self._languages.get(language, -1),
        )

    def _match(
        self, evidence: Evidence, score: float, content: Sequence[tuple[str, bool]], exactly: frozenset[int]
    ) -> Match:
        exact = exactly == {evidence.entry}
        is_likely = evidence.explained >= _HARDLY or evidence.closest >= _MUCH_ALIKE
        ceiling = _AT_MOST if is_likely else self.choices_at / 2
        telling = list(zip(content, evidence.accounted, strict=True))
        return Match(
            entry=self._entries[evidence.entry],
            score=ASKED_EXACTLY if exact else min(score, ceiling),
            matched=tuple(word for (word, tells), accounted in telling if tells and accounted),
            unexplained=tuple(word for (word, tells), accounted in telling if tells and not accounted),
            vetoed=not exact and evidence.explained < self.trust.explained_at,
            reason="asked in exactly these words in the knowledge base" if exact else _reason(evidence),
        )

    def _small_numbers(self) -> dict[int, frozenset[int]]:
        number = self._book.index.vocabulary.number
        return {
            self._languages[language]: frozenset(number[word] for word in small if word in number)
            for language, small in self._small.items()
            if language in self._languages
        }


def _mark(phrasing: Phrasing) -> int:
    return crc32(f"{phrasing.entry} {phrasing.language} {phrasing.text}".encode(errors="replace"))


def _numbered(languages: Iterable[Language]) -> dict[Language, int]:
    return {language: number for number, language in enumerate(dict.fromkeys(languages))}


def _different(spoken: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The different words of a message, folded, and how each was first typed."""
    typed: dict[str, str] = {}
    for as_typed, folded in spoken:
        typed.setdefault(folded, as_typed)
    if len(typed) <= _MOST_WORDS:
        return typed
    pairs = list(typed.items())
    return dict(pairs[: _MOST_WORDS // 2] + pairs[-_MOST_WORDS // 2 :])


def _reason(evidence: Evidence) -> str:
    return (
        f"its phrasings explain {evidence.explained:.0%} of the question; the most similar one resembles it by "
        f"{evidence.closest:.2f}; it leads by {evidence.lead:.2f}"
    )
