"""From a question's text to the words of its answer: all that is pure, in order."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import date

from echobot.core import followup
from echobot.core.answer import Answer, Choices, Found, Match, Meaning, Question, Unknown
from echobot.core.conversation import Conversation, decide
from echobot.core.knowledge import EntryId, Intent, Knowledge, Language, Texts
from echobot.core.language import LanguageGuess
from echobot.core.matching import Matcher
from echobot.core.several import questions
from echobot.core.wording import Voice

_MOST_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class Answered:
    """A question, the decision, and the words for it."""

    question: Question
    answer: Answer
    matches: tuple[Match, ...]  # all that fitted, best first, whatever was decided
    text: str

    @property
    def outcome(self) -> str:
        return type(self.answer).__name__.lower()

    @property
    def meaning(self) -> Meaning:
        return Meaning(self.outcome, self.question.language, self.entries)

    @property
    def entries(self) -> tuple[EntryId, ...]:
        match self.answer:
            case Found(match, also):
                return (match.entry, *(other.entry for other in also))
            case Choices(matches):
                return tuple(match.entry for match in matches)
            case _:
                return ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an answer comes from, and when somebody last checked it."""

    sources: tuple[str, ...] = ()
    reviewed: date | None = None


class Answerer:
    """Answers from one knowledge base. Built once for each version of it; an answer takes about two milliseconds."""

    def __init__(self, knowledge: Knowledge, contacts: Texts | None = None) -> None:
        self.knowledge = knowledge
        asked = tuple(knowledge.phrasings())
        self.matcher = Matcher(knowledge, asked)
        self._guess = LanguageGuess(knowledge, asked)
        self._contacts = contacts or {}

    def with_contacts(self, contacts: Texts) -> Answerer:
        """The same, with somebody to ask when it does not know."""
        other = copy(self)
        other._contacts = contacts  # noqa: SLF001 - it is one of us
        return other

    def language(self, text: str, hint: Language | None = None) -> Language:
        """What the text is written in; the hint where it does not tell."""
        return self._guess.guess(text, hint)

    def wanted(self, text: str) -> followup.Wanted | None:
        """Whether the message says "stop", "start", "forget me" or "privacy"."""
        return followup.wanted(text, self.knowledge.languages.values())

    def voice(self, language: Language, today: date | None = None) -> Voice:
        return Voice(self.knowledge, language, self._contacts, today)

    def answer(
        self,
        text: str,
        hint: Language | None = None,
        before: Conversation | None = None,
        language: Language | None = None,
        today: date | None = None,
    ) -> Answered:
        """Answer in `language`, else in the text's own; what was said `before` gives short messages their meaning.

        What was only true until a day before `today` is given as such.
        """
        text = _readable(text)
        question = Question(text, language or self.language(text, hint))
        voice = self.voice(question.language, today)
        if before and (answered := self._in_conversation(question, voice, before)):
            return answered
        matches, whole = self._decide(question, before.answered if before else None)
        is_its_own = isinstance(whole, Found) and whole.match.entry not in self.knowledge.needs
        if before and not is_its_own and (answered := self._for_a_need_too(question, voice, before)):
            return answered
        decision = self._several(question, whole)
        if isinstance(decision, Found) and decision is not whole:
            matches = [decision.match, *decision.also, *matches]
        foreign = isinstance(decision, Unknown) and not self._guess.knows(text)
        said = voice.only_these_languages() if foreign else voice.answer(decision, text)
        return Answered(question, decision, tuple(matches), said)

    def _decide(self, question: Question, answered: EntryId | None) -> tuple[list[Match], Answer]:
        """What fits, and what follows from it, after `answered` was said."""
        matcher = self.matcher
        matches = matcher.rank(question, self._wanted(question, answered))
        return matches, decide(matches, matcher.found_at, matcher.choices_in(question.text), matcher.neighbours)

    def _several(self, question: Question, whole: Answer) -> Answer:
        """The first of several questions that can be answered, with the others; else what the whole message means."""
        found: dict[EntryId, Match] = {}
        for text in questions(question.text):
            part = Question(text, self.language(text, question.language))
            _, answer = self._decide(part, next(reversed(found), None))
            if isinstance(answer, Found):
                found.setdefault(answer.match.entry, answer.match)
        first, *also = found.values() or [None]
        if first is None or (isinstance(whole, Found) and not also):
            return whole
        return Found(first, tuple(match for match in also if match))

    def _in_conversation(self, question: Question, voice: Voice, before: Conversation) -> Answered | None:
        """A choice among those offered, all of them or none, or where the last answer came from."""
        pack = self.knowledge.languages.get(question.language)
        offered = [entry for entry in before.offered if self.knowledge.thing(entry)]
        if offered and followup.takes_all(question.text, pack):
            first, *others = (self._picked(choice, voice) for choice in offered)
            return self._given(question, voice, first, *others)
        if choice := followup.picked(question.text, offered, pack, voice.title):
            return self._given(question, voice, self._picked(choice, voice))
        if offered and followup.declines(question.text, pack):
            declined = Unknown(declined=True)
            return Answered(question, declined, (), voice.answer(declined))
        given = before.answered
        if given and before.because and self.knowledge.thing(given) and followup.asks_why(question.text, pack):
            why = Match(given, 1.0, before.because, reason="asked why")
            return Answered(question, Found(why), (why,), voice.why(given, before.because))
        return None

    def _for_a_need_too(self, question: Question, voice: Voice, before: Conversation) -> Answered | None:
        """After "instead of Google Drive?", "and for photos?" asks what replaces it for those."""
        said = followup.goes_on(question.text, self.knowledge.languages.get(question.language))
        if not said or before.answered is None:
            return None
        need = self.matcher.need_in(said, before.answered, question.language)
        same = Match(before.answered, 1.0, (said,), reason="the same for a need", need=need)
        return self._given(question, voice, same) if need else None

    def _picked(self, choice: EntryId, voice: Voice) -> Match:
        return Match(choice, 1.0, (voice.title(choice),), reason="picked")

    def _given(self, question: Question, voice: Voice, match: Match, *others: Match) -> Answered:
        found = Found(match, others, together=bool(others))
        return Answered(question, found, (match, *others), voice.answer(found))

    def _wanted(self, question: Question, answered: EntryId | None) -> Intent | None:
        """After "instead of Google Drive?", "and Gmail?" asks for the same of something else."""
        pack = self.knowledge.languages.get(question.language)
        if answered is None or followup.goes_on(question.text, pack) is None:
            return None
        if answered in self.knowledge.services:
            return Intent.REPLACE
        return Intent.WHAT if answered in self.knowledge.tools else None

    @property
    def languages(self) -> frozenset[Language]:
        return self._guess.languages

    def source(self, answered: Answered) -> Provenance:
        """Where the answer that was found comes from; nothing for choices, or when nothing was found."""
        if not isinstance(answered.answer, Found):
            return Provenance()
        thing = self.knowledge.thing(answered.entries[0])
        return Provenance(thing.sources, thing.reviewed) if thing else Provenance()


def _readable(text: str) -> str:
    """The beginning and the end of what is too long: whoever asks does so before a story or after it."""
    half = _MOST_CHARACTERS // 2
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:half]}\n{text[-half:]}"
