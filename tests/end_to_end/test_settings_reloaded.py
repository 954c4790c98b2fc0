"""The whole bot while its settings are edited."""

from __future__ import annotations

import json
import os
import signal

import pytest

from tests.end_to_end.conftest import in_a_room
from tests.end_to_end.test_full_disk import ready
from tests.servers.echobot_process import EchobotProcess, on_mastodon, on_matrix
from tests.servers.fake_mastodon import fake_mastodon
from tests.servers.people import until

pytestmark = pytest.mark.server

QUESTION = "does the canteen have blue chairs?"


@pytest.fixture
async def server():
    async with fake_mastodon() as running:
        yield running


@pytest.fixture
def bot(server):
    return server.account("echobot", bot=True)


@pytest.fixture
async def echobot(server, bot, tmp_path, port):
    process = EchobotProcess(tmp_path, on_mastodon(server.url, server.token_for(bot)), health={"port": port})
    await process.start()
    yield process
    await process.stop()


async def test_a_running_bot_takes_what_it_can_of_an_edit_and_says_what_is_wrong_with_it(server, bot, echobot, port):
    ana = server.account("ana")
    good = json.loads(echobot.settings.read_text())

    async def is_red():
        return (await ready(port))[0] == 503

    async def is_green():
        return (await ready(port))[0] == 200

    echobot.settings.write_text("contacts: [")
    await until(is_red, "the mistake to be told")
    assert "settings.yaml:2:1: " in (await ready(port))[1]["wrong"][0]

    echobot.settings.write_text(
        json.dumps(good | {"contacts": {"en": "the people at desk 7"}, "store": "sqlite:///b.db"})
    )
    os.kill(echobot.pid, signal.SIGHUP)
    await until(is_green, "the mistake to be mended")
    asked = server.say(ana, f"@echobot@{server.home} {QUESTION}", language="en")
    await until(lambda: server.posts_by(bot), "an answer")
    (reply,) = server.posts_by(bot)
    assert reply.in_reply_to is asked
    assert "the people at desk 7" in reply.content
    assert "some settings count once the bot is started again" in echobot.log
    assert "settings=store" in echobot.log


class Edited:
    """A bot on Matrix, whose account's settings are changed while it runs."""

    def __init__(self, process):
        self.process = process

    async def change(self, *, say_so=False, **account):
        """Returns once it has taken them; by itself, or because somebody says so."""
        seen = self.process.log.count("the settings were read again")
        settings = json.loads(self.process.settings.read_text())
        settings["accounts"]["account-0"] |= account
        fresh = self.process.settings.with_suffix(".new")
        fresh.write_text(json.dumps(settings))
        fresh.replace(self.process.settings)
        if say_so:
            os.kill(self.process.pid, signal.SIGHUP)
        await until(lambda: self.process.log.count("the settings were read again") > seen, "the edit to be taken")


@pytest.fixture
async def edited(account, tmp_path):
    process = EchobotProcess(tmp_path, on_matrix(account))
    await process.start()
    yield Edited(process)
    await process.stop()


@pytest.fixture
async def asker(edited, synapse, people, account):
    """In a room with somebody else, so that not everything said there is said to the bot."""
    asker, other = await in_a_room(synapse, people, "alice", account), await people.meet(synapse, "carol")
    await asker.person.invite(asker.room, other.user)
    await other.join(asker.room)
    return asker


async def test_what_calls_a_running_bot_and_where_it_takes_orders_follows_the_settings(edited, asker, account):

    async def answered(text):
        """The bot answers this, and nothing that was said before it and has no answer yet."""
        before, event = await asker.answered(), await asker.person.say(asker.room, text)
        await until(lambda: has_answer(event), f"an answer to {text}")
        assert await asker.answered() == [*before, event]

    async def has_answer(event):
        return event in await asker.answered()

    await answered("!echo what is the fediverse?")
    await edited.change(prefix="!bot")
    await asker.person.say(asker.room, "!echo what is Mastodon?")
    await answered("!bot what is the fediverse?")
    await edited.change(say_so=True, admin_room=asker.room, invites={"admins": True})
    await answered("!bot status")
    bodies = [event["content"]["body"] for event in await asker.person.messages(asker.room)]
    assert any("Nothing is wrong." in body for body in bodies)

    hall = await asker.person.create_room(account.user)
    await until(lambda: is_in(asker.person, hall, account), "the bot to accept an admin's invitation")
    assert "once the bot is started again" not in edited.process.log


async def is_in(person, room, account):
    return account.user in await person.members(room)
