"""Rooms that end, move on, or are none to talk in."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from echobot.chats.matrix.homeserver import connect
from echobot.chats.matrix.invites import Door
from echobot.chats.matrix.state import States
from echobot.core.message import AccountName, DeliveryKey, Place, Post, Wording
from echobot.errors import ChatRefused
from echobot.settings import Invites, MatrixAccount
from tests.chats.matrix.conftest import Bot
from tests.chats.matrix.test_faults import IMPATIENT
from tests.chats.matrix.test_invites import becomes
from tests.chats.matrix.test_sending import reply_to
from tests.chats.matrix.test_troubles import entered, noted, of
from tests.servers.fake_homeserver import BOT, ROOM, FakeHomeserver, fake_homeserver, refusal
from tests.servers.people import People, Person, until
from tests.servers.synapse import Synapse

__all__ = ["fake_homeserver"]

PUBLIC = {"preset": "public_chat"}
LISBON = (Wording("en", "A visit to Lisbon."),)


def post(room: str, key: str = "lisbon", **more) -> Post:
    return Post(DeliveryKey(key), Place(AccountName("room-bot"), room), LISBON, **more)


async def upgrade(person: Person, room: str, version: str = "12") -> str:
    told = await person.request("POST", f"rooms/{room}/upgrade", {"new_version": version})
    return str(told["replacement_room"])


async def is_in(bot: Bot, room: str) -> None:
    await until(lambda: room in bot.chat._client.rooms, f"the bot to come into {room}")


@pytest.mark.server
@pytest.mark.parametrize(("how", "why"), [("kick", "removed from"), ("ban", "banned from")])
async def test_a_reply_for_a_room_that_the_bot_was_put_out_of_is_refused_at_once(
    bot: Bot, alice: Person, how: str, why: str
):
    await bot.listen()
    room = await entered(bot, alice)
    question = await alice.say(room, "what is Matrix?")
    await bot.kept.have(1)
    await alice.request("POST", f"rooms/{room}/{how}", {"user_id": bot.user})
    await until(lambda: room not in bot.chat._client.rooms, "the bot to learn of it")

    with pytest.raises(ChatRefused, match=why):
        await bot.chat.send(reply_to(question, room, alice.user))


@pytest.mark.server
async def test_who_was_put_out_and_is_invited_again_answers_again(bot: Bot, alice: Person):
    await bot.listen()
    room = await entered(bot, alice)
    await alice.request("POST", f"rooms/{room}/kick", {"user_id": bot.user})
    await until(lambda: room not in bot.chat._client.rooms, "the bot to learn of it")
    await alice.invite(room, bot.user)
    await is_in(bot, room)
    question = await alice.say(room, "what is Matrix?")

    assert await bot.chat.send(reply_to(question, room, alice.user))


@pytest.mark.server
async def test_in_a_space_nothing_is_answered(bot: Bot, alice: Person):
    await bot.listen()
    space = await entered(bot, alice, creation_content={"type": "m.space"})
    room = await entered(bot, alice)
    await alice.say(space, "are you there?")
    await alice.say(room, "what is Matrix?")
    await bot.kept.have(1)

    assert bot.kept.texts == ["what is Matrix?"]
    assert bot.kept.troubles == {}


@pytest.mark.server
@pytest.mark.parametrize("version", ["10", "12"])
async def test_the_bot_follows_into_the_room_that_takes_anothers_place(bot: Bot, alice: Person, version: str):
    await bot.listen()
    old = await entered(bot, alice, room_version="10", **PUBLIC)
    new = await upgrade(alice, old, version)
    await is_in(bot, new)
    await alice.say(old, "!echo are you there?")
    question = await alice.say(new, "!echo what is Matrix?")
    await bot.kept.have(1)

    assert bot.kept.texts == ["what is Matrix?"]
    assert await bot.chat.send(reply_to(question, new, alice.user))
    with pytest.raises(ChatRefused, match="was replaced by"):
        await bot.chat.send(reply_to("$question", old, alice.user))


@pytest.mark.server
async def test_a_room_that_was_replaced_while_the_bot_was_down_is_followed_at_its_start(bot: Bot, alice: Person):
    await bot.listen()
    old = await entered(bot, alice, **PUBLIC)
    await bot.stop()
    new = await upgrade(alice, old)
    await bot.listen()

    await is_in(bot, new)


@pytest.mark.server
async def test_where_it_was_put_out_of_the_new_room_the_bot_stays_out_until_it_is_invited(bot: Bot, alice: Person):
    await bot.listen()
    old = await entered(bot, alice, **PUBLIC)
    new = await upgrade(alice, old)
    await is_in(bot, new)
    await alice.request("POST", f"rooms/{new}/kick", {"user_id": bot.user})
    await until(lambda: "invite it" in bot.kept.troubles.get(of(old), ""), "it to be noted")
    await bot.stop()
    await bot.listen()
    await until(lambda: new in bot.chat._states.successors(), "the bot to know")
    assert bot.user not in await alice.members(new)
    await alice.invite(new, bot.user)
    await is_in(bot, new)

    await noted(bot, of(old), None)


@pytest.mark.server
async def test_where_only_the_invited_come_in_an_invitation_is_asked_for_and_taken_from_anybody(
    synapse: Synapse, people: People, alice: Person, bots: Callable[..., Bot]
):
    account = await people.meet(synapse, "echobot")
    old = await alice.create_room()
    bot = bots(account, invites=Invites(rooms=(old,)))
    await bot.listen()
    await alice.invite(old, account.user)
    await is_in(bot, old)
    new = await upgrade(alice, old)
    await until(lambda: "invite it" in bot.kept.troubles.get(of(old), ""), "it to be noted")
    await alice.invite(new, account.user)
    await becomes(alice, new, account.user, "join")

    await noted(bot, of(old), None)


@pytest.mark.server
async def test_a_post_for_a_room_that_was_replaced_goes_to_the_new_one(bot: Bot, alice: Person):
    await bot.listen()
    old = await entered(bot, alice, **PUBLIC)
    before = await bot.chat.send(post(old, "porto"))
    new = await upgrade(alice, old)
    await is_in(bot, new)
    again = await bot.chat.send(post(old, "porto"))
    first = await bot.chat.send(post(old))
    following = await bot.chat.send(post(old, "tomorrow", to=before))
    in_thread = await bot.chat.send(post(old, "today", to=first))
    await bot.chat.send(post(old, "changed", instead_of=first))

    assert again == before
    there = {event["event_id"]: event["content"].get("m.relates_to", {}) for event in await alice.messages(new)}
    assert [*there][:3] == [first, following, in_thread]
    assert there[following] == {}
    assert there[in_thread]["event_id"] == first
    assert [*there.values()][3] == {"rel_type": "m.replace", "event_id": first}
    assert await bot.chat.find(post(old)) == first


async def test_a_door_that_is_too_busy_is_tried_again(fake_homeserver: FakeHomeserver):
    fake_homeserver.troubles["join"] += [refusal(429, "M_LIMIT_EXCEEDED", retry_after_ms=1)] * 3
    client = connect(fake_homeserver.url, BOT, "token")
    settings = MatrixAccount("", BOT, Path("unused"), invites=Invites(servers=("example.org",)))
    door = Door(client, lambda: settings, IMPATIENT, States(BOT))
    door.answer(ROOM, "@alice:example.org")
    door.answer(ROOM, "@alice:example.org")
    door.follow("!new", ["example.org"])
    await until(lambda: fake_homeserver.requests["join"] == 5, "both to be done")
    await asyncio.sleep(0)
    await door.close()
    await client.close()

    assert door.refused == set()
