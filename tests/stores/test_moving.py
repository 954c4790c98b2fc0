"""A store moves from SQLite to PostgreSQL and back, and the bot goes on there as if nothing had happened."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, select

from echobot.cli import main
from echobot.core.announcement import DestinationName
from echobot.core.gap import Gap
from echobot.core.knowledge import EntryId, Language
from echobot.core.ledger import Slot
from echobot.core.message import MessageId, Wish
from echobot.core.oversight import Deed, Draft, Hush, Use, monday_of
from echobot.core.reaction import Votes
from echobot.errors import StoreError
from echobot.ports import Settlement
from echobot.stores import moving, tables, upgrading
from echobot.stores.copying import back_up, restore
from echobot.stores.sql import SqlStore
from tests.announcing.office import NOON as JANUARY
from tests.announcing.office import Office, visit
from tests.fakes import ACCOUNT, NOON, ROOM, FakeChat, conversation, crowd, message, reply
from tests.servers.line import line_to
from tests.stores.test_copying import LATER, answer
from tests.stores.test_ledger import OTHER, POST, filled
from tests.stores.test_upgrading import FORMS

ANA = "@ana:example.org"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "backup.db"


@pytest.fixture
def in_a_file(tmp_path):
    return f"sqlite:///{tmp_path}/echobot.db"


@pytest.fixture
def on_a_server(cluster, database):
    return cluster.url(database)


@pytest.fixture(params=["to a server", "from a server"])
def way(request, in_a_file, on_a_server):
    """Where the store is, and where it goes."""
    return (in_a_file, on_a_server) if request.param == "to a server" else (on_a_server, in_a_file)


@pytest.fixture
def move(way, file):
    def move(now=LATER):
        back_up(way[0], file)
        assert restore(way[1], file, now) is None

    return move


async def live(url):
    """A life that leaves something in every table."""
    store = SqlStore.open(url)
    await store.keep(ACCOUNT, [*crowd(5), message(7, "half \ud83d a pair\0")], "c5", NOON)
    await store.settle(lived(), NOON)
    await store.fill(filled(), NOON)
    await store.attempting([reply(1).key, reply(2).key, POST.key], NOON)
    await store.sent(reply(1).key, "$first", NOON)
    await store.postpone(reply(2).key, LATER, "the server is away", NOON)
    await store.fill(filled(OTHER, posting=None, post=None), NOON)
    await store.settled(NOON)
    await store.withdraw("visit-split")
    await store.note_trouble("knowledge", "a.yaml:3:5: this", NOON)
    await store.report({"knowledge": "a.yaml:3:5: this"}, [], NOON)
    await store.close()


def lived() -> Settlement:
    return Settlement(
        messages=crowd(3),
        replies=[reply(1), reply(2)],
        conversations=[conversation(ANA, ROOM, NOON, "peertube")],
        gaps=[Gap("is it down?", Language("en"), 3, NOON)],
        wishes=[Wish(ACCOUNT, "@ivo:example.org", silence=True)],
        votes=[Votes(EntryId("peertube"), 2, 1)],
        uses=[Use(monday_of(NOON.date()), "found", "peertube", 4)],
        drafts=[Draft(MessageId("$d"), POST, NOON)],
        hushes=[Hush(ACCOUNT, "!loud:example.org")],
        deeds=[Deed(NOON, ROOM, ANA, "pause")],
    )


def remembered(url) -> dict[str, list]:
    """All rows of all tables, by the tables' names."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        found = {table.name: connection.execute(select(table)).all() for table in moving.REMEMBERED}
    engine.dispose()
    return {name: sorted(map(tuple, rows), key=str) for name, rows in found.items()}


async def test_everything_that_is_remembered_arrives(way, move):
    await live(way[0])
    before = remembered(way[0])
    move()

    after = remembered(way[1])
    assert [name for name, rows in before.items() if not rows] == ["restored"]
    assert after.pop("restored") == [(1, LATER)]
    assert after == {name: rows for name, rows in before.items() if name != "restored"}


