"""The whole bot on a disk that is full for a while: it goes on, says so, and answers all of it when there is room."""

from __future__ import annotations

from collections import Counter

import aiohttp
import pytest

from tests.servers.echobot_process import EchobotProcess, on_mastodon
from tests.servers.fake_mastodon import fake_mastodon
from tests.servers.people import until
from tests.servers.small_disk import Ceiling, small_disk

pytestmark = pytest.mark.server


@pytest.fixture
async def server():
    async with fake_mastodon() as running:
        running.limits.lift()
        yield running


@pytest.fixture
def bot(server):
    return server.account("echobot", bot=True)


@pytest.fixture(params=[small_disk, Ceiling])
def disk(request, tmp_path):
    return request.param(tmp_path / "disk")


@pytest.fixture
async def echobot(server, bot, disk, tmp_path, port):
    folder = tmp_path / "disk"
    folder.mkdir(exist_ok=True)
    account = on_mastodon(server.url, server.token_for(bot), poll_every="10s")
    process = EchobotProcess(tmp_path, account, store=f"sqlite:///{folder}/echobot.db", health={"port": port})
    process.inside = disk.inside
    await process.start()
    yield process
    await process.stop()


async def ready(port):
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/readyz") as answer:
        return answer.status, await answer.json()


async def test_a_bot_whose_disk_is_full_goes_on_says_so_and_answers_everything_later(server, bot, disk, echobot, port):
    asked = []

    def replied():
        own = (post.in_reply_to for post in server.posts_by(bot) if post.in_reply_to)
        return Counter(above.id for above in own if above.id in set(asked))

    def ask():
        asker = server.account(f"person{len(asked)}")
        asked.append(server.say(asker, f"@echobot@{server.home} what is Mastodon?").id)

    async def is_red():
        ask()
        return (await ready(port))[0] == 503

    async def is_green():
        return (await ready(port))[0] == 200

    ask()
    await until(lambda: replied().total() == 1, "the first answer")
    disk.fill(echobot.pid)
    await until(is_red, "the bot to say that its disk is full", every=0.1)

    _, told = await ready(port)
    assert disk.says in told["wrong"][0]
    assert replied().total() < len(asked)
    disk.clear(echobot.pid)
    await until(lambda: replied().keys() >= set(asked), "an answer to everything")
    await until(is_green, "the bot to be well again")
    assert replied() == dict.fromkeys(asked, 1)
