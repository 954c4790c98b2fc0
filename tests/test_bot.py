from dataclasses import replace
from datetime import timedelta

import pytest

from echobot.core.message import Address
from echobot.core.reaction import LIKED, Votes
from echobot.ports import Settlement
from echobot.settings import Limits
from tests.dialogue import Dialogue
from tests.samples import HR, knowledge


@pytest.fixture
async def dialogue():
    talk = Dialogue(knowledge(), Limits(person_per_minute=5, room_per_minute=8, bot_per_minute=100))
    yield talk
    await talk.store.close()


async def test_a_question_gets_its_answer(dialogue):
    assert (await dialogue.say("what is the fediverse?")).startswith("Many servers that talk with each other.")


async def test_a_name_with_its_cue_is_answered_from_the_catalogue(dialogue):
    assert (await dialogue.say("an alternative to gdrive?")).startswith("Instead of Google Drive:")


async def test_a_number_picks_one_of_the_choices_just_offered(dialogue):
    choices = await dialogue.say("google drive")

    assert "1. Replacing Google Drive\n2. Share files" in choices
    assert (await dialogue.say("2")).startswith("Share files:")


async def test_both_gives_the_answers_of_all_choices_just_offered_and_leaves_none_open(dialogue):
    await dialogue.say("google drive")
    both = await dialogue.say("both please")

    assert both.startswith("Instead of Google Drive:")
    assert "\n\nShare files:" in both
    assert await dialogue.say("2") == "I don't know."


async def test_why_tells_the_words_that_spoke_for_the_answer_and_its_source(dialogue):
    await dialogue.say("an alternative to gdrive")

    because = "Because of: gdrive, alternative."
    assert await dialogue.say("why?") == f"{because}\n\nSource: Framablog (checked on November 20, 2026)"
    assert (await dialogue.say("why?")).startswith(because)


async def test_why_after_a_choice_was_picked_tells_what_was_picked(dialogue):
    await dialogue.say("google drive")
    await dialogue.say("1")

    assert (await dialogue.say("why?")).startswith("Because of: Replacing Google Drive.")


async def test_a_number_that_picks_nothing_is_not_known(dialogue):
    assert await dialogue.say("7") == "I don't know."


async def test_why_without_an_answer_before_it_is_not_known(dialogue):
    assert await dialogue.say("why?") == "I don't know."


async def test_the_next_name_is_asked_about_in_the_same_way(dialogue):
    await dialogue.say("an alternative to gdrive")

    assert (await dialogue.say("and whatsapp?")).startswith("Instead of WhatsApp:")


async def test_the_next_name_is_asked_about_in_the_same_way_after_choices_too(dialogue):
    await dialogue.say("an alternative to whatsapp")
    assert (await dialogue.say("google drive")).startswith("Is it one of these?")

    assert (await dialogue.say("and gdrive?")).startswith("Instead of Google Drive:")


async def test_a_need_after_a_service_is_what_replaces_it_for_that(dialogue):
    await dialogue.say("an alternative to gdrive")

    assert (await dialogue.say("and for files?")).startswith("Instead of Google Drive (share files):")
    assert (await dialogue.say("why?")).startswith("Because of: files.")


async def test_a_name_alone_is_not_asked_about_in_the_same_way_out_of_the_blue(dialogue):
    assert not (await dialogue.say("and whatsapp?")).startswith("Instead of WhatsApp:")


async def test_a_language_that_the_bot_does_not_speak_is_told_which_ones_it_does(dialogue):
    assert await dialogue.say("ma olen täna väga kurb ja ilm") == "I only read English, hrvatski."


async def test_whoever_wants_none_of_the_choices_is_told_who_may_know_and_that_is_no_gap(dialogue):
    await dialogue.say("google drive")

    assert await dialogue.say("None of these!") == "I don't know."
    assert await dialogue.say("2") == "I don't know."
    assert await dialogue.store.gaps() == []


async def test_what_hardly_resembles_an_entry_is_not_offered_it(dialogue):
    assert await dialogue.say("where does he keep his bikes?") == "I don't know."


async def test_a_number_means_nothing_to_somebody_else(dialogue):
    await dialogue.say("google drive", by="ada")

    assert await dialogue.say("2", by="bob") == "I don't know."


