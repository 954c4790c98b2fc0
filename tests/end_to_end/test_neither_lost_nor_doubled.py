"""Each question gets one reply, whatever dies when: the bot, the homeserver, or nothing at all."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Asker, in_a_room
from tests.servers.echobot_process import EchobotProcess, on_matrix
from tests.servers.people import People
from tests.servers.synapse import Synapse

pytestmark = pytest.mark.server

SEED = 20261123


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    return request.config.getoption("--chaos") == "full"


async def test_a_question_is_answered_in_the_room(echobot: EchobotProcess, alice: Asker):
    await echobot.stop()
    echobot.is_copied = False
    await echobot.start()
    await alice.ask("what is the fediverse?")
    await alice.all_are_answered_once()

    reply = next(event for event in await alice.person.messages(alice.room) if event["sender"] == alice.bot)

    assert "fediverse" in reply["content"]["body"]
    assert reply["content"]["msgtype"] == "m.notice"


async def test_thirty_questions_from_while_the_bot_was_down_are_answered_once_and_in_order(
    echobot: EchobotProcess, alice: Asker
):
    await echobot.stop()
    asked = [await alice.ask() for _ in range(30)]
    await echobot.start()
    await alice.all_are_answered_once()

    assert (await alice.answered())[:30] == asked


async def test_two_rooms_at_once_are_answered_each_in_its_own(echobot: EchobotProcess, alice: Asker, carol: Asker):
    await asyncio.gather(*(who.ask() for who in (alice, carol) * 20))

    await alice.all_are_answered_once()
    await carol.all_are_answered_once()


async def test_a_burst_of_two_hundred_questions_is_answered_once(echobot: EchobotProcess, alice: Asker):
    await asyncio.gather(*(alice.ask() for _ in range(200)))

    await alice.all_are_answered_once()


async def test_a_homeserver_killed_under_questions_loses_none(
    echobot: EchobotProcess, alice: Asker, synapse: Synapse, full: bool
):
    asking = [asyncio.create_task(alice.ask()) for _ in range(40)]
    await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
    synapse.kill()
    await asyncio.gather(*asking, return_exceptions=True)
    await asyncio.sleep(20 if full else 5)  # how long it is away
    await asyncio.to_thread(synapse.start)

    await alice.all_are_answered_once()


async def test_a_homeserver_that_limits_its_users_gets_every_reply_in_the_end(
    strict_synapse: Synapse, people: People, tmp_path: Path
):
    account = await people.meet(strict_synapse, "echobot")
    echobot = EchobotProcess(tmp_path, on_matrix(account))
    await echobot.start()
    askers = [await in_a_room(strict_synapse, people, name, account) for name in ("alice", "carol")]
    for asker in askers * 6:
        await asker.ask()

    for asker in askers:
        await asker.all_are_answered_once()
    await echobot.stop()

    assert "M_LIMIT_EXCEEDED" in echobot.log


@pytest.mark.chaos
async def test_a_bot_killed_again_and_again_loses_and_doubles_nothing(
    echobot: EchobotProcess, alice: Asker, full: bool
):
    kills = 30 if full else 5
    dice = random.Random(SEED)
    print(f"seed {SEED}, {kills} kills")
    asking = asyncio.create_task(_ask_now_and_then(alice, 150, pause=kills / 150))

    for _ in range(kills):
        await asyncio.sleep(dice.uniform(0.1, 2))
        echobot.kill()
        echobot.launch()
    await asking

    await alice.all_are_answered_once()


async def _ask_now_and_then(asker: Asker, count: int, pause: float) -> None:
    for _ in range(count):
        await asker.ask()
        await asyncio.sleep(pause)
