"""What a curator sees of the questions that had no answer."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from echobot.cli import main
from echobot.core.gap import Gap, alike
from echobot.core.knowledge import EntryId, Language
from echobot.core.reaction import Votes
from echobot.errors import EchobotError
from echobot.gaps import draft
from echobot.ports import Settlement
from echobot.stores.sql import SqlStore
from tests.fakes import NOON

TODAY = date(2026, 11, 24)
ASKED = [
    Gap('how can i reset my "gmail" password?', Language("en"), 3, NOON),
    Gap("Reset my gmail pasword", Language("en"), 1, NOON + timedelta(days=1)),
    Gap("reset my gmail pasword!", Language("en"), 1, NOON),
    Gap("gmail passwort reset: wie?", Language("de"), 1, NOON),
    Gap("kamo ide … s biciklom", Language("hr"), 1, NOON),
]


@pytest.fixture
def store(tmp_path):
    """The address of a store with gaps in it that a bot is using."""
    url = f"sqlite:///{tmp_path}/echobot.db"
    used = SqlStore.open(url)
    asyncio.run(used.settle(Settlement(gaps=ASKED), NOON))
    yield url
    asyncio.run(used.close())


def test_gaps_are_listed_by_frequency_and_each_wording_with_its_language(store, capsys):
    assert main(["gaps", "--store", store]) == 0
    assert capsys.readouterr().out == (
        "1. asked 6 times, last on 2026-11-24\n"
        '     3  en  how can i reset my "gmail" password?\n'
        "     1  en  Reset my gmail pasword\n"
        "     1  de  gmail passwort reset: wie?\n"
        "     1  en  reset my gmail pasword!\n"
        "\n"
        "2. asked 1 time, last on 2026-11-23\n"
        "     1  hr  kamo ide … s biciklom\n"
    )


def test_the_settings_name_the_store(store, tmp_path, capsys):
    settings = tmp_path / "settings.yaml"
    settings.write_text("store: sqlite:///echobot.db\n")

    assert main(["gaps", "--settings", str(settings)]) == 0
    assert capsys.readouterr().out.startswith("1. asked 6 times")


def test_gaps_are_given_to_programs_as_json(store, capsys):
    main(["gaps", "--store", store, "--json"])

    first, second = json.loads(capsys.readouterr().out)
    assert (first["number"], first["count"], first["last_at"]) == (1, 6, "2026-11-24T12:00:00+00:00")
    assert second["wordings"] == [
        {"text": "kamo ide … s biciklom", "language": "hr", "count": 1, "last_at": "2026-11-23T12:00:00+00:00"}
    ]


def test_a_store_without_gaps_says_so(tmp_path, capsys):
    asyncio.run(SqlStore.open(f"sqlite:///{tmp_path}/new.db").close())

    assert main(["gaps", "--store", f"sqlite:///{tmp_path}/new.db"]) == 0
    assert capsys.readouterr().out == "Nothing was asked in vain.\n"


def test_a_draft_has_each_wording_under_its_language_and_waits_for_the_answer():
    assert draft(alike(ASKED), 1, TODAY) == (
        "entries:\n"
        "  - id: reset-gmail-password\n"
        "    asked:\n"
        "      en:\n"
        '        - "how can i reset my \\"gmail\\" password?"\n'
        '        - "Reset my gmail pasword"\n'
        "      de:\n"
        '        - "gmail passwort reset: wie?"\n'
        "    answer:\n"
        '      en: ""\n'
        '      de: ""\n'
        "    sources: []\n"
        "    reviewed: 2026-11-24"
    )


@pytest.mark.parametrize("number", [1, 2])
def test_a_draft_is_right_once_its_answer_is_written(store, tmp_path, capsys, number):
    assert main(["gaps", "--store", store, "--draft", str(number)]) == 0
    drafted = capsys.readouterr().out
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / "new.yaml").write_text(drafted, encoding="utf-8")
    assert main(["check", str(folder)]) == 1, "the answer is missing"

    finished = drafted.replace(': ""', ": Ask Google.").replace("sources: []", 'sources: ["https://example.org"]')
    (folder / "new.yaml").write_text(finished, encoding="utf-8")
    assert main(["check", str(folder)]) == 0, capsys.readouterr().out
    assert f"reviewed: {datetime.now(UTC).date()}" in finished


@pytest.mark.parametrize("text", ["怎么用", "どこ", "x" * 39, "datenschutzgrundverordnung " * 5, "null", "- a: b # c"])
def test_whatever_was_asked_makes_a_draft_that_can_be_read(text, tmp_path, capsys):
    drafted = draft(alike([Gap(text, Language("en"), 1, NOON)]), 1, TODAY)
    (tmp_path / "new.yaml").write_text(drafted.replace(': ""', ": So."), encoding="utf-8")

    assert main(["check", str(tmp_path)]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("number", [-1, 0, 3])
def test_a_draft_of_a_gap_that_is_not_listed_is_told(number):
    with pytest.raises(EchobotError, match=f"^there is no gap {number}; `echobot gaps` lists 2$"):
        draft(alike(ASKED), number, TODAY)


def test_whose_gaps_must_be_said(capsys):
    assert main(["gaps"]) == 1
    assert capsys.readouterr().err == "echobot: say which bot: --settings FILE, or --store URL\n"


def test_curators_see_what_people_thought_of_the_answers_and_what_helped_least_first(tmp_path, capsys):
    url = f"sqlite:///{tmp_path}/echobot.db"
    used = SqlStore.open(url)
    votes = [Votes(EntryId("peertube"), 12, 1), Votes(EntryId("signal"), 2, 3)]
    asyncio.run(used.settle(Settlement(votes=votes), NOON))

    assert main(["gaps", "--liked", "--store", url]) == 0
    assert capsys.readouterr().out == "👍    2  👎    3  signal\n👍   12  👎    1  peertube\n"
    assert main(["gaps", "--liked", "--json", "--store", url]) == 0
    assert json.loads(capsys.readouterr().out)[0] == {"entry": "signal", "liked": 2, "disliked": 3}
    asyncio.run(used.close())


def test_a_store_without_votes_says_so(tmp_path, capsys):
    asyncio.run(SqlStore.open(f"sqlite:///{tmp_path}/new.db").close())

    assert main(["gaps", "--liked", "--store", f"sqlite:///{tmp_path}/new.db"]) == 0
    assert capsys.readouterr().out == "No answer was judged.\n"
