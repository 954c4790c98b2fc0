"""A database that cannot be used says so in one sentence that names it and what to do."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest

from echobot.errors import StoreError
from echobot.ports import Settlement
from echobot.stores.sql import SqlStore
from echobot.stores.tables import VERSION
from tests.fakes import ACCOUNT, NOON, crowd, message, reply

SECRET = "my landlord is called Perkovac"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "echobot.db"


def refused(path) -> str:
    with pytest.raises(StoreError) as refusal:
        SqlStore.open(f"sqlite:///{path}")
    return str(refusal.value)


def said_by_another_process(path) -> str:
    script = f"from echobot.stores.sql import SqlStore; SqlStore.open('sqlite:///{path}')"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False).stderr


@contextmanager
def as_nobody():
    """Root may write anywhere, so give its power away for a moment."""
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(me)


async def filled(path) -> None:
    store = SqlStore.open(f"sqlite:///{path}")
    await store.keep(ACCOUNT, crowd(500), "c500", NOON)
    await store.close()


async def test_what_was_kept_is_there_after_reopening(path):
    await filled(path)
    store = SqlStore.open(f"sqlite:///{path}")

    assert await store.waiting(ACCOUNT, 1000) == crowd(500)
    assert await store.cursor(ACCOUNT) == "c500"
    await store.close()


async def test_nobody_else_may_read_the_files(path):
    store = SqlStore.open(f"sqlite:///{path}")
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)

    assert {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {
        "echobot.db": 0o600,
        "echobot.db.lock": 0o600,
        "echobot.db-shm": 0o600,
        "echobot.db-wal": 0o600,
    }
    await store.close()


async def test_a_second_bot_on_the_same_file_is_refused(path):
    first = SqlStore.open(f"sqlite:///{path}")
    assert refused(path) == (
        f"Another echobot is using {path}; stop that one first, or give this one a store of its own."
    )
    await first.keep(ACCOUNT, [message(1)], "c1", NOON)
    await first.close()


async def test_a_second_process_on_the_same_file_is_refused_by_whatever_name(path):
    first = SqlStore.open(f"sqlite:///{path}")
    other_name = path.with_name("link.db")
    other_name.symlink_to(path)

    assert f"Another echobot is using {path}" in said_by_another_process(other_name)
    await first.close()


async def test_the_file_is_free_again_after_closing(path):
    await SqlStore.open(f"sqlite:///{path}").close()
    await SqlStore.open(f"sqlite:///{path}").close()


async def test_the_file_is_free_again_after_a_refusal(path):
    path.write_text("this is a letter to my aunt, and it is long enough to look like a file " * 20)
    refused(path)
    path.unlink()

    await SqlStore.open(f"sqlite:///{path}").close()


async def test_another_program_may_read_meanwhile(path):
    store = SqlStore.open(f"sqlite:///{path}")
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    with closing(sqlite3.connect(path)) as backup:
        assert backup.execute("SELECT count(*) FROM inbox").fetchone() == (1,)
    await store.close()


def test_a_text_file_is_refused_and_left_alone(path):
    text = "this is a letter to my aunt, and it is long enough to look like a file " * 20
    path.write_text(text)

    assert refused(path) == (
        f"The store {path} is not an echobot database; name another file in the settings, or move this one away."
    )
    assert path.read_text() == text


def test_another_programs_database_is_refused_and_left_alone(path):
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("CREATE TABLE invoices (id INTEGER)")

    assert "is not an echobot database" in refused(path)
    with closing(sqlite3.connect(path)) as theirs:
        assert theirs.execute("SELECT name FROM sqlite_master").fetchall() == [("invoices",)]


async def test_a_damaged_database_is_refused(path):
    await filled(path)
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\x5a" * 4096 * 8)

    assert refused(path) == (
        f"The store {path} is damaged; "
        "bring back its last backup with `echobot restore`, or move it away and start anew."
    )


async def test_a_truncated_database_is_refused(path):
    await filled(path)
    os.truncate(path, 6 * 4096)

    assert "is damaged" in refused(path)


async def test_a_newer_echobots_database_is_refused(path):
    await filled(path)
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("UPDATE echobot SET version = version + 1")
        newer.commit()

    assert refused(path) == (
        f"The store {path} was written by a newer echobot (form {VERSION + 1}, not {VERSION}); "
        "install that version again, or restore the backup from before it."
    )


def test_a_missing_folder_is_named(tmp_path):
    assert refused(tmp_path / "missing" / "echobot.db") == (
        f"{tmp_path}/missing/echobot.db cannot be opened: its folder does not exist; "
        "create the folder, or name another file in the settings."
    )


def test_a_folder_is_no_database(tmp_path):
    assert refused(tmp_path) == f"{tmp_path} cannot be opened: it is a folder; name a file in it."


def test_a_folder_that_may_not_be_written_is_named(path):
    path.parent.chmod(0o500)
    with as_nobody():
        sentence = refused(path)

    assert sentence == (
        f"{path} cannot be opened: Permission denied; let the user who runs echobot write the file and its folder."
    )


async def test_a_disk_that_is_full_is_said_in_a_sentence_and_nothing_is_half_kept(path):
    await filled(path)
    store = SqlStore.open(f"sqlite:///{path}")
    await store._on_the_thread(lambda: _allow_pages(store, 60))
    with pytest.raises(StoreError, match="because the disk is full; make room") as full:
        await store.keep(ACCOUNT, [message(n, SECRET * 100) for n in range(1000, 2000)], "c2", NOON)

    assert SECRET not in str(full.value) + str(full.value.__cause__)
    assert await store.cursor(ACCOUNT) == "c500"
    assert len(await store.waiting(ACCOUNT, 5000)) == 500
    await store.close()


def _allow_pages(store, pages):
    with store._database.engine.connect() as connection:
        connection.connection.cursor().execute(f"PRAGMA max_page_count = {pages}")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("echobot.db", "The store's address cannot be read; write it as sqlite:///echobot.db."),
        (
            "oracle://me:hunter2@host/db",
            "echobot cannot keep its store in oracle; write sqlite:///echobot.db or postgresql://user@host/database.",
        ),
        (
            "mysql+aiomysql://me:hunter2@host/db",
            "echobot cannot keep its store in mysql+aiomysql; write sqlite:///echobot.db or postgresql://user@host/database.",
        ),
    ],
)
def test_an_address_of_another_kind_is_refused_without_its_password(url, sentence):
    with pytest.raises(StoreError) as refusal:
        SqlStore.open(url)

    assert str(refusal.value) == sentence


async def test_a_store_in_memory_needs_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = SqlStore.open("sqlite://")
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    await store.close()

    assert list(tmp_path.iterdir()) == []


async def test_what_people_wrote_is_in_no_file_once_it_is_answered_and_tidied(path):
    asked = [message(number, f"{SECRET} {number}", "@perkovac:example.org") for number in range(200)]
    answered = [reply(number, f"About {SECRET}:", "@perkovac:example.org") for number in range(200)]
    store = SqlStore.open(f"sqlite:///{path}")
    await store.keep(ACCOUNT, asked, "c1", NOON)
    await store.settle(Settlement(replies=answered), NOON)
    await store.close()  # writes it all from the log into the file
    assert b"Perkovac" in path.read_bytes()

    store = SqlStore.open(f"sqlite:///{path}")
    await store.settle(Settlement(asked), NOON)
    for each in answered:
        await store.sent(each.key, "$r", NOON)
    await store.forget(NOON, NOON, NOON, NOON)
    written = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"Perkovac" not in written
    assert b"@perkovac" not in written
    await store.close()


async def test_an_index_that_does_not_fit_its_table_is_damage_too(path):
    await filled(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA writable_schema = ON")
        _let_the_index_lack_a_row(database)
        database.commit()
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA quick_check").fetchone() == ("ok",), "only a whole check finds it"

    assert "is damaged; bring back its last backup" in refused(path)


def _let_the_index_lack_a_row(database):
    """It was made without that row, and says that it has all: as if one of two writes had been lost."""
    without = " WHERE id <> '$m7'"
    (sql,) = database.execute("SELECT sql FROM sqlite_master WHERE name = 'inbox_by_state'").fetchone()
    database.execute("DROP INDEX inbox_by_state")
    database.execute(sql + without)
    database.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'inbox_by_state'", [sql])


async def test_damage_is_left_as_it_is_with_what_stands_in_the_log(path):
    await filled(path)
    said_by_a_process_that_is_killed(path)
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\x5a" * 4096 * 8)
    log = path.with_name("echobot.db-wal")
    before = path.read_bytes(), log.read_bytes()
    assert before[1]

    assert "is damaged" in refused(path)
    assert (path.read_bytes(), log.read_bytes()) == before


def said_by_a_process_that_is_killed(path):
    """It leaves a log beside the file."""
    script = f"""
