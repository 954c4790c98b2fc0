"""What is different in one room: its language, and the hours in which nobody wants to hear the bot there."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from echobot.core.hours import Hours
from echobot.core.knowledge import Language
from echobot.settings import Room
from tests.dialogue import Dialogue
from tests.samples import knowledge

NIGHT = Hours(time(22), time(8), ZoneInfo("Europe/Paris"))
ROOMS = {"#quiet": Room(quiet=NIGHT), "#salon": Room(language="hr")}
ASKED = "an alternative to gdrive?"


@pytest.fixture
async def dialogue():
    made = Dialogue(knowledge(), language=Language("en"), rooms=ROOMS)
    yield made
    await made.store.close()


def at(hour, minute=0):
    return datetime(2026, 11, 20, hour, minute, tzinfo=ZoneInfo("Europe/Paris"))


async def test_in_quiet_hours_nothing_is_answered_in_that_room_and_all_is_in_others(dialogue):
    dialogue.now = at(23)

    assert await dialogue.say(ASKED, room="#quiet") is None
    assert await dialogue.say(ASKED, room="#help") is not None
    dialogue.now = at(8)
    assert await dialogue.say(ASKED, room="#quiet") is not None


async def test_what_was_asked_in_quiet_hours_is_not_answered_later(dialogue):
    dialogue.now = at(8, 1)

    assert await dialogue.say(ASKED, room="#quiet", ago=timedelta(minutes=2)) is None
    assert await dialogue.say(ASKED, room="#quiet", ago=timedelta(minutes=1)) is not None


async def test_what_was_asked_just_before_quiet_hours_is_not_answered_in_them(dialogue):
    dialogue.now = at(22, 1)

    assert await dialogue.say(ASKED, room="#quiet", ago=timedelta(minutes=2)) is None


async def test_who_wants_no_answers_any_more_is_heard_in_quiet_hours_without_a_word(dialogue):
    dialogue.now = at(23)

    assert await dialogue.say("stop", room="#quiet") is None
    dialogue.now = at(23) + timedelta(hours=10)
    assert await dialogue.say(ASKED, room="#quiet") is None


async def test_what_does_not_tell_its_language_is_answered_in_that_of_the_room(dialogue):
    in_croatian = await dialogue.handle("xyzzy", room="#salon")
    in_english = await dialogue.handle("xyzzy", room="#help", by="bob")

    assert [reply.language for reply in [*in_croatian.replies, *in_english.replies]] == ["hr", "en"]
