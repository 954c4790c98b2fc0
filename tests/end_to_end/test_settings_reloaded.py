"""The whole bot while its settings are edited."""

from __future__ import annotations

import json
import os
import signal

import pytest

from tests.end_to_end.test_full_disk import ready
from tests.servers.echobot_process import EchobotProcess, on_mastodon
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
