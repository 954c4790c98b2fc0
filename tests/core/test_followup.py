import pytest

from echobot.core.followup import asks_why, goes_on, picked, takes_all
from tests.samples import ENGLISH

TITLES = {"google-drive": "Replacing Google Drive", "share-files": "Share files", "visits": "Study visits"}


def choice(text, offered=tuple(TITLES), pack=ENGLISH):
    return picked(text, offered, pack, TITLES.__getitem__)


@pytest.mark.parametrize(
    "text",
    [
        "2",
        " 2. ",
        "(2)",
        "#2",
        "the second one",
        "second please",
        "share files",
        "Files!",
        "2!",
        "number 2",
        "Option 2, please.",
        "ok 2",
    ],
)
def test_the_second_choice_is_picked_by_number_by_place_or_by_its_title(text):
    assert choice(text) == "share-files"


@pytest.mark.parametrize("text", ["yes", "Yes please!", "ok", "the first one", "1"])
def test_yes_takes_the_first_choice(text):
    assert choice(text) == "google-drive"


@pytest.mark.parametrize(
    "text",
    ["0", "4", "-1", "²", "22222222222", "2 or 1", "", "🙂", "the first or the second", "no",
     "we are 2", "1 and 2", "number 0", "number 9", "number 222",
     "how do we share files with others",
     "what happened on the second study visit"],
)  # fmt: skip
def test_what_picks_none_of_the_choices_is_a_question_of_its_own(text):
    assert choice(text) is None


@pytest.mark.parametrize("text", ["both", "Both, please!", "all of them", "ok both"])
def test_both_takes_all_of_the_choices(text):
    assert takes_all(text, ENGLISH)


@pytest.mark.parametrize("text", ["", "2", "yes", "both?! share files", "we use both", "all"])
def test_what_says_more_than_both_takes_no_choice(text):
    assert not takes_all(text, ENGLISH)
    assert not takes_all("both", None)


def test_nothing_is_picked_where_nothing_was_offered():
    assert choice("1", offered=()) is None


def test_a_number_picks_in_a_language_without_words_for_it():
    assert choice("3", pack=None) == "visits"
    assert choice("third", pack=None) is None


@pytest.mark.parametrize("text", ["why?", "Why", "how do you know?"])
def test_why_asks_about_the_last_answer(text):
    assert asks_why(text, ENGLISH)


@pytest.mark.parametrize("text", ["why should we leave google drive", "", "how"])
def test_a_question_that_begins_like_why_is_a_question_of_its_own(text):
    assert not asks_why(text, ENGLISH)


def test_a_message_that_goes_on_says_with_what():
    assert goes_on("And for photos?", ENGLISH) == "photos"
    assert goes_on("photos", ENGLISH) is None
    assert goes_on("and for", None) is None
