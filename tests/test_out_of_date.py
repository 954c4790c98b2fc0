"""What was only true until a day, as the bot and the command line give it from the day after."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine

from echobot.cli import main
from echobot.core.knowledge import Care
from tests.dialogue import Dialogue
from tests.samples import knowledge

QUESTION = "what is the fediverse"


@pytest.fixture
async def dialogue():
    known = knowledge()
    dated = replace(known.entries["fediverse"], care=Care(valid_until=date(2026, 11, 20)))
    talk = Dialogue(replace(known, entries={**known.entries, "fediverse": dated}))
    yield talk
    await talk.store.close()


async def test_the_bot_says_so_from_the_day_after(dialogue):
    assert (await dialogue.say(QUESTION)).startswith("Many servers")

    dialogue.now += timedelta(days=1)
    assert (await dialogue.say(QUESTION)).startswith("This was true until November 20, 2026")


@pytest.mark.parametrize(("day", "beginning"), [("2026-11-20", "Many servers"), ("2026-11-21", "This was true until")])
def test_the_command_line_says_so_from_the_day_after(tmp_path, capsys, day, beginning):
    (tmp_path / "entries.yaml").write_text(
        f"entries:\n  - id: a\n    asked: {{en: [{QUESTION}]}}\n    answer: {{en: Many servers.}}\n"
        "    valid_until: 2026-11-20\n"
    )
    with time_machine.travel(day):
        assert main(["ask", QUESTION, "--language", "en", "--knowledge", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith(beginning)
