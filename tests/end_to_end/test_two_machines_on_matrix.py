"""Two machines on a real homeserver, each with a device of its own: whichever answers, people can read it, once."""

from __future__ import annotations

import random

import pytest

from tests.end_to_end.conftest import in_a_room, replied_to
from tests.end_to_end.machines import PATIENCE, SEED, Kill, Pause, both_run, leader_and_other, two_machines
from tests.end_to_end.test_access import log_in
from tests.end_to_end.test_encrypted import in_an_encrypted_room
from tests.end_to_end.test_signed_devices import device_of, is_signed, recovery_key_in
from tests.servers.echobot_process import on_matrix
from tests.servers.people import until
from tests.servers.secretive import secretive

__all__ = ["secretive"]

pytestmark = pytest.mark.server

KEYS = "state/echobot-keys"  # beside a machine's settings


class Pair:
    """The machines, and who asks them: Alice in a plain room, Bob in an encrypted one."""

    def __init__(self, machines, devices, alice, bob):
        self.machines, self.devices, self.alice, self.bob = machines, devices, alice, bob
        self.asked = []  # by Bob

    async def ask(self):
        """One question in each room; the id of Bob's."""
        await self.alice.ask()
        self.asked.append(await self.bob.ask())
        return self.asked[-1]

    async def answered_by(self, question):
        """The device that spoke in answer to one of Bob's questions, once he can read that."""
        await self.bob.device.reply_to(question)
        sealed = [event["content"] for event in await self.bob.person.events(self.bob.room, "m.room.encrypted")]
        (answer,) = [said for said in sealed if replied_to(said) == question]
        return answer["device_id"]

    async def survives(self, blow):
        """The other machine answers what is asked while nobody leads and afterwards; the first one keeps quiet."""
        leader, other = await leader_and_other(self.machines)
        for _ in range(3):
            await self.ask()  # the blow comes in the midst of the answers
        await blow.strike(leader)
        asked = [await self.ask()]
        await until(other.leads, "the other machine to lead", patience=PATIENCE)
        asked.append(await self.ask())
        await self.answered_by(asked[-1])
        await blow.mend(leader)
        await until(leader.stands_by, "the first machine to stand by", patience=PATIENCE)
        asked.append(await self.ask())
        assert {await self.answered_by(question) for question in asked} == {self.devices[other.name]}

    async def all_is_answered_once(self):
        await self.bob.all_are_answered_once(self.asked)
        await self.alice.all_are_answered_once()


@pytest.fixture
async def machines(tmp_path, cluster, database, account):
    accounts = {name: [on_matrix(account)] for name in ("north", "south")}
    async with two_machines(tmp_path, cluster, database, accounts) as machines:
        yield machines


@pytest.fixture
async def devices(machines):
    """Which device each machine is; the second was let in with the recovery key that the first showed."""
    north, south = machines
    first = await log_in(north.bot.settings, keys=KEYS)
    second = await log_in(south.bot.settings, keys=KEYS, recovery_key=recovery_key_in(first))
    return {north.name: device_of(first), south.name: device_of(second)}


@pytest.fixture
async def pair(synapse, people, account, machines, devices, secretive):
    await both_run(machines)
    alice = await in_a_room(synapse, people, "alice", account)
    person = await people.meet(synapse, "bob")
    bob = await in_an_encrypted_room(person, await secretive.device(person), account)
    return Pair(machines, devices, alice, bob)


ROUNDS = {"short": 1, "full": 1, "most": 10}


@pytest.mark.chaos
async def test_whichever_machine_answers_it_is_a_signed_device_and_people_can_read_it_once(
    pair, synapse, people, secretive, request
):
    later = [Kill(), Pause()] * (ROUNDS[request.config.getoption("--chaos")] - 1)
    random.Random(SEED).shuffle(later)
    await pair.survives(Kill())
    telephone = await secretive.device(pair.bob.person)  # which the machine that stands by has never seen
    for blow in (Pause(), *later):
        await pair.survives(blow)

    print(f"seed {SEED}, {2 + len(later)} takeovers, {len(pair.asked)} questions in the encrypted room")
    await telephone.reply_to(pair.asked[-1])
    await pair.all_is_answered_once()
    carol = await people.meet(synapse, "carol")
    assert len(set(pair.devices.values())) == 2
    for device in pair.devices.values():
        assert await is_signed(carol, pair.bob.bot, device)