async def test_a_number_means_nothing_in_another_thread(dialogue):
    await dialogue.say("google drive", thread="t1")

    assert await dialogue.say("2", thread="t2") == "I don't know."


async def test_a_number_means_nothing_any_more_after_an_hour(dialogue):
    await dialogue.say("google drive")
    dialogue.now += timedelta(minutes=61)

    assert await dialogue.say("2") == "I don't know."


async def test_a_choice_that_vanished_from_the_knowledge_is_not_given(dialogue):
    await dialogue.say("google drive")
    dialogue.answerer = Dialogue(knowledge_without_needs()).answerer

    assert await dialogue.say("2") == "I don't know."


async def test_what_is_said_to_others_is_not_answered(dialogue):
    assert await dialogue.say("what is the fediverse?", address=Address.NOT) is None


async def test_a_question_is_answered_for_two_hours(dialogue):
    assert await dialogue.say("what is the fediverse?", ago=timedelta(minutes=119))
    assert await dialogue.say("what is the fediverse?", ago=timedelta(minutes=121)) is None


async def test_what_is_not_known_becomes_a_gap_without_who_asked(dialogue):
    await dialogue.say("where does @ivo:example.org keep his 3 bikes?", by="ada")
    await dialogue.say("where does @mia:example.org keep his 2 bikes?", by="bob", room="#other")

    (gap,) = await dialogue.store.gaps()
    assert (gap.text, gap.language, gap.count, gap.last_at) == ("where does … keep his … bikes?", "en", 2, dialogue.now)


@pytest.mark.parametrize("text", ["", "  ", "2", "🙂", "what is the fediverse?", "google drive"])
async def test_what_is_answered_or_says_nothing_is_no_gap(dialogue, text):
    await dialogue.say(text)

    assert await dialogue.store.gaps() == []


async def test_what_nobody_asked_the_bot_in_time_is_no_gap(dialogue):
    await dialogue.say("will it rain tomorrow?", address=Address.NOT)
    await dialogue.say("will it rain tomorrow?", ago=timedelta(hours=3))

    assert await dialogue.store.gaps() == []


async def test_who_asks_too_often_makes_no_gaps(dialogue):
    for _ in range(8):
        await dialogue.say("will it rain tomorrow?")

    assert [gap.count for gap in await dialogue.store.gaps()] == [5]


async def test_a_flood_gets_one_polite_sentence_then_silence(dialogue):
    replies = [await dialogue.say("what is the fediverse?") for _ in range(8)]

    assert replies[5] == "Too many questions; please wait a minute."
    assert replies[6:] == [None, None]


async def test_somebody_who_floods_takes_nothing_from_the_others(dialogue):
    for _ in range(20):
        await dialogue.say("what is the fediverse?", by="flood")

    assert (await dialogue.say("what is the fediverse?", by="ada")).startswith("Many servers")


async def test_the_minute_after_a_flood_is_answered_again(dialogue):
    for _ in range(8):
        await dialogue.say("what is the fediverse?")
    dialogue.now += timedelta(seconds=61)

    assert (await dialogue.say("what is the fediverse?")).startswith("Many servers")


async def test_the_reply_is_in_the_askers_language(dialogue):
    assert (await dialogue.say("koja je zamjena za Google Disk?")).startswith("Google Drive – slobodne zamjene:")


async def test_the_accounts_language_decides_where_the_question_does_not_tell():
    dialogue = Dialogue(knowledge(), language=HR)

    assert (await dialogue.handle("nextcloud")).replies[0].language == HR


async def test_the_language_of_the_conversation_goes_on(dialogue):
    await dialogue.say("koja je zamjena za Google Disk?")

    assert (await dialogue.handle("nextcloud")).replies[0].language == HR


async def test_who_asked_and_what_is_answered_go_with_the_reply(dialogue):
    (reply,) = (await dialogue.handle("what is the fediverse?", by="ada", thread="t")).replies

    assert (reply.asker, reply.to, reply.place.thread, reply.key) == ("ada", "m0", "t", "rooms:m0")


@pytest.mark.parametrize("text", ["", "   ", "🙂", "\u202e\u0000", "?" * 100_000, "word " * 20_000])
async def test_what_is_no_question_is_not_known(dialogue, text):
    assert await dialogue.say(text) == "I don't know."


