"""What the bot hears in rooms of a real homeserver."""

import pytest

from echobot.core.message import Address, Place
from tests.chats.matrix.conftest import Bot
from tests.servers.people import Person, until

pytestmark = pytest.mark.server


async def test_a_question_in_a_room_is_heard_without_the_name_of_the_bot(bot: Bot, alice: Person, room: str):
    await bot.listen()
    event = await alice.say(room, f"{bot.user}: what is Matrix?", **{"m.mentions": {"user_ids": [bot.user]}})

    [message] = await bot.kept.have(1)

    assert (message.id, message.sender, message.text) == (event, alice.user, "what is Matrix?")
    assert (message.place, message.address) == (Place("room-bot", room), Address.NAMED)


async def test_in_a_direct_chat_no_name_is_needed(bot: Bot, alice: Person, direct: str):
    await bot.listen()
    await alice.say(direct, "what is Matrix?")

    [message] = await bot.kept.have(1)

    assert (message.text, message.address) == ("what is Matrix?", Address.DIRECT)


async def test_a_third_person_makes_a_direct_chat_a_room(bot: Bot, alice: Person, carol: Person, direct: str):
    await bot.listen()
    await alice.invite(direct, carol.user)
    await carol.join(direct)
    await alice.say(direct, "Carol, did you see this?")
    await alice.say(direct, "!echo what is Matrix?")

    [message] = await bot.kept.have(1)

    assert (message.text, message.address) == ("what is Matrix?", Address.NAMED)


async def test_a_direct_chat_is_known_again_after_a_restart(bot: Bot, alice: Person, direct: str):
    await bot.listen()
    await bot.stop()
    await bot.listen()
    await alice.say(direct, "what is Matrix?")

    [message] = await bot.kept.have(1)

    assert message.address == Address.DIRECT


async def test_the_bot_is_known_by_its_display_name(bot: Bot, alice: Person, room: str):
    name = {"displayname": "Madame Écho"}
    await bot.person.request("PUT", f"profile/{bot.user}/displayname", name)
    await bot.listen()
    await alice.say(room, "madame écho, what is Matrix?")

    [message] = await bot.kept.have(1)

    assert message.text == "what is Matrix?"


async def test_a_new_display_name_hides_nothing_that_was_said_before_it(bot: Bot, alice: Person, room: str):
    await bot.listen()
    await bot.stop()
    await alice.say(room, "!echo before")
    await bot.person.request("PUT", f"profile/{bot.user}/displayname", {"displayname": "Echo the Second"})
    await alice.say(room, "!echo after")
    await bot.listen()

    await bot.kept.have(2)

    assert bot.kept.texts == ["before", "after"]


async def test_what_is_said_to_others_moves_the_cursor_and_is_not_kept(bot: Bot, alice: Person, room: str):
    await bot.listen()
    before = await until(lambda: bot.kept.cursor, "a first cursor")
    await alice.say(room, "Carol, shall we meet at noon?")

    await until(lambda: bot.kept.cursor != before, "another cursor")

    assert bot.kept.messages == []


async def test_a_question_in_a_thread_keeps_its_thread(bot: Bot, alice: Person, room: str):
    await bot.listen()
    root = await alice.say(room, "Let us talk about chat.")
    await alice.say(room, "!echo what is Matrix?", **{"m.relates_to": {"rel_type": "m.thread", "event_id": root}})

    [message] = await bot.kept.have(1)

    assert message.place == Place("room-bot", room, root)


async def test_neither_bots_nor_the_bot_itself_are_heard(bot: Bot, alice: Person, carol: Person, room: str):
    await bot.listen()
    await alice.say(room, "!echo one")
    await alice.say(room, "!echo a notice", msgtype="m.notice")
    await bot.person.say(room, "!echo my own words")
    await alice.say(room, "!echo picture.png", msgtype="m.image", url="mxc://localhost/x")
    await carol.say(room, "!echo two")

    await bot.kept.have(2)

    assert bot.kept.texts == ["one", "two"]


async def test_of_a_redacted_question_only_the_redaction_is_heard(bot: Bot, alice: Person, room: str):
    await bot.listen()
    await bot.stop()
    event = await alice.say(room, "!echo one")
    await alice.redact(room, event)
    await alice.say(room, "!echo two")
    await bot.listen()

    redaction, two = await bot.kept.have(2)

    assert (redaction.revises, redaction.text, two.text) == (event, "", "two")


async def test_no_log_holds_a_token_or_what_people_say(bot: Bot, alice: Person, room: str, capfd, caplog):
    caplog.set_level("DEBUG")
    await bot.listen()
    await alice.say(room, "!echo a private matter")
    await alice.send(room, "m.room.message", {"msgtype": "m.text", "body": "x", "formatted_body": ["a private text"]})
    await alice.say(room, "!echo another private matter")
    await bot.kept.have(2)

    written = "".join(capfd.readouterr()) + caplog.text

    assert "listening" in written
    assert "private" not in written
    assert bot.person.token not in written
