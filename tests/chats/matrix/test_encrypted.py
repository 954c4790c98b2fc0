"""What the bot reads and says in encrypted rooms, and what must not lead it astray there."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from nio.crypto import decrypt_attachment
from structlog.testing import capture_logs

from echobot.chats.matrix.keystore import open_store
from echobot.chats.matrix.machine import Machine
from echobot.chats.matrix.sync import PAGE
from echobot.core.message import AccountName, DeliveryKey, Place, Post, Wording
from echobot.errors import ChatUnavailable, SettingsError
from tests.chats.matrix.conftest import Bot
from tests.chats.matrix.test_announcing import contents
from tests.chats.matrix.test_sending import reply_to
from tests.chats.posters import drawn
from tests.fakes import FakeClock
from tests.servers.people import People, Person, until
from tests.servers.secretive import ENCRYPTION, Device, Secretive, secretive
from tests.servers.synapse import Synapse

__all__ = ["secretive"]

pytestmark = pytest.mark.server


@pytest.fixture
async def bot(synapse: Synapse, people: People, bots: Callable[..., Bot], tmp_path: Path) -> Bot:
    """It listens, and has its keys in a folder."""
    made = bots(await people.meet(synapse, "echobot"), keys=tmp_path / "keys")
    await made.listen()
    return made


@pytest.fixture
async def device(alice: Person, secretive: Secretive, bot: Bot) -> Device:
    return await secretive.device(alice)


async def enter(alice: Person, device: Device, bot: Bot, **rules) -> str:
    content = {**ENCRYPTION["content"], **rules}
    room = await alice.create_room(bot.user, initial_state=[{**ENCRYPTION, "content": content}])
    await until(lambda: room in bot.chat._client.rooms, "the bot to come in")
    await device.knows(bot.user)
    return room


@pytest.fixture
async def room(bot: Bot, alice: Person, device: Device) -> str:
    """An encrypted room of Alice's with the bot."""
    return await enter(alice, device, bot)


async def sealed_by(person: Person, room: str) -> list[dict]:
    told = await person.request("GET", f"rooms/{room}/messages?dir=f&limit=500")
    return [event for event in told["chunk"] if event["type"] == "m.room.encrypted"]


async def test_one_key_makes_one_event_although_each_ciphertext_is_another(
    bot: Bot, alice: Person, device: Device, room: str
):
    question = await device.say(room, "what is Matrix?")
    first = await bot.chat.send(reply_to(question, room, alice.user))
    again = await bot.chat.send(reply_to(question, room, alice.user))
    await bot.stop()
    await bot.listen()
    once_more = await bot.chat.send(reply_to(question, room, alice.user))

    assert first == again == once_more
    assert (await device.reply_to(question))["body"] == "Matrix is an open network."
    assert [event["event_id"] for event in await sealed_by(alice, room) if event["sender"] == bot.user] == [first]


async def test_a_reply_that_may_have_been_sent_is_found_even_when_its_key_is_lost(
    bot: Bot, alice: Person, device: Device, room: str, tmp_path: Path
):
    question = await device.say(room, "what is Matrix?")
    sent = await bot.chat.send(reply_to(question, room, alice.user))
    found = await bot.chat.find(reply_to(question, room, alice.user))
    (tmp_path / "keys").rename(tmp_path / "lost")
    await bot.stop()
    await bot.listen()

    assert found == sent == await bot.chat.find(reply_to(question, room, alice.user))


async def test_what_a_sync_has_no_room_for_is_read_in_encrypted_rooms_too(bot: Bot, device: Device, room: str):
    await bot.stop()
    said = [f"number {number}" for number in range(PAGE + 5)]
    for text in said:
        await device.say(room, text)
    await bot.listen()
    await bot.kept.have(len(said))

    assert bot.kept.texts == said
    assert bot.kept.troubles.keys() <= {"keys of room-bot"}


async def test_a_post_and_its_edit_are_encrypted(bot: Bot, alice: Person, device: Device, room: str):
    place = Place(AccountName("room-bot"), room)
    post = Post(DeliveryKey("lisbon"), place, (Wording("en", "A visit to Lisbon."),))
    event = await bot.chat.send(post)
    edit = Post(DeliveryKey("lisbon-2"), place, (Wording("en", "A visit to Porto."),), instead_of=event)
    await bot.chat.send(edit)
    said = await until(lambda: len(device.read) == 2 and list(device.read.values()), "both")

    assert said[0]["content"]["body"] == "A visit to Lisbon."
    assert said[1]["content"]["m.new_content"]["body"] == "A visit to Porto."
    assert said[1]["content"]["m.relates_to"] == {"rel_type": "m.replace", "event_id": event}
    assert await alice.messages(room) == []


