"""Reads a question for the catalogue: which names stand in it, and what is wanted of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from echobot.core.answer import Match
from echobot.core.knowledge import Intent, Knowledge, Language, LanguagePack
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


@dataclass(frozen=True, slots=True)
class Levels:
    """How sure the catalogue's matches are, on the scale of the thresholds."""

    full: float = 0.99  # a name, what is wanted of it, and nothing else
    story: float = 0.97  # the same, with the person's story around it
    partly: float = 0.5  # choices at most
    elsewhere: float = 0.1  # something else is asked of the name: nothing here answers it


class Cues:
    """The cue words of one language."""

    def __init__(self, pack: LanguagePack) -> None:
        self._patterns = [
            (intent, tuple(words(cue.replace("*", ""))), cue.endswith("*"))
            for intent, cues in pack.cues.items()
            for cue in cues
        ]
        self._patterns.sort(key=lambda pattern: -len(pattern[1]))

    def find(self, said: Sequence[str], shortest: int = 0) -> Iterator[tuple[Intent, range]]:
        """Every cue in the words, longer ones first, none overlapping another."""
        taken: set[int] = set()
        for intent, pattern, any_ending in self._patterns:
            if not pattern or len("".join(pattern)) < shortest:
                continue
            for start in range(len(said) - len(pattern) + 1):
                span = range(start, start + len(pattern))
                if not taken.intersection(span) and _fits(pattern, said[span.start : span.stop], any_ending):
                    taken.update(span)
                    yield intent, span


class Catalogue:
    """The tools and services of one knowledge base, found in questions by name."""

    def __init__(self, knowledge: Knowledge, levels: Levels) -> None:
        self._knowledge = knowledge
        self._levels = levels
        self._names = Names(knowledge)
        self._cues = {language: Cues(pack) for language, pack in knowledge.languages.items()}
        self._quiet = {language: pack.small_words | pack.story_words for language, pack in knowledge.languages.items()}

    def read(self, text: str, language: Language) -> Reading:
        said = words(text)[:_LONGEST_QUESTION]
        cue_words = self._cues[language].find if language in self._cues else None
        named = self._names.find(said, language)
        taken = {place for name in named for place in name.span}
        open_words = [word if place not in taken else "" for place, word in enumerate(said)]
        found = list(cue_words(open_words)) if cue_words else []
        if not any(intent is not Intent.WHAT for intent, _ in found):
            found += self._foreign_cues(open_words, language)
        found += [(name.cue, range(0)) for name in named if name.cue]
        taken |= {place for _, span in found for place in span}
        rest = [
            word for place, word in enumerate(said) if place not in taken and not self._says_nothing(word, language)
        ]
        return Reading(tuple(named), _by_intent(found, said), tuple(rest))

    def rank(self, reading: Reading) -> list[Match]:
        """Tools and services that the question names, best first."""
        services = [name for name in reading.named if name.entry in self._knowledge.services]
        tools = [name for name in reading.named if name.entry in self._knowledge.tools]
        matches = [self._service(name, reading, alone=len(services) == 1) for name in services]
        matches += [self._tool(name, reading, alone=len(tools) == 1 and not services) for name in tools]
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
        if not alone or Intent.REPLACE in reading.cues or (reading.rest and not intent):
            return self._match(name, reading, intent, self._levels.partly)
        return self._match(name, reading, intent or Intent.WHAT, self._sure(reading))

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

    def _foreign_cues(self, said: Sequence[str], language: Language) -> list[tuple[Intent, range]]:
        """People mix languages, and short texts are easily taken for another one."""
        others = (cues for other, cues in self._cues.items() if other != language)
        return [found for cues in others for found in cues.find(said, shortest=_FOREIGN_CUE)]

    def _says_nothing(self, word: str, language: Language) -> bool:
        return len(word) < 2 or word.isdigit() or word in self._quiet.get(language, ())


def _fits(pattern: Sequence[str], said: Sequence[str], any_ending: bool) -> bool:
    last = said[-1].startswith(pattern[-1]) if any_ending else said[-1] == pattern[-1]
    return last and all(word == wanted for word, wanted in zip(said[:-1], pattern[:-1], strict=True))


def _by_intent(found: Iterable[tuple[Intent, range]], said: Sequence[str]) -> dict[Intent, tuple[str, ...]]:
    cues: dict[Intent, tuple[str, ...]] = {}
    for intent, span in found:
        cues[intent] = cues.get(intent, ()) + tuple(said[span.start : span.stop])
    return cues
