"""A store on a PostgreSQL server: how it is reached, what is said when it is not, and that nothing is lost by that."""

from __future__ import annotations

import asyncio
import platform
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from echobot import condition
from echobot.core.gap import Gap
from echobot.core.knowledge import Language
from echobot.errors import StoreError
from echobot.ports import Settlement
from echobot.stores import tables, upgrading
from echobot.stores.sql import SqlStore
from tests.fakes import ACCOUNT, NOON, conversation, crowd, message, reply
from tests.servers.line import line_to
from tests.servers.postgresql import PASSWORD

SECRET = "my landlord is called Perkovac"
GAP = Gap("is it down?", Language("en"), 1, NOON)


@pytest.fixture
def url(cluster, database):
    return cluster.url(database)


@pytest.fixture
def name(cluster, database):
    return f"The store postgresql://echobot@127.0.0.1:{cluster.port}/{database}"


@pytest.fixture
async def line(cluster):
    async with line_to(cluster.port) as line:
        yield line


def refused(url, opened=SqlStore.open) -> str:
    with pytest.raises(StoreError) as refusal:
        opened(url)
    assert PASSWORD not in str(refusal.value)
    return str(refusal.value)


def secret_file(folder, content=PASSWORD, mode=0o600):
    file = folder / "secret"
    file.touch(mode)
    file.write_text(f"{content}\n")
    return file


async def kept(url):
    store = SqlStore.open(url)
    try:
        return [waiting.text for waiting in await store.waiting(ACCOUNT, 10)]
    finally:
        await store.close()


# The address and the password


async def test_what_was_kept_is_there_after_reopening(url):
    store = SqlStore.open(url)
    await store.keep(ACCOUNT, crowd(3), "c3", NOON)
    await store.close()

    store = SqlStore.open(url)
    assert await store.waiting(ACCOUNT, 10) == crowd(3)
    await store.close()


async def test_the_password_may_stand_in_a_file_of_its_own(url, tmp_path, monkeypatch):
    monkeypatch.delenv("PGPASSWORD")

    assert await kept(f"{url}?password_file={secret_file(tmp_path)}") == []


def test_a_file_that_others_can_read_is_no_place_for_a_password(url, tmp_path):
    file = secret_file(tmp_path, mode=0o644)

    assert refused(f"{url}?password_file={file}") == (
        f"The store's password: others can read the secret in {file}; run `chmod 600 {file}`."
    )


def test_a_wrong_password_is_told_and_not_shown(url, name, tmp_path, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "swordfish")

    said = refused(url)
    assert "swordfish" not in said
    assert said == (
        f"{name} does not accept the password: write `?password_file=FILE` behind the address, or set PGPASSWORD."
    )


def test_a_missing_password_is_told(url, name, monkeypatch):
    monkeypatch.delenv("PGPASSWORD")

    assert refused(url).startswith(f"{name} wants a password:")


def test_a_database_that_is_not_there_is_told(url, name):
    assert refused(f"{url}x") == (
        f"{name}x is not there; make it with `createdb`, or name another one in the settings."
    )


def test_a_server_that_is_away_is_told(port, monkeypatch):
    assert refused(f"postgresql://echobot@127.0.0.1:{port}/echobot") == (
        f"The store postgresql://echobot@127.0.0.1:{port}/echobot cannot be reached;"
        " see whether the server runs, and whether its address is right."
    )


async def test_a_server_that_says_nothing_is_told(line, database, cluster):
    line.go_silent()

    assert "cannot be reached" in await asyncio.to_thread(refused, cluster.url(database, line.port))


async def test_of_several_servers_the_one_that_answers_is_used(cluster, database, port):
    hosts = f"host=127.0.0.1:{port}&host=127.0.0.1:{cluster.port}"

    assert await kept(f"postgresql://echobot@/{database}?{hosts}") == []


def test_an_address_that_cannot_be_read_is_told_without_its_password():
    assert refused(f"postgresql://echobot:{PASSWORD}@host:port/db") == (
        "The store's address cannot be read; write it as postgresql://echobot@db.example.org/echobot."
    )


# Databases that are not ours to use


def test_a_database_that_may_only_be_read_is_told(cluster, database, url, name):
    cluster.ask(f"ALTER DATABASE {database} SET default_transaction_read_only = on")

    assert refused(url) == f"{name} can only be read; name the server that may be written."


def test_another_programs_database_is_refused_and_left_alone(cluster, database, url, name):
    cluster.ask("CREATE TABLE invoices (id INTEGER)", database)

    assert refused(url) == f"{name} is not an echobot database; name an empty one in the settings."
    assert cluster.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", database) == [("invoices",)]


async def test_a_newer_echobots_database_is_refused(cluster, database, url):
    await SqlStore.open(url).close()
    cluster.ask("UPDATE echobot SET version = 1000", database)

    assert "was written by a newer echobot (form 1000" in refused(url)


async def test_a_second_bot_is_refused_until_the_first_is_closed(url):
    first = SqlStore.open(url)
    assert "is using postgresql://echobot@127.0.0.1" in refused(url)

    await first.close()
    assert await kept(url) == []


# Looking and leaving wishes while a bot uses it


