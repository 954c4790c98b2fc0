"""The knowledge that echobot comes with answers questions that its authors did not write down."""

from datetime import UTC, datetime

import pytest

from echobot import prepared
from echobot.content.questions import read_questions
from echobot.core.conversation import Conversation
from echobot.core.followup import picked
from echobot.core.message import AccountName, Place
from echobot.core.text import words
from echobot.evaluation import judge, report
from echobot.shipped import shipped_folder
from tests.dialogue import Dialogue

LANGUAGES = ("de", "en", "fr", "hr", "it", "nl")


@pytest.fixture(scope="module")
def answerer():
    return prepared.answerer()


OFFERED = ("zoom", "gmail", "windows")
PICKED = {
    "zoom": "yes|yes please|the first one|oui|oui merci|le premier|c'est ça|ja|ja bitte|den ersten|sì|sì grazie"
    "|il primo|da|tako je|prvo|prvi molim|ja graag|de eerste",
    "gmail": "the second one|la deuxième|le second|das zweite|la seconda|il secondo|drugi|drugo|de tweede",
    "windows": "the last one|le dernier|das dritte|l'ultimo|zadnji|de laatste",
    None: "thanks|no thanks|merci|non merci|c'est quoi ?|danke|nein danke|was ist das|grazie|no grazie|che cos'è"
    "|hvala|ne hvala|što je to|bedankt|nee dank je|wat is dat|please|is it free",
}


@pytest.mark.parametrize(
    ("said", "meant"), [(said, meant) for meant, all_said in PICKED.items() for said in all_said.split("|")]
)
def test_choices_are_picked_as_people_say_it_in_every_language_and_never_by_thanks(answerer, said, meant):
    packs = answerer.knowledge.languages.values()
    picks = {picked(said, OFFERED, pack, answerer.voice(pack.language).title) for pack in packs}

    assert picks <= {meant, None}
    assert meant in picks


BOTH = {
    "de": "beide|beides bitte|alle beide",
    "en": "both|both please|i take both of them|all of them",
    "fr": "les deux|les deux s'il te plaît|je veux les deux|tous les deux",
    "hr": "oba|oboje molim|sve",
    "it": "entrambi|tutti e due|entrambe, grazie",
    "nl": "beide|allebei graag|alle twee",
}


@pytest.mark.parametrize(("language", "said"), [(tongue, said) for tongue in BOTH for said in BOTH[tongue].split("|")])
def test_whoever_wants_both_choices_is_given_both_answers(answerer, language, said):
    place = Place(AccountName("rooms"), "#help")
    before = Conversation(place, "ada", datetime(2026, 11, 20, tzinfo=UTC), language, offered=("zoom", "gmail"))
    answered = answerer.answer(said, language, before)

    assert answered.question.language == language
    assert answered.entries == ("zoom", "gmail")
    assert "Jitsi Meet" in answered.text
    assert "Thunderbird" in answered.text


SHORT = {
    "de": "alternative zu doodle|wechsel von gmail|teams ersetzen",
    "en": "alternative to doodle|leave gmail|replace teams",
    "fr": "une alternative à doodle|quitter gmail|remplacer teams",
    "hr": "zamjena za doodle|umjesto gmaila|napustiti teams",
    "it": "alternativa a doodle|lasciare gmail|sostituire teams",
    "nl": "alternatief voor doodle|weg van gmail|teams vervangen",
}


@pytest.mark.parametrize(
    ("language", "text"), [(tongue, text) for tongue in SHORT for text in SHORT[tongue].split("|")]
)
def test_few_words_are_read_in_their_own_language(answerer, language, text):
    assert answerer.language(text) == language
    assert answerer.language(text, "en") == language


def test_a_question_is_read_in_its_own_language_wherever_it_is_asked(answerer):
    asked_for = [
        question
        for file in (shipped_folder() / "tests").glob("*.yaml")
        for question in read_questions(file)
        if len(words(question.question)) > 1
    ]
    guesses = [(question, answerer.language(question.question, hint)) for question in asked_for for hint in LANGUAGES]
    mistaken = [(question.question, guess) for question, guess in guesses if guess != question.language]

    assert len(mistaken) <= 0.01 * len(guesses), mistaken


def asked(answerer, file):
    return report(judge(answerer, read_questions(shipped_folder() / "tests" / file)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "fewest"), [("must-answer", 60), ("blind", 50), ("stories", 60)])
def test_nineteen_of_twenty_are_answered_rightly_or_offered_the_right_choice(answerer, kind, fewest, language):
    result = asked(answerer, f"{kind}-{language}.yaml")

    assert result.questions >= fewest
    assert result.helped >= 0.95
    assert result.counts["wrong"] <= 0.01 * result.questions


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_ask_any_bot_is_never_answered(answerer, language):
    result = asked(answerer, f"far-{language}.yaml")

    assert list(result.languages) == [language]
    assert result.questions >= 100
    assert result.counts["false"] == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_asked_about_a_known_name_and_is_not_known_is_declined(answerer, language):
    result = asked(answerer, f"near-{language}.yaml")

    assert list(result.languages) == [language]
    assert result.questions >= 50
    assert result.false_rate <= 0.02


@pytest.mark.parametrize("language", LANGUAGES)
async def test_in_each_language_people_are_told_what_is_kept_and_which_words_have_it_deleted(answerer, language):
    pack = answerer.knowledge.languages[language]
    dialogue = Dialogue(answerer.knowledge, language=language)
    told = await dialogue.say(pack.talk.privacy[0])

    assert "30" in told
    assert "60" in told
    (word,) = [word for word in pack.talk.forget if word in told]
    assert await dialogue.say(word) == pack.phrases["forgotten"]
    await dialogue.store.close()


def test_what_a_service_is_itself_for_is_what_is_meant_where_the_words_may_mean_something_else(answerer):
    answered = answerer.answer("kako da zamijenimo zoom za sastanke", language="hr")

    assert answered.answer.match.need == "video-call"
