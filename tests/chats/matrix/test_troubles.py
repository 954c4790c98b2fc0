"""What is wrong with a room, or with the bot's keys, is noted once, and so is its end."""

from collections.abc import Callable
from pathlib import Path

import pytest

from echobot.chats.matrix.notes import NO_KEYS, READ_ONLY, UNSIGNED
from echobot.chats.matrix.vouching import Device as OwnDevice
from echobot.chats.matrix.vouching import vouch
from echobot.errors import ChatRefused
from tests.chats.matrix.conftest import Bot
from tests.chats.matrix.test_sending import reply_to
from tests.servers.people import People, Person, until
from tests.servers.secretive import ENCRYPTION
from tests.servers.synapse import Synapse

pytestmark = pytest.mark.server

KEYS = "keys of room-bot"


def of(room: str) -> str:
    return f"room {room} of room-bot"


async def noted(bot: Bot, about: str, trouble: str | None) -> None:
    await until(lambda: bot.kept.troubles.get(about) == trouble, f"{about}: {trouble}, not {bot.kept.troubles}")


async def entered(bot: Bot, person: Person, *others: str, **settings) -> str:
    room = await person.create_room(bot.user, *others, **settings)
    await until(lambda: room in bot.chat._client.rooms, "the bot to come in")
    return room


async def change_level(person: Person, room: str, **levels) -> None:
    now = await person.request("GET", f"rooms/{room}/state/m.room.power_levels")
    await person.set_state(room, "m.room.power_levels", {**now, **levels})


async def test_an_encrypted_room_that_cannot_be_read_at_all_is_noted(bot: Bot, alice: Person):
    await bot.listen()
    plain = await entered(bot, alice)
    sealed = await entered(bot, alice, initial_state=[ENCRYPTION])

    await noted(bot, of(sealed), NO_KEYS)
    assert of(plain) not in bot.kept.troubles


async def test_where_the_bot_may_not_write_it_answers_again_as_soon_as_it_may(bot: Bot, alice: Person):
    await bot.listen()
    room = await entered(bot, alice)
    await change_level(alice, room, events_default=50)
    await noted(bot, of(room), READ_ONLY)
    await alice.say(room, "are you there?")
    await change_level(alice, room, events_default=0)
    await noted(bot, of(room), None)
    await alice.say(room, "what is Matrix?")
    await bot.kept.have(1)

    assert bot.kept.texts == ["what is Matrix?"]
    assert bot.kept.noted == [of(room)]


async def test_a_reply_that_waits_for_a_room_where_the_bot_may_not_write_any_more_is_refused_at_once(
    bot: Bot, alice: Person
):
    await bot.listen()
    room = await entered(bot, alice)
    question = await alice.say(room, "what is Matrix?")
    await change_level(alice, room, events_default=50)
    await noted(bot, of(room), READ_ONLY)

    with pytest.raises(ChatRefused, match="may not write"):
        await bot.chat.send(reply_to(question, room, alice.user))


async def test_a_trouble_that_ends_while_the_bot_is_down_is_over_after_its_start(bot: Bot, alice: Person):
    await bot.listen()
    room, other = await entered(bot, alice), await entered(bot, alice)
    for each in (room, other):
        await change_level(alice, each, events_default=50)
        await noted(bot, of(each), READ_ONLY)
    await bot.stop()
    await change_level(alice, room, events_default=0)
    await alice.request("POST", f"rooms/{other}/kick", {"user_id": bot.user})
    await bot.listen()

    await noted(bot, of(room), None)
    await noted(bot, of(other), None)


async def test_a_device_that_its_account_has_not_signed_is_noted_where_rooms_are_encrypted(
    synapse: Synapse, people: People, alice: Person, bots: Callable[..., Bot], tmp_path: Path
):
    account = await people.meet(synapse, "echobot")
    bot = bots(account, keys=tmp_path / "keys")
    await bot.listen()
    await entered(bot, alice)
    assert KEYS not in bot.kept.troubles
    await entered(bot, alice, initial_state=[ENCRYPTION])
    await noted(bot, KEYS, UNSIGNED)
    await bot.stop()
    device = OwnDevice(account.server, account.user, bot.chat._client.device_id, account.token)
    await vouch(device, tmp_path / "keys", "password", lambda: "")
    await bot.listen()

    await noted(bot, KEYS, None)
    assert bot.kept.noted == [KEYS]
