"""`echobot status`: what is wrong since when, and what waits."""

import asyncio
import socket
import threading
from contextlib import contextmanager

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


def of_settings(tmp_path, port) -> str:
    file = tmp_path / "settings.yaml"
    file.write_text(f"health: {{port: {port}}}\n")
    return str(file)


def test_a_bot_that_should_answer_and_does_not_is_not_well(url, tmp_path, port, capsys):
    async def be_ill(store):
        await store.note_trouble("knowledge", "broken", NOON)

    of_a_bot(url, be_ill)

    assert main(["status", "--settings", of_settings(tmp_path, port)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"The bot does not answer at 127.0.0.1, port {port}: start it, or look at its log. Its store says:",
        "knowledge, since 2026-11-23 12:00 UTC:",
        "  broken",
        "Nothing waits.",
    ]


@contextmanager
def answering(port, answer: bytes):
    """Somebody on that port who says the same whatever is asked."""
    with socket.create_server(("127.0.0.1", port)) as server:

        def answer_once():
            connection, _ = server.accept()
            with connection:
                connection.recv(10_000)
                connection.sendall(answer)

        thread = threading.Thread(target=answer_once)
        thread.start()
        yield
        thread.join()


@pytest.mark.parametrize("answer", [b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", b"SSH-2.0-x\r\n", b""])
def test_another_program_on_its_port_is_not_taken_for_the_bot(url, tmp_path, port, capsys, answer):
    of_a_bot(url, lambda store: store.gaps())

    with answering(port, answer):
        assert main(["status", "--settings", of_settings(tmp_path, port)]) == 1
    assert capsys.readouterr().out.startswith("The bot does not answer at 127.0.0.1, port")
