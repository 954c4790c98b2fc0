"""Reads a question for the catalogue: which names stand in it, and what is wanted of them."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from echobot.core.answer import Match
from echobot.core.knowledge import Intent, Knowledge, Language
from echobot.core.matching.cues import Cue, Cues
from echobot.core.matching.names import Named, Names
from echobot.core.text import words

_LONGEST_QUESTION = 200  # words; what follows is a story
_FOREIGN_CUE = 6  # letters: shorter cues of another language than the question's mean something else too often


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as the catalogue understands it; words are folded."""

    named: tuple[Named, ...]
    cues: Mapping[Intent, tuple[str, ...]]
    rest: tuple[str, ...]  # content words that no name, no cue and no small word explains
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Levels:
    """How sure the catalogue's matches are, on the scale of the thresholds."""

    full: float = 0.99  # a name, what is wanted of it, and nothing else
    story: float = 0.97  # the same, with the person's story around it
    partly: float = 0.5  # choices at most
    elsewhere: float = 0.1  # something else is asked of the name: nothing here answers it


class Catalogue:
    """The tools and services of one knowledge base, found in questions by name."""

    def __init__(self, knowledge: Knowledge, levels: Levels, asked: Container[str] = ()) -> None:
        """`asked` holds the words of the phrasings."""
        self._knowledge = knowledge
        self._levels = levels
        self._names = Names(knowledge, asked)
        self._cues = {language: Cues(pack) for language, pack in knowledge.languages.items()}
        self._quiet = {language: pack.small_words | pack.story_words for language, pack in knowledge.languages.items()}

    def read(self, text: str, language: Language, wanted: Intent | None = None) -> Reading:
        """Names first, then cues in what is left: "is WhatsApp down" holds the cue "is down"."""
        said = self._names.apart(words(text)[:_LONGEST_QUESTION])
        named = self._without_ordinary_words(self._names.find(said, language), language)
        taken = {place for name in named for place in name.span}
        left = [(place, word) for place, word in enumerate(said) if place not in taken]
        found = [
            cue
            for cue in self._find_cues([word for _, word in left], language)
            if self._in_place(cue, [left[place][0] for place in cue.span], taken, said, language)
        ]
        explained = {place for cue in found for place in cue.span}
        cues: dict[Intent, tuple[str, ...]] = {}
        for cue in found:
            cues[cue.intent] = cues.get(cue.intent, ()) + tuple(left[place][1] for place in cue.span)
        if wanted and not cues:
            cues[wanted] = ()
        unexplained = [word for place, (_, word) in enumerate(left) if place not in explained]
        if not cues:  # "un outil sympa" asks for nothing of Sympa
            named = [name for name in named if not self._is_ordinary(name, language)]
        rest = tuple(word for word in unexplained if not self._says_nothing(word, language))
        return Reading(tuple(named), cues, rest, tuple(filter(str.isdigit, unexplained)))

    def rank(self, reading: Reading) -> list[Match]:
        """Tools and services that the question names, best first."""
        services = [name for name in reading.named if name.entry in self._knowledge.services]
        tools = [name for name in reading.named if name.entry in self._knowledge.tools]
        matches = [self._service(name, reading, alone=_one(services)) for name in services]
        matches += [self._tool(name, reading, alone=_one(tools) and not services) for name in tools]
        return sorted(matches, key=lambda match: -match.score)

    def _service(self, name: Named, reading: Reading, *, alone: bool) -> Match:
        if Intent.ELSEWHERE in reading.cues:
            return self._match(name, reading, Intent.ELSEWHERE, self._elsewhere(reading))
        if Intent.REPLACE in reading.cues:
            return self._match(name, reading, Intent.REPLACE, self._sure(reading) if alone else self._levels.partly)
        return self._match(name, reading, None, self._levels.partly)

    def _tool(self, name: Named, reading: Reading, *, alone: bool) -> Match:
        if Intent.ELSEWHERE in reading.cues:
            return self._match(name, reading, Intent.ELSEWHERE, self._elsewhere(reading))
        intent = next((wanted for wanted in (Intent.TRY, Intent.WHAT) if wanted in reading.cues), None)
        story = reading.rest or (not intent and reading.numbers)  # a how-to, more likely, or "why only 20 people"
        if not alone or Intent.REPLACE in reading.cues or story:
            return self._match(name, reading, intent, self._levels.partly)
        return self._match(name, reading, intent or Intent.WHAT, self._levels.full)

    def _sure(self, reading: Reading) -> float:
        return self._levels.story if reading.rest else self._levels.full

    def _elsewhere(self, reading: Reading) -> float:
        """Somebody who also asks for a replacement may pick it from choices."""
        return self._levels.partly if Intent.REPLACE in reading.cues else self._levels.elsewhere

    def _match(self, name: Named, reading: Reading, intent: Intent | None, score: float) -> Match:
        cues = reading.cues.get(intent, ()) if intent else ()
        wanted = f"asks to {intent}" if intent else "does not say what is wanted of it"
        sure = score >= self._levels.story
        return Match(
            name.entry,
            score,
            (*name.words, *cues),
            reading.rest,
            intent,
            not sure,
            f"names {name.known_as!r} and {wanted}",
        )

    def _find_cues(self, said: Sequence[str], language: Language) -> list[Cue]:
        """In the question's language; else in any, for people mix them and short texts are easily mistaken."""
        own = self._cues[language].find(said) if language in self._cues else []
        if any(cue.intent is not Intent.WHAT for cue in own):
            return own
        foreign = (cues.find(said, _FOREIGN_CUE) for other, cues in self._cues.items() if other != language)
        return own + [cue for found in foreign for cue in found]

    def _without_ordinary_words(self, named: list[Named], language: Language) -> list[Named]:
        """A name that is a word of the language as well is meant as that word where another name stands."""
        names = [name for name in named if not self._is_ordinary(name, language)]
        return names or named

    def _is_ordinary(self, name: Named, language: Language) -> bool:
        return len(name.words) == 1 and name.words[0] in self._quiet.get(language, frozenset())

    def _in_place(
        self, cue: Cue, places: Sequence[int], taken: set[int], said: Sequence[str], language: Language
    ) -> bool:
        """Whether a cue that belongs beside a name stands beside one, small words and story apart."""
        if not (cue.before or cue.after):
            return True
        following = range(places[-1] + 1, len(said)) if cue.before else range(0)
        preceding = range(places[0] - 1, -1, -1) if cue.after else range(0)
        return any(self._next_is_name(side, taken, said, language) for side in (following, preceding))

    def _next_is_name(self, side: range, taken: set[int], said: Sequence[str], language: Language) -> bool:
        loud = (place for place in side if place in taken or not self._says_nothing(said[place], language))
        return next(loud, -1) in taken

    def _says_nothing(self, word: str, language: Language) -> bool:
        return len(word) < 2 or word.isdigit() or word in self._quiet.get(language, ())


def _one(named: Sequence[Named]) -> bool:
    """Whether all the names are of one thing: "Word and Excel" are one service."""
    return len({name.entry for name in named}) == 1
