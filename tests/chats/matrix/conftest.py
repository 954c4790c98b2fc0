"""The bot's chat in a room of a real homeserver, and what it was given."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from echobot.chats.matrix import MatrixChat
from echobot.chats.matrix.rhythm import Rhythm
from echobot.core.message import AccountName
from echobot.settings import Invites, MatrixAccount
from tests.chats.kept import Kept
from tests.servers.people import People, Person, until
from tests.servers.synapse import Synapse

QUICK = Rhythm(
    poll=timedelta(seconds=5),
    stall=timedelta(seconds=20),
    first_pause=timedelta(milliseconds=50),
    longest_pause=timedelta(milliseconds=500),
)
WELCOME = Invites(servers=("localhost",))


class Bot:
    """A chat that listens when it is told to, with the people's view of the same account."""

    def __init__(self, person: Person, rhythm: Rhythm, keys: Path | None, **more: Any) -> None:
        self.person = person
        self.user = person.user
        self.kept = Kept()
        self.answer_within = timedelta(hours=2)
        self.ahead = timedelta(0)  # of its clock
        self._settings = MatrixAccount(person.server, person.user, Path("unused"), **more)
        self._rhythm = rhythm
        self._keys = keys
        self._listening: asyncio.Task[None] | None = None
        self.renew()

    def change(self, **settings: Any) -> None:
        """As an edit of the settings file does, also while it listens."""
        self._settings = replace(self._settings, **settings)

    def renew(self) -> None:
        """As after a restart: nothing is left in memory."""
        self.chat = self._chat()

    async def listen(self) -> None:
        """Start, or go on where it stopped, and wait until the first sync is done, and kept if there was none."""
        await self.chat.close()
        self.renew()
        self._listening = asyncio.create_task(self.chat.listen(self.kept.cursor, self.kept, self.kept.note))
        await until(lambda: self._has_arrived() or self._listening.done(), "the first sync")

    def _has_arrived(self) -> bool:
        return self.chat.last_contact_at is not None and self.kept.cursor is not None

    async def stop(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening
            self._listening = None
        await self.chat.close()

    def _chat(self) -> MatrixChat:
        return MatrixChat(
            AccountName("room-bot"),
            lambda: self._settings,
            self.person.token,
            self.answer_within,
            lambda: datetime.now(UTC) + self.ahead,
            keys=self._keys,
            rhythm=self._rhythm,
        )


@pytest.fixture
async def bots(people: People) -> AsyncIterator[Callable[..., Bot]]:
    made: list[Bot] = []

    def make(
        person: Person,
        *,
        invites: Invites = WELCOME,
        rhythm: Rhythm = QUICK,
        keys: Path | None = None,
        **more: Any,
    ) -> Bot:
        """`more` are other settings of the account."""
        made.append(Bot(person, rhythm, keys, invites=invites, **more))
        return made[-1]

    yield make
    for bot in made:
        await bot.stop()


@pytest.fixture
async def bot(synapse: Synapse, people: People, bots: Callable[..., Bot]) -> Bot:
    """An account that lets anybody of its own homeserver invite it; it does not listen yet."""
    return bots(await people.meet(synapse, "echobot"))


@pytest.fixture
async def alice(synapse: Synapse, people: People) -> Person:
    return await people.meet(synapse, "alice")


@pytest.fixture
async def carol(synapse: Synapse, people: People) -> Person:
    return await people.meet(synapse, "carol")


@pytest.fixture
async def room(bot: Bot, alice: Person, carol: Person) -> str:
    """A room with Alice, Carol and the bot in it."""
    created = await alice.create_room(carol.user, bot.user)
    await carol.join(created)
    await bot.person.join(created)
    return created


@pytest.fixture
async def direct(bot: Bot, alice: Person) -> str:
    """A room of Alice and the bot alone."""
    created = await alice.create_room(bot.user, is_direct=True)
    await bot.person.join(created)
    return created
