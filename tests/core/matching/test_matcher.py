"""How the catalogue and the ranker decide between them."""

from dataclasses import replace

import pytest

from echobot.core.answer import Question
from echobot.core.knowledge import Entry, EntryId, Intent
from echobot.core.matching import Matcher
from tests.samples import EN, ENGLISH, knowledge


def entry(name, *asked):
    return Entry(EntryId(name), {EN: asked}, {EN: "An answer."})


COOPERATIVE = entry("cooperative", "how did grocers leave google drive", "the grocers of lyon", "tell me about grocers")
STORM = entry("storm", "google drive is down", "a storm in the data centre")
HELLO = entry("hello", "hello", "what can you do", "how do you work")
ELSEWHERE = (*ENGLISH.cues[Intent.ELSEWHERE], "how are you", "staff are there")


@pytest.fixture(scope="module")
def matcher():
    known = knowledge()
    small = ENGLISH.small_words | {"hello", "you", "are", "how"}
    pack = replace(
        ENGLISH,
        cues={**ENGLISH.cues, Intent.ELSEWHERE: ELSEWHERE},
        small_words=small,
        story_words=ENGLISH.story_words | {"staff"},
    )
    entries = {**known.entries, COOPERATIVE.id: COOPERATIVE, HELLO.id: HELLO, STORM.id: STORM}
    return Matcher(replace(known, entries=entries, languages={**known.languages, EN: pack}))


def best(matcher, text):
    return next(iter(matcher.rank(Question(text, EN))), None)


def is_answer(matcher, match):
    return match.score >= matcher.found_at and not match.vetoed


def test_a_name_with_a_story_is_answered(matcher):
    match = best(matcher, "we are bakers and want to leave google drive")

    assert match.entry == "google-drive"
    assert is_answer(matcher, match)


def test_a_name_is_not_sure_where_an_entry_is_about_what_stands_around_it(matcher):
    matches = matcher.rank(Question("how did the grocers manage to leave google drive", EN))

    assert {match.entry for match in matches[:2]} == {"google-drive", "cooperative"}
    assert not any(is_answer(matcher, match) for match in matches)


def test_what_a_curator_wrote_in_these_very_words_is_answered_whatever_it_says_of_a_name(matcher):
    match = best(matcher, "Google Drive is down!")

    assert match.entry == "storm"
    assert is_answer(matcher, match)
    assert not is_answer(matcher, best(matcher, "google drive is down again"))


def test_a_greeting_is_answered_but_not_small_talk(matcher):
    assert is_answer(matcher, best(matcher, "hello"))
    assert not is_answer(matcher, best(matcher, "hello, how are you?"))


def test_whoever_tells_a_story_is_offered_choices_of_which_nothing_is_so_sure(matcher):
    story = "we are a small choir from the hills and would like to share what we sing with friends"

    assert 0 < matcher.choices_in(story) < matcher.choices_in("share songs") == matcher.choices_at


def test_what_is_asked_nearly_so_may_be_meant_though_its_words_are_in_many_stories(matcher):
    known = knowledge()
    pack = replace(ENGLISH, story_words=ENGLISH.story_words | {"an", "old", "laptop"})
    entries = [entry("save", "save an old laptop", "an old laptop"), entry("whales", "rescue the whales")]
    laptops = Matcher(replace(known, entries={each.id: each for each in entries}, languages={EN: pack}))
    match = best(laptops, "rescue an old laptop")

    assert (match.entry, match.unexplained) == ("save", ("rescue",))
    assert match.score >= laptops.choices_at
    assert not is_answer(laptops, match)


def test_what_asks_for_something_else_is_no_story(matcher):
    assert not is_answer(matcher, best(matcher, "how many staff are there in the fediverse"))


@pytest.mark.parametrize("text", ["", "3", "?!", "12:30"])
def test_what_has_no_letters_fits_nothing(matcher, text):
    assert matcher.rank(Question(text, EN)) == []