async def test_a_poster_in_an_encrypted_room_is_opened_only_by_what_stands_in_the_message(
    bot: Bot, alice: Person, device: Device, room: str, tmp_path: Path
):
    file = drawn(tmp_path / "lisbon.png")
    place, words = Place(AccountName("room-bot"), room), (Wording("en", "A visit to Lisbon.", alt="A tram"),)
    post = Post(DeliveryKey("lisbon"), place, words, picture=file)
    sent = await bot.chat.send(post)
    await bot.stop()
    await bot.listen()
    again = await bot.chat.send(post)
    said = await until(lambda: len(device.read) == 2 and list(device.read.values()), "both")

    image = said[1]["content"]
    assert sent == again == " ".join(device.read)
    assert (image["msgtype"], image["body"], image["filename"]) == ("m.image", "A tram", "lisbon.png")
    assert "url" not in image
    assert "thumbnail_url" not in image["info"]
    assert await opened(alice, image["file"]) == contents(file)
    assert (await opened(alice, image["info"]["thumbnail_file"])).startswith(b"\xff\xd8")  # a JPEG


async def test_another_poster_in_an_encrypted_room_is_as_sealed_as_the_first(
    bot: Bot, alice: Person, device: Device, room: str, tmp_path: Path
):
    place, words = Place(AccountName("room-bot"), room), (Wording("en", "A visit to Lisbon."),)
    first = await bot.chat.send(Post(DeliveryKey("lisbon"), place, words, drawn(tmp_path / "lisbon.png")))
    other = drawn(tmp_path / "porto.png", (200, 100))
    await bot.chat.send(Post(DeliveryKey("2"), place, words, other, changes_picture=True, instead_of=first))
    said = await until(lambda: len(device.read) == 4 and list(device.read.values()), "both, and both changed")

    image = said[3]["content"]["m.new_content"]
    assert said[3]["content"]["m.relates_to"] == {"rel_type": "m.replace", "event_id": first.split()[1]}
    assert "url" not in image
    assert await opened(alice, image["file"]) == contents(other)


async def opened(person: Person, file: dict) -> bytes:
    """What is behind an address in an encrypted message, which is unreadable without it."""
    kind, data = await person.download(file["url"])
    assert kind == "application/octet-stream"
    assert b"PNG" not in data
    return decrypt_attachment(data, file["key"]["k"], file["hashes"]["sha256"], file["iv"])


async def test_an_edit_and_a_redaction_in_an_encrypted_room_are_understood(
    bot: Bot, alice: Person, device: Device, room: str
):
    question = await device.say(room, "!echo what is Matrix?")
    new = {"msgtype": "m.text", "body": "!echo what is Mastodon?"}
    replaces = {"rel_type": "m.replace", "event_id": question}
    await device.say(room, "* !echo what is Mastodon?", **{"m.new_content": new, "m.relates_to": replaces})
    await bot.kept.have(2)
    await alice.redact(room, question)
    messages = await bot.kept.have(3)

    assert [message.text for message in messages] == ["what is Matrix?", "what is Mastodon?", ""]
    assert [message.revises for message in messages] == [None, question, question]


async def test_the_edit_of_an_answer_in_an_encrypted_room_says_outside_the_seal_what_it_replaces(
    bot: Bot, alice: Person, device: Device, room: str
):
    question = await device.say(room, "what is Matrix?")
    first = await bot.chat.send(reply_to(question, room, alice.user))
    changed = replace(reply_to(question, room, alice.user, "It is Mastodon."), key=DeliveryKey("2"), instead_of=first)
    await bot.chat.send(changed)

    def edits() -> list[dict]:
        return [said["content"] for said in device.read.values() if "m.new_content" in said["content"]]

    (edit,) = await until(edits, "the edit")
    assert edit["m.new_content"]["body"] == "It is Mastodon."
    last = [event for event in await sealed_by(alice, room) if event["sender"] == bot.user][-1]
    assert last["content"]["m.relates_to"] == {"rel_type": "m.replace", "event_id": first}


