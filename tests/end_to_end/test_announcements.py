"""The whole bot announces on a real homeserver and on a Mastodon server at once: each announcement once on each."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from echobot.stores.sql import SqlStore
from tests.end_to_end.conftest import PATIENCE
from tests.end_to_end.noticeboard import TO, Noticeboard, visit
from tests.servers.echobot_process import EchobotProcess, on_mastodon, on_matrix
from tests.servers.fake_mastodon import fake_mastodon
from tests.servers.people import People, Person, until
from tests.servers.synapse import Synapse

pytestmark = pytest.mark.server

SEED = 20261125
AN_HOUR = timedelta(hours=1)


class Board:
    """A room and a Mastodon account that announcements go to, and the bot that brings them there."""

    def __init__(self, server, folder: Path, account: Person, reader: Person, room: str) -> None:
        self._reader, self._room, self._account = reader, room, account
        self._server = server
        self._toots = server.account("echobot", bot=True)
        self._store = f"sqlite:///{folder / 'echobot.db'}"
        self.noticeboard = Noticeboard(folder / "knowledge")
        matrix, mastodon = on_matrix(account), on_mastodon(server.url, server.token_for(self._toots))
        self.echobot = EchobotProcess(folder, matrix, mastodon, **self.noticeboard.settings(room))

    async def was_down_for(self, time: timedelta) -> None:
        """As if the bot had been stopped so long ago."""
        store = SqlStore.open(self._store)
        await store.settled(datetime.now(UTC) - time)
        await store.close()

    async def in_the_room(self) -> list[str]:
        said = [event for event in await self._reader.messages(self._room) if event["sender"] == self._account.user]
        return [event["content"].get("body", "") for event in said]

    async def on_mastodon(self) -> list[str]:
        return [post.text for post in self._server.posts_by(self._toots)]

    async def shows(self, wanted: Counter[str]) -> None:
        """Wait until everything wanted stands on both, and find nothing else and nothing twice."""

        async def nothing_is_missing() -> bool:
            return all(set(wanted) <= set(found) for found in (await self.in_the_room(), await self.on_mastodon()))

        await until(nothing_is_missing, "every announcement on both", patience=PATIENCE, every=0.5)
        await self.echobot.stop()
        assert Counter(await self.in_the_room()) == wanted
        assert Counter(await self.on_mastodon()) == wanted


@pytest.fixture
async def board(synapse: Synapse, people: People, tmp_path: Path):
    account, reader = await people.meet(synapse, "echobot"), await people.meet(synapse, "reader")
    room = await reader.create_room(account.user)
    await account.join(room)
    async with fake_mastodon() as server:
        server.limits.lift()
        board = Board(server, tmp_path, account, reader, room)
        yield board
        await board.echobot.stop()


def due(number: int, ago: timedelta, **more: object) -> dict[str, object]:
    when = f"{datetime.now(UTC) - ago:%Y-%m-%d %H:%M}"
    text = {"en": f"Announcement {number}."}
    return {"id": f"a{number}", "text": text, "when": when, "zone": "UTC", "to": TO, **more}


async def test_what_was_due_while_the_bot_was_down_is_posted_once_when_it_is_back(board: Board):
    await board.was_down_for(AN_HOUR)
    board.noticeboard.publish([due(1, timedelta(minutes=20)), due(2, 2 * AN_HOUR)])
    await board.echobot.start()

    await board.shows(Counter(["Announcement 1."]))


async def test_an_edit_of_the_file_changes_the_post_and_posts_nothing(board: Board):
    await board.was_down_for(AN_HOUR)
    first = due(1, timedelta(minutes=20))
    board.noticeboard.publish([{**first, "text": {"en": "Anouncement 1."}}])
    await board.echobot.start()
    await until(board.on_mastodon, "the first post", patience=PATIENCE)
    board.noticeboard.publish([first])

    async def is_mended() -> bool:
        return "Announcement 1." in await board.on_mastodon()

    await until(is_mended, "the edit", patience=PATIENCE, every=0.5)
    await board.echobot.stop()
    assert await board.on_mastodon() == ["Announcement 1."]


async def test_a_store_from_yesterdays_backup_doubles_nothing(board: Board, tmp_path: Path):
    """The servers have forgotten the keys by then: the posts are looked for, and found."""
    await board.was_down_for(25 * AN_HOUR)
    (tmp_path / "backup.db").write_bytes((tmp_path / "echobot.db").read_bytes())
    board.noticeboard.publish([], [visit(1), visit(2)])
    await board.echobot.start()
    wanted = Counter(["Announcement 1.", "Announcement 2."])
    await board.shows(wanted)

    (tmp_path / "echobot.db").write_bytes((tmp_path / "backup.db").read_bytes())
    board.noticeboard.publish([], [visit(1), visit(2), visit(3)])
    await board.echobot.start()
    await board.shows(wanted + Counter(["Announcement 3."]))


@pytest.mark.chaos
async def test_a_bot_killed_again_and_again_posts_each_of_forty_announcements_once_on_both(
    board: Board, request: pytest.FixtureRequest
):
    kills, count = (50, 40) if request.config.getoption("--chaos") == "full" else (6, 10)
    dice = random.Random(SEED)
    print(f"seed {SEED}, {kills} kills")
    await board.was_down_for(AN_HOUR)
    late = [due(number, timedelta(minutes=number)) for number in range(1, count // 4 + 1)]
    new = [visit(number) for number in range(count // 4 + 1, count + 1)]
    for kill in range(kills):  # news comes bit by bit, as long as there are kills
        board.noticeboard.publish(late, new[: 1 + kill * len(new) // kills])
        board.echobot.launch()
        await asyncio.sleep(dice.uniform(0.1, 2))
        board.echobot.kill()
    board.noticeboard.publish(late, new)
    board.echobot.launch()

    await board.shows(Counter(f"Announcement {number}." for number in range(1, count + 1)))
