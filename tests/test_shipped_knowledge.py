"""The knowledge that echobot comes with answers questions that its authors did not write down."""

import pytest

from echobot import prepared
from echobot.content.questions import read_questions
from echobot.evaluation import judge, report
from echobot.shipped import shipped_folder

LANGUAGES = ("de", "en", "fr", "hr", "it", "nl")


@pytest.fixture(scope="module")
def answerer():
    return prepared.answerer()


def asked(answerer, file):
    return report(judge(answerer, read_questions(shipped_folder() / "tests" / file)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_nineteen_of_twenty_are_answered_rightly_or_offered_the_right_choice(answerer, language):
    result = asked(answerer, f"must-answer-{language}.yaml")

    assert result.questions >= 60
    assert result.helped >= 0.95
    assert result.counts["wrong"] <= 0.01 * result.questions


def test_what_must_not_be_answered_is_declined_in_every_language(answerer):
    result = asked(answerer, "must-not-answer.yaml")

    assert set(result.languages) == set(LANGUAGES)
    for language, part in result.languages.items():
        assert part.questions >= 100, language
        assert part.false_rate <= 0.02, language
