"""A store is put away as one file while the bot goes on, and brought back with nothing answered twice."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from echobot.cli import main
from echobot.delivery import Courier
from echobot.errors import StoreError
from echobot.ports import Settlement
from echobot.reception import Reception
from echobot.stores.copying import back_up, restore
from echobot.stores.sql import SqlStore
from tests.fakes import ACCOUNT, NOON, EchoBot, FakeChat, FakeWait, crowd, message, reply
from tests.stores.test_upgrading import FORM_1

LETTER = "this is a letter to my aunt, and it is long enough to look like a file " * 20
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def path(tmp_path):
    (tmp_path / "state").mkdir()
    return tmp_path / "state" / "100% echobot.db"


@pytest.fixture
def url(path):
    return f"sqlite:///{path}"


@pytest.fixture
def file(tmp_path):
    (tmp_path / "away").mkdir()
    return tmp_path / "away" / "backup.db"


async def remember(url, *messages, cursor="c1"):
    store = SqlStore.open(url)
    await store.keep(ACCOUNT, messages, cursor, NOON)
    await store.close()


async def remembered(url):
    store = SqlStore.open(url)
    try:
        return await store.cursor(ACCOUNT), await store.waiting(ACCOUNT, 10_000)
    finally:
        await store.close()


def not_backed_up(url, file) -> str:
    with pytest.raises(StoreError) as refusal:
        back_up(url, file)
    return str(refusal.value)


def not_restored(url, file) -> str:
    with pytest.raises(StoreError) as refusal:
        restore(url, file, NOON)
    return str(refusal.value)


def names(folder) -> set[str]:
    return {file.name for file in folder.iterdir()}


async def test_what_was_put_away_comes_back(url, file):
    await remember(url, message(1), message(2), cursor="c2")
    back_up(url, file)
    await remember(url, message(3), cursor="c3")

    restore(url, file, NOON)
    assert await remembered(url) == ("c2", [message(1), message(2)])


async def test_a_backup_is_one_file_that_only_its_owner_can_read(url, file):
    await remember(url, message(1))
    before = os.umask(0)
    try:
        back_up(url, file)
    finally:
        os.umask(before)

    assert {each.name: stat.S_IMODE(each.stat().st_mode) for each in file.parent.iterdir()} == {"backup.db": 0o600}


async def test_a_restored_store_can_only_be_read_by_its_owner(url, path, file):
    await remember(url, message(1))
    back_up(url, file)
    file.chmod(0o644)
    before = os.umask(0)
    try:
        restore(url, file, NOON)
    finally:
        os.umask(before)

    assert {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()} == {0o600}


async def test_what_root_restores_belongs_to_whom_the_folder_belongs(url, path, file):
    await remember(url, message(1))
    back_up(url, file)
    path.unlink()
    path.with_name(f"{path.name}.lock").unlink()
    if os.geteuid() == 0:
        os.chown(path.parent, 65534, 65534)
    restore(url, file, NOON)

    assert {each.stat().st_uid for each in path.parent.iterdir()} == {path.parent.stat().st_uid}


async def test_every_backup_of_a_bot_at_work_is_of_one_moment(url, tmp_path):
    store = SqlStore.open(url)
    await store.keep(ACCOUNT, crowd(3000), "3000", NOON)  # so that copying takes its time
    copied = asyncio.Event()

    async def work():
        number = 3000
        while not copied.is_set():
            number += 1
            await store.keep(ACCOUNT, [message(number)], str(number), NOON)
        return number

    working = asyncio.create_task(work())
    for number in range(8):
        await asyncio.to_thread(back_up, url, tmp_path / f"{number}.db")
    copied.set()
    assert await working > 3000
    await store.close()
    for number in range(8):
        cursor, waiting = await remembered(f"sqlite:///{tmp_path}/{number}.db")
        assert len(waiting) == int(cursor)


async def test_an_earlier_backup_is_replaced(url, file):
    await remember(url, message(1))
    back_up(url, file)
    await remember(url, message(2), cursor="c2")
    back_up(url, file)

    assert names(file.parent) == {"backup.db"}
    restore(url, file, NOON)
    assert await remembered(url) == ("c2", [message(1), message(2)])


@pytest.mark.parametrize("name", ["state/100% echobot.db", "link.db"])
async def test_a_backup_never_takes_the_place_of_a_store(url, path, tmp_path, name):
    await remember(url, message(1))
    (tmp_path / "link.db").symlink_to(path)

    assert not_backed_up(url, tmp_path / name) == f"{path} is a bot's store; name another file for the backup."
    assert await remembered(url) == ("c1", [message(1)])


async def test_a_backup_takes_the_place_of_nothing_else(url, file):
    await remember(url, message(1))
    file.write_text(LETTER)

    assert not_backed_up(url, file) == (
        f"The backup {file} is not an echobot database; name a file that `echobot backup` wrote."
    )
    assert file.read_text() == LETTER


async def test_a_backup_has_to_be_a_file_in_a_folder(url, file, tmp_path):
    await remember(url, message(1))

    assert not_backed_up(url, file.parent) == f"{file.parent} is a folder; name a file in it."
    missing = tmp_path / "no" / "backup.db"
    assert not_backed_up(url, missing) == (
        f"{missing} cannot be written: its folder does not exist; create the folder, or name another file."
    )


async def test_a_folder_that_may_not_be_written_is_named(url):
    await remember(url, message(1))
    sentence = not_backed_up(url, Path("/sys/backup.db"))  # where not even root may write

    assert sentence.startswith("/sys/backup.db cannot be written: its folder ")
    assert sentence.endswith("; name a file in another folder.")


def in_a_small_world(*arguments) -> str:
    """What the command says where no file can grow past 100 kB."""
    script = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))"
    script += "; from echobot.cli import main; sys.exit(main(sys.argv[1:]))"
    ran = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    return ran.stderr


async def test_a_disk_that_is_full_is_told_and_the_earlier_backup_stays(url, file):
    await remember(url, message(1))
    back_up(url, file)
    await remember(url, *crowd(3000), cursor="c2")

    assert in_a_small_world("backup", str(file), "--store", url) == (
        f"echobot: {file} cannot be written: the disk is full or broken; make room, or name a file on another disk.\n"
    )
    assert names(file.parent) == {"backup.db"}
    restore(url, file, NOON)
    assert await remembered(url) == ("c1", [message(1)])


async def test_a_disk_that_is_full_leaves_the_store_as_it_was(url, path, file):
    await remember(url, *crowd(3000))
    back_up(url, file)
    await remember(url, message(1), cursor="c2")
    before = names(path.parent)

    assert f"{path} cannot be written: the disk is full" in in_a_small_world("restore", str(file), "--store", url)
    assert names(path.parent) == before
    assert (await remembered(url))[0] == "c2"


def test_there_is_nothing_to_put_away_where_there_is_no_store(url, path, file):
    assert not_backed_up(url, file) == f"There is no store at {path}; a bot makes one when it starts."


async def test_a_damaged_store_is_not_taken_for_a_backup(url, path, file):
    await remember(url, *crowd(500))
    with path.open("r+b") as damaged:
        damaged.seek(3 * 4096)
        damaged.write(b"\x5a" * 4096 * 8)

    assert f"The store {path} is damaged" in not_backed_up(url, file)
    assert names(file.parent) == set()


async def test_a_store_that_a_bot_is_using_is_not_replaced(url, path, file):
    await remember(url, message(1))
    back_up(url, file)
    bot = SqlStore.open(url)

    assert not_restored(url, file).startswith(f"Another echobot is using {path}; stop that one first")
    await bot.keep(ACCOUNT, [message(2)], "c2", NOON)
    await bot.close()
    assert (await remembered(url))[0] == "c2"


def be_killed_while_remembering(url):
    script = (
        "import asyncio, os, sys; from tests.stores.test_copying import *; store = SqlStore.open(sys.argv[1]);"
        "asyncio.run(store.keep(ACCOUNT, [message(2)], 'c2', NOON)); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, url], check=False)


async def test_the_store_that_was_there_is_kept_with_what_stood_in_its_log(url, path, file):
    await remember(url, message(1))
    back_up(url, file)
    be_killed_while_remembering(url)
    assert f"{path.name}-wal" in names(path.parent)

    kept = restore(url, file, NOON)
    assert kept == path.with_name("100% echobot-replaced-1.db")
    assert await remembered(url) == ("c1", [message(1)])
    assert await remembered(f"sqlite:///{kept}") == ("c2", [message(1), message(2)])


async def test_restoring_again_keeps_what_was_kept(url, path, file):
    await remember(url, message(1))
    back_up(url, file)

    assert [restore(url, file, NOON).name for _ in range(2)] == [
        "100% echobot-replaced-1.db",
        "100% echobot-replaced-2.db",
    ]
    assert await remembered(url) == ("c1", [message(1)])


async def test_a_damaged_store_is_put_aside_for_its_backup(url, path, file):
    await remember(url, message(1))
    back_up(url, file)
    path.write_text(LETTER)

    assert restore(url, file, NOON).read_text() == LETTER
    assert await remembered(url) == ("c1", [message(1)])


async def test_a_bot_moves_to_a_machine_that_has_no_store_yet(url, path, file):
    await remember(url, message(1))
    back_up(url, file)
    path.unlink()
    path.with_name(f"{path.name}-wal").write_text("left behind by a store that is gone")

    assert restore(url, file, NOON) is None
    assert names(path.parent) == {path.name, f"{path.name}.lock"}
    assert await remembered(url) == ("c1", [message(1)])


async def test_the_backup_of_an_older_echobot_is_brought_up_to_date(url, file):
    with closing(sqlite3.connect(file)) as old:
        old.executescript(FORM_1)
    restore(url, file, NOON)

    assert (await remembered(url))[0] == "c2"
    with closing(sqlite3.connect(file)) as old:
        assert old.execute("SELECT version FROM echobot").fetchone() == (1,)


async def test_a_store_of_an_older_echobot_can_be_put_away_before_it_is_brought_up_to_date(url, path, file):
    with closing(sqlite3.connect(path)) as old:
        old.executescript(FORM_1)
    back_up(url, file)

    with closing(sqlite3.connect(file)) as copy:
        assert copy.execute("SELECT version FROM echobot").fetchone() == (1,)


async def test_what_is_no_backup_is_told_and_the_store_stays(url, path, file):
    await remember(url, message(1))
    assert not_restored(url, file) == f"There is no file {file}; name one that `echobot backup` wrote."
    assert not_restored(url, file.parent) == f"{file.parent} is a folder; name a file in it."
    assert not_restored(url, path) == f"{path} is the store itself; name a file that `echobot backup` wrote."
    file.write_text(LETTER)
    assert "is not an echobot database; name a file that `echobot backup` wrote." in not_restored(url, file)
    file.write_bytes(b"")
    assert "is not an echobot database" in not_restored(url, file)

    assert await remembered(url) == ("c1", [message(1)])
    assert names(path.parent) == {path.name, f"{path.name}.lock"}


async def test_another_programs_database_and_a_newer_echobots_are_refused(url, file):
    with closing(sqlite3.connect(file)) as theirs:
        theirs.execute("CREATE TABLE invoices (id INTEGER)")
    assert "is not an echobot database" in not_restored(url, file)
    with closing(sqlite3.connect(file)) as newer:
        newer.executescript("CREATE TABLE echobot (version INTEGER); INSERT INTO echobot VALUES (99);")
    assert f"The backup {file} was written by a newer echobot (form 99" in not_restored(url, file)


async def test_a_damaged_backup_is_refused(url, path, file):
    await remember(url, *crowd(500))
    back_up(url, file)
    os.truncate(file, 6 * 4096)

    assert not_restored(url, file) == f"The backup {file} is damaged; name another backup."
    assert (await remembered(url))[0] == "c1"


async def answer(url, chat, clock):
    """A bot that says everything that it has to say and stops."""
    store = SqlStore.open(url)
    courier = Courier(chat, store, clock, wait=FakeWait(clock))
    chat.end()
    await Reception(chat, store, EchoBot(store), courier.call, clock).run()
    courier.stop()
    await courier.run()
    await store.close()


async def test_what_was_answered_since_the_backup_is_not_answered_twice(url, file, clock):
    chat = FakeChat(clock, lifetime=timedelta(0))  # it forgets keys at once, and can be asked what was posted
    chat.remembers = True
    await remember(url, cursor="0")
    back_up(url, file)
    chat.say(message(1, "one"), message(2, "two"))
    await answer(url, chat, clock)
    restore(url, file, LATER)
    await answer(url, chat, clock)

    assert chat.texts == ["one (1)", "two (2)"]


async def test_what_was_in_the_outbox_at_the_backup_is_not_sent_twice(url, file, clock):
    chat = FakeChat(clock, lifetime=timedelta(0))
    chat.remembers = True
    store = SqlStore.open(url)
    await store.settle(Settlement(replies=[reply(1)]), NOON)
    await store.close()
    back_up(url, file)
    await answer(url, chat, clock)
    restore(url, file, LATER)
    await answer(url, chat, clock)

    assert chat.texts == ["A video site."]


async def test_what_was_asked_in_vain_since_the_backup_is_answered(url, file, clock):
    chat = FakeChat(clock, lifetime=timedelta(0))
    chat.remembers = True
    await remember(url, cursor="0")
    back_up(url, file)
    chat.say(message(1, "one"))
    restore(url, file, LATER)
    await answer(url, chat, clock)

    assert chat.texts == ["one (1)"]


def test_both_commands_say_what_became_of_the_files(url, path, file, capsys):
    asyncio.run(remember(url, message(1)))

    assert main(["backup", str(file), "--store", url]) == 0
    assert capsys.readouterr().out.startswith(f"{file} holds what the bot remembers (")
    assert main(["restore", str(file), "--store", url]) == 0
    kept = path.with_name("100% echobot-replaced-1.db")
    assert capsys.readouterr().out == (
        f"The bot remembers what is in {file}.\n"
        f"What it remembered before is kept in {kept}: delete that file as soon as all is well.\n"
    )


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_both_commands_ask_which_bot(command, file, capsys):
    assert main([command, str(file)]) == 1
    assert capsys.readouterr().err == "echobot: say which bot: --settings FILE, or --store URL\n"
