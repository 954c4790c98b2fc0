"""Which language a question is in, judged by the words of the knowledge base itself: a new language needs no model."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from math import log
from typing import TypeAlias

from echobot.core.knowledge import Knowledge, Language, LanguagePack, Phrasing, Service, Tool
from echobot.core.text import fold, words

_SMALL = 20  # times: as often is a small word taken to be said, besides those that are read
_FOREIGN = 0.1  # how likely a word is a stranger in a text, and so says nothing
_FOREIGN_LETTER = 0.01  # the same of a letter such as "č" or "ß"
_FOREIGN_ENDING = 0.5  # and of the end of a word that no language knows
_TELLING = 4  # words: shorter texts may be in any language
_FEW = 2  # words: they leave the hint's language only with a word or a letter that it does not have
_STRANGE = 0.75  # share of unknown words from which on a text is in none of the languages
_STEM = 4  # letters of the shortest cue with any ending that tells a language
_SURE_BY = 0.7  # below this lead (a logarithm of odds: two to one) the hint decides

Sign: TypeAlias = tuple[Mapping[Language, float], float]
"""The languages that share a word or a letter, and how likely it is a stranger in the text all the same."""


class LanguageGuess:
    """Guesses among the languages of one knowledge base."""

    def __init__(self, knowledge: Knowledge, asked: Sequence[Phrasing] | None = None) -> None:
        """`asked` are the knowledge's phrasings, where they have been taken apart already."""
        of_language: dict[Language, list[Phrasing]] = defaultdict(list)
        for phrasing in knowledge.phrasings() if asked is None else asked:
            of_language[phrasing.language].append(phrasing)
        self.languages = frozenset(knowledge.languages) | set(of_language)
        self._of_word: dict[str, dict[Language, int]] = defaultdict(dict)
        self._of_letter: dict[str, dict[Language, int]] = defaultdict(dict)
        self._of_ending: dict[str, set[Language]] = defaultdict(set)
        self._of_stem: dict[str, set[Language]] = defaultdict(set)
        self._names = _names(knowledge)
        self._name_words = frozenset(word for names in self._names.values() for name in names for word in name)
        self._small = frozenset[str]().union(*(pack.small_words for pack in knowledge.languages.values()))
        for pack in knowledge.languages.values():
            self._learn_texts(pack.language, pack.small_words, _SMALL)
            self._learn_texts(pack.language, (*pack.story_words, *pack.phrases.values(), *pack.talk.texts))
            self._learn_cues(pack)
        for language, phrasings in of_language.items():
            texts, taken_apart = [phrasing.text for phrasing in phrasings], [phrasing.words for phrasing in phrasings]
            self._learn(language, texts, taken_apart)
        self._said: Counter[Language] = Counter()
        for language, times in chain.from_iterable(uses.items() for uses in self._of_word.values()):
            self._said[language] += times

    def guess(self, text: str, hint: Language | None = None) -> Language:
        """The language of the text; the hint where the text does not tell."""
        signs = self._signs(text[:1000])
        scores = self._scores(signs)
        ranked = sorted(self.languages, key=lambda language: (-scores[language], language != hint, language))
        if not ranked:
            return hint or Language("en")
        best = ranked[0]
        rival = hint if hint in self.languages else Language("en")
        if rival in self.languages and scores[best] - scores[rival] < _SURE_BY:
            return rival
        if hint in self.languages and len(words(text)) <= _FEW:
            lead = scores[best] - max((scores[other] for other in ranked[1:]), default=0)
            return best if lead >= _SURE_BY and _only_one_has(best, rival, signs) else rival
        return best

    def knows(self, text: str) -> bool:
        """Whether the text may be in one of the languages; few words are given the benefit of the doubt."""
        said = {word for word in words(text[:1000]) if not word.isdigit()}
        strange = sum(word not in self._of_word and word not in self._name_words for word in said)
        return len(said) < _TELLING or strange < _STRANGE * len(said)

    def _learn_cues(self, pack: LanguagePack) -> None:
        cues = [cue.strip("… ") for cues in pack.cues.values() for cue in cues]
        self._learn_texts(pack.language, [cue.rstrip("*") for cue in cues])
        for cue in cues:
            if cue.endswith("*"):
                self._of_stem[words(cue)[-1]].add(pack.language)

    def _learn_texts(self, language: Language, texts: Collection[str], times: int = 1) -> None:
        self._learn(language, texts, map(words, texts), times)

    def _learn(
        self, language: Language, texts: Iterable[str], taken_apart: Iterable[Sequence[str]], times: int = 1
    ) -> None:
        for word, uses in Counter(chain.from_iterable(map(self._unnamed, taken_apart))).items():
            if not word.isdigit():
                of_word = self._of_word[word]
                of_word[language] = of_word.get(language, 0) + uses * times
                self._of_ending[word[-3:]].add(language)
        for letter, uses in Counter(chain.from_iterable(map(_letters, texts))).items():
            of_letter = self._of_letter[letter]
            of_letter[language] = of_letter.get(language, 0) + uses

    def _signs(self, text: str) -> list[Sign]:
        of_letters = [(self._used(self._of_letter.get(letter, {})), _FOREIGN_LETTER) for letter in _letters(text)]
        return [self._of(word) for word in self._unnamed(words(text)) if not word.isdigit()] + of_letters

    def _scores(self, signs: Iterable[Sign]) -> Mapping[Language, float]:
        """The logarithm of each language's odds, all being equally usual."""
        scores = dict.fromkeys(self.languages, 0.0)
        for shares, foreign in signs:
            for language in scores if shares else ():
                scores[language] += log((1 - foreign) * shares.get(language, 0.0) + foreign / len(scores))
        return scores

    def _of(self, word: str) -> Sign:
        if known := self._of_word.get(word):
            # How often "a" is said depends on the language; how often "film" is said, on what the knowledge is about.
            return (self._used(known) if word in self._small else _shared(known)), _FOREIGN
        for length in range(len(word), _STEM - 1, -1):
            if languages := self._of_stem.get(word[:length]):
                return _shared(languages), _FOREIGN
        return _shared(self._of_ending.get(word[-3:], ())), _FOREIGN_ENDING

    def _used(self, times: Mapping[Language, int]) -> Mapping[Language, float]:
        uses = {language: times[language] / self._said[language] for language in times}
        return {language: use / sum(uses.values()) for language, use in uses.items()}

    def _unnamed(self, said: Sequence[str]) -> Iterable[str]:
        """The words outside names: "we" in "we transfer" is no English."""
        return said if self._names.keys().isdisjoint(said) else self._outside_names(said)

    def _outside_names(self, said: Sequence[str]) -> Iterator[str]:
        place = 0
        while place < len(said):
            names = self._names.get(said[place], ())
            length = next((len(name) for name in names if tuple(said[place : place + len(name)]) == name), 0)
            if not length:
                yield said[place]
            place += length or 1


def _only_one_has(one: Language, other: Language, signs: Iterable[Sign]) -> bool:
    """Whether any word or letter is known of the one language and not of the other; an ending is not enough."""
    return any(one in shares and other not in shares for shares, foreign in signs if foreign != _FOREIGN_ENDING)


def _shared(languages: Iterable[Language]) -> Mapping[Language, float]:
    among = list(languages)
    return {language: 1 / len(among) for language in among}


def _names(knowledge: Knowledge) -> Mapping[str, list[tuple[str, ...]]]:
    """What is said alike in every language, by its first word, longest first."""
    things: list[Tool | Service] = [*knowledge.tools.values(), *knowledge.services.values()]
    names = {tuple(words(name)) for thing in things for name in (thing.name, *thing.other_names)}
    by_first: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for name in sorted(names, key=len, reverse=True):
        by_first[name[0]].append(name)
    return dict(by_first)


def _letters(text: str) -> set[str]:
    if text.isascii():
        return set()
    marked = (letter for letter in set(text.lower()) if not letter.isascii())
    return {letter for letter in marked if letter.isalpha() and fold(letter) != letter}
