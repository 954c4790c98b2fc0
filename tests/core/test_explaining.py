import pytest

from echobot.core.answering import Answerer
from echobot.core.explaining import explain
from tests.samples import knowledge


@pytest.fixture(scope="module")
def answerer():
    return Answerer(knowledge())


def explained(answerer, question):
    return explain(answerer.answer(question), answerer).splitlines()


def test_an_answer_names_the_words_that_spoke_for_it(answerer):
    lines = explained(answerer, "an alternative to google drive")

    assert lines[:2] == ["Language: en.", lines[1]]
    assert lines[1].startswith("Found: google-drive scores 0.990; from ")
    assert lines[2] == "Best: google-drive, 0.990 (names 'google drive' and asks to replace)"
    assert '"alternative"' in lines[3]


def test_choices_name_the_words_that_nothing_explains(answerer):
    lines = explained(answerer, "google drive synchronises wrongly")

    assert lines[1] == 'Choices: google-drive, share-files, because nothing explains "synchronises", "wrongly".'


def test_not_knowing_says_how_far_the_best_was_from_being_a_choice(answerer):
    assert explained(answerer, "will it rain tomorrow")[1].startswith("Unknown: ")
    assert explained(answerer, "")[1] == "Unknown: no word of the question is in the knowledge base."
