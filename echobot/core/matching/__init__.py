"""What fits a question: the one entrance to matching.

Two readers look at a question. The catalogue knows names and cues, and is sure when it has both. The ranker knows how
people ask for entries and needs, and is as sure as the knowledge base itself lets it be. The words decide between them:
whoever explains more of the question is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from echobot.core.answer import Match, Question
from echobot.core.knowledge import EntryId, Intent, Knowledge, Language, Phrasing, Service
from echobot.core.matching.catalogue import Catalogue, Levels, Reading
from echobot.core.matching.ranking import ASKED_EXACTLY, Ranker
from echobot.core.matching.rehearsal import Trust
from echobot.core.text import words

__all__ = ["Matcher", "Trust"]

_EXPLAINS_MORE = 0.98  # between the catalogue's two sure levels
_FAINTLY = 0.1  # so likely is what the words may mean, when something else speaks for it
_MOST = 5
_STORY = 6  # words: who says more tells who they are and what they do as well, so that any match explains less of it
_AT_LEAST = 1 / 3  # of `choices_at`, however long it is; what people tell of something else scores no higher (measured)
_OF_ANY_NEED = frozenset({Intent.REPLACE, Intent.WHAT})  # said of what has no name as well: "alternatives for ..."


class Matcher:
    """Ranks what one knowledge base knows for a question.

    From the score `found_at` on a match is an answer, from `choices_at` on it may be a choice; in a story, earlier.
    """

    def __init__(self, knowledge: Knowledge, asked: Sequence[Phrasing] | None = None) -> None:
        """`asked` are the knowledge's phrasings, where they have been taken apart already."""
        self._knowledge = knowledge
        packs = knowledge.languages
        self._ranker = Ranker(
            list(knowledge.phrasings()) if asked is None else asked,
            {language: pack.small_words for language, pack in packs.items()},
            knowledge.name_words(),
        )
        self._story = {language: pack.story_words for language, pack in packs.items()}
        self._small = {language: pack.small_words for language, pack in packs.items()}

    def rehearse(self, earlier: Iterable[Trust] = ()) -> Trust:
        """Become ready: learn how sure to be, or go on with what was learnt `earlier` where hardly a phrasing changed.

        Without it, the first question waits until that is done.
        """
        trust = self._ranker.rehearse(earlier)
        self.__dict__.pop("_levels", None)
        self.__dict__.pop("_catalogue", None)
        _ = self._catalogue
        return trust

    @property
    def trust(self) -> Trust:
        """What was learnt."""
        return self._ranker.trust

    @property
    def found_at(self) -> float:
        return self._ranker.found_at

    @property
    def choices_at(self) -> float:
        return self._ranker.choices_at

    def choices_in(self, text: str) -> float:
        """The score from which on a match may be a choice for this very question."""
        return self.choices_at * min(1.0, max(_STORY / max(1, len(text.split())), _AT_LEAST))

    @cached_property
    def _levels(self) -> Levels:
        return Levels(partly=(self.found_at + self.choices_at) / 2, elsewhere=self.choices_at / 4)

    @cached_property
    def _catalogue(self) -> Catalogue:
        return Catalogue(self._knowledge, self._levels, self._ranker.vocabulary)

    def rank(self, question: Question, wanted: Intent | None = None) -> list[Match]:
        """At most five matches, best first, each with its reasons.

        `wanted` is what was wanted of the last name, and so of this one where the question does not say.
        """
        if not any(map(str.isalpha, question.text)):
            return []  # "3" is no question, whatever phrasings have a 3
        reading = self._catalogue.read(question.text, question.language, wanted)
        named = self._catalogue.rank(reading)
        free = self._ranker.rank(question.text, question.language, self._explained(question, reading), _MOST)
        if len(words(question.text)) == 1:
            free = [self._not_a_lone_word(match) for match in free]
        free = [self._not_elsewhere(match, reading, question.language) for match in free]
        if any(self._explains_story(match, reading) for match in free):
            named = [self._doubt(match, "an entry explains more of it") for match in named]
        free = [self._beside_names(match, named, reading) for match in free]
        named = [self._for_a_need(match, reading, question.language) for match in named]
        ranked = sorted([*named, *free], key=lambda match: -match.score)
        return _best_of_each(ranked)[:_MOST]

    def need_in(self, said: str, service: EntryId, language: Language) -> EntryId | None:
        """The need that these words name, if some of the tools that replace the service serve it.

        What the service itself is for comes first: who leaves Zoom "for meetings" looks for no day to meet.
        """
        replaced = self._knowledge.services.get(service)
        likely = [match for match in self._ranker.rank(said, language) if not match.unexplained] if replaced else []
        serving = [match for match in likely if replaced and self._serves(match.entry, replaced)]
        if not replaced or not serving or serving[0].score < self.choices_at:
            return None
        own = [match.entry for match in serving if match.entry in replaced.needs and match.score >= _FAINTLY]
        return own[0] if own else serving[0].entry

    def _serves(self, entry: EntryId, replaced: Service) -> bool:
        need = self._knowledge.needs.get(entry)
        return need is not None and not set(replaced.tools).isdisjoint(need.tools)

    def neighbours(self, entry: EntryId) -> Sequence[EntryId]:
        """What somebody who means this may mean as well: a service's needs, needs that the same tools serve."""
        known = self._knowledge
        if service := known.services.get(entry):
            return service.needs
        tools = set(known.needs[entry].tools if entry in known.needs else [entry])
        alike = {
            need.id: len(tools.intersection(need.tools)) / len(tools.union(need.tools))
            for need in known.needs.values()
            if need.id != entry
        }
        return sorted((need for need in alike if alike[need]), key=lambda need: -alike[need])

    def _for_a_need(self, match: Match, reading: Reading, language: Language) -> Match:
        """What a service is to be replaced for ("for photos instead of Gmail"), if some of its tools serve it."""
        if match.vetoed or not reading.rest:
            return match
        need = self.need_in(" ".join(reading.rest), match.entry, language)
        return replace(match, need=need, reason=f"{match.reason}, for a need") if need else match

    def _explained(self, question: Question, reading: Reading) -> frozenset[str]:
        """Words that no phrasing has to account for: how many people there are, what surrounds any need.

        What asks for something else is no story ("work" in "how many people work there"), nor is all that was said.
        """
        said = set(words(question.text)) - self._small.get(question.language, frozenset())
        numbers = {word for word in said if word.isdigit()}
        cues = {word for wanted, cue in reading.cues.items() if wanted in _OF_ANY_NEED for word in cue}
        story = self._story.get(question.language, frozenset()).difference(reading.cues.get(Intent.ELSEWHERE, ()))
        explained = story | numbers | (cues if not reading.named else set())
        return explained if said - explained else explained - story

    def _not_elsewhere(self, match: Match, reading: Reading, language: Language) -> Match:
        """Somebody who asks for prices or opening hours is not answered, unless a phrasing has those words as well.

        Small words are in many phrasings: "how are you" is only answered where a curator wrote it.
        """
        cue = reading.cues.get(Intent.ELSEWHERE, ())
        small = self._small.get(language, frozenset())
        explained, left = (set(words(" ".join(part))) for part in (match.matched, match.unexplained))
        doubtful = explained <= small and match.score < ASKED_EXACTLY if small.issuperset(cue) else left & set(cue)
        return self._doubt(match, "something else is asked") if cue and doubtful else match

    def _not_a_lone_word(self, match: Match) -> Match:
        """One word ("Berlin") is a question only where a curator wrote it as one."""
        return match if match.score >= ASKED_EXACTLY else self._doubt(match, "one word is no question")

    def _explains_story(self, match: Match, reading: Reading) -> bool:
        """Whether what stands around a name is what an entry is about: "how did GRAP leave Google Drive"."""
        if match.entry not in self._knowledge.entries or match.vetoed or match.score < self.found_at:
            return False
        return not set(reading.rest).isdisjoint(word for matched in match.matched for word in words(matched))

    def _doubt(self, match: Match, why: str) -> Match:
        score = min(match.score, self._levels.partly)
        return replace(match, score=score, vetoed=True, reason=f"{match.reason}; {why}")

    def _beside_names(self, match: Match, named: Sequence[Match], reading: Reading) -> Match:
        """Where a name is asked about, an entry must explain the rest as well, or be asked for exactly so."""
        if not named:
            return match
        surest = named[0]
        if match.score >= ASKED_EXACTLY and (surest.vetoed or surest.score < self.found_at):
            return match
        sure = match.score >= self.found_at and not match.vetoed and not match.unexplained
        if sure and (reading.rest or reading.numbers):
            return match if surest.vetoed else replace(match, score=max(match.score, _EXPLAINS_MORE))
        ceiling = self._levels.elsewhere if surest.intent is Intent.ELSEWHERE else self._levels.partly
        reason = f"{match.reason}; the name in the question is not explained by it"
        return match if match.score <= ceiling else replace(match, score=ceiling, vetoed=True, reason=reason)


def _best_of_each(ranked: Iterable[Match]) -> list[Match]:
    best: dict[EntryId, Match] = {}
    for match in ranked:
        best.setdefault(match.entry, match)
    return list(best.values())
