"""Rooms that the settings say something about."""

from collections.abc import Callable

import pytest

from echobot.settings import Room
from tests.chats.matrix.conftest import Bot
from tests.chats.matrix.test_rooms import PUBLIC, is_in, upgrade
from tests.chats.matrix.test_sending import reply_to
from tests.servers.people import People, Person, until
from tests.servers.synapse import Synapse

pytestmark = pytest.mark.server


@pytest.fixture
async def account(synapse: Synapse, people: People) -> Person:
    return await people.meet(synapse, "echobot")


def about(message) -> tuple[str, str]:
    return message.text, message.known_as


async def test_a_room_may_have_a_prefix_of_its_own(
    alice: Person, carol: Person, account: Person, bots: Callable[..., Bot]
):
    room, other = await alice.create_room(**PUBLIC), await alice.create_room(**PUBLIC)
    for each in (room, other):
        await account.join(each)
        await carol.join(each)
    bot = bots(account, rooms={room: Room(prefix="!bot")})
    await bot.listen()
    await alice.say(room, "!echo one")
    await alice.say(room, "!bot two")
    await alice.say(other, "!bot three")
    await alice.say(other, "!echo four")
    await bot.kept.have(2)

    assert [about(message) for message in bot.kept.messages] == [("two", room), ("four", "")]


async def test_an_edit_of_the_settings_counts_from_the_next_message_on(
    alice: Person, carol: Person, account: Person, bots: Callable[..., Bot]
):
    name = f"late-{account.user[1:].partition(':')[0]}"
    room, other = await alice.create_room(room_alias_name=name, **PUBLIC), await alice.create_room(**PUBLIC)
    for each in (room, other):
        await account.join(each)
        await carol.join(each)
    bot = bots(account)
    await bot.listen()
    await alice.say(room, "!echo one")
    await bot.kept.have(1)

    bot.change(prefix="!ask", rooms={f"#{name}:localhost": Room(prefix="!bot")})
    await alice.say(room, "!bot two")
    await alice.say(other, "!echo nobody")
    await alice.say(other, "!ask three")
    await bot.kept.have(3)
    bot.change(rooms={})
    await alice.say(room, "!ask four")
    await bot.kept.have(4)
    address = f"#{name}:localhost"
    assert [about(message) for message in bot.kept.messages] == [
        ("one", ""), ("two", address), ("three", ""), ("four", ""),
    ]  # fmt: skip


async def test_a_room_is_known_by_its_address_and_so_is_the_room_that_replaces_it(
    alice: Person, account: Person, bots: Callable[..., Bot]
):
    name = f"visits-{account.user[1:].partition(':')[0]}"
    address = f"#{name}:localhost"
    old = await alice.create_room(room_alias_name=name, **PUBLIC)
    await account.join(old)
    bot = bots(account, rooms={address: Room(prefix="!bot"), "#nowhere:localhost": Room()})
    await bot.listen()
    await alice.say(old, "!bot one")
    await bot.kept.have(1)
    new = await upgrade(alice, old)
    await is_in(bot, new)
    await alice.say(new, "!bot two")
    await bot.kept.have(2)

    assert [about(message) for message in bot.kept.messages] == [("one", address), ("two", address)]


async def test_where_only_threads_are_wanted_an_answer_begins_one(
    alice: Person, carol: Person, account: Person, bots: Callable[..., Bot]
):
    room = await alice.create_room(**PUBLIC)
    for each in (carol, account):
        await each.join(room)
    bot = bots(account, rooms={room: Room(threads_only=True)})
    await bot.listen()
    question = await alice.say(room, "!echo what is Matrix?")
    await until(lambda: has_read(alice, room, bot, question), "the question to be marked as read")
    thread = {"m.relates_to": {"rel_type": "m.thread", "event_id": question}}
    await alice.say(room, "!echo and why?", **thread)
    await alice.edit(room, question, "!echo what is Mastodon?")
    link = {"m.relates_to": {"rel_type": "m.reference", "event_id": question}}
    await alice.say(room, "!echo and that?", **link)
    messages = await bot.kept.have(4)
    assert [message.place.thread for message in messages] == [question, question, question, None]

    answer = await bot.chat.send(reply_to(question, room, alice.user, thread=messages[0].place.thread))
    (there,) = [event for event in await alice.messages(room) if event["event_id"] == answer]
    assert (there["content"]["m.relates_to"]["rel_type"], there["content"]["m.relates_to"]["event_id"]) == (
        "m.thread",
        question,
    )


async def has_read(person: Person, room: str, bot: Bot, event: str) -> bool:
    receipts = await person.seen_in(room, "m.receipt")
    return bot.user in receipts.get(event, {}).get("m.read", {})
