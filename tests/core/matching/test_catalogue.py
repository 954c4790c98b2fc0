import pytest

from echobot.core.knowledge import Intent
from echobot.core.matching.catalogue import Catalogue, Levels
from tests.samples import EN, HR, knowledge

LEVELS = Levels()
CATALOGUE = Catalogue(knowledge(), LEVELS)


def best(text, language=EN):
    matches = CATALOGUE.rank(CATALOGUE.read(text, language))
    return matches[0] if matches else None


@pytest.mark.parametrize(
    "text",
    [
        "instead of google drive",
        "an alternative to Google Drive?",
        "we want to leave google drive for our association",
        "replacement for gdrive please",
    ],
)
def test_a_name_and_its_cue_are_a_question(text):
    match = best(text)

    assert (match.entry, match.intent, match.vetoed) == ("google-drive", Intent.REPLACE, False)


def test_the_persons_story_around_a_name_and_its_cue_does_not_veto():
    match = best("we are twelve volunteers on old laptops and want to leave google drive")

    assert match.score == LEVELS.story
    assert "laptops" in match.unexplained


@pytest.mark.parametrize("text", ["google drive", "google drive synchronises wrongly", "whatsapp for grandmothers"])
def test_a_name_alone_is_no_question(text):
    assert best(text).vetoed


@pytest.mark.parametrize("text", ["whatsapp is down", "price of google drive", "I forgot my gdrive password"])
def test_a_question_about_something_else_is_left_alone(text):
    assert best(text).score == LEVELS.elsewhere


def test_a_tool_is_explained_when_its_name_stands_alone():
    assert not best("nextcloud?").vetoed


def test_a_tool_is_not_explained_when_something_unknown_is_asked_of_it():
    assert best("nextcloud calendar synchronisation").vetoed


def test_a_number_beside_a_tool_asks_for_more_than_what_it_is_unless_the_question_says_so():
    assert best("nextcloud for 20").vetoed
    assert not best("what is nextcloud 20").vetoed


def test_a_cue_of_another_language_counts_when_the_question_has_none_of_its_own():
    assert not best("umjesto whatsapp", EN).vetoed


def test_a_croatian_question_is_read_with_croatian_endings():
    assert best("zamjena za Google Disk", HR).entry == "google-drive"


def test_two_services_in_one_question_leave_the_choice_to_the_person():
    matches = CATALOGUE.rank(CATALOGUE.read("instead of google drive and whatsapp", EN))

    assert [match.vetoed for match in matches] == [True, True]
