"""A second machine goes on where the first one stopped, and its own device can read what was said meanwhile."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from echobot.errors import LeadershipLost
from tests.chats.matrix.conftest import Bot
from tests.chats.matrix.test_encrypted import bot, device, enter, sealed_by
from tests.chats.matrix.test_sending import reply_to
from tests.servers.people import Person
from tests.servers.secretive import Device, secretive

__all__ = ["bot", "device", "secretive"]

pytestmark = pytest.mark.server

MORE_THAN_A_SYNC_BRINGS = 105


@pytest.fixture
async def other(bot: Bot, bots: Callable[..., Bot], tmp_path: Path) -> Bot:
    """The same account on another device, which people know of, and which does not listen."""
    person = await bot.person.with_another_device()
    other = bots(person, keys=tmp_path / "other-keys")
    await other.listen()
    await other.stop()
    other.kept.cursor = None
    yield other
    await person.close()


@pytest.fixture
async def room(bot: Bot, alice: Person, other: Bot, device: Device) -> str:
    """An encrypted room; Alice knows both devices of the bot."""
    return await enter(alice, device, bot)


async def goes_on(other: Bot, bot: Bot) -> None:
    await bot.stop()
    other.kept.cursor = bot.kept.cursor
    await other.listen()


@pytest.mark.parametrize("before", [0, MORE_THAN_A_SYNC_BRINGS], ids=["few", "many"])
async def test_keys_that_came_before_the_other_devices_cursor_are_not_lost(
    before: int, bot: Bot, other: Bot, alice: Person, device: Device, room: str
):
    for _ in range(before):
        nothing = {"messages": {bot.user: {"*": {}}}}
        await alice.request("PUT", f"sendToDevice/m.dummy/{uuid.uuid4().hex}", nothing)
    await device.say(room, "what is Matrix?")
    await bot.kept.have(1)
    await bot.stop()
    await device.say(room, "and what is Mastodon?")
    await goes_on(other, bot)
    await other.kept.have(1)

    assert other.kept.texts == ["and what is Mastodon?"]
    assert await other.chat.send(reply_to(other.kept.messages[0].id, room, alice.user))


async def test_what_the_other_device_sent_is_found(bot: Bot, other: Bot, alice: Person, device: Device, room: str):
    question = await device.say(room, "what is Matrix?")
    sent = await bot.chat.send(reply_to(question, room, alice.user))
    await goes_on(other, bot)

    assert await other.chat.find(reply_to(question, room, alice.user)) == sent


async def test_who_goes_on_after_itself_takes_up_its_own_cursor(bot: Bot, device: Device, room: str):
    await device.say(room, "what is Matrix?")
    await bot.kept.have(1)
    await bot.stop()
    await device.say(room, "and what is Mastodon?")
    await bot.listen()
    await bot.kept.have(2)

    assert bot.kept.texts == ["what is Matrix?", "and what is Mastodon?"]


async def test_who_loses_the_lead_while_a_message_is_sealed_does_not_send_it(
    bot: Bot, alice: Person, device: Device, room: str
):
    def lost() -> None:
        raise LeadershipLost("another machine leads now")

    question = await device.say(room, "what is Matrix?")
    bot.chat._client.may_send = lost
    with pytest.raises(LeadershipLost):
        await bot.chat.send(reply_to(question, room, alice.user))

    assert [event["sender"] for event in await sealed_by(alice, room)] == [alice.user]