async def test_a_store_that_a_bot_is_using_can_be_looked_into_and_not_written(url, name):
    used = SqlStore.open(url)
    await used.settle(Settlement(gaps=[GAP]), NOON)
    looked = SqlStore.open_to_read(url)
    assert await looked.gaps() == [GAP]
    with pytest.raises(StoreError) as refusal:
        await looked.keep(ACCOUNT, [message(1)], "c1", NOON)

    assert str(refusal.value) == f"{name} can only be read; name the server that may be written."
    await used.settle(Settlement(gaps=[GAP]), NOON)
    assert [gap.count for gap in await looked.gaps()] == [2]
    await looked.close()
    await used.close()


async def test_who_looks_is_told_which_machine_leads_if_one_does(url):
    used = SqlStore.open(url)
    with_a_leader = await asyncio.to_thread(condition.of_store, url)
    await used.close()

    name = platform.node()
    assert with_a_leader == (f"Nothing is wrong.\nNothing waits.\n{name} leads.", True)
    assert await asyncio.to_thread(condition.of_store, url) == ("Nothing is wrong.\nNothing waits.", True)


def test_looking_into_an_empty_database_makes_nothing(cluster, database, url, name):
    assert "is not an echobot database" in refused(url, SqlStore.open_to_read)
    assert cluster.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", database) == []


async def test_a_wish_can_be_left_while_a_bot_uses_it(url):
    used, beside = SqlStore.open(url), SqlStore.open_beside(url)
    await beside.withdraw("visit-zagreb")

    assert await used.to_withdraw() == ["visit-zagreb"]
    await beside.close()
    await used.close()


async def test_a_copy_to_try_things_with_knows_the_same_and_changes_nothing(url):
    used = SqlStore.open(url)
    await used.keep(ACCOUNT, crowd(3), "c3", NOON)
    await used.settle(Settlement(replies=[reply(1)], conversations=[conversation()]), NOON)
    copy = SqlStore.open_copy(url)
    assert await copy.waiting(ACCOUNT, 10) == crowd(3)
    await copy.sent(reply(1).key, "$x", NOON)

    assert [delivery.outgoing for delivery in await used.outbox(ACCOUNT, NOON, 10)] == [reply(1)]
    await copy.close()
    await used.close()


# When something breaks


async def test_what_people_wrote_is_in_no_error(url):
    store = SqlStore.open(url)
    nobody = replace(conversation(SECRET), language=None)
    with pytest.raises(StoreError) as refusal:
        await store.settle(Settlement(conversations=[nobody]), NOON)

    assert SECRET not in f"{refusal.value}{refusal.value.__cause__}"
    await store.close()


async def test_a_connection_that_is_lost_is_made_anew(cluster, database, url):
    store = SqlStore.open(url)
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    cluster.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")

    await store.keep(ACCOUNT, [message(2)], "c2", NOON)
    assert await store.waiting(ACCOUNT, 10) == [message(1), message(2)]
    await store.close()


@pytest.mark.parametrize("word", [b"COMMIT", b"INSERT INTO gaps"])
async def test_what_the_server_did_although_its_answer_was_lost_is_not_done_twice(cluster, database, line, word):
    store = await asyncio.to_thread(SqlStore.open, cluster.url(database, line.port))
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    line.lose_the_answer_to(word)
    await store.settle(Settlement([message(1)], [reply(1)], gaps=[GAP]), NOON)

    assert [gap.count for gap in await store.gaps()] == [1]
    assert await store.waiting(ACCOUNT, 10) == []
    await store.close()


@pytest.mark.parametrize("how", ["fast", "immediate"])
async def test_a_server_that_is_started_anew_costs_nothing(cluster, url, how):
    store = SqlStore.open(url)
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    cluster.stop(how)
    keeping = asyncio.create_task(store.keep(ACCOUNT, [message(2)], "c2", NOON))
    await asyncio.to_thread(cluster.start)
    await keeping

    assert await store.waiting(ACCOUNT, 10) == [message(1), message(2)]
    await store.close()


# Older forms


def _gets_a_column(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE inbox ADD COLUMN mood TEXT")


async def test_an_older_store_is_brought_up_to_date_wholly_or_not_at_all(cluster, database, url, monkeypatch):
    store = SqlStore.open(url)
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    await store.close()
    older = tables.VERSION
    monkeypatch.setattr(tables, "VERSION", older + 1)
    monkeypatch.setitem(upgrading._STEPS, older, lambda c: (_gets_a_column(c), _gets_a_column(c)))
    assert "already exists" in refused(url)
    assert "was written by an older echobot" in refused(url, SqlStore.open_to_read)

    monkeypatch.setitem(upgrading._STEPS, older, _gets_a_column)
    assert await kept(url) == [message(1).text]
    assert cluster.ask("SELECT version FROM echobot", database) == [(older + 1,)]


# What others know that the database does not


async def test_a_store_from_a_dump_looks_for_what_was_answered_since(cluster, database, url):
    store = SqlStore.open(url)
    await store.close()
    restored = cluster.dumped_and_restored(database)
    store = SqlStore.open(cluster.url(restored))
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    await store.settle(Settlement([message(1)], [reply(1)]), NOON)

    (delivery,) = await store.outbox(ACCOUNT, NOON, 10)
    assert delivery.first_tried_at == message(1).sent_at
    await store.close()
    cluster.drop(restored)


async def test_a_store_that_was_only_closed_does_not(url):
    await SqlStore.open(url).close()
    store = SqlStore.open(url)
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    await store.settle(Settlement([message(1)], [reply(1)]), NOON)

    (delivery,) = await store.outbox(ACCOUNT, NOON, 10)
    assert delivery.first_tried_at is None
    await store.close()
