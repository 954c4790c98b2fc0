import pytest

from echobot.core.matching.names import Names
from echobot.core.text import words
from tests.samples import EN, HR, knowledge

NAMES = Names(knowledge())


def found(text, language=EN):
    return [name.entry for name in NAMES.find(words(text), language)]


@pytest.mark.parametrize(
    "text",
    [
        "replace Google Drive",
        "GDRIVE?",
        "leaving google-drive",
        "googledrive",
        "l'alternativa a Google Drive",
        "gogle drive",
    ],
)
def test_a_name_is_found_however_it_is_written(text):
    assert found(text) == ["google-drive"]


@pytest.mark.parametrize("text", ["watsapp", "whatsap", "Whats App", "whatsappp", "wahtsapp"])
def test_a_misspelt_name_is_found(text):
    assert found(text) == ["whatsapp"]


@pytest.mark.parametrize(
    ("text", "entry"),
    [("umjesto Google Diska", "google-drive"), ("bez WhatsAppa", "whatsapp"), ("s WhatsAppom", "whatsapp"),
     ("u Nextcloudu", "nextcloud")],
)  # fmt: skip
def test_a_croatian_name_is_found_in_every_case(text, entry):
    assert found(text, HR) == [entry]


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("whatsapptool", ["whatsapp", "tool"]),
        ("googledriveassociation", ["googledrive", "association"]),
        ("whatsappx", ["whatsappx"]),
        ("whatsappqwertz", ["whatsappqwertz"]),
        ("whatsapp", ["whatsapp"]),
        ("association", ["association"]),
    ],
)
def test_a_name_in_one_word_with_a_known_word_is_taken_apart(word, parts):
    assert NAMES.apart([word]) == parts


def test_two_names_are_found_in_their_order():
    assert found("nextcloud or google drive") == ["nextcloud", "google-drive"]


@pytest.mark.parametrize("text", ["", "drive", "google", "what is an app", "significant"])
def test_what_is_no_name_is_not_taken_for_one(text):
    assert found(text, HR) == []


@pytest.mark.parametrize("text", ["google dives", "google drawings", "googol disc"])
def test_two_words_are_no_slip_of_the_finger_for_a_name_that_shares_one_of_them(text):
    assert found(text) == []


def test_an_ordinary_word_one_letter_away_is_no_name():
    assert found("share folder") == []
