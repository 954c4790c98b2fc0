"""Finds the names of tools and services in a question: inflected, run together, taken apart, misspelt."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from echobot.core.knowledge import EntryId, Knowledge, Language, Service, Tool
from echobot.core.text import words

_LONGEST_NAME = 4  # words
_JOINED = 6  # letters: a name this long may be written as one word or as several
_STEM = 4  # letters that a name must keep when its ending is taken off
_SHORTEST_PART = 4  # letters of a name, and of what is written in one word with it
_LONGEST_COMPOUND = 60  # letters
_MISSPELT = 5  # letters: shorter words are another word when one letter changes
_BADLY_MISSPELT = 8  # letters: two may be wrong


@dataclass(frozen=True, slots=True)
class Named:
    """A name in a question."""

    entry: EntryId
    span: range  # which words of the question
    words: tuple[str, ...]
    known_as: str  # the name in the knowledge base, folded


class Names:
    """Every name in one catalogue."""

    def __init__(self, knowledge: Knowledge, asked: Container[str] = ()) -> None:
        """`asked` holds the words of the phrasings."""
        self._asked = asked
        self._entries: dict[str, EntryId] = {}
        self._joined: dict[str, str] = {}
        things: list[Tool | Service] = [*knowledge.tools.values(), *knowledge.services.values()]
        for thing in things:
            for name in (thing.name, *thing.other_names):
                self._add(thing.id, words(name))
        self._endings = {language: pack.endings for language, pack in knowledge.languages.items()}
        self._said = _said(knowledge)
        self._by_first_letter: dict[str, list[str]] = {}
        for joined in self._joined:
            self._by_first_letter.setdefault(joined[0], []).append(joined)

    def apart(self, said: Iterable[str]) -> list[str]:
        """Folded words, a name and what it is written in one word with taken apart: "whatsappersatz", "zoomgesprek"."""
        return [part for word in said for part in self._parts(word)]

    def find(self, said: Sequence[str], language: Language) -> list[Named]:
        """The names in these folded words, in order; of two that overlap, the longer one, then the more exact one."""
        found: list[Named] = []
        for length in range(_LONGEST_NAME, 0, -1):
            for look in (self._exact, self._inflected, self._misspelt):
                taken = {place for name in found for place in name.span}
                for start in range(len(said) - length + 1):
                    span = range(start, start + length)
                    if taken.isdisjoint(span) and (name := look(span, tuple(said[start : start + length]), language)):
                        found.append(name)
                        taken.update(span)
        return sorted(found, key=lambda name: name.span.start)

    def _add(self, entry: EntryId, name: Sequence[str]) -> None:
        if name:
            self._entries.setdefault(" ".join(name), entry)
            self._joined.setdefault("".join(name), " ".join(name))

    def _exact(self, span: range, said: tuple[str, ...], _: Language) -> Named | None:
        known_as = " ".join(said)
        if known_as not in self._entries:
            joined = "".join(said)
            known_as = self._joined.get(joined, "") if len(joined) >= _JOINED else ""
        return self._named(known_as, span, said) if known_as else None

    def _inflected(self, span: range, said: tuple[str, ...], language: Language) -> Named | None:
        """Take the endings of the question's language off the last word: "Google Diska", "Canvu"."""
        for ending in self._endings.get(language, ()):
            stem = said[-1].removesuffix(ending)
            if stem == said[-1] or len(stem) < _STEM:
                continue
            for nominative in (stem, stem + "a"):
                if name := self._exact(span, (*said[:-1], nominative), language):
                    return self._named(name.known_as, span, said)
        return None

    def _misspelt(self, span: range, said: tuple[str, ...], _: Language) -> Named | None:
        joined = "".join(said)
        if len(said) > 2 or len(joined) < _MISSPELT or all(map(self._is_word, said)):
            return None
        likely = self._by_first_letter.get(joined[0], [])
        best = process.extractOne(joined, likely, scorer=OSA.distance, score_cutoff=_slips(joined))
        if best is None or len(best[0]) < _MISSPELT:
            return None
        known_as = self._joined[best[0]]
        return self._named(known_as, span, said) if self._is_slip(said, known_as.split()) else None

    def _is_slip(self, said: Sequence[str], name: Sequence[str]) -> bool:
        """Whether it is the name badly typed, and not another name beside it: "Google Fonts" is not "Google Forms"."""
        if len(said) != len(name):
            return not any(word in self._entries for word in said)
        return all(OSA.distance(*pair) <= _slips(pair[0]) for pair in zip(said, name, strict=True))

    def _named(self, known_as: str, span: range, said: tuple[str, ...]) -> Named:
        return Named(self._entries[known_as], span, said, known_as)

    def _is_word(self, word: str) -> bool:
        """Whether it is spelt as somebody meant it."""
        return word in self._asked or word in self._said

    def _parts(self, word: str) -> Iterator[str]:
        cut = next(self._cuts(word), len(word))
        yield word[:cut]
        if cut < len(word):
            yield word[cut:]

    def _cuts(self, word: str) -> Iterator[int]:
        """Where a name ends in this word, and a known word begins; the longest name first."""
        if len(word) > _LONGEST_COMPOUND or word in self._joined or self._is_word(word):
            return
        for cut in range(len(word) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
            if word[:cut] in self._joined and self._is_word(word[cut:]):
                yield cut


def _slips(text: str) -> int:
    """How many letters may be wrong in it."""
    return 1 if len(text) < _BADLY_MISSPELT else 2


def _said(knowledge: Knowledge) -> frozenset[str]:
    """The languages' own words."""
    known: set[str] = set()
    for pack in knowledge.languages.values():
        known |= pack.small_words | pack.story_words
        known.update(word for cues in pack.cues.values() for cue in cues for word in words(cue))
    return frozenset(known)
