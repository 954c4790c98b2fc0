"""Finds the words that show what somebody wants of a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from echobot.core.knowledge import Intent, LanguagePack
from echobot.core.text import words

_STEM = 2  # letters by which cues with any ending are looked up


@dataclass(frozen=True, slots=True)
class Cue:
    """Where a cue stands among the words it was looked for in, and what it shows."""

    intent: Intent
    span: range
    before: bool = False  # only where the name follows it directly
    after: bool = False  # only where the name precedes it directly


@dataclass(frozen=True, slots=True)
class _Pattern:
    intent: Intent
    words: tuple[str, ...]
    any_ending: bool  # of the last word
    before: bool  # "without …": only before a name
    after: bool  # "… verlassen": only after a name; with both, on either side

    def fits(self, said: Sequence[str]) -> bool:
        *before, last = self.words
        ends = said[-1].startswith(last) if self.any_ending else said[-1] == last
        return ends and list(said[:-1]) == before


class Cues:
    """The cue words of one language."""

    def __init__(self, pack: LanguagePack) -> None:
        self._by_word: defaultdict[str, list[_Pattern]] = defaultdict(list)
        self._by_stem: defaultdict[str, list[_Pattern]] = defaultdict(list)
        for intent, cues in pack.cues.items():
            for cue in cues:
                self._add(_pattern(intent, cue))

    def find(self, said: Sequence[str], shortest: int = 0) -> list[Cue]:
        """Every cue of at least so many letters; longer ones first, none overlapping another."""
        found: list[Cue] = []
        taken: set[int] = set()
        for cue in sorted(self._all(said, shortest), key=lambda cue: (-len(cue.span), cue.span.start)):
            if taken.isdisjoint(cue.span):
                taken.update(cue.span)
                found.append(cue)
        return found

    def _add(self, pattern: _Pattern) -> None:
        if not pattern.words:
            return
        first = pattern.words[0]
        if len(pattern.words) == 1 and pattern.any_ending:
            self._by_stem[first[:_STEM]].append(pattern)
        else:
            self._by_word[first].append(pattern)

    def _all(self, said: Sequence[str], shortest: int) -> Iterator[Cue]:
        for start, word in enumerate(said):
            for pattern in (*self._by_word.get(word, ()), *self._by_stem.get(word[:_STEM], ())):
                span = range(start, start + len(pattern.words))
                long_enough = sum(map(len, pattern.words)) >= shortest
                if long_enough and span.stop <= len(said) and pattern.fits(said[span.start : span.stop]):
                    yield Cue(pattern.intent, span, pattern.before, pattern.after)


def _pattern(intent: Intent, cue: str) -> _Pattern:
    bare = cue.strip("… ")
    return _Pattern(
        intent, tuple(words(bare.replace("*", ""))), bare.endswith("*"), cue.endswith("…"), cue.startswith("…")
    )
