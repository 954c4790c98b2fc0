import pytest

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
