"""Nothing is lost while the bot is away, and nothing from before its time is answered."""

from datetime import timedelta

import pytest

from tests.chats.matrix.conftest import Bot
from tests.servers.people import Person, until

pytestmark = pytest.mark.server


async def test_thirty_messages_missed_while_away_are_heard_in_order(bot: Bot, alice: Person, room: str):
    await bot.listen()
    await bot.stop()
    for number in range(30):
        await alice.say(room, f"!echo {number}")
    await bot.listen()

    await bot.kept.have(30)

    assert bot.kept.texts == [str(number) for number in range(30)]


async def test_a_burst_larger_than_a_sync_is_heard_in_order(bot: Bot, alice: Person, room: str):
    await bot.listen()
    await bot.stop()
    for number in range(130):
        await alice.say(room, f"!echo {number}")
    await bot.listen()

    await bot.kept.have(130)

    assert bot.kept.texts == [str(number) for number in range(130)]


async def test_two_rooms_are_caught_up_at_once(bot: Bot, alice: Person, room: str, direct: str):
    await bot.listen()
    await bot.stop()
    for number in range(105):
        await alice.say(room, f"!echo {number}")
    for number in range(105):
        await alice.say(direct, str(number))
    await bot.listen()

    await bot.kept.have(210)

    for place in (room, direct):
        heard = [message.text for message in bot.kept.messages if message.place.room == place]
        assert heard == [str(number) for number in range(105)]


async def test_what_was_said_before_the_first_start_is_not_heard(bot: Bot, alice: Person, room: str):
    await alice.say(room, "!echo before")
    await bot.listen()
    await alice.say(room, "!echo after")

    await bot.kept.have(1)

    assert bot.kept.texts == ["after"]


async def test_what_was_said_before_the_bot_was_invited_is_not_heard(bot: Bot, alice: Person):
    room = await alice.create_room(preset="public_chat")
    await bot.listen()
    for number in range(5):
        await alice.say(room, f"!echo before {number}")
    await alice.invite(room, bot.user)
    await until(lambda: _is_in(alice, room, bot.user), "the bot to join")
    await alice.say(room, "!echo after")

    await bot.kept.have(1)

    assert bot.kept.texts == ["after"]


async def test_much_said_right_after_the_join_is_heard_and_nothing_before_it(bot: Bot, alice: Person):
    room = await alice.create_room(preset="public_chat")
    await bot.listen()
    await bot.stop()
    for number in range(20):
        await alice.say(room, f"!echo before {number}")
    await bot.person.join(room)
    for number in range(105):
        await alice.say(room, f"!echo {number}")
    await bot.listen()

    await bot.kept.have(105)

    assert bot.kept.texts == [str(number) for number in range(105)]


async def test_a_room_joined_again_is_not_answered_from_its_history(bot: Bot, alice: Person, room: str):
    await bot.listen()
    await alice.say(room, "!echo one")
    await bot.kept.have(1)
    await bot.person.leave(room)
    await alice.say(room, "!echo while away")
    await alice.invite(room, bot.user)
    await until(lambda: _is_in(alice, room, bot.user), "the bot to join")
    await alice.say(room, "!echo two")

    await bot.kept.have(2)

    assert bot.kept.texts == ["one", "two"]


async def test_messages_too_old_to_answer_are_left_out(bot: Bot, alice: Person, room: str):
    await bot.listen()
    await bot.stop()
    await alice.say(room, "!echo long ago")
    bot.answer_within = timedelta(0)
    await bot.listen()
    cursor = bot.kept.cursor
    await alice.say(room, "something else")

    await until(lambda: bot.kept.cursor != cursor, "the next batch")

    assert bot.kept.messages == []


async def _is_in(person: Person, room: str, user: str) -> bool:
    return user in await person.members(room)