import asyncio, os
from echobot.stores.sql import SqlStore
from echobot.stores.tables import VERSION
from tests.fakes import ACCOUNT, NOON, message
store = SqlStore.open('sqlite:///{path}')
asyncio.run(store.keep(ACCOUNT, [message(1000)], 'c1000', NOON))
os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 9


async def test_a_store_of_which_nothing_is_left_is_not_taken_for_a_new_one(path):
    await filled(path)
    os.truncate(path, 0)

    assert refused(path) == (
        f"The store {path} is empty, and was not when it was last used; "
        "bring back its last backup with `echobot restore`, or delete it and start anew."
    )
    path.unlink()
    await SqlStore.open(f"sqlite:///{path}").close()


async def test_a_start_that_died_before_it_made_the_tables_is_no_damage(path):
    path.touch()
    path.with_name("echobot.db.lock").touch()

    await SqlStore.open(f"sqlite:///{path}").close()


async def test_a_file_that_may_not_be_written_is_named(path):
    await filled(path)
    path.chmod(0o444)
    before = path.read_bytes()
    path.with_name("echobot.db.lock").chmod(0o666)
    with as_nobody():
        sentence = refused(path)

    assert sentence == (
        f"{path} cannot be opened: Permission denied; let the user who runs echobot write the file and its folder."
    )
    assert path.read_bytes() == before
