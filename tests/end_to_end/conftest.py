"""The whole bot beside a real homeserver, and people who ask it things."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.servers.echobot_process import EchobotProcess, on_matrix
from tests.servers.people import People, Person, until
from tests.servers.synapse import Synapse

PATIENCE = 400  # seconds


class Asker:
    """Somebody in a direct chat or a room with the bot, who looks how often each question was answered."""

    def __init__(self, person: Person, room: str, bot: str) -> None:
        self.person, self.room, self.bot = person, room, bot

    async def ask(self, text: str = "what is the fediverse?") -> str:
        return await self.person.say(self.room, f"!echo {text}")

    async def questions(self) -> list[str]:
        """The ids of what was asked here, whether or not the asker ever learned that it arrived."""
        return [event["event_id"] for event in await self.person.messages(self.room) if event["sender"] != self.bot]

    async def answered(self) -> list[str | None]:
        """The ids of the questions that have a reply, once for each reply, in the order of the replies."""
        replies = [event for event in await self.person.messages(self.room) if event["sender"] == self.bot]
        return [replied_to(event["content"]) for event in replies]

    async def all_are_answered_once(self) -> None:
        """Wait for replies to everything asked so far and to one question more, and find no reply twice."""
        await self.ask("what is Mastodon?")
        asked = await self.questions()

        async def nothing_is_missing() -> bool:
            return set(asked) <= set(await self.answered())

        await until(nothing_is_missing, "a reply to each question", patience=PATIENCE, every=0.5)
        assert Counter(await self.answered()) == Counter(asked)


def replied_to(said: Mapping[str, Any]) -> str | None:
    """Which event the content of another one answers, if it does."""
    answered: str | None = said.get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id")
    return answered


@pytest.fixture
async def account(synapse: Synapse, people: People) -> Person:
    return await people.meet(synapse, "echobot")


@pytest.fixture
async def echobot(tmp_path: Path, account: Person) -> AsyncIterator[EchobotProcess]:
    process = EchobotProcess(tmp_path, on_matrix(account))
    await process.start()
    yield process
    await process.stop()


async def in_a_room(synapse: Synapse, people: People, name: str, account: Person) -> Asker:
    person = await people.meet(synapse, name)
    room = await person.create_room(account.user)

    async def bot_is_in() -> bool:
        return account.user in await person.members(room)

    await until(bot_is_in, "the bot to accept the invitation")
    return Asker(person, room, account.user)


@pytest.fixture
async def alice(synapse: Synapse, people: People, account: Person, echobot: EchobotProcess) -> Asker:
    return await in_a_room(synapse, people, "alice", account)


@pytest.fixture
async def carol(synapse: Synapse, people: People, account: Person, echobot: EchobotProcess) -> Asker:
    return await in_a_room(synapse, people, "carol", account)