def knowledge_without_needs():
    known = knowledge()
    return type(known)(known.entries, known.tools, {}, known.services, known.languages)


# Several things at once


async def test_of_several_questions_the_first_is_answered_and_the_rest_are_offered(dialogue):
    answer = await dialogue.say("An alternative to gdrive? And what is the fediverse? When is the next study visit?")

    assert answer.startswith("Instead of Google Drive:")
    assert answer.endswith("You also asked:\n1. The fediverse\n2. When is the next study visit")
    assert (await dialogue.say("2")).startswith("The visits of 2023 are over.")


async def test_a_question_goes_on_from_the_one_before_it_in_the_same_message(dialogue):
    answer = await dialogue.say("What is an alternative to gdrive? And whatsapp?")

    assert answer.startswith("Instead of Google Drive:")
    assert answer.endswith("You also asked:\n1. Replacing WhatsApp")


async def test_of_several_lines_each_may_be_a_question(dialogue):
    assert "1. Replacing WhatsApp" in await dialogue.say("alternative to gdrive\nalternative to whatsapp")


async def test_what_is_told_beside_one_question_is_not_asked(dialogue):
    answer = await dialogue.say("We want to leave WhatsApp instead of staying. What is the fediverse?")

    assert "You also asked" not in answer


async def test_the_one_of_several_questions_that_can_be_answered_is_answered(dialogue):
    answer = await dialogue.say("How is the weather on Mars tomorrow? What is the fediverse?")

    assert answer.startswith("Many servers that talk with each other.")


async def test_a_name_and_a_need_are_one_question(dialogue):
    answer = await dialogue.say("an alternative to gdrive to share a folder")

    assert answer.startswith("Instead of Google Drive (share files):\n- Nextcloud:")


async def test_the_last_of_two_choices_is_the_second(dialogue):
    await dialogue.say("google drive")

    assert (await dialogue.say("the last one")).startswith("Share files:")


# Who wants to be left alone, is


async def test_whoever_says_stop_is_told_once_and_then_left_alone_until_they_say_start(dialogue):
    assert await dialogue.say("Stop!") == "I am silent now."
    assert await dialogue.say("what is the fediverse?") is None
    assert await dialogue.say("stop") is None
    assert (await dialogue.say("what is the fediverse?", by="bob")).startswith("Many servers")
    assert await dialogue.say("start", room="#elsewhere") == "I am back."
    assert (await dialogue.say("what is the fediverse?")).startswith("Many servers")


async def test_a_question_that_begins_with_stop_is_a_question(dialogue):
    assert await dialogue.say("stop using gdrive: which alternative?") != "I am silent now."


async def test_start_means_nothing_to_somebody_who_is_answered_anyway(dialogue):
    assert await dialogue.say("start") == "I don't know."


# Edited questions


async def test_an_edited_question_with_another_meaning_is_answered_in_place_of_the_first(dialogue):
    first = await dialogue.handle("what is the fediverse?")
    again = await dialogue.edit(first, "an alternative to gdrive?")
    (reply,) = again.replies

    assert reply.text.startswith("Instead of Google Drive:")
    assert (reply.revises, reply.to) == (first.replies[0].key, first.replies[0].to)
    assert reply.key != first.replies[0].key


async def test_an_edit_that_means_the_same_is_not_answered_again(dialogue):
    first = await dialogue.handle("explain the fediverse to me")

    assert (await dialogue.edit(first, "What is the fediverse?")).replies == ()


async def test_an_edit_is_compared_with_the_last_answer_and_not_with_the_first(dialogue):
    first = await dialogue.handle("what is the fediverse?")
    await dialogue.edit(first, "an alternative to gdrive?")

    assert (await dialogue.edit(first, "an alternative to google drive?")).replies == ()
    assert len((await dialogue.edit(first, "what is the fediverse?")).replies) == 1


async def test_an_edit_of_what_was_never_answered_is_not_answered(dialogue):
    unheard = await dialogue.handle("what is the fediverse?", ago=timedelta(hours=3))

    assert unheard.replies == ()
    assert (await dialogue.edit(unheard, "an alternative to gdrive?")).replies == ()


# Questions that were taken away


