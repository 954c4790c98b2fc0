"""Encrypted rooms: the whole bot beside a real homeserver, and people whose programs encrypt."""

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest

from tests.servers.echobot_process import EchobotProcess
from tests.servers.people import People, Person, until
from tests.servers.secretive import ENCRYPTION, Device, Secretive, secretive
from tests.servers.synapse import Synapse

__all__ = ["secretive"]

pytestmark = pytest.mark.server

SEED = 20261124
PATIENCE = 120  # seconds


class Member:
    """Somebody in an encrypted room with the bot, at one of their devices."""

    def __init__(self, person: Person, device: Device, room: str, bot: str) -> None:
        self.person, self.device, self.room, self.bot = person, device, room, bot

    async def ask(self, text: str = "what is the fediverse?") -> str:
        return await self.device.say(self.room, f"!echo {text}")

    async def all_are_answered_once(self, asked: list[str]) -> None:
        """Wait for replies that can be read to all of these, and find none twice, readable or not."""

        def nothing_is_missing() -> bool:
            return all(self.device.replies_to(event) for event in asked)

        await until(nothing_is_missing, "a readable reply to each", patience=PATIENCE, every=0.2)
        assert Counter(await self._answered()) == Counter(asked)
        assert self.device.unreadable == set()

    async def _answered(self) -> list[str]:
        """What each of the bot's events answers, as the homeserver keeps it: encrypted, all of them."""
        told = await self.person.request("GET", f"rooms/{self.room}/messages?dir=b&limit=1000")
        said = [event for event in told["chunk"] if event["sender"] == self.bot and "state_key" not in event]
        assert {event["type"] for event in said} == {"m.room.encrypted"}
        return [event["content"]["m.relates_to"]["m.in_reply_to"]["event_id"] for event in said]


async def in_an_encrypted_room(person: Person, device: Device, account: Person, *others: str) -> Member:
    room = await person.create_room(account.user, *others, initial_state=[ENCRYPTION])

    async def bot_is_in() -> bool:
        return account.user in await person.members(room)

    await until(bot_is_in, "the bot to accept the invitation")
    await device.knows(account.user)
    return Member(person, device, room, account.user)


@pytest.fixture
async def bob(
    synapse: Synapse, people: People, account: Person, echobot: EchobotProcess, secretive: Secretive
) -> Member:
    """Bob and the bot, alone in an encrypted room."""
    person = await people.meet(synapse, "bob")
    return await in_an_encrypted_room(person, await secretive.device(person), account)


@pytest.fixture
async def dora(synapse: Synapse, people: People) -> Person:
    return await people.meet(synapse, "dora")


async def test_a_question_in_an_encrypted_direct_chat_is_answered_encrypted(bob: Member):
    asked = await bob.device.say(bob.room, "what is the fediverse?")

    assert "fediverse" in (await bob.device.reply_to(asked))["body"]
    await bob.all_are_answered_once([asked])


async def test_in_an_encrypted_group_everybody_can_read_the_answer(bob: Member, dora: Person, secretive: Secretive):
    device = await secretive.device(dora)
    await bob.person.invite(bob.room, dora.user)
    await dora.join(bob.room)
    await device.knows(bob.bot)
    asked = await bob.ask()
    unasked = await bob.device.say(bob.room, "hello Dora")

    await device.reply_to(asked)
    await bob.all_are_answered_once([asked])
    assert not device.replies_to(unasked)


async def test_every_device_of_the_asker_can_read_the_answer(bob: Member, secretive: Secretive):
    first = await bob.ask()
    await bob.device.reply_to(first)
    telephone = await secretive.device(bob.person)
    second = await bob.ask()

    assert "fediverse" in (await telephone.reply_to(second))["body"]
    await bob.all_are_answered_once([first, second])


async def test_who_joins_later_reads_what_is_answered_from_then_on(bob: Member, dora: Person, secretive: Secretive):
    before = await bob.ask()
    await bob.device.reply_to(before)
    device = await secretive.device(dora)
    await bob.person.invite(bob.room, dora.user)
    await dora.join(bob.room)
    await device.knows(bob.bot)
    asked = await Member(dora, device, bob.room, bob.bot).ask()

    await device.reply_to(asked)
    await bob.all_are_answered_once([before, asked])
    assert not device.replies_to(before)


