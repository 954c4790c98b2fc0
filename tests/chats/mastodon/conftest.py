"""The bot's chat on a Mastodon server on loopback, and what it was given."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from echobot.chats.mastodon import MastodonChat
from echobot.chats.mastodon.rhythm import Rhythm
from echobot.core.message import AccountName, DeliveryKey, Message, MessageId, Place, Reply
from echobot.settings import MastodonAccount
from tests.chats.kept import Kept
from tests.servers.fake_mastodon import Account, FakeMastodon, Flavour, Status, fake_mastodon
from tests.servers.people import until

MONTH = timedelta(days=30)
QUICK = Rhythm(
    poll=timedelta(milliseconds=200),
    soon=timedelta(milliseconds=50),
    edits=timedelta(0),
    picture=timedelta(milliseconds=10),
    first_pause=timedelta(milliseconds=20),
    longest_pause=timedelta(milliseconds=200),
)
HOUR = timedelta(hours=1)
RARE = Rhythm(poll=HOUR, soon=HOUR, edits=HOUR, first_pause=timedelta(milliseconds=20))
"""Looks only at hints."""


class Clock:
    """The server's and the bot's, unless a test takes one of them away."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Bot:
    """A chat that listens when it is told to, with the server's view of the same account."""

    def __init__(self, server: FakeMastodon, clock: Callable[[], datetime], rhythm: Rhythm = QUICK, **settings: Any):
        self.server = server
        self.account = server.account("echobot", bot=True, created_at=clock() - MONTH)
        server.accept_private_mentions(self.account)
        self.token = server.token_for(
            self.account, ["read:accounts", "read:notifications", "read:statuses", "write:statuses", "write:media"]
        )
        self.kept = Kept()
        self.seconds = 20.0
        self._clock = clock
        self._rhythm = rhythm
        self._settings = MastodonAccount(server.url, Path("unused"), **settings)
        self._listening: asyncio.Task[None] | None = None
        self.chat = self._chat()

    async def listen(self) -> None:
        """Start, or go on where it stopped, and wait until it has looked once."""
        await self.stop()
        self.chat = self._chat()
        self._listening = asyncio.create_task(self.chat.listen(self.kept.cursor, self.kept, self.kept.note))
        await until(lambda: self.chat.last_contact_at or self._listening.done(), "the first look")

    async def outcome(self) -> None:
        """Wait until listening ends by itself; raises what it raises."""
        async with asyncio.timeout(60):
            await self._listening

    async def stop(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await self._listening
            self._listening = None
        await self.chat.close()

    @property
    def posts(self) -> list[Status]:
        return [status for status in self.server.posts_by(self.account) if not status.is_deleted]

    def _chat(self) -> MastodonChat:
        name = AccountName("toots")
        return MastodonChat(name, self._settings, self.token, self._clock, rhythm=self._rhythm, seconds=self.seconds)


def reply_to(message: Message, text: str = "PeerTube is a video site.", **more: Any) -> Reply:
    key = DeliveryKey(f"toots:{message.id}")
    return Reply(key, message.place, message.id, message.sender, text, "en", message.envelope, **more)


def reply_to_status(status: Status, text: str = "PeerTube is a video site.") -> Reply:
    place = Place(AccountName("toots"), status.id)
    return Reply(DeliveryKey(f"toots:{status.id}"), place, MessageId(status.id), status.account.acct, text, "en")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def flavour(request) -> Flavour:
    return getattr(request, "param", Flavour.MASTODON)


@pytest.fixture
async def server(flavour: Flavour, clock: Clock) -> AsyncIterator[FakeMastodon]:
    async with fake_mastodon(flavour, clock=clock) as running:
        yield running


@pytest.fixture
async def bots(server: FakeMastodon, clock: Clock) -> AsyncIterator[Callable[..., Bot]]:
    made: list[Bot] = []

    def make(rhythm: Rhythm = QUICK, clock: Callable[[], datetime] = clock, **settings: Any) -> Bot:
        made.append(Bot(server, clock, rhythm, **settings))
        return made[-1]

    yield make
    for bot in made:
        await bot.stop()


@pytest.fixture
def bot(bots: Callable[..., Bot]) -> Bot:
    """An account that does not listen yet."""
    return bots()


@pytest.fixture
def ana(server: FakeMastodon) -> Account:
    return server.account("ana")


@pytest.fixture
def bob(server: FakeMastodon) -> Account:
    return server.account("bob", domain="far.example.net")
