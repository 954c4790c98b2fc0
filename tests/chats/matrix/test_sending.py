"""What the people in a room see of a reply."""

from collections.abc import Callable

import pytest

from echobot.chats.matrix.login import login
from echobot.core.message import DeliveryKey, MessageId, Place, Reply
from echobot.errors import ChatRefused, ChatUnavailable, LoginRefused, SettingsError
from tests.chats.matrix.conftest import Bot
from tests.servers.people import People, Person
from tests.servers.synapse import Synapse

pytestmark = pytest.mark.server


def reply_to(
    event: str, room: str, asker: str, text: str = "Matrix is an open network.", thread: str | None = None
) -> Reply:
    place = Place("room-bot", room, thread)
    return Reply(DeliveryKey(f"reply:{event}"), place, MessageId(event), asker, text, "en")


async def test_a_reply_is_a_notice_that_mentions_the_asker_alone(bot: Bot, alice: Person, room: str):
    question = await alice.say(room, "!echo what is Matrix?")
    sent = await bot.chat.send(reply_to(question, room, alice.user))

    event = (await alice.messages(room))[-1]

    assert event["event_id"] == sent
    assert event["content"]["msgtype"] == "m.notice"
    assert event["content"]["body"] == "Matrix is an open network."
    assert event["content"]["m.mentions"] == {"user_ids": [alice.user]}
    assert event["content"]["m.relates_to"] == {"m.in_reply_to": {"event_id": question}}


async def test_a_reply_stays_in_the_thread_of_its_question(bot: Bot, alice: Person, room: str):
    root = await alice.say(room, "Let us talk about chat.")
    question = await alice.say(room, "!echo what is Matrix?")
    await bot.chat.send(reply_to(question, room, alice.user, thread=root))

    event = (await alice.messages(room))[-1]

    relation = {"rel_type": "m.thread", "event_id": root, "is_falling_back": True}
    assert event["content"]["m.relates_to"] == {**relation, "m.in_reply_to": {"event_id": question}}


async def test_one_key_makes_one_post_even_after_a_restart(bot: Bot, alice: Person, room: str):
    question = await alice.say(room, "!echo what is Matrix?")
    first = await bot.chat.send(reply_to(question, room, alice.user))
    again = await bot.chat.send(reply_to(question, room, alice.user))
    await bot.listen()  # a new chat on the same account
    once_more = await bot.chat.send(reply_to(question, room, alice.user))

    assert first == again == once_more
    assert len(await alice.messages(room)) == 2


async def test_a_homeserver_that_is_asked_too_often_says_when_to_come_back(
    strict_synapse: Synapse, people: People, bots: Callable[..., Bot]
):
    bot = bots(await people.meet(strict_synapse, "echobot"))
    room = await bot.person.create_room()

    async def send_many() -> None:
        for number in range(100):
            await bot.chat.send(reply_to(f"$question{number}", room, "@somebody:localhost"))

    with pytest.raises(ChatUnavailable, match="M_LIMIT_EXCEEDED") as error:
        await send_many()

    assert error.value.retry_after is not None
    assert error.value.not_sent


async def test_a_room_that_the_bot_is_not_in_refuses_its_reply(bot: Bot, alice: Person):
    room = await alice.create_room()

    with pytest.raises(ChatRefused, match="M_FORBIDDEN"):
        await bot.chat.send(reply_to("$question", room, alice.user))


async def test_a_reply_longer_than_an_event_is_refused(bot: Bot, alice: Person, room: str):
    with pytest.raises(ChatRefused, match="longer than"):
        await bot.chat.send(reply_to("$question", room, alice.user, "long " * 20_000))


async def test_a_token_that_is_not_valid_any_more_ends_the_listening_and_the_sending(bot: Bot, room: str):
    await bot.person.request("POST", "logout", {})

    with pytest.raises(LoginRefused):
        await bot.chat.listen(None, bot.kept, bot.kept.note)
    with pytest.raises(LoginRefused):
        await bot.chat.send(reply_to("$question", room, "@somebody:localhost"))


async def test_a_token_of_another_account_is_told_to_the_operator(alice: Person, bot: Bot):
    bot.person.token = alice.token
    bot.renew()

    with pytest.raises(SettingsError, match=f"token is one of {alice.user}, not of {bot.user}"):
        await bot.chat.listen(None, bot.kept, bot.kept.note)


async def test_a_password_gives_a_token_that_works(synapse: Synapse, bot: Bot):
    bot.person.token, _, user = await login(synapse.url, bot.user, "password", "echobot")
    await bot.listen()

    assert user == bot.user


async def test_a_wrong_password_is_told_in_a_sentence(synapse: Synapse, bot: Bot):
    with pytest.raises(ChatRefused, match="could not log in"):
        await login(synapse.url, bot.user, "not the password", "echobot")
