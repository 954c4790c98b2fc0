"""How the bot's device looks to everybody, on a homeserver that can forget it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from echobot.chats.matrix import MatrixChat
from echobot.chats.matrix.notes import LOST
from echobot.chats.matrix.standing import EVERY, GONE
from echobot.core.message import AccountName
from echobot.settings import MatrixAccount
from tests.chats.kept import Kept
from tests.chats.matrix.test_faults import IMPATIENT, listening
from tests.fakes import FakeClock
from tests.servers.fake_homeserver import BOT, FakeHomeserver, fake_homeserver, refusal
from tests.servers.people import until

__all__ = ["fake_homeserver"]

KEYS = "keys of room-bot"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime.fromtimestamp(1_790_000_000, UTC))  # when everything is said on that homeserver


@pytest.fixture
async def chat(fake_homeserver: FakeHomeserver, clock: FakeClock, tmp_path: Path) -> AsyncIterator[MatrixChat]:
    account = MatrixAccount(fake_homeserver.url, BOT, Path("unused"))
    name, patience = AccountName("room-bot"), timedelta(hours=2)
    made = MatrixChat(name, lambda: account, "token", patience, clock, keys=tmp_path / "keys", rhythm=IMPATIENT)
    yield made
    await made.close()


async def test_a_device_that_the_homeserver_forgets_is_noted_within_a_day(
    fake_homeserver: FakeHomeserver, chat: MatrixChat, clock: FakeClock
):
    kept = Kept()
    async with listening(chat, kept):
        await until(lambda: fake_homeserver.devices, "the keys to be brought")
        fake_homeserver.devices.clear()
        clock.pass_by(EVERY)
        await until(lambda: kept.troubles.get(KEYS) == GONE, "it to be noted")


async def test_keys_of_another_device_of_that_name_are_noted_and_left_alone(
    fake_homeserver: FakeHomeserver, chat: MatrixChat
):
    others = {"keys": {"curve25519:DEVICE": "one", "ed25519:DEVICE": "another"}}
    fake_homeserver.devices["DEVICE"] = others
    kept = Kept()
    async with listening(chat, kept):
        await until(lambda: kept.troubles.get(KEYS) == LOST, "it to be noted")
        fake_homeserver.say("!echo hello")
        await kept.have(1)

    assert fake_homeserver.devices == {"DEVICE": others}
    assert fake_homeserver.requests["keys"] == 0


async def test_no_keys_are_brought_before_the_homeserver_has_told_which_it_has(
    fake_homeserver: FakeHomeserver, chat: MatrixChat
):
    fake_homeserver.troubles["devices"] += [refusal(500, "M_UNKNOWN")] * 2
    kept = Kept()
    async with listening(chat, kept):
        await until(lambda: fake_homeserver.devices, "the keys to be brought")

    assert fake_homeserver.requests["devices"] >= 3
    assert kept.troubles == {}