async def test_what_comes_after_the_move_stands_behind_what_was_there(way, move):
    await live(way[0])
    await asyncio.to_thread(move)
    store = SqlStore.open(way[1])
    await store.keep(ACCOUNT, [message(1), message(9)], "c9", LATER)
    await store.settle(Settlement(replies=[reply(9)], deeds=[Deed(NOON, ROOM, ANA, "resume")]), LATER)

    assert [waiting.id for waiting in await store.waiting(ACCOUNT, 10)] == ["$m3", "$m4", "$m7", "$m9"]
    assert [each.outgoing.key for each in await store.outbox(ACCOUNT, LATER, 10)] == [
        reply(2).key,
        POST.key,
        reply(9).key,
    ]
    assert [deed.said for deed in await store.deeds(2)] == ["resume", "pause"]
    assert not await store.fill(filled(), LATER)
    assert await store.fill(
        filled(Slot("visit-rijeka", "at publication", DestinationName("visits")), posting=None), LATER
    )
    await store.close()


async def test_what_was_answered_before_the_move_or_since_the_backup_is_not_answered_again(way, move, file, clock):
    chat = FakeChat(clock, lifetime=timedelta(0))  # it forgets keys at once, and can be asked what was posted
    chat.remembers = True
    chat.say(message(1, "one"))
    await answer(way[0], chat, clock)
    await asyncio.to_thread(back_up, way[0], file)
    chat.say(message(2, "two"))
    await answer(way[0], chat, clock)
    await asyncio.to_thread(restore, way[1], file, LATER)
    chat.say(message(3, "three"))
    await answer(way[1], chat, clock)

    assert chat.texts == ["one (1)", "two (2)", "three (3)"]


async def test_what_was_announced_before_the_move_is_not_announced_again_and_what_comes_next_is_once(way, move):
    office = Office(way[0])
    await office.look()
    office.publish(visit())
    await office.look(timedelta(minutes=1))
    await office.stop()
    await asyncio.to_thread(move, JANUARY + timedelta(hours=1))

    office._url = way[1]
    office.start()
    await office.look(timedelta(hours=1))
    assert [text.splitlines()[0] for text in office.rooms.texts] == ["New: Visit to Zagreb"]
    for _ in range(2):
        await office.look(visit().event.starts - timedelta(days=14))
    assert [text.splitlines()[0] for text in office.rooms.texts] == [
        "New: Visit to Zagreb",
        "Coming up: Visit to Zagreb",
    ]
    await office.stop()


@pytest.mark.parametrize("form", ["form 1", "form 7"])
async def test_a_backup_of_an_older_form_can_be_brought_to_a_server(form, file, on_a_server):
    with closing(sqlite3.connect(file)) as old:
        old.executescript(FORMS[form])
    await asyncio.to_thread(restore, on_a_server, file, NOON)

    store = SqlStore.open(on_a_server)
    assert await store.cursor(ACCOUNT) == "c2"
    assert [waiting.text for waiting in await store.waiting(ACCOUNT, 10)] == ["what is peertube?"]
    await store.keep(ACCOUNT, [message(9)], "c9", NOON)
    assert [waiting.id for waiting in await store.waiting(ACCOUNT, 10)][1:] == ["$m9"]
    await store.close()


async def test_every_backup_of_a_bot_at_work_on_a_server_is_of_one_moment(on_a_server, tmp_path):
    store = SqlStore.open(on_a_server)
    await store.keep(ACCOUNT, crowd(3000), "3000", NOON)  # so that copying takes its time
    copied = asyncio.Event()

    async def work():
        number = 3000
        while not copied.is_set():
            number += 1
            await store.keep(ACCOUNT, [message(number)], str(number), NOON)
        return number

    working = asyncio.create_task(work())
    for number in range(2):
        await asyncio.to_thread(back_up, on_a_server, tmp_path / f"{number}.db")
    copied.set()
    assert await working > 3000
    await store.close()
    for number in range(2):
        copy = SqlStore.open(f"sqlite:///{tmp_path}/{number}.db")
        assert len(await copy.waiting(ACCOUNT, 10_000)) == int(await copy.cursor(ACCOUNT))
        await copy.close()