async def test_the_answer_to_a_question_that_was_taken_away_is_taken_away_whoever_did_it(dialogue):
    first = await dialogue.handle("what is the fediverse?")
    (reply,) = (await dialogue.take_back(first)).replies

    assert (reply.text, reply.revises) == ("", first.replies[0].key)


async def test_it_is_taken_away_however_late_and_often_somebody_asked_and_whatever_they_want(dialogue):
    first = await dialogue.handle("what is the fediverse?")
    for _ in range(8):
        await dialogue.say("what is the fediverse?")
    dialogue.now += timedelta(days=1)
    await dialogue.say("stop")

    assert len((await dialogue.take_back(first, by="ada")).replies) == 1


async def test_what_led_to_no_answer_is_taken_away_in_silence(dialogue):
    unheard = await dialogue.handle("what is the fediverse?", ago=timedelta(hours=3))

    assert (await dialogue.take_back(unheard)).replies == ()


async def test_nothing_is_taken_away_twice_nor_answered_any_more(dialogue):
    first = await dialogue.handle("what is the fediverse?")
    await dialogue.take_back(first)

    assert (await dialogue.take_back(first)).replies == ()
    assert (await dialogue.edit(first, "an alternative to gdrive?")).replies == ()


# Signs under what the bot said


async def test_a_number_under_choices_picks_one_of_them(dialogue):
    choices = await dialogue.handle("google drive")
    picked = await dialogue.react(choices, "2")

    assert choices.replies[0].offers == 2
    assert picked.replies[0].text.startswith("Share files:")
    assert picked.replies[0].to == f"${choices.replies[0].key}"
    assert (await dialogue.say("why?")).startswith("Because of: Share files.")


async def test_a_number_picks_from_the_choices_that_it_was_put_under_whatever_was_said_since(dialogue):
    choices = await dialogue.handle("google drive")
    await dialogue.say("what is the fediverse?")
    dialogue.now += timedelta(hours=5)

    assert (await dialogue.react(choices, "2")).replies[0].text.startswith("Share files:")


async def test_the_language_of_the_choices_is_the_language_of_what_is_picked():
    dialogue = Dialogue(knowledge(), language=HR)
    choices = await dialogue.handle("google drive")

    assert (await dialogue.react(choices, "1")).replies[0].language == choices.replies[0].language == HR


@pytest.mark.parametrize("sign", ["1", "2", "3"])
async def test_numbers_mean_nothing_under_an_answer(dialogue, sign):
    answer = await dialogue.handle("what is the fediverse?")

    assert answer.replies[0].offers == 0
    assert await dialogue.react(answer, sign) == Settlement()


async def test_a_number_that_is_not_among_the_choices_means_nothing(dialogue):
    assert await dialogue.react(await dialogue.handle("google drive"), "3") == Settlement()


async def test_thumbs_are_counted_for_the_entry_that_was_given(dialogue):
    answer = await dialogue.handle("what is the fediverse?")
    for sign, by in [("👍", "ada"), ("👍", "bob"), ("👎", "eve")]:
        assert (await dialogue.react(answer, sign, by)).replies == ()

    assert await dialogue.store.votes() == [Votes("fediverse", liked=2, disliked=1)]


@pytest.mark.parametrize("asked", ["google drive", "will it rain tomorrow?", "stop"])
async def test_thumbs_under_what_is_no_answer_are_not_counted(dialogue, asked):
    await dialogue.react(await dialogue.handle(asked), "👍", by="bob")

    assert await dialogue.store.votes() == []


async def test_signs_under_what_was_taken_away_or_never_said_mean_nothing(dialogue):
    answer = await dialogue.handle("what is the fediverse?")
    removal = await dialogue.take_back(answer)
    await dialogue.store.sent(answer.replies[0].key, "$answer", dialogue.now)
    await dialogue.store.sent(removal.replies[0].key, "$answer", dialogue.now)
    for under in ("$answer", "$unknown"):
        await dialogue.react_to(under, "👍")

    assert await dialogue.store.votes() == []