async def test_who_has_left_gets_no_key_of_what_is_said_afterwards(bob: Member, dora: Person, secretive: Secretive):
    device = await secretive.device(dora)
    await bob.person.invite(bob.room, dora.user)
    await dora.join(bob.room)
    await device.knows(bob.bot)
    before = await bob.ask()
    await device.reply_to(before)
    await dora.leave(bob.room)
    after = await bob.ask()
    await bob.all_are_answered_once([before, after])

    last = [event for event in await _sealed(bob) if event["sender"] == bob.bot][-1]["content"]["session_id"]
    known = device.client.olm.inbound_group_store[bob.room]
    assert last not in {session for sessions in known.values() for session in sessions}


async def test_questions_from_while_the_bot_was_down_are_read_and_answered_after_a_restart(
    bob: Member, echobot: EchobotProcess
):
    first = await bob.ask()
    await bob.device.reply_to(first)
    await echobot.stop()
    asked = [await bob.ask() for _ in range(30)]
    await echobot.start()

    await bob.all_are_answered_once([first, *asked])


async def test_a_restarted_bot_is_the_same_device(bob: Member, echobot: EchobotProcess):
    first = await bob.ask()
    await bob.device.reply_to(first)
    await echobot.stop()
    await echobot.start()
    second = await bob.ask()
    await bob.all_are_answered_once([first, second])

    senders = {event["content"]["device_id"] for event in await _sealed(bob) if event["sender"] == bob.bot}
    assert len(senders) == 1


async def test_a_homeserver_killed_under_encrypted_questions_loses_none(bob: Member, synapse: Synapse):
    asking = [asyncio.create_task(bob.ask()) for _ in range(5)]
    await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
    synapse.kill()
    await asyncio.to_thread(synapse.start)
    asked = list(await asyncio.gather(*asking))

    await bob.all_are_answered_once(asked)


async def test_status_tells_what_is_wrong_with_keys_and_rooms(bob: Member, echobot: EchobotProcess):
    levels = await bob.person.request("GET", f"rooms/{bob.room}/state/m.room.power_levels")
    await bob.person.set_state(bob.room, "m.room.power_levels", {**levels, "events_default": 50})

    async def said() -> str:
        return (await echobot.status())[1]

    about_room, about_keys = f"room {bob.room} of account-0, since", "keys of account-0, since"

    async def is_told() -> bool:
        told = await said()
        return about_room in told and about_keys in told

    await until(is_told, "both to be told", every=0.5)
    await bob.person.set_state(bob.room, "m.room.power_levels", levels)

    async def is_over() -> bool:
        return about_room not in await said()

    await until(is_over, "it to be over", every=0.5)


async def test_nobody_else_can_read_the_keys(bob: Member, tmp_path: Path):
    folder = tmp_path / "echobot-keys" / "account-0"

    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


async def test_no_word_and_no_key_is_in_the_log(bob: Member, echobot: EchobotProcess, tmp_path: Path):
    asked = await bob.ask("what is the fediverse?")
    await bob.all_are_answered_once([asked])

    opener = (tmp_path / "echobot-keys" / "account-0" / "opener").read_text().strip()
    assert "fediverse" not in echobot.log
    assert opener not in echobot.log


@pytest.mark.chaos
async def test_a_bot_killed_again_and_again_gives_each_encrypted_question_one_reply_that_can_be_read(
    bob: Member, echobot: EchobotProcess, request: pytest.FixtureRequest
):
    kills = 30 if request.config.getoption("--chaos") == "full" else 5
    dice = random.Random(SEED)
    print(f"seed {SEED}, {kills} kills")
    asking = asyncio.create_task(_ask_now_and_then(bob, kills * 5))

    for _ in range(kills):
        await asyncio.sleep(dice.uniform(0.1, 2))
        echobot.kill()
        echobot.launch()

    await bob.all_are_answered_once(await asking)


async def _ask_now_and_then(member: Member, count: int) -> list[str]:
    asked = []
    for _ in range(count):
        asked.append(await member.ask())
        await asyncio.sleep(0.2)
    return asked


async def _sealed(member: Member) -> list[dict]:
    """The encrypted events of the room, oldest first."""
    told = await member.person.request("GET", f"rooms/{member.room}/messages?dir=b&limit=1000")
    return [event for event in reversed(told["chunk"]) if event["type"] == "m.room.encrypted"]
