"""`echobot status`: what is wrong since when, and what waits."""

import asyncio

import pytest

from echobot.cli import main
from echobot.ports import Settlement
from echobot.stores.sql import SqlStore
from tests.fakes import ACCOUNT, NOON, message, reply


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'echobot.db'}"


def of_a_bot(url, do):
    async def use():
        store = SqlStore.open(url)
        await do(store)
        await store.close()

    asyncio.run(use())


def test_a_bot_without_troubles_is_well(url, capsys):
    async def nothing(store):
        pass

    of_a_bot(url, nothing)

    assert main(["status", "--store", url]) == 0
    assert capsys.readouterr().out == "Nothing is wrong.\nNothing waits.\n"


def test_what_is_wrong_is_told_with_its_time_and_what_waits_with_its_account(url, capsys):
    async def be_ill(store):
        await store.note_trouble("knowledge", "a.yaml:3:5: this\nb.yaml:7:1: that", NOON)
        await store.keep(ACCOUNT, [message(1), message(2)], "c1", NOON)
        await store.settle(Settlement([message(1)], [reply(1)]), NOON)

    of_a_bot(url, be_ill)

    assert main(["status", "--store", url]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "knowledge, since 2026-11-23 12:00 UTC:",
        "  a.yaml:3:5: this",
        "  b.yaml:7:1: that",
        "room-bot: 1 to answer, 1 to send",
    ]


def test_a_status_of_nothing_says_what_to_name(capsys):
    assert main(["status"]) == 1
    assert capsys.readouterr().err == "echobot: say which bot: --settings FILE, or --store URL\n"
