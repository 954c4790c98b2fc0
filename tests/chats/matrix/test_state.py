"""What the state of a room says, and what people put into rooms that looks like it."""

import pytest
from nio import SyncResponse

from echobot.chats.matrix.state import INFINITE, State, States
from tests.chats.matrix.conftest import Bot
from tests.servers.people import Person, until

ALICE, BOB = "@alice:example.org", "@bob:example.org"


def creation(version="11", **content):
    return {"type": "m.room.create", "state_key": "", "sender": ALICE, "content": {"room_version": version, **content}}


def levels(**content):
    return {"type": "m.room.power_levels", "state_key": "", "sender": ALICE, "content": content}


@pytest.mark.parametrize(
    ("state", "power"),
    [
        (State(), 0),
        (State(creation()), 100),
        (State(creation(creator=BOB)), 0),
        (State(creation(), levels()), 0),
        (State(creation(), levels(users_default=10)), 10),
        (State(creation(), levels(users={ALICE: 50}, users_default=10)), 50),
        (State(creation(), levels(users={ALICE: "50"})), 0),
        (State(creation(), levels(users={ALICE: "many"})), 0),
        (State(creation(), levels(users={ALICE: 2**60})), INFINITE),
        (State(creation(), levels(users={ALICE: -(2**60)})), -INFINITE),
        (State(creation(), levels(users=[ALICE])), 0),
        (State(creation("12"), levels()), INFINITE),
        (State(creation("13"), levels(users={ALICE: 1})), INFINITE),
        (State({**creation("12"), "sender": BOB}, levels()), 0),
        (State({**creation("12", additional_creators=[ALICE]), "sender": BOB}, levels()), INFINITE),
        (State({**creation("12", additional_creators=ALICE), "sender": BOB}, levels()), 0),
    ],
)
def test_somebodys_power_is_what_the_state_says(state, power):
    assert state.power(ALICE) == power


def tombstone(sender=ALICE, room="!new"):
    return {"type": "m.room.tombstone", "state_key": "", "sender": sender, "content": {"replacement_room": room}}


@pytest.mark.parametrize(
    ("state", "successor"),
    [
        (State(creation(), levels(users={ALICE: 100})), None),
        (State(creation(), levels(users={ALICE: 100}), tombstone()), "!new"),
        (State(creation(), levels(users={ALICE: 100}), tombstone(BOB)), None),
        (State(creation(), levels(users={ALICE: 49}), tombstone()), None),
        (State(creation(), levels(users={ALICE: 50}, events={"m.room.tombstone": 100}), tombstone()), None),
        (State(creation(), levels(events={"m.room.tombstone": 0}), tombstone(BOB)), "!new"),
        (State(creation("12"), levels(events={"m.room.tombstone": 150}), tombstone()), "!new"),
        (State(creation(), levels(users={ALICE: 100}), tombstone(room="#new:example.org")), None),
        (State(creation(), levels(users={ALICE: 100}), tombstone(room=["!new"])), None),
    ],
)
def test_a_room_is_replaced_by_whoever_may_do_that(state, successor):
    assert state.successor == successor


def test_rooms_that_replace_each_other_lead_somewhere():
    rooms = {
        room: {"state": {"events": [creation("12"), tombstone(room=to)]}} for room, to in (("!a", "!b"), ("!b", "!a"))
    }
    for room in rooms.values():
        room["timeline"] = {"events": []}
        for number, event in enumerate(room["state"]["events"]):
            event |= {"event_id": f"${number}", "origin_server_ts": 1}
    states = States(BOB)
    states.note(SyncResponse.from_dict({"next_batch": "s1", "rooms": {"join": rooms}}))

    assert states.newest("!a") == "!b"


@pytest.mark.parametrize(
    ("content", "may"),
    [
        ({}, True),
        ({"events_default": 50}, False),
        ({"events_default": 50, "users": {ALICE: 50}}, True),
        ({"events_default": 50, "events": {"m.room.encrypted": 0}}, True),
        ({"events": {"m.room.encrypted": 50}}, False),
        ({"events": {"m.room.message": 50}}, True),
        ({"users_default": -1}, False),
    ],
)
def test_levels_say_who_may_say_something_encrypted(content, may):
    assert State(creation(), levels(**content)).may_say(ALICE, encrypted=True) is may


def test_a_message_that_looks_like_state_changes_nothing():
    forged = {**levels(users={BOB: 100}), "event_id": "$event", "origin_server_ts": 1}
    del forged["state_key"]
    rooms = {"join": {"!room": {"timeline": {"events": [forged]}}}}
    states = States(ALICE)
    states.note(SyncResponse.from_dict({"next_batch": "s1", "rooms": rooms}))

    assert states.of("!room").power(BOB) == 0


@pytest.mark.server
async def test_a_message_comes_with_its_senders_power_then_and_after_a_restart(
    bot: Bot, alice: Person, carol: Person, room: str
):
    await bot.listen()
    await alice.say(room, "!echo hello")
    await carol.say(room, "!echo hello")
    await bot.kept.have(2)
    await promote(alice, room, carol.user)
    await carol.say(room, "!echo hello")
    await bot.kept.have(3)
    await bot.stop()
    await bot.listen()
    await carol.say(room, "!echo hello")
    await bot.kept.have(4)

    assert [message.power for message in bot.kept.messages] == [INFINITE, 0, 50, 50]


@pytest.mark.server
async def test_who_made_a_room_of_an_earlier_version_has_the_level_that_is_listed(bot: Bot, alice: Person):
    await bot.listen()
    room = await alice.create_room(bot.user, room_version="11")
    await until(lambda: room in bot.chat._client.rooms, "the bot to come in")
    await alice.say(room, "!echo hello")
    await bot.kept.have(1)

    assert [message.power for message in bot.kept.messages] == [100]


async def promote(person: Person, room: str, user: str) -> None:
    now = await person.request("GET", f"rooms/{room}/state/m.room.power_levels")
    await person.set_state(room, "m.room.power_levels", {**now, "users": {**now.get("users", {}), user: 50}})
