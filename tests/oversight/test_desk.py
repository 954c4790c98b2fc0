"""In the admin room the bot obeys, nowhere else, and not everybody; each order is carried out once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from echobot.core.message import Address, Place
from echobot.oversight.desk import Office
from echobot.ports import Settlement
from tests.fakes import conversation
from tests.oversight.conftest import ADA, EVE, OFFICE, ROOMS, TOOTS

HOUR = timedelta(hours=1)
FEDIVERSE = "what is the fediverse"


async def test_what_is_no_order_is_answered_in_the_admin_room_as_anywhere(scene):
    assert await scene.order(FEDIVERSE) == await scene.say(FEDIVERSE)


async def test_an_order_elsewhere_is_a_question_like_others(scene):
    said = await scene.say("pause", by=ADA)

    assert "nobody" not in said
    assert await scene.say(FEDIVERSE) is not None
    assert await scene.store.deeds(10) == []


async def test_who_is_neither_named_nor_mighty_is_told_whom_the_bot_obeys(scene):
    assert "power level 50" in await scene.order("pause", by=EVE)
    assert await scene.say(FEDIVERSE) is not None


async def test_who_has_the_power_in_the_room_is_obeyed(scene):
    assert "answer nobody" in await scene.order("pause", by=EVE, power=50)


async def test_an_edit_of_the_settings_says_anew_whom_the_bot_obeys_and_where(scene):
    offices = scene.open({ROOMS: Office(OFFICE, frozenset([EVE]))})
    assert "power level 50" in await scene.order("pause", by=ADA)
    assert "answer nobody" in await scene.order("pause", by=EVE)
    assert "answer and announce" in await scene.order("resume", by=EVE)

    offices.clear()
    assert "answer nobody" not in await scene.order("pause", by=EVE)
    offices[ROOMS] = Office(replace(OFFICE, room="!attic:example.org"), frozenset([ADA]))
    assert "answer nobody" in await scene.say("pause", by=ADA, room="!attic:example.org")


async def test_an_upgraded_admin_room_is_known_by_its_old_name(scene):
    await scene.say("hello", by=ADA, room="!office-2:example.org")
    moved = replace(scene.last, id="moved", text="help", known_as=OFFICE.room)

    assert "Here I obey" in (await scene._settle(moved)).replies[0].text


@pytest.mark.parametrize("word", ["help", "HELP", " help "])
async def test_help_lists_every_order(scene, word):
    told = await scene.order(word)

    for name in ("status", "check", "reload", "gaps", "announcements", "say", "forget", "pause", "resume", "quiet"):
        assert f"- {name}" in told


async def test_while_it_pauses_nobody_is_answered_and_then_everybody_again(scene):
    await scene.order("pause")
    assert await scene.say(FEDIVERSE) is None
    assert await scene.order("status") is not None

    await scene.order("resume")
    assert await scene.say(FEDIVERSE) is not None


async def test_who_wants_to_be_forgotten_is_also_while_it_pauses(scene):
    await scene.order("pause")

    assert await scene.say("forget me") is not None


async def test_to_pause_twice_is_to_pause_once(scene):
    await scene.order("pause")
    await scene.order("pause")
    await scene.order("resume")

    assert await scene.say(FEDIVERSE) is not None


async def test_status_tells_what_is_wrong(scene):
    assert "Nothing is wrong." in await scene.order("status")
    await scene.store.note_trouble("knowledge", "services.yaml:3: a line is missing", scene.now)

    assert "services.yaml:3" in await scene.order("status")


async def test_check_tells_what_is_wrong_with_the_newest_knowledge(scene):
    assert "Nothing is wrong with the knowledge: " in await scene.order("check")
    scene.knowledge.problems = "services.yaml:3: a line is missing"

    assert "services.yaml:3" in await scene.order("check")


@pytest.mark.parametrize(
    ("found", "told"),
    [("", "Nothing is wrong with the knowledge"), ("visits.yaml:7: no such day", "visits.yaml:7: no such day")],
)
async def test_what_comes_of_a_reload_is_told_in_the_room(scene, found, told):
    scene.knowledge.next = found
    assert "told here" in await scene.order("reload")
    await scene.views.finish()
    ((room, text),) = await scene.outbox()

    assert (room, scene.noted) == (OFFICE.room, [found])
    assert told in text


async def test_gaps_lists_what_was_asked_in_vain(scene):
    assert await scene.order("gaps") == "Nothing was asked in vain."
    await scene.say("who mends bicycles")

    assert "bicycles" in await scene.order("gaps")


async def test_announcements_says_so_when_nothing_is_to_be_posted(scene):
    assert "Nothing is to be posted" in await scene.order("announcements")


# say


async def test_a_text_is_posted_after_somebody_has_agreed_to_it(scene):
    shown = await scene.handle("say visits We meet at six.\nBring tea!", by=ADA, room=OFFICE.room)
    assert "We meet at six.\nBring tea!" in shown.replies[0].text
    assert await scene.outbox() == []

    agreed = await scene.react(shown, "✅", by=ADA)
    assert agreed.replies[0].text == "It is on its way."
    assert await scene.outbox() == [("#visits:example.org", "We meet at six.\nBring tea!")]


async def test_to_agree_twice_posts_once(scene):
    shown = await scene.handle("say visits: We meet at six.", by=ADA, room=OFFICE.room)
    await scene.react(shown, "✅", by=ADA)
    await scene.react_to(f"${shown.replies[0].key}", "✅", by=ADA)

    assert await scene.outbox() == [("#visits:example.org", "We meet at six.")]


async def test_nobody_else_can_agree(scene):
    shown = await scene.handle("say visits We meet at six.", by=ADA, room=OFFICE.room)

    assert (await scene.react(shown, "✅", by=EVE)).replies == ()
    assert await scene.outbox() == []


async def test_to_agree_to_something_else_posts_nothing(scene):
    await scene.handle("say visits We meet at six.", by=ADA, room=OFFICE.room)
    other = await scene.handle("help", by=ADA, room=OFFICE.room)
    await scene.react(other, "✅", by=ADA)

    assert await scene.outbox() == []


async def test_to_agree_after_an_hour_is_too_late(scene):
    shown = await scene.handle("say visits We meet at six.", by=ADA, room=OFFICE.room)
    scene.pass_by(HOUR * 2)

    assert "say it again" in (await scene.react(shown, "✅", by=ADA)).replies[0].text
    assert await scene.outbox() == []


@pytest.mark.parametrize("order", ["say", "say everywhere hello", "say visits", "say visits   "])
async def test_without_a_destination_or_a_text_it_says_what_to_write(scene, order):
    assert "The settings name these destinations: visits." in await scene.order(order)


# forget


async def test_a_person_is_forgotten_and_not_named_on_record(scene):
    await scene.say(FEDIVERSE, by=EVE)
    assert "removed" in await scene.order(f"forget {EVE}")

    assert await scene.store.conversation(scene.last.place, EVE) is None
    assert [deed.said for deed in await scene.store.deeds(10)] == ["forget somebody"]


async def test_a_person_is_forgotten_on_every_network(scene):
    there = Place(TOOTS, "conversation")
    talk = conversation("eve@social.example.org", there, scene.now)
    await scene.store.settle(Settlement(conversations=[talk]), scene.now)
    await scene.order("forget @eve@social.example.org")

    assert await scene.store.conversation(there, "eve@social.example.org") is None


# quiet


@pytest.mark.parametrize(
    ("order", "told"), [("quiet 2h", "2 hours"), ("quiet 30 min", "30 minutes"), ("Quiet 1d", "1 day")]
)
async def test_a_moderator_has_the_bot_be_quiet_in_a_room_for_a_while(scene, order, told):
    scene.power = 50
    assert await scene.say(order, by=EVE) == f"Quiet for {told}."
    scene.power = 0

    assert await scene.say(FEDIVERSE) is None
    assert await scene.say(FEDIVERSE, room="#other") is not None
    scene.pass_by(HOUR * 25)
    assert await scene.say(FEDIVERSE) is not None


async def test_a_moderator_ends_it_early(scene):
    scene.power = 100
    await scene.say("quiet 2h", by=EVE)
    assert await scene.say("quiet off", by=EVE) == "Here again."

    assert await scene.say(FEDIVERSE) is not None


async def test_others_cannot_silence_the_bot(scene):
    await scene.say("quiet 2h", by=EVE)

    assert await scene.say(FEDIVERSE) is not None


# A person is wanted


async def test_a_question_is_passed_on_to_the_admin_room_once(scene):
    answer = await scene.handle(FEDIVERSE)
    thanked = await scene.react(answer, "❓")
    await scene.react_to(f"${answer.replies[0].key}", "❓")
    ((room, text),) = await scene.outbox()

    assert thanked.replies[0].text == "A person knows."
    assert (room, text) == (OFFICE.room, "Somebody would like to hear from a person:")


async def test_whoever_puts_the_sign_there_again_and_again_is_told_once(scene):
    answer = await scene.handle(FEDIVERSE)
    await scene.react(answer, "❓")
    for _ in range(5):
        await scene.react_to(f"${answer.replies[0].key}", "❓")

    waiting = [each.outgoing.text for each in await scene.store.outbox(ROOMS, scene.now, 100)]
    assert waiting.count("A person knows.") == 1


async def test_what_was_asked_stands_there_with_a_link(scene):
    answer = await scene.handle(FEDIVERSE)
    await scene.store.sent(answer.replies[0].key, "$answer", scene.now)
    link = "https://matrix.to/#/!help/$question"
    sign = replace(scene.last, id="sign", text="❓", reacts_to="$answer", quoted="what is it?\nplease", link=link)
    await scene._settle(sign)

    assert await scene.outbox() == [
        (OFFICE.room, f"Somebody would like to hear from a person: {link}\n\n> what is it?\n> please")
    ]


async def test_without_an_admin_room_people_are_told_whom_to_ask(scene):
    scene.open({})
    answer = await scene.handle(FEDIVERSE)

    assert "help@example.org" in (await scene.react(answer, "❓")).replies[0].text


# On record


async def test_what_people_had_the_bot_do_is_on_record(scene):
    await scene.order("pause")
    scene.pass_by(HOUR)
    await scene.order("resume")
    await scene.order("status")

    assert await scene.order("deeds") == f"- 2026-11-20 13:00 UTC, {ADA}: resume\n- 2026-11-20 12:00 UTC, {ADA}: pause"


async def test_a_message_to_others_is_no_order(scene):
    assert await scene.say("pause", by=ADA, room=OFFICE.room, address=Address.NOT) is None
    assert await scene.say(FEDIVERSE) is not None


async def test_an_edited_order_is_not_obeyed_again(scene):
    first = await scene.handle("resume", by=ADA, room=OFFICE.room)
    await scene.edit(first, "pause")

    assert not await scene.store.is_hushed(ROOMS, "#help", scene.now)


async def test_what_was_asked_is_counted_by_what_answered_it(scene):
    await scene.say(FEDIVERSE)
    await scene.say(FEDIVERSE, by=EVE)
    await scene.say("who mends bicycles")
    monday = scene.now.date() - timedelta(days=4)

    uses = await scene.store.uses(monday, monday + timedelta(days=1))
    assert [(use.outcome, use.entry, use.times) for use in uses] == [("found", "fediverse", 2), ("unknown", "", 1)]
    assert await scene.store.uses(monday + timedelta(days=7), monday + timedelta(days=14)) == []


async def test_the_week_is_told_with_dead_links_unless_the_settings_want_none(scene):
    monday = scene.now.date()
    assert "Dead links:\n- knowledge/tools.yaml:3" in await scene.views.week(monday)
    scene.settings = replace(scene.settings, check_links=False)

    assert "Dead links" not in await scene.views.week(monday)


async def test_whoever_floods_is_ignored_at_once_but_for_what_may_be_an_order(scene):
    for _ in range(12):
        await scene.say(FEDIVERSE, by=ADA)
    said = scene.last

    assert scene.bot.ignores(said)
    assert not scene.bot.ignores(replace(said, text="quiet 2h"))
    assert not scene.bot.ignores(replace(said, text="pause", place=OFFICE))
