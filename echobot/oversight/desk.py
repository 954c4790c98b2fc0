"""Takes orders in the admin room, and from moderators anywhere; hands everything else to the bot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from echobot.bot import Bot, key_for
from echobot.core.announcement import DestinationName
from echobot.core.answer import Meaning
from echobot.core.knowledge import Language
from echobot.core.message import AccountName, Address, DeliveryKey, Message, MessageId, Place, Post, Reply, Wording
from echobot.core.oversight import DRAFT_LIFETIME, Deed, Draft, Erasure, Hush, key_of
from echobot.core.reaction import PERSON_WANTED, YES
from echobot.core.wording import Voice
from echobot.oversight import commands
from echobot.oversight.commands import Command
from echobot.oversight.views import Views
from echobot.ports import Settlement, Store

MODERATOR = 50
"""The power level from which on people count as moderators, in Matrix as elsewhere."""

_MOST_DEEDS = 15
_ENGLISH = "en"  # as all that the bot says to those who look after it

_NOTHING = Settlement()
_VIEWS = {"status": Views.status, "check": Views.check, "gaps": Views.gaps, "announcements": Views.announcements}
_DRAFT = "draft "  # and its id: what a reply means that shows one


@dataclass(frozen=True, slots=True)
class Office:
    """The admin room of an account, and who may give orders in it whatever their power level is."""

    place: Place
    admins: frozenset[str] = frozenset()

    def holds(self, message: Message) -> bool:
        """Whether it was said in here; an upgraded room keeps the name that the settings know."""
        here = self.place.room in {message.place.room, message.known_as}
        return here and message.place.account == self.place.account

    def obeys(self, message: Message) -> bool:
        return message.sender in self.admins or message.power >= MODERATOR


class Desk:
    """Every effect of an order is in the settlement of its message: done once, whatever dies when."""

    def __init__(
        self,
        bot: Bot,
        store: Store,
        offices: Callable[[], Mapping[AccountName, Office]],
        views: Views,
        clock: Callable[[], datetime],
    ) -> None:
        self._bot = bot
        self._store = store
        self._offices = offices
        self._views = views
        self._clock = clock

    async def handle(self, message: Message) -> Settlement:
        """What an order leads to; whatever is none is the bot's to answer."""
        if message.reacts_to is not None:
            settlement = await self._signed(message, message.reacts_to)
        elif message.revises is None and message.address is not Address.NOT:
            settlement = await self._ordered(message)
        else:
            settlement = None
        return await self._bot.handle(message) if settlement is None else settlement

    def ignores(self, message: Message) -> bool:
        """Whatever may be an order is looked at."""
        if not self._bot.ignores(message):
            return False
        return self._office_of(message) is None and commands.quiet_for(message.text) is None

    async def _signed(self, message: Message, under: str) -> Settlement | None:
        if message.text == PERSON_WANTED:
            return await self._passed_on(message, under)
        office = self._office_of(message)
        if message.text != YES or office is None:
            return None
        return await self._confirmed(message, under) if office.obeys(message) else _NOTHING

    async def _ordered(self, message: Message) -> Settlement | None:
        length = commands.quiet_for(message.text)
        if length is not None and message.power >= MODERATOR:
            until, place = self._clock() + length, message.place
            say = partial(Voice.hushed, length=length) if length else Voice.heard_again
            hush = Hush(place.account, place.room, until)
            done = self._done(message, " ".join(message.text.casefold().split()))
            return replace(done, hushes=[hush], replies=[self._bot.says(replace(message, text=""), say)])
        office, command = self._office_of(message), commands.read(message.text)
        if office is None or command is None:
            return None
        if not office.obeys(message):
            named = "whom the settings name under `admins`, or who has power level 50 in this room"
            return _answered(message, f"I only obey those {named}.")
        return await self._obey(message, command)

    async def _obey(self, message: Message, command: Command) -> Settlement:
        match command.name:
            case "say":
                return self._drafted(message, command)
            case "forget":
                return self._forgotten(message, command.argument)
            case "pause":
                hush, text = Hush(*Hush.EVERYWHERE), "Until `resume` I answer nobody and announce nothing."
                return self._done(message, command.name, text, Settlement(hushes=[hush]))
            case "resume":
                hush = Hush(*Hush.EVERYWHERE, self._clock())
                return self._done(message, command.name, "I answer and announce again.", Settlement(hushes=[hush]))
            case "reload":
                self._views.reload(message.place)
                return self._done(message, command.name, "I read the knowledge again; what comes of it is told here.")
            case name:
                return _answered(message, await self._shown(name))

    async def _shown(self, name: str) -> str:
        if name == "help":
            return commands.listed()
        if name == "deeds":
            deeds = await self._store.deeds(_MOST_DEEDS)
            return "\n".join(f"- {_when(deed.at)}, {deed.person}: {deed.said}" for deed in deeds) or "Nothing was done."
        return await _VIEWS[name](self._views)

    def _drafted(self, message: Message, command: Command) -> Settlement:
        """Nothing is posted before somebody has seen how it will look."""
        known, name = self._views.destinations, DestinationName(command.argument)
        if (destination := known.get(name)) is None or not command.text:
            names = ", ".join(known) or "none, so nothing can be posted"
            return _answered(message, f"Write `say DESTINATION TEXT`. The settings name these destinations: {names}.")
        where = Place(destination.account, destination.room)
        wording = Wording(destination.languages[0], command.text)
        post = Post(key_of(message.id), where, (wording,), visibility=destination.visibility)
        shown = f"Put {YES} under this within an hour, and I post to {name}:\n\n{command.text}"
        reply = replace(_reply(message, shown), meaning=f"{_DRAFT}{message.id}")
        return Settlement(replies=[reply], drafts=[Draft(message.id, post, self._clock())])

    async def _confirmed(self, message: Message, under: str) -> Settlement:
        meaning = await self._store.meaning_of(message.place.account, under) or ""
        if not meaning.startswith(_DRAFT):
            return _NOTHING
        draft = await self._store.draft(MessageId(meaning.removeprefix(_DRAFT)))
        if draft is None or self._clock() - draft.at > DRAFT_LIFETIME:
            return _answered(message, "That waited for more than an hour: say it again, please.")
        where = draft.post.place.room or draft.post.place.account
        return self._done(message, f"say in {where}", "It is on its way.", Settlement(posts=[draft.post]))

    def _forgotten(self, message: Message, person: str) -> Settlement:
        wished = (message.place.account, message.id)
        names = [person, person.removeprefix("@")]  # on Matrix, and on Mastodon
        erasures = [Erasure(account, name, wished) for account in self._views.accounts for name in names]
        text = "What was kept about that person is removed, except a wish to be left alone."
        return self._done(message, "forget somebody", text, Settlement(erasures=erasures))

    async def _passed_on(self, message: Message, under: str) -> Settlement:
        """The question goes to those who look after the bot, once for each answer, however often somebody signs it."""
        account = message.place.account
        answered = Meaning.read(await self._store.meaning_of(account, under) or "")
        language = Language(answered.language) or None
        once = DeliveryKey(f"passed on:{account}:{under}")

        def said(sentence: Callable[[Voice], str]) -> Reply:
            return replace(self._bot.says(message, sentence, language=language), key=once)

        offices = self._offices()
        office = offices.get(account) or next(iter(offices.values()), None)
        if office is None:
            return Settlement(replies=[said(Voice.unknown)])
        quoted = "\n".join(f"> {line}" for line in message.quoted.splitlines())
        text = f"Somebody would like to hear from a person: {message.link}\n\n{quoted}".strip()
        post = Post(DeliveryKey(f"person:{account}:{under}"), office.place, (Wording(_ENGLISH, text),))
        return Settlement(replies=[said(Voice.passed_on)], posts=[post])

    def _office_of(self, message: Message) -> Office | None:
        office = self._offices().get(message.place.account)
        return office if office and office.holds(message) else None

    def _done(self, message: Message, said: str, text: str = "", more: Settlement | None = None) -> Settlement:
        """What was done is on record, with who wanted it."""
        deed = Deed(self._clock(), message.place, message.sender, said)
        replies = [_reply(message, text)] if text else []
        return replace(more or _NOTHING, replies=replies, deeds=[deed])


def _reply(message: Message, text: str) -> Reply:
    key, to = key_for(message), MessageId(message.reacts_to or message.id)
    return Reply(key, message.place, to, message.sender, text, _ENGLISH, message.envelope)


def _answered(message: Message, text: str) -> Settlement:
    return Settlement(replies=[_reply(message, text)])


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