async def test_nobody_votes_or_picks_faster_than_anybody_may_ask_nor_after_stop(dialogue):
    answer, choices = await dialogue.handle("what is the fediverse?"), await dialogue.handle("google drive")
    for _ in range(20):
        await dialogue.react(answer, "👍", by="eve")
    await dialogue.say("stop", by="bob")
    await dialogue.react(answer, "👍", by="bob")

    assert await dialogue.store.votes() == [Votes("fediverse", liked=5)]
    assert (await dialogue.react(choices, "1", by="bob")).replies == ()


async def test_taking_a_number_away_takes_its_answer_away(dialogue):
    picked = await dialogue.react(await dialogue.handle("google drive"), "2")
    (removal,) = (await dialogue.take_back_message(dialogue.signed, by="ada")).replies

    assert (removal.text, removal.revises) == ("", picked.replies[0].key)


# What is kept, and who wants to be forgotten


async def test_whoever_asks_what_is_kept_is_told_and_for_how_long(dialogue):
    assert await dialogue.say("Privacy?") == "I keep ids for 30 days and gaps for 60 days."


async def test_whoever_wants_to_be_forgotten_is_wherever_they_say_so_and_told(dialogue):
    await dialogue.say("google drive", room="#help")
    await dialogue.say("google drive", room="#other", thread="t")
    await dialogue.say("google drive", by="bob")

    assert await dialogue.say("forget me!", room="#elsewhere") == "Who are you?"
    assert await dialogue.say("2", room="#help") == "I don't know."
    assert await dialogue.say("2", room="#other", thread="t") == "I don't know."
    assert (await dialogue.say("2", by="bob")).startswith("Share files:")


async def test_whoever_said_stop_can_ask_what_is_kept_and_be_forgotten_and_still_is_left_alone(dialogue):
    await dialogue.say("stop")

    assert (await dialogue.say("privacy")).startswith("I keep ids")
    assert await dialogue.say("forget me") == "Who are you?"
    assert await dialogue.say("what is the fediverse?") is None


async def test_whoever_asks_too_often_is_forgotten_all_the_same(dialogue):
    await dialogue.say("google drive")
    for _ in range(8):
        await dialogue.say("what is the fediverse?", room="#other")

    assert await dialogue.say("forget me") is None
    assert await dialogue.store.conversation(dialogue.last.place, "ada") is None


async def test_in_a_terminal_nobody_can_be_silenced_but_everybody_forgotten(dialogue):
    manners = replace(dialogue.bot._manners(), may_be_silenced=False)
    dialogue.bot._manners = lambda: manners

    assert await dialogue.say("stop") == "I don't know."
    assert await dialogue.say("forget me") == "Who are you?"


@pytest.mark.parametrize("text", ["forget me not is a flower", "what about privacy in the fediverse?"])
async def test_a_question_about_privacy_or_forgetting_is_a_question(dialogue, text):
    assert not (await dialogue.say(text)).startswith(("Who are you", "I keep ids"))


async def test_somebody_who_floods_costs_the_store_nothing_but_may_still_say_stop(dialogue):
    for _ in range(11):
        await dialogue.say("google drive")
    asked = []
    store = dialogue.bot._store
    dialogue.bot._store = Counted(store, asked)
    for _ in range(100):
        assert await dialogue.say("google drive") is None
    assert asked == []

    await dialogue.say("stop")
    dialogue.bot._store = store
    assert await store.is_silenced("rooms", "ada")


async def test_what_is_ignored_as_soon_as_it_is_read_would_have_led_to_nothing(dialogue):
    for _ in range(5):
        await dialogue.say("google drive")
        assert not dialogue.bot.ignores(dialogue.last)
    assert "wait a minute" in await dialogue.say("google drive")
    last = dialogue.last

    assert dialogue.bot.ignores(last)
    assert dialogue.bot.ignores(replace(last, text="an edit", revises=last.id))
    assert not dialogue.bot.ignores(replace(last, sender="bob"))
    assert not dialogue.bot.ignores(replace(last, text="stop"))
    assert not dialogue.bot.ignores(replace(last, text="", revises=last.id))
    assert not dialogue.bot.ignores(replace(last, text=LIKED, reacts_to="$answer"))


class Counted:
    """Notes what a store is asked."""

    def __init__(self, store, asked):
        self._store, self._asked = store, asked

    def __getattr__(self, name):
        self._asked.append(name)
        return getattr(self._store, name)