async def test_signs_under_an_encrypted_answer_are_understood_even_after_a_restart(
    bot: Bot, alice: Person, device: Device, room: str
):
    question = await device.say(room, "what is Matrix?")
    answer = await bot.chat.send(reply_to(question, room, alice.user))
    await alice.react(room, answer, "2️⃣")
    await bot.kept.have(2)
    await bot.stop()
    await bot.listen()
    await alice.react(room, answer, "👍")
    messages = await bot.kept.have(3)

    assert [(message.text, message.reacts_to) for message in messages[1:]] == [("2", answer), ("👍", answer)]


async def test_a_post_in_an_encrypted_room_waits_until_the_bot_knows_who_is_there(
    bot: Bot, alice: Person, device: Device
):
    public = await alice.create_room(preset="public_chat", initial_state=[ENCRYPTION])
    post = Post(DeliveryKey("lisbon"), Place(AccountName("room-bot"), public), (Wording("en", "A visit to Lisbon."),))

    with pytest.raises(ChatUnavailable, match="not known yet who is in") as waiting:
        await bot.chat.send(post)
    await until(lambda: public in bot.chat._client.rooms, "the bot to come in")
    event = await bot.chat.send(post)

    assert waiting.value.not_sent
    assert [sealed["event_id"] for sealed in await sealed_by(alice, public)] == [event]


async def test_a_key_is_changed_as_often_as_the_room_wants(bot: Bot, alice: Person, device: Device):
    room = await enter(alice, device, bot, rotation_period_msgs=3)
    for number in range(7):
        await bot.chat.send(reply_to(f"$question{number}", room, alice.user))
    await until(lambda: len(device.read) == 7, "all of them, readable")

    keys = [event["content"]["session_id"] for event in await sealed_by(alice, room)]
    assert [keys.count(key) for key in dict.fromkeys(keys)] == [3, 3, 1]


async def test_a_message_whose_key_comes_later_is_read_then_even_after_a_restart(bot: Bot, device: Device, room: str):
    with capture_logs() as lines:
        withheld = await device.say_without_its_key(room, "what is Matrix?")
        await until(lambda: f"room {room} of room-bot" in bot.kept.troubles, "it to be noted")
        assert bot.chat.unreadable == 1
        await bot.stop()
        await withheld.bring_to(bot.user)
        await bot.listen()
        await bot.kept.have(1)
        await device.say(room, "thank you")
        await bot.kept.have(2)

    assert bot.kept.texts == ["what is Matrix?", "thank you"]
    assert len([line for line in lines if "its key has not come" in line["event"]]) == 1
    assert bot.kept.noted.count(f"room {room} of room-bot") == 1
    assert f"room {room} of room-bot" not in bot.kept.troubles
    assert bot.chat.unreadable == 0


async def test_a_message_whose_key_comes_too_late_is_left_alone(bot: Bot, device: Device, room: str):
    bot.answer_within = timedelta(0)
    await bot.stop()
    before = bot.kept.cursor
    withheld = await device.say_without_its_key(room, "what is Matrix?")
    await bot.listen()
    await until(lambda: bot.kept.cursor != before, "the bot to have met it")
    assert f"room {room} of room-bot" not in bot.kept.troubles
    bot.answer_within = timedelta(hours=2)
    await bot.stop()
    await withheld.bring_to(bot.user)
    await bot.listen()
    await device.say(room, "are you there?")
    await bot.kept.have(1)

    assert bot.kept.texts == ["are you there?"]


async def test_what_was_read_before_the_store_failed_is_read_again(bot: Bot, device: Device, room: str):
    bot.kept.failures.append(OSError("the disk is full"))
    await device.say(room, "what is Matrix?")
    await until(bot._listening.done, "the bot to give up")
    with pytest.raises(OSError, match="disk"):
        await bot._listening
    bot._listening = None
    await bot.listen()
    await bot.kept.have(1)

    assert bot.kept.texts == ["what is Matrix?"]


@pytest.mark.parametrize(
    "nonsense",
    [
        "[]",
        "null",
        "not JSON",
        '{"type": "m.room.message"}',
        '{"type": "m.room.message", "content": "text"}',
        '{"type": "m.room.message", "content": {"body": "no kind"}}',
        '{"type": "m.room.encrypted", "content": {}}',
        '{"type": 1, "content": {}}',
    ],
)
async def test_nonsense_under_the_seal_silences_nobody(bot: Bot, device: Device, room: str, nonsense: str):
    await device.say_anything(room, nonsense)
    await device.say(room, "what is Matrix?")
    await bot.kept.have(2)

    assert bot.kept.texts == ["hello", "what is Matrix?"]


