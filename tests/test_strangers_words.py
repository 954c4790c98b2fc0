"""What strangers wrote, on the terminal of whoever looks after the bot: it is read, and nothing else happens."""

import asyncio
import os

import pytest

from echobot.cli import main
from echobot.core.gap import Gap, gap_in
from echobot.ports import Settlement
from echobot.stores.sql import SqlStore
from tests.fakes import ACCOUNT, NOON
from tests.samples import EN

HOSTILE = "no\x1b]0;owned\x07\r\x9b2J\u202eway"


def is_harmless(told: str) -> bool:
    return all(sign.isprintable() or sign == "\n" for sign in told)


@pytest.fixture
def url(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'echobot.db'}"


async def remembered(url: str) -> None:
    store = SqlStore.open(url)
    await store.settle(Settlement(gaps=[Gap(HOSTILE, EN, 3, NOON)]), NOON)
    await store.note_trouble(ACCOUNT, HOSTILE, NOON)
    await store.close()


@pytest.mark.parametrize(("command", "code"), [("gaps", 0), ("status", 1)])
def test_what_was_asked_in_vain_and_why_a_server_refused(url, capsys, command, code):
    asyncio.run(remembered(url))

    assert main([command, "--store", url]) == code
    told = capsys.readouterr().out
    assert is_harmless(told)
    assert r"no\x1b]0;owned\x07" in told


def test_what_becomes_of_a_strange_question_holds_nothing_to_command_with():
    gap = gap_in(f"what is {HOSTILE}?", EN, NOON)
    assert gap is not None
    assert is_harmless(gap.text)


def test_a_file_of_the_knowledge_with_a_commanding_name(tmp_path, capsys):
    (tmp_path / f"{HOSTILE}.yaml").write_text("entries: [")

    assert main(["check", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert is_harmless(told)
    assert r"\x1b]0;owned\x07" in told


def test_a_path_that_ends_a_line_is_one_line(tmp_path, capsys):
    (tmp_path / "a\nb.yaml").write_text("entries: [")
    main(["check", str(tmp_path)])

    assert r"a\nb.yaml:" in capsys.readouterr().out


def test_an_error_that_quotes_them(tmp_path, capsys):
    assert main(["calendar", "import", os.fspath(tmp_path / HOSTILE)]) == 1
    assert is_harmless(capsys.readouterr().err)
