"""What people see of the bot before its answer."""

from dataclasses import replace

import pytest

from echobot.core.message import AccountName, DeliveryKey, MessageId, Place, Reply
from tests.chats.matrix.conftest import Bot
from tests.servers.people import Person, until

pytestmark = pytest.mark.server


def reply_in(room: str, asker: str, to: str = "$question", text: str = "Many servers.") -> Reply:
    return Reply(DeliveryKey(f"reply:{to}"), Place(AccountName("room-bot"), room), MessageId(to), asker, text, "en")


async def typing(person: Person, room: str) -> list[str]:
    return list((await person.seen_in(room, "m.typing")).get("user_ids", []))


async def test_whoever_waits_for_an_answer_sees_the_bot_writing_until_it_is_there(bot: Bot, alice: Person, room: str):
    question = await alice.say(room, "!echo what is the fediverse?")
    reply = reply_in(room, alice.user, question)
    bot.chat.expect([reply])
    await until(lambda: typing(alice, room), "the bot to write")
    assert await typing(alice, room) == [bot.user]

    await bot.chat.send(reply)

    async def rests() -> bool:
        return not await typing(alice, room)

    await until(rests, "the bot to rest")


async def test_of_several_replies_the_last_one_ends_the_writing(bot: Bot, alice: Person, room: str):
    question = await alice.say(room, "!echo what is the fediverse?")
    first = reply_in(room, alice.user, question)
    second = replace(first, key=DeliveryKey("second"))
    bot.chat.expect([first, second])
    await until(lambda: typing(alice, room), "the bot to write")
    await bot.chat.send(first)

    assert await typing(alice, room) == [bot.user]


async def test_nobody_sees_the_bot_write_what_is_there_at_once_or_only_taken_away(
    bot: Bot, alice: Person, room: str, direct: str
):
    quick = await alice.say(room, "!echo what is the fediverse?")
    answer, removal = reply_in(room, alice.user, quick), reply_in(room, alice.user, "$removal", text="")
    bot.chat.expect([answer, removal])
    await bot.chat.send(answer)
    bot.chat.expect([reply_in(direct, alice.user)])
    await until(lambda: typing(alice, direct), "the bot to write elsewhere")

    assert await typing(alice, room) == []


async def test_a_question_is_marked_as_read_and_what_is_said_to_others_is_not(bot: Bot, alice: Person, room: str):
    await bot.listen()
    question = await alice.say(room, "!echo what is the fediverse?")
    await alice.say(room, "Carol, shall we meet at noon?")
    receipt = await until(lambda: read_by(bot, alice, room), "the question to be read")

    assert receipt == [(question, "main")]


async def test_a_question_in_a_thread_is_marked_as_read_there(bot: Bot, alice: Person, room: str):
    await bot.listen()
    root = await alice.say(room, "Let us talk about chat.")
    relation = {"rel_type": "m.thread", "event_id": root}
    question = await alice.say(room, "!echo what is the fediverse?", **{"m.relates_to": relation})
    receipt = await until(lambda: read_by(bot, alice, room), "the question to be read")

    assert receipt == [(question, root)]


async def test_a_bot_that_is_closed_lets_go_of_its_notices(bot: Bot, alice: Person, room: str):
    bot.chat.expect([reply_in(room, alice.user)])
    await bot.chat.close()

    assert bot.chat._attention._tasks == set()


async def read_by(bot: Bot, person: Person, room: str) -> list[tuple[str, str]]:
    """Up to which events the bot has read, and in which threads."""
    receipts = await person.seen_in(room, "m.receipt")
    readers = [(event, kinds["m.read"]) for event, kinds in receipts.items() if "m.read" in kinds]
    return [(event, read[bot.user]["thread_id"]) for event, read in readers if bot.user in read]
