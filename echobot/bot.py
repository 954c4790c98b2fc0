"""Decides whether to speak, answers, and puts the words into a reply: one message at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from echobot.core import followup
from echobot.core.answer import Choices, Found, Meaning, Unknown
from echobot.core.answering import Answered, Answerer
from echobot.core.conversation import Conversation
from echobot.core.gap import gap_in
from echobot.core.knowledge import Language
from echobot.core.message import AccountName, Address, DeliveryKey, Message, MessageId, Place, Reply, Wish
from echobot.core.oversight import Erasure, Use, monday_of
from echobot.core.reaction import DISLIKED, LIKED, Votes
from echobot.core.wording import Voice
from echobot.limits import Allowance, Ruling
from echobot.ports import Settlement, Store
from echobot.settings import Room, Settings

_MOST_REASONS = 10  # words
_USUAL = Settings()
_USUAL_ROOM = Room()


_NOTHING = Settlement()


@dataclass(frozen=True, slots=True)
class Manners:
    """When the bot speaks, and in which language when a question does not tell."""

    answer_within: Mapping[AccountName, timedelta]
    languages: Mapping[AccountName, Language] = field(default_factory=dict)
    rooms: Mapping[AccountName, Mapping[str, Room]] = field(default_factory=dict)  # what is different in some
    keep_messages_for: timedelta = _USUAL.keep_messages_for
    keep_gaps_for: timedelta = _USUAL.keep_gaps_for
    may_be_silenced: bool = True  # in a terminal, "stop" is said by somebody who may simply close it

    def room(self, message: Message) -> Room:
        """What the settings say about the room that it was said in."""
        return self.rooms.get(message.place.account, {}).get(message.known_as, _USUAL_ROOM)

    def language(self, message: Message) -> Language | None:
        """What to answer in when nothing else tells."""
        of_room = self.room(message).language
        return Language(of_room) if of_room else self.languages.get(message.place.account)

    def is_quiet(self, message: Message, now: datetime) -> bool:
        """Whether it was said, or would be answered, in hours when nobody wants to hear the bot there."""
        quiet = self.room(message).quiet
        return quiet is not None and (quiet.hold(now) or quiet.hold(message.sent_at))


class Bot:
    """Answers messages. `answerer` gives the knowledge as it is now: an edit counts from the next message on."""

    def __init__(
        self,
        answerer: Callable[[], Answerer],
        store: Store,
        allowance: Allowance,
        manners: Callable[[], Manners],
        clock: Callable[[], datetime],
    ) -> None:
        self._answerer = answerer
        self._store = store
        self._allowance = allowance
        self._manners = manners
        self._clock = clock

    async def handle(self, message: Message) -> Settlement:
        """One reply, or none: to others, too late, too often, or to somebody who wants none."""
        now = self._clock()
        if message.address is Address.NOT:
            return _NOTHING
        if message.takes_back:
            return await self._taken_back(message)
        if message.reacts_to is not None:
            return await self._reacted(message, message.reacts_to, now)
        return _NOTHING if self._is_ignored(message, now) else await self._asked(message, now)

    def ignores(self, message: Message) -> bool:
        """Whether nothing follows from it, known before it is kept: who floods the bot should cost it little."""
        is_said = not (message.takes_back or message.reacts_to)
        return is_said and self._is_ignored(message, self._clock())

    async def _asked(self, message: Message, now: datetime) -> Settlement:
        before = await self._store.conversation(message.place, message.sender)
        if before and before.is_over(now):
            before = None
        if (wished := await self._wished(message, before, now)) is not None:
            return wished
        if message.address is Address.SPENT or await self._is_silent(message, now):
            return _NOTHING
        return await (self._again if message.revises else self._once)(message, before, now)

    async def _once(self, message: Message, before: Conversation | None, now: datetime) -> Settlement:
        match self._may(message, now):
            case Ruling.SILENT:
                return _NOTHING
            case Ruling.SAY_SO_ONCE:
                return Settlement(replies=[self.says(message, Voice.too_many, before)])
            case _:
                return self._answer(message, before, now)

    def _is_ignored(self, message: Message, now: datetime) -> bool:
        """Known before the store is asked anything. A wish is heard from everybody."""
        is_spent = self._allowance.is_spent(message.place, message.sender, min(now, message.sent_at))
        return is_spent and self._answerer().wanted(message.text) is None

    def _may(self, message: Message, now: datetime) -> Ruling:
        """What was asked while the bot was down counts for the minute in which it was asked."""
        if self._manners().is_quiet(message, now):
            return Ruling.SILENT
        return self._allowance.ask(message.place, message.sender, min(now, message.sent_at))

    async def _wished(self, message: Message, before: Conversation | None, now: datetime) -> Settlement | None:
        """What follows from "stop", "start", "forget me" and "privacy", said wherever and whenever.

        None when it is a message like others.
        """
        say: Callable[[Voice], str]
        account, person = message.place.account, message.sender
        silenced = self._manners().may_be_silenced and await self._store.is_silenced(account, person)
        match self._answerer().wanted(message.text):
            case followup.Wanted.SILENCE if self._manners().may_be_silenced and not silenced:
                say, handling = Voice.stopped, Settlement(wishes=[Wish(account, person, silence=True)])
            case followup.Wanted.ANSWERS if silenced:
                say, handling = Voice.resumed, Settlement(wishes=[Wish(account, person, silence=False)])
            case followup.Wanted.FORGETTING:
                say, handling = Voice.forgotten, Settlement(erasures=[Erasure(account, person, (account, message.id))])
            case followup.Wanted.PRIVACY:
                say, handling = self._privacy, _NOTHING
            case _:
                return _NOTHING if silenced else None
        if self._may(message, now) is not Ruling.ALLOW:
            return handling
        return replace(handling, replies=[self.says(message, say, before)])

    def _privacy(self, voice: Voice) -> str:
        return voice.privacy(self._manners().keep_messages_for, self._manners().keep_gaps_for)

    async def _again(self, message: Message, before: Conversation | None, now: datetime) -> Settlement:
        """An edited question is answered anew, in place of the first answer, when another answer follows from it.

        An answer is never taken back for none: what was edited may have been a "2" or a "why?", whose time is over.
        """
        given = await self._store.meaning(_key(message.place, message.revises or message.id))
        if not given:
            return _NOTHING
        handling = self._answer(message, None, now, self._hint(message, before))
        found, meant = "found", [reply.meaning for reply in handling.replies]
        worse = given.startswith(found) and not any(meaning.startswith(found) for meaning in meant)
        if given in meant or worse or self._may(message, now) is not Ruling.ALLOW:
            return _NOTHING
        return handling

    async def _taken_back(self, message: Message) -> Settlement:
        """Nobody has to read the answer to what somebody wishes unasked, however late, and whoever took it away."""
        given = await self._store.meaning(_key(message.place, message.revises or message.id))
        return Settlement(replies=[_reply(message, "", Language(""), "")]) if given else _NOTHING

    async def _reacted(self, message: Message, to: str, now: datetime) -> Settlement:
        """A number picks one of the choices that it was put under, however old they are; a thumb is counted."""
        account = message.place.account
        given = Meaning.read(await self._store.meaning_of(account, to) or "")
        votes, picked = _votes(given, message.text), _picked(given, message)
        if not (votes or picked) or await self._store.is_silenced(account, message.sender):
            return _NOTHING
        if await self._is_silent(message, now) or self._may(message, now) is not Ruling.ALLOW:
            return _NOTHING
        return self._answer(message, picked, now) if picked else Settlement(votes=[votes] if votes else [])

    async def _is_silent(self, message: Message, now: datetime) -> bool:
        """Whether this is answered no more, or nothing is answered there now."""
        place = message.place
        return self._is_late(message, now) or await self._store.is_hushed(place.account, place.room, now)

    def _is_late(self, message: Message, now: datetime) -> bool:
        return now - message.sent_at > self._manners().answer_within[message.place.account]

    def _answer(
        self, message: Message, before: Conversation | None, now: datetime, hint: Language | None = None
    ) -> Settlement:
        hint = hint or self._hint(message, before)
        answered = self._answerer().answer(message.text, hint, before, today=now.date())
        language = answered.question.language
        gap = gap_in(message.text, language, now) if answered.answer == Unknown() else None
        offers = len(answered.entries) if isinstance(answered.answer, Choices) else 0
        return Settlement(
            replies=[_reply(message, answered.text, language, str(answered.meaning), offers)],
            conversations=[_after(message, answered, now, before)],
            gaps=[gap] if gap else [],
            uses=[] if message.revises else [_use(answered, now)],
        )

    def says(
        self,
        message: Message,
        say: Callable[[Voice], str],
        before: Conversation | None = None,
        language: Language | None = None,
    ) -> Reply:
        """One of the bot's own sentences as a reply; without a language in that of the message."""
        answerer = self._answerer()
        language = language or answerer.language(message.text, self._hint(message, before))
        return _reply(message, say(answerer.voice(language)), language, getattr(say, "__name__", "said").lstrip("_"))

    def _hint(self, message: Message, before: Conversation | None) -> Language | None:
        """What to answer in where the words do not tell: the conversation's, the sender's, the room's language."""
        if before:
            return before.language
        if message.language in self._answerer().languages:
            return Language(message.language)
        return self._manners().language(message)


