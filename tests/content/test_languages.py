"""A language is a folder: the bot's own sentences, cues and small words."""

import pytest

from echobot.core.knowledge import Intent
from echobot.core.wording import PHRASES
from tests.content.conftest import ENTRY

PHRASES_FILE = "name: Esperanto\nphrases:\n" + "".join(
    f'  {name}: "{" ".join(f"{{{place}}}" for place in sorted(places)) or "jes"}"\n' for name, places in PHRASES.items()
)
CUES = "cues:\n  replace: [anstataŭ]\n  what: [kio estas]\n  try: [provi]\n  elsewhere: [prezo]\n"
WORDS = "words:\n  small: [la]\n  story: [nia]\n"


@pytest.fixture
def esperanto(folder):
    folder.write("a.yaml", ENTRY.replace("en:", "eo:"))
    folder.write("languages/eo/phrases.yaml", PHRASES_FILE)
    folder.write("languages/eo/cues.yaml", CUES)
    folder.write("languages/eo/words.yaml", WORDS)
    return folder


def test_a_folder_without_languages_speaks_those_that_echobot_comes_with(folder):
    folder.write("a.yaml", ENTRY)
    assert set(folder.load()[0].languages) == {"fr", "en", "de", "it", "hr", "nl"}


def test_a_seventh_language_is_a_folder(esperanto):
    knowledge, problems = esperanto.load()
    assert problems == []
    pack = knowledge.languages["eo"]
    assert pack.name == "Esperanto"
    assert pack.cues[Intent.TRY] == ("provi",)
    assert pack.small_words == {"la"}
    assert pack.story_words == {"nia"}
    assert "fr" in knowledge.languages


def test_one_file_may_hold_a_whole_language(folder):
    folder.write("a.yaml", ENTRY.replace("en:", "eo:"))
    folder.write("languages/eo/all.yaml", PHRASES_FILE + CUES + WORDS)
    knowledge, problems = folder.load()
    assert problems == []
    assert knowledge.languages["eo"].cues[Intent.WHAT] == ("kio estas",)


def test_own_cues_take_the_place_of_the_shipped_ones_and_leave_the_phrases(folder):
    folder.write("a.yaml", ENTRY)
    folder.write("languages/en/mine.yaml", CUES)
    pack = folder.load()[0].languages["en"]
    assert pack.cues[Intent.REPLACE] == ("anstataŭ",)
    assert pack.phrases["replace"].endswith("{service}:")


PROBLEMS = [
    ("{service}", "{sevrice}", "3:12", "`replace` has no value for {sevrice} — it may hold {service}"),
    (
        'unknown: "jes"',
        'unknown: "{jes}"',
        f"{list(PHRASES).index('unknown') + 3}:12",
        "`unknown` has no value for {jes} — write it without { }",
    ),
    ("{service}", "{service!r}", "3:12", "`replace` has no value for {service!r} — it may hold {service}"),
    ("{service}", "{service:>9999}", "3:12", "`replace` has no value for {service:>9999} — it may hold {service}"),
    ("{service}", "{service.__class__}", "3:12", "`replace` has no value for {service.__class__} — it may hold"),
    ("{service}", "{}", "3:12", "`replace` has no value for {} — it may hold {service}"),
    ("{service}", "{service", "3:12", "a bracket in `replace` is not closed or not opened — write {{ for a {"),
    ("phrases:", "phrase:", "2:1", "unknown key `phrase` — did you mean `phrases`?"),
]


@pytest.mark.parametrize(("right", "wrong", "place", "sentence"), PROBLEMS)
def test_a_mistake_in_the_phrases_is_told(esperanto, right, wrong, place, sentence):
    esperanto.write("languages/eo/phrases.yaml", PHRASES_FILE.replace(right, wrong, 1))
    knowledge, problems = esperanto.load()
    assert knowledge is None
    assert any(line.startswith(f"languages/eo/phrases.yaml:{place}: {sentence}") for line in problems), problems


def test_a_phrase_that_is_missing_is_said_in_english_until_somebody_adds_it(esperanto):
    esperanto.write("languages/eo/phrases.yaml", PHRASES_FILE.replace("  unknown: ", "  unknwon: ", 1))
    knowledge, problems = esperanto.load()
    assert knowledge.languages["eo"].phrases["unknown"].startswith("I don't know.")
    assert problems[0] == (
        "languages/eo/phrases.yaml:2:1: warning: the phrase `unknown` is missing — add it;"
        " until then it is said as it is shipped"
    )


def test_a_phrase_that_is_missing_in_a_language_of_the_bots_own_is_said_in_that_language(folder):
    folder.write("a.yaml", ENTRY)
    folder.write("languages/fr/mine.yaml", "phrases: {choose: Choisis.}")
    phrases = folder.load()[0].languages["fr"].phrases
    assert (phrases["choose"], phrases["stopped"][:7]) == ("Choisis.", "Entendu")


def test_a_phrase_that_says_less_than_it_could_is_worth_a_look(esperanto):
    esperanto.write("languages/eo/phrases.yaml", PHRASES_FILE.replace('"{service}"', '"Anstataŭe:"', 1))
    knowledge, problems = esperanto.load()
    assert knowledge is not None
    assert problems == [
        "languages/eo/phrases.yaml:3:12: warning: `replace` does not say {service} — put it where the value belongs"
    ]


def test_a_phrase_that_nothing_says_is_worth_a_look(esperanto):
    esperanto.write("languages/eo/phrases.yaml", PHRASES_FILE + "  helo: hi\n")
    (problem,) = esperanto.load()[1]
    line = len(PHRASES) + 3
    assert problem.startswith(f"languages/eo/phrases.yaml:{line}:3: warning: unknown phrase `helo` — ")


def test_a_language_without_phrases_is_not_served(esperanto):
    (esperanto.path / "languages/eo/phrases.yaml").unlink()
    knowledge, problems = esperanto.load()
    assert knowledge is None
    assert (
        "languages/eo/cues.yaml:1:1: the bot's own `phrases` are missing in eo — copy a phrases.yaml and translate it"
        in (problems)
    )


def test_cues_that_are_missing_are_worth_a_look(esperanto):
    esperanto.write("languages/eo/cues.yaml", CUES.replace("  try: [provi]\n", ""))
    (problem,) = esperanto.load()[1]
    assert problem.startswith("languages/eo/cues.yaml:1:1: warning: there are no cues under `try` in eo — ")


def test_a_key_in_two_files_of_a_language_is_told(esperanto):
    esperanto.write("languages/eo/more.yaml", CUES)
    assert esperanto.load()[1] == [
        "languages/eo/more.yaml:1:1: `cues` is also in languages/eo/cues.yaml — keep one of the two"
    ]


@pytest.mark.parametrize("name", ["languages/esperanto/cues.yaml", "languages/cues.yaml"])
def test_a_file_in_no_language_is_told(folder, name):
    folder.write("a.yaml", ENTRY)
    folder.write(name, CUES)
    (problem,) = folder.load()[1]
    assert problem.startswith(f"{name}:1:1: ")
    assert problem.endswith(" — put the file into a folder such as languages/fr/")


def test_a_talk_from_before_people_could_be_forgotten_still_understands_that_they_want_to_be(folder):
    folder.write("a.yaml", ENTRY)
    folder.write("languages/fr/talk.yaml", "talk: {stop: [silence], privacy: [secret]}")
    talk = folder.load()[0].languages["fr"].talk

    assert (talk.stop, talk.privacy, talk.forget[0]) == (("silence",), ("secret",), "oublie-moi")
