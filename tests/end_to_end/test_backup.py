"""The whole bot, put back to what it remembered before: what it answered since then, it does not answer again."""

import asyncio
import json

import pytest

from echobot.cli import main
from tests.end_to_end.test_mastodon import PATIENCE, Timeline, server
from tests.servers.fake_mastodon import Flavour
from tests.servers.people import until

__all__ = ["server"]

pytestmark = pytest.mark.server


@pytest.mark.parametrize("server", [Flavour.MASTODON, Flavour.GOTOSOCIAL], ids=["with keys", "without"], indirect=True)
async def test_what_was_asked_around_a_backup_is_answered_once(server, tmp_path):
    timeline, ana = Timeline(server, tmp_path), server.account("ana")
    bot, file = timeline.echobot, tmp_path / "backup.db"

    async def does(command: str) -> None:
        assert await asyncio.to_thread(main, [command, str(file), "--settings", str(bot.settings)]) == 0

    async def answered(count: int) -> None:
        await until(lambda: len(timeline.replies) == count, f"{count} replies", patience=PATIENCE)

    await bot.start()
    timeline.ask(ana)
    await answered(1)
    await does("backup")
    timeline.ask(ana, "what is PeerTube?")
    await answered(2)
    await bot.stop()
    timeline.ask(ana, "what is Nextcloud?")
    await does("restore")
    await bot.start()
    timeline.ask(ana, "what is Signal?")
    await timeline.all_are_answered_once()


async def test_a_bot_that_moves_from_one_machine_to_two_answers_all_once(server, tmp_path, cluster, database):
    timeline, ana = Timeline(server, tmp_path), server.account("ana")
    bot, file = timeline.echobot, tmp_path / "backup.db"
    await bot.start()
    timeline.ask(ana)
    await until(lambda: timeline.replies, "a reply", patience=PATIENCE)
    await bot.stop()
    timeline.ask(ana, "what is PeerTube?")
    assert await asyncio.to_thread(main, ["backup", str(file), "--settings", str(bot.settings)]) == 0

    settings = json.loads(bot.settings.read_text()) | {"store": cluster.url(database), "machine": "north"}
    bot.settings.write_text(json.dumps(settings | {"state": str(tmp_path)}))
    assert await asyncio.to_thread(main, ["restore", str(file), "--settings", str(bot.settings)]) == 0
    await bot.start()
    timeline.ask(ana, "what is Nextcloud?")
    await timeline.all_are_answered_once()
    assert "this machine leads" in bot.log
