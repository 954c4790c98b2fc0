from dataclasses import replace

import pytest

from echobot.core.knowledge import EntryId, Knowledge, Service
from echobot.core.language import LanguageGuess
from tests.samples import EN, HR, knowledge

GUESS = LanguageGuess(knowledge())


@pytest.mark.parametrize("text", ["what can we use", "how do I share a folder", "the fediverse please"])
def test_english_is_known_by_its_words(text):
    assert GUESS.guess(text, HR) == EN


@pytest.mark.parametrize("text", ["umjesto nečega", "koja je zamjena", "što je na stvari", "žšč"])
def test_croatian_is_known_by_its_words_and_letters(text):
    assert GUESS.guess(text, EN) == HR


@pytest.mark.parametrize("text", ["", "2", "whatsapp", "🙂", "12:30"])
def test_a_text_that_does_not_tell_is_in_the_language_of_the_place(text):
    assert GUESS.guess(text, HR) == HR
    assert GUESS.guess(text, EN) == EN


def named(known: Knowledge, name: str) -> Knowledge:
    service = Service(EntryId("named"), name, (), (), (EntryId("nextcloud"),))
    return replace(known, services={**known.services, service.id: service})


def test_a_small_word_inside_a_name_tells_nothing():
    guess = LanguageGuess(named(knowledge(), "We Transfer"))

    assert guess.guess("we transfer?", HR) == HR
    assert guess.guess("we", HR) == EN


def test_a_word_of_a_name_that_stands_alone_tells_as_much_as_any_other():
    guess = LanguageGuess(named(knowledge(), "Folder Share"))

    assert guess.guess("folder share", HR) == HR
    assert guess.guess("a folder to share", HR) == EN


def test_a_small_word_of_two_languages_speaks_for_the_one_that_says_it_more_often():
    pack = knowledge().languages[HR]
    talkative = replace(pack, phrases={"often": "a ovo, " * 200})
    guess = LanguageGuess(replace(knowledge(), languages={**knowledge().languages, HR: talkative}))

    assert GUESS.guess("a whatsapp gdrive", EN) == EN
    assert guess.guess("a whatsapp gdrive", EN) == HR


def test_few_words_that_both_languages_know_are_in_the_language_of_the_place():
    assert GUESS.guess("a a", HR) == HR
    assert GUESS.guess("a a", EN) == EN


def test_a_cue_with_any_ending_is_known_with_every_ending():
    assert GUESS.guess("zamjenica", EN) == HR
    assert GUESS.guess("replaceable", HR) == EN