# What is refused, and leaves everything as it was


def test_there_is_nothing_to_put_away_on_a_server_that_no_bot_used(on_a_server, file):
    with pytest.raises(StoreError, match="is not an echobot database"):
        back_up(on_a_server, file)

    assert not file.exists()


def refused(url, file) -> str:
    with pytest.raises(StoreError) as refusal:
        restore(url, file, NOON)
    return str(refusal.value)


async def test_a_server_that_remembers_something_is_left_as_it_is(in_a_file, on_a_server, file, cluster, database):
    await live(in_a_file)
    back_up(in_a_file, file)
    store = SqlStore.open(on_a_server)
    await store.withdraw("visit-zagreb")
    await store.close()
    before = remembered(on_a_server)

    assert await asyncio.to_thread(refused, on_a_server, file) == (
        f"The store postgresql://echobot@127.0.0.1:{cluster.port}/{database} remembers something already, and a backup"
        " takes the place of nothing there; make an empty one with `createdb`, and name that in the settings."
    )
    assert remembered(on_a_server) == before


async def test_an_older_server_that_remembers_something_is_not_brought_up_to_date_by_a_refusal(
    in_a_file, on_a_server, file, cluster, database, monkeypatch
):
    await live(in_a_file)
    back_up(in_a_file, file)
    store = SqlStore.open(on_a_server)
    await store.withdraw("visit-zagreb")
    await store.close()
    older = tables.VERSION - 1
    cluster.ask(f"UPDATE echobot SET version = {older}", database)
    monkeypatch.setitem(upgrading._STEPS, older, lambda connection: None)

    assert "remembers something already" in await asyncio.to_thread(refused, on_a_server, file)
    assert cluster.ask("SELECT version FROM echobot", database) == [(older,)]


async def test_a_server_that_a_bot_is_using_is_not_filled(in_a_file, on_a_server, file):
    await live(in_a_file)
    back_up(in_a_file, file)
    bot = SqlStore.open(on_a_server)

    assert "is using postgresql://echobot@127.0.0.1" in await asyncio.to_thread(refused, on_a_server, file)
    assert await bot.cursor(ACCOUNT) is None
    await bot.close()


async def test_another_programs_database_is_not_filled(in_a_file, on_a_server, file, cluster, database):
    await live(in_a_file)
    back_up(in_a_file, file)
    cluster.ask("CREATE TABLE invoices (id INTEGER)", database)

    assert "is not an echobot database; name an empty one" in refused(on_a_server, file)


async def test_what_is_no_backup_is_told_before_a_server_is_touched(on_a_server, file, cluster, database):
    assert refused(on_a_server, file) == f"There is no file {file}; name one that `echobot backup` wrote."
    file.write_text("a letter to my aunt " * 100)

    assert "is not an echobot database; name a file that `echobot backup` wrote." in refused(on_a_server, file)
    assert cluster.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", database) == []


async def test_a_move_that_breaks_off_is_done_again_and_whole(in_a_file, on_a_server, file, cluster, database):
    await live(in_a_file)
    back_up(in_a_file, file)
    async with line_to(cluster.port) as line:
        line.lose_the_answer_to(b"INSERT INTO slots")
        await asyncio.to_thread(restore, cluster.url(database, line.port), file, LATER)

    before, after = remembered(in_a_file), remembered(on_a_server)
    assert {**after, "restored": []} == before


def test_both_commands_move_a_store_and_say_so(in_a_file, on_a_server, file, capsys):
    asyncio.run(live(in_a_file))

    assert main(["backup", str(file), "--store", in_a_file]) == 0
    assert capsys.readouterr().out.startswith(f"{file} holds what the bot remembers (")
    assert main(["restore", str(file), "--store", on_a_server]) == 0
    assert capsys.readouterr().out == f"The bot remembers what is in {file}.\n"
    assert main(["restore", str(file), "--store", on_a_server]) == 1
    assert "remembers something already" in capsys.readouterr().err
