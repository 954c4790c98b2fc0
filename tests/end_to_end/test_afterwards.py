"""What people do to their questions is followed once, whenever the bot dies."""

import asyncio
import random

import pytest

from tests.end_to_end.conftest import PATIENCE, Asker
from tests.servers.echobot_process import EchobotProcess
from tests.servers.people import until

pytestmark = pytest.mark.server

SEED = 20261124
DEATHS = 4


async def test_a_bot_killed_among_edits_and_redactions_changes_and_takes_away_each_answer_once(
    echobot: EchobotProcess, alice: Asker
):
    chance = random.Random(SEED)
    asked = [await alice.ask("what is the fediverse?") for _ in range(3 * DEATHS)]
    await until(lambda: _answers(alice, len(asked)), "the answers", patience=PATIENCE)

    for edited, redacted, _ in zip(*[iter(asked)] * 3, strict=True):
        await alice.person.edit(alice.room, edited, "!echo what is Mastodon?")
        await alice.person.redact(alice.room, redacted)
        await asyncio.sleep(chance.uniform(0, 0.1))
        echobot.kill()
        await echobot.start()

    await until(lambda: _each_is_followed(alice, asked), "each to be followed", patience=PATIENCE)
    await alice.ask("what is PeerTube?")
    await until(lambda: _answers(alice, 2 * DEATHS + 1), "one answer more", patience=PATIENCE)
    edits = [event for event in await _said(alice) if _relation(event).get("rel_type") == "m.replace"]
    assert len(edits) == DEATHS


async def _said(asker: Asker):
    return [event for event in await asker.person.messages(asker.room) if event["sender"] == asker.bot]


def _relation(event):
    return event["content"].get("m.relates_to", {})


async def _answers(asker: Asker, count: int) -> bool:
    """Whether there are so many, edits and what was taken away left out."""
    return len(await _answered(asker)) == count


async def _each_is_followed(asker: Asker, asked: list[str]) -> bool:
    now = {_relation(event)["m.in_reply_to"]["event_id"]: _shown(event) for event in await _answered(asker)}
    left = [question for place, question in enumerate(asked) if place % 3 != 1]
    changed = all("Mastodon" in now.get(question, "") for question in asked[::3])
    return set(now) == set(left) and changed


async def _answered(asker: Asker):
    return [event for event in await _said(asker) if "m.in_reply_to" in _relation(event)]


def _shown(event) -> str:
    edit = event.get("unsigned", {}).get("m.relations", {}).get("m.replace")
    return (edit["content"]["m.new_content"] if edit else event["content"])["body"]
