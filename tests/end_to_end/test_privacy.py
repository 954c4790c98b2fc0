"""What a bot that ran for a while leaves behind of the people it talked with."""

from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest

from tests.end_to_end.conftest import Asker
from tests.servers.echobot_process import EchobotProcess
from tests.servers.people import Person, until

pytestmark = pytest.mark.server

QUESTION = "what is the fediverse, my purple giraffe?"
SECRETS = ("purple giraffe", "green walrus", "yellow lemur")


async def replies(asker: Asker) -> list[str]:
    """What the bot's messages say, those that were taken away left out."""
    said = await asker.person.messages(asker.room)
    return [event["content"]["body"] for event in said if event["sender"] == asker.bot and event["content"]]


async def a_conversation(asker: Asker, bot: EchobotProcess) -> None:
    """Questions, an edit, a sign, a redaction, and a restart in between."""
    person, room = asker.person, asker.room
    first = await asker.ask(QUESTION)
    await until(lambda: replies(asker), "an answer")
    await person.edit(room, first, "!echo what is Mastodon, my green walrus?")
    await bot.stop()
    await bot.start()
    last = await asker.ask("do you know my yellow lemur?")
    await until(lambda: _answers(asker, last), "an answer after the restart")
    await person.react(room, first, "👍")
    await person.redact(room, first)


async def _answers(asker: Asker, question: str) -> bool:
    said = [event for event in await asker.person.messages(asker.room) if event["sender"] == asker.bot]
    return any(
        event["content"].get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id") == question for event in said
    )


async def test_no_log_of_a_run_holds_a_token_or_what_was_said(echobot: EchobotProcess, alice: Asker, account: Person):
    await a_conversation(alice, echobot)
    answers = await replies(alice)
    await alice.ask("forget me")
    await until(lambda: _says(alice, "Done."), "the bot to forget")
    await echobot.stop()

    assert "listening" in echobot.log
    told = [*SECRETS, "forget me", account.token, *(line for answer in answers for line in answer.splitlines() if line)]
    assert [text for text in told if text in echobot.log] == []


async def test_who_wants_to_be_forgotten_is_named_nowhere_in_the_store(
    echobot: EchobotProcess, alice: Asker, tmp_path: Path
):
    await a_conversation(alice, echobot)
    await alice.ask("privacy")
    await until(lambda: _says(alice, "What I keep:"), "what is kept")
    await alice.ask("forget me")
    await until(lambda: _says(alice, "Done."), "the bot to forget")
    await echobot.stop()

    assert alice.person.user not in dump(tmp_path / "echobot.db")


async def _says(asker: Asker, beginning: str) -> bool:
    return any(reply.startswith(beginning) for reply in await replies(asker))


def dump(store: Path) -> str:
    with closing(connect(store)) as database:
        return "\n".join(database.iterdump())