async def test_keys_that_are_none_from_a_stranger_silence_nobody(
    bot: Bot, device: Device, room: str, synapse: Synapse, people: People
):
    mallory = await people.meet(synapse, "mallory")
    own = bot.chat._client.olm.account.identity_keys["curve25519"]
    for kind in (0, 1, 2, "0"):
        letter = {"type": kind, "body": "bm9uc2Vuc2U"}
        content = {"algorithm": "m.olm.v1.curve25519-aes-sha2", "sender_key": "x", "ciphertext": {own: letter}}
        body = {"messages": {bot.user: {"*": content}}}
        await mallory.request("PUT", f"sendToDevice/m.room.encrypted/{kind}{type(kind).__name__}", body)
    await device.say(room, "what is Matrix?")
    await bot.kept.have(1)

    assert bot.kept.texts == ["what is Matrix?"]


async def test_a_membership_under_the_seal_is_not_believed(bot: Bot, device: Device, room: str):
    join = {"type": "m.room.member", "state_key": "@mallory:localhost", "content": {"membership": "join"}}
    await device.say_anything(room, json.dumps(join))
    await device.say(room, "what is Matrix?")
    await bot.kept.have(2)

    assert set(bot.chat._client.rooms[room].users) == {bot.user, device.user}


async def test_one_time_keys_are_brought_again_when_strangers_have_taken_all(
    bot: Bot, synapse: Synapse, people: People
):
    mallory = await people.meet(synapse, "mallory")
    wanted = {"one_time_keys": {bot.user: {bot.chat._client.device_id: "signed_curve25519"}}}
    for _ in range(50):
        await mallory.request("POST", "keys/claim", wanted)

    async def there_are_some() -> bool:
        counts = (await bot.person.request("POST", "keys/upload", {}))["one_time_key_counts"]
        return counts.get("signed_curve25519", 0) >= 50

    await until(there_are_some, "new one-time keys")


def test_one_time_keys_are_kept_before_the_homeserver_has_them(tmp_path: Path):
    store = open_store(tmp_path / "keys", "@echobot:example.org", "DEVICE")
    shared = Machine("@echobot:example.org", "DEVICE", store, FakeClock()).share_keys()
    again = Machine("@echobot:example.org", "DEVICE", store, FakeClock()).account
    store.database.close()

    assert {key["key"] for key in shared["one_time_keys"].values()} == set(again.one_time_keys["curve25519"].values())


async def test_keys_of_another_device_than_the_tokens_end_the_account_with_a_sentence(bot: Bot, tmp_path: Path):
    await bot.stop()
    (tmp_path / "keys" / "device").write_text("OTHER\n")
    bot.renew()

    with pytest.raises(SettingsError, match="holds the keys of device OTHER; let the bot in again"):
        await bot.chat.listen(bot.kept.cursor, bot.kept, bot.kept.note)


async def test_keys_without_what_opens_them_end_the_account_with_a_sentence(bot: Bot, tmp_path: Path):
    await bot.stop()
    (tmp_path / "keys" / "opener").unlink()
    bot.renew()

    with pytest.raises(SettingsError, match="put back the one that belongs to it"):
        await bot.chat.listen(bot.kept.cursor, bot.kept, bot.kept.note)


async def test_lost_keys_are_told_once_and_plain_rooms_go_on(bot: Bot, alice: Person, tmp_path: Path):
    plain = await alice.create_room(bot.user)
    await until(lambda: plain in bot.chat._client.rooms, "the bot to come in")
    await bot.stop()
    (tmp_path / "keys").rename(tmp_path / "lost")
    before = await device_keys(alice, bot)
    await bot.listen()
    await alice.say(plain, "what is Matrix?")
    await bot.kept.have(1)

    assert bot.kept.noted.count("keys of room-bot") == 1
    assert "knows other keys of the bot's device" in bot.kept.troubles["keys of room-bot"]
    assert "let the bot in again with `echobot login matrix`" in bot.kept.troubles["keys of room-bot"]
    assert await device_keys(alice, bot) == before


async def device_keys(person: Person, bot: Bot) -> dict:
    """What others are told of the bot's devices."""
    told = await person.request("POST", "keys/query", {"device_keys": {bot.user: []}})
    return {name: device["keys"] for name, device in told["device_keys"][bot.user].items()}
