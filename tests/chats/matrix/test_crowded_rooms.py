"""What it costs a homeserver, and the bot, when much is said in its rooms."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from echobot.chats.matrix import MatrixChat
from echobot.chats.matrix.rhythm import Rhythm
from echobot.core.message import AccountName
from echobot.settings import MatrixAccount
from tests.chats.kept import Kept
from tests.servers.fake_homeserver import BOT, FakeHomeserver, fake_homeserver
from tests.servers.people import until

__all__ = ["fake_homeserver"]

CALM = Rhythm(between=timedelta(milliseconds=100))


@pytest.fixture
async def chat(fake_homeserver: FakeHomeserver) -> AsyncIterator[MatrixChat]:
    account = MatrixAccount(fake_homeserver.url, BOT, Path("unused"))
    noon = datetime.fromtimestamp(1_790_000_000, UTC)
    made = MatrixChat(AccountName("room-bot"), lambda: account, "token", timedelta(hours=2), lambda: noon, rhythm=CALM)
    yield made
    await made.close()


@pytest.fixture
async def kept(chat: MatrixChat) -> AsyncIterator[Kept]:
    """What is kept while the chat listens."""
    kept = Kept()
    listening = asyncio.create_task(chat.listen(None, kept, kept.note))
    await until(lambda: kept.cursor or listening.done(), "the first sync")
    yield kept
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_what_is_said_one_after_the_other_comes_in_few_syncs(fake_homeserver: FakeHomeserver, kept: Kept):
    clock = asyncio.get_running_loop().time
    began, before = clock(), fake_homeserver.requests["sync"]
    for number in range(60):
        fake_homeserver.say(f"!echo {number}")
        await asyncio.sleep(0.01)
    await kept.have(60)
    took = timedelta(seconds=clock() - began)

    assert kept.texts == [str(number) for number in range(60)]
    assert fake_homeserver.requests["sync"] - before <= took / CALM.between + 2


async def test_in_a_room_that_is_flooded_not_each_question_is_marked_as_read_but_the_last_one_is(
    fake_homeserver: FakeHomeserver, chat: MatrixChat, kept: Kept
):
    fake_homeserver.say("!echo the first")
    said = await kept.have(1)
    for _ in range(200):
        chat._attention.read(said)
    fake_homeserver.say("!echo the last")
    last = (await kept.have(2))[-1].id
    await until(lambda: fake_homeserver.read[-1:] == [last], "the last one to be marked")

    assert len(fake_homeserver.read) <= 3


async def test_of_many_threads_that_one_person_begins_the_latest_are_marked_as_read(
    fake_homeserver: FakeHomeserver, kept: Kept
):
    for number in range(30):
        fake_homeserver.say(
            f"!echo {number}", **{"m.relates_to": {"rel_type": "m.thread", "event_id": f"$root{number}"}}
        )
    await kept.have(30)
    await until(lambda: "$29" in fake_homeserver.read, "the latest to be marked")

    assert fake_homeserver.read[-5:] == [f"${number}" for number in range(25, 30)]
