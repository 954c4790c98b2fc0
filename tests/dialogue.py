"""A conversation with the real bot on a real store; only the clock is in the test's hands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from echobot.bot import Bot, Manners
from echobot.core.answering import Answerer
from echobot.core.message import AccountName, Address, Message, MessageId, Place
from echobot.limits import Allowance
from echobot.settings import Limits
from echobot.stores.sql import SqlStore


class Dialogue:
    """Says things to the bot, each settled in the store before the next, and keeps what it replies."""

    def __init__(self, knowledge, limits=Limits(), contacts=None, language=None, rooms=None):
        self.now = datetime(2026, 11, 20, 12, tzinfo=UTC)
        self.store = SqlStore.open("sqlite://")
        self.answerer = Answerer(knowledge, contacts)
        account = AccountName("rooms")
        languages = {account: language} if language else {}
        manners = Manners({account: timedelta(hours=2)}, languages, {account: rooms or {}})
        self.bot = Bot(lambda: self.answerer, self.store, Allowance(lambda: limits), lambda: manners, lambda: self.now)
        self._numbers = count()

    async def say(self, text, by="ada", room="#help", thread=None, address=Address.NAMED, ago=timedelta(0)):
        """The text of the one reply, or None for silence."""
        replies = (await self.handle(text, by, room, thread, address, ago)).replies
        assert len(replies) <= 1, "a second reply"
        return replies[0].text if replies else None

    async def handle(self, text, by="ada", room="#help", thread=None, address=Address.NAMED, ago=timedelta(0)):
        place = Place(AccountName("rooms"), room, thread)
        id_ = MessageId(f"m{next(self._numbers)}")
        self.last = Message(id_, place, by, text, self.now - ago, address, known_as=room)
        return await self._settle(self.last)

    async def edit(self, first, text):
        """The same person changes a message: the one that led to `first`, or the last when that led to nothing."""
        asked = first.replies[0].to if first.replies else self.last.id
        edited = replace(self.last, id=MessageId(f"{asked}~{next(self._numbers)}"), text=text, revises=asked)
        return await self._settle(replace(edited, sent_at=self.now))

    async def react(self, first, sign, by="ada"):
        """Somebody puts a sign under what the bot said, which has arrived since."""
        (reply,) = first.replies
        await self.store.sent(reply.key, f"${reply.key}", self.now)
        return await self.react_to(f"${reply.key}", sign, by)

    async def react_to(self, remote_id, sign, by="ada"):
        """Somebody puts a sign under what the server calls so."""
        self.signed = MessageId(f"r{next(self._numbers)}")
        said = replace(self.last, id=self.signed, sender=by, text=sign, sent_at=self.now, reacts_to=remote_id)
        return await self._settle(said)

    async def take_back(self, first, by="moderator"):
        """Somebody takes a message away: the one that led to `first`, or the last when that led to nothing."""
        return await self.take_back_message(first.replies[0].to if first.replies else self.last.id, by)

    async def take_back_message(self, asked, by):
        id_ = MessageId(f"{asked}-{next(self._numbers)}")
        return await self._settle(replace(self.last, id=id_, sender=by, text="", revises=asked, sent_at=self.now))

    async def _settle(self, message):
        place = message.place
        await self.store.keep(place.account, [message], message.id, self.now)
        handling = await self.bot.handle(message)
        await self.store.settle(replace(handling, messages=[message]), self.now)
        return handling
