"""A bot that is looked after for years: its keys are renewed, and those that nobody needs any more go."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from nio.responses import KeysUploadResponse

from echobot.chats.matrix.fallback import CHANGED_EVERY
from echobot.chats.matrix.keystore import open_store
from echobot.chats.matrix.machine import Machine
from echobot.chats.matrix.pruning import KEPT_FOR
from tests.chats.matrix.conftest import Bot
from tests.chats.matrix.test_encrypted import enter
from tests.chats.matrix.test_sending import reply_to
from tests.fakes import FakeClock
from tests.servers.people import People, Person, until
from tests.servers.secretive import Device, Secretive, secretive
from tests.servers.synapse import Synapse

__all__ = ["secretive"]

DAY = timedelta(days=1)
KINDS = ("megolminboundsessions", "olmsessions", "devicekeys", "keys", "used", "fallback")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def machine(tmp_path: Path, clock: FakeClock) -> Iterator[Machine]:
    store = open_store(tmp_path / "machine", "@echobot:example.org", "DEVICE")
    yield Machine("@echobot:example.org", "DEVICE", store, clock)
    store.database.close()


def bring(machine: Machine) -> set[str]:
    """The names of the fallback keys that are brought now, if any."""
    if not machine.should_upload_keys:
        return set()
    brought = machine.share_keys()
    machine.handle_response(KeysUploadResponse(0, 50))
    return set(brought.get("fallback_keys", {}))


def test_the_fallback_key_is_changed_each_week_and_no_more_often(machine: Machine, clock: FakeClock):
    first = bring(machine)
    at_once = bring(machine)
    clock.pass_by(CHANGED_EVERY - DAY)
    too_early = bring(machine)
    clock.pass_by(DAY)
    second = bring(machine)

    assert (len(first), at_once, too_early, len(second)) == (1, set(), set(), 1)
    assert first != second


def test_a_fallback_key_that_did_not_arrive_is_brought_again(machine: Machine):
    lost = machine.share_keys()["fallback_keys"]
    again = machine.share_keys()["fallback_keys"]

    assert lost == again
    assert machine.verify_json(*_signed(machine, again))


def _signed(machine: Machine, keys: dict) -> tuple[dict, str, str, str]:
    (key,) = keys.values()
    return key, machine.account.identity_keys["ed25519"], machine.user_id, machine.device_id


@pytest.fixture
async def bot(synapse: Synapse, people: People, bots: Callable[..., Bot], tmp_path: Path) -> Bot:
    made = bots(await people.meet(synapse, "echobot"), keys=tmp_path / "keys")
    made.answer_within = timedelta(days=1000)  # its clock goes ahead of the homeserver's
    await made.listen()
    return made


async def claim(person: Person, bot: Bot) -> list[dict]:
    """One of the bot's one-time keys, or its fallback key."""
    wanted = {"one_time_keys": {bot.user: {bot.chat._client.device_id: "signed_curve25519"}}}
    told = await person.request("POST", "keys/claim", wanted)
    return [key for keys in told["one_time_keys"][bot.user].values() for key in keys.values()]


async def one_time_keys(bot: Bot) -> int:
    counts = (await bot.person.request("POST", "keys/upload", {}))["one_time_key_counts"]
    return counts.get("signed_curve25519", 0)


@pytest.mark.server
async def test_whoever_comes_when_all_one_time_keys_are_taken_reaches_the_bot_all_the_same(
    bot: Bot, synapse: Synapse, people: People, secretive: Secretive, alice: Person
):
    device = await secretive.device(alice)
    room = await enter(alice, device, bot)
    await bot.stop()
    mallory = await people.meet(synapse, "mallory")
    claimed = [key for _ in range(51) for key in await claim(mallory, bot)]
    assert [key.get("fallback", False) for key in claimed] == [False] * 50 + [True]
    await device.say(room, "what is Matrix?")
    await bot.listen()
    await bot.kept.have(1)

    assert bot.kept.texts == ["what is Matrix?"]


@pytest.mark.server
async def test_months_go_by_and_everybody_is_heard_while_the_store_stays_as_large(
    bot: Bot, synapse: Synapse, people: People, secretive: Secretive, alice: Person, tmp_path: Path
):
    device = await secretive.device(alice)
    room = await enter(alice, device, bot)
    days, sizes, room_keys = range(0, 120, 2), dict[int, dict[str, int]](), set[str]()
    for day in days:
        bot.ahead = day * DAY
        if day % 30 == 28:
            device = await _another_telephone(secretive, device, alice, bot, room)
            await bot.stop()
            await bot.listen()
        device.client.invalidate_outbound_session(room)
        asked = await device.say(room, f"day {day}")
        await bot.kept.have(len(sizes) + 1)
        await bot.chat.send(reply_to(asked, room, alice.user))
        await device.reply_to(asked)
        room_keys.add(bot.chat._client.olm.outbound_group_sessions[room].id)
        sizes[day] = _counted(tmp_path / "keys" / "keys.db")

    assert bot.kept.texts == [f"day {day}" for day in days]
    assert len(room_keys) >= days.stop // 8  # one lives for a week; each telephone, and each restart, ends one sooner
    await until(lambda: _is_fifty(bot), "one-time keys to be there again")
    after_two_months, at_the_end = sizes[KEPT_FOR.days + 20], sizes[days[-1]]
    print({kind: (after_two_months[kind], at_the_end[kind]) for kind in at_the_end})
    for kind in KINDS:
        assert at_the_end[kind] <= after_two_months[kind] + 5, kind
    assert at_the_end["bytes"] <= after_two_months["bytes"] * 1.1


async def _another_telephone(secretive: Secretive, old: Device, person: Person, bot: Bot, room: str) -> Device:
    """Somebody logs out and in again, somewhere else."""
    new = await secretive.device(person)
    await new.knows(bot.user)
    await old.sleep()
    await old.client.logout()
    await until(lambda: room in new.client.rooms, "the new telephone to know the room")
    return new


async def _is_fifty(bot: Bot) -> bool:
    return await one_time_keys(bot) == 50


def _counted(file: Path) -> dict[str, int]:
    with closing(sqlite3.connect(file)) as database:
        counted = {kind: database.execute(f"SELECT count(*) FROM {kind}").fetchone()[0] for kind in KINDS}
    return {**counted, "bytes": file.stat().st_size}
