"""Decides whether to speak, answers, and puts the words into a reply: one message at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from echobot.core.answer import Choices, Found, Unknown
from echobot.core.answering import Answered, Answerer
from echobot.core.conversation import Conversation
from echobot.core.gap import Gap, gap_in
from echobot.core.knowledge import Language
from echobot.core.message import AccountName, Address, DeliveryKey, Message, Reply
from echobot.limits import Allowance, Ruling
from echobot.ports import Store

_MOST_REASONS = 10  # words


@dataclass(frozen=True, slots=True)
class Handling:
    """What one message leads to: nothing, or a reply and the conversation after it; a gap when nothing was known."""

    replies: tuple[Reply, ...] = ()
    conversation: Conversation | None = None
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Manners:
    """When the bot speaks, and in which language when a question does not tell."""

    answer_within: timedelta
    languages: Mapping[AccountName, Language] = field(default_factory=dict)


class Bot:
    """Answers messages. `answerer` gives the knowledge as it is now: an edit counts from the next message on."""

    def __init__(
        self,
        answerer: Callable[[], Answerer],
        store: Store,
        allowance: Allowance,
        manners: Manners,
        clock: Callable[[], datetime],
    ) -> None:
        self._answerer = answerer
        self._store = store
        self._allowance = allowance
        self._manners = manners
        self._clock = clock

    async def handle(self, message: Message) -> Handling:
        """One reply, or none: to others, too late, or too often."""
        now = self._clock()
        if message.address is Address.NOT or now - message.sent_at > self._manners.answer_within:
            return Handling()
        before = await self._store.conversation(message.place, message.sender)
        if before and before.is_over(now):
            before = None
        match self._allowance.ask(message.place, message.sender, now):
            case Ruling.SILENT:
                return Handling()
            case Ruling.SAY_SO_ONCE:
                return Handling((self._too_many(message, before),))
            case _:
                return self._answer(message, before, now)

    def _answer(self, message: Message, before: Conversation | None, now: datetime) -> Handling:
        answered = self._answerer().answer(message.text, self._hint(message, before), before, today=now.date())
        language = answered.question.language
        gap = gap_in(message.text, language, now) if isinstance(answered.answer, Unknown) else None
        return Handling((_reply(message, answered.text, language),), _after(message, answered, now), gap)

    def _too_many(self, message: Message, before: Conversation | None) -> Reply:
        answerer = self._answerer()
        language = answerer.language(message.text, self._hint(message, before))
        return _reply(message, answerer.voice(language).too_many(), language)

    def _hint(self, message: Message, before: Conversation | None) -> Language | None:
        return before.language if before else self._manners.languages.get(message.place.account)


def _reply(message: Message, text: str, language: Language) -> Reply:
    key = DeliveryKey(f"{message.place.account}:{message.id}")
    return Reply(key, message.place, message.id, message.sender, text, language)


def _after(message: Message, answered: Answered, now: datetime) -> Conversation:
    talk = Conversation(message.place, message.sender, now, answered.question.language)
    match answered.answer:
        case Found(match):
            return replace(talk, answered=match.entry, because=match.matched[:_MOST_REASONS])
        case Choices():
            return replace(talk, offered=answered.entries)
        case _:
            return talk
