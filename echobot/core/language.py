"""Which language a question is in, judged by the words of the knowledge base itself: a new language needs no model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from echobot.core.knowledge import Knowledge, Language, LanguagePack, Service, Tool
from echobot.core.text import fold, words

_SMALL, _CUE, _PHRASING = 2.0, 1.0, 0.5  # how much a word that one language alone has speaks for it
_LETTER = 1.0  # a letter such as "č" or "ß"
_ENDING = 0.15  # the end of a word that no language knows
_TELLING = 4  # words: shorter texts may be in any language
_STRANGE = 0.75  # share of unknown words from which on a text is in none of the languages
_STEM = 4  # letters of the shortest cue with any ending that tells a language
_SURE_BY = 0.4  # below this lead the hint decides


class LanguageGuess:
    """Guesses among the languages of one knowledge base."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.languages = frozenset(knowledge.languages) | {language for _, language, _ in knowledge.phrasings()}
        self._of_word: dict[str, dict[Language, float]] = defaultdict(dict)
        self._of_letter: dict[str, set[Language]] = defaultdict(set)
        self._of_ending: dict[str, set[Language]] = defaultdict(set)
        self._of_stem: dict[str, set[Language]] = defaultdict(set)
        self._names = frozenset(_name_words(knowledge))  # "Google Drive" is said in every language
        for pack in knowledge.languages.values():
            self._learn(pack.language, pack.small_words, _SMALL)
            self._learn_cues(pack)
            self._learn(pack.language, pack.phrases.values(), _PHRASING)
        for _, language, phrasing in knowledge.phrasings():
            self._learn(language, [phrasing], _PHRASING)

    def guess(self, text: str, hint: Language | None = None) -> Language:
        """The language of the text; the hint where the text does not tell."""
        scores = self._scores(text)
        ranked = sorted(self.languages, key=lambda language: (-scores[language], language != hint, language))
        if not ranked:
            return hint or Language("en")
        best = ranked[0]
        rival = hint if hint in self.languages else Language("en")
        if rival in self.languages and scores[best] - scores[rival] < _SURE_BY:
            return rival
        return best

    def knows(self, text: str) -> bool:
        """Whether the text may be in one of the languages; few words are given the benefit of the doubt."""
        said = {word for word in words(text[:1000]) if not word.isdigit()}
        strange = sum(word not in self._of_word and word not in self._names for word in said)
        return len(said) < _TELLING or strange < _STRANGE * len(said)

    def _learn_cues(self, pack: LanguagePack) -> None:
        for cue in (cue.strip("… ") for cues in pack.cues.values() for cue in cues):
            self._learn(pack.language, [cue.rstrip("*")], _CUE)
            if cue.endswith("*"):
                self._of_stem[words(cue)[-1]].add(pack.language)

    def _learn(self, language: Language, texts: Iterable[str], weight: float) -> None:
        for text in texts:
            for word in words(text):
                known = self._of_word[word]
                if known.get(language, 0.0) < weight:
                    known[language] = weight
                self._of_ending[word[-3:]].add(language)
            for letter in _letters(text):
                self._of_letter[letter].add(language)

    def _scores(self, text: str) -> Mapping[Language, float]:
        scores: dict[Language, float] = defaultdict(float)
        text = text[:1000]
        for word in words(text):
            known = {} if word in self._names else self._languages_of(word)
            for language, weight in known.items():
                scores[language] += weight / len(known)
        for letter in _letters(text):
            for language in self._of_letter.get(letter, ()):
                scores[language] += _LETTER / len(self._of_letter[letter])
        return scores

    def _languages_of(self, word: str) -> Mapping[Language, float]:
        """How much the word speaks for each language; the end of a word that none of them knows says a little."""
        if known := self._of_word.get(word):
            return known
        for length in range(len(word), _STEM - 1, -1):
            if languages := self._of_stem.get(word[:length]):
                return dict.fromkeys(languages, _CUE)
        return dict.fromkeys(self._of_ending.get(word[-3:], ()), _ENDING)


def _name_words(knowledge: Knowledge) -> Iterator[str]:
    things: list[Tool | Service] = [*knowledge.tools.values(), *knowledge.services.values()]
    for thing in things:
        for name in (thing.name, *thing.other_names):
            yield from words(name)


def _letters(text: str) -> set[str]:
    return {letter for letter in text.lower() if not letter.isascii() and letter.isalpha() and fold(letter) != letter}