def _reply(message: Message, text: str, language: Language, meaning: str, offers: int = 0) -> Reply:
    key, asked = key_for(message), message.revises or message.reacts_to or message.id
    first = _key(message.place, message.revises) if message.revises else None
    sender, envelope, to = message.sender, message.envelope, MessageId(asked)
    return Reply(key, message.place, to, sender, text, language, envelope, meaning, first, offers=offers)


def key_for(message: Message) -> DeliveryKey:
    """One message is answered once."""
    return _key(message.place, message.id)


def _key(place: Place, message: MessageId) -> DeliveryKey:
    return DeliveryKey(f"{place.account}:{message}")


def _use(answered: Answered, now: datetime) -> Use:
    found = answered.answer.match.entry if isinstance(answered.answer, Found) else ""
    return Use(monday_of(now.date()), answered.meaning.outcome, found)


def _votes(given: Meaning, sign: str) -> Votes | None:
    """What a thumb says of the entry that was given; what else was asked beside it is only named there."""
    if given.outcome != "found" or sign not in (LIKED, DISLIKED):
        return None
    return Votes(given.entries[0], liked=int(sign == LIKED), disliked=int(sign == DISLIKED))


def _picked(given: Meaning, message: Message) -> Conversation | None:
    """The conversation in which the number means one of the choices that were given."""
    if given.outcome != "choices" or not message.text.isdecimal() or int(message.text) > len(given.entries):
        return None
    return Conversation(message.place, message.sender, message.sent_at, Language(given.language), given.entries)


def _after(message: Message, answered: Answered, now: datetime, before: Conversation | None) -> Conversation:
    """Choices, and what is not known, leave it open to go on from the last answer."""
    last = before.answered if before else None
    talk = Conversation(message.place, message.sender, now, answered.question.language, answered=last)
    match answered.answer:
        case Found(match, also, together):
            offered = () if together else tuple(other.entry for other in also)
            return replace(talk, answered=match.entry, because=match.matched[:_MOST_REASONS], offered=offered)
        case Choices():
            return replace(talk, offered=answered.entries)
        case _:
            return talk
