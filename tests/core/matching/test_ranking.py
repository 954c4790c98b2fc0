import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echobot.core.knowledge import EntryId, Language, Phrasing
from echobot.core.matching.ranking import Ranker
from echobot.core.matching.vocabulary import akin
from echobot.core.text import words

EN, FR, DE = Language("en"), Language("fr"), Language("de")
SMALL = {
    EN: frozenset(words("a an the i we you do does can how what when where who is are to for of in on my our me it")),
    FR: frozenset(words("le la les un une de du des est ce que qui quand où comment je nous peut on à c'est")),
}
ASKED = {
    "workshop": {
        EN: ["when is the next workshop", "how do I join a workshop", "where can we sign up for the workshop"],
        FR: ["quand a lieu le prochain atelier", "comment s'inscrire à un atelier", "je veux participer à un atelier"],
    },
    "visit": {
        EN: ["what is a study visit", "who can come on a study visit", "tell me about the study visits"],
        FR: ["c'est quoi une visite d'étude", "qui peut venir à une visite d'étude"],
    },
    "fediverse": {
        EN: ["what is the fediverse", "explain the fediverse to me", "how does the fediverse work"],
        FR: ["c'est quoi le fédivers", "explique-moi le fédivers"],
    },
    "network": {
        EN: ["who is behind the network", "what does your network do", "tell me about the network"],
        FR: ["qui est derrière le réseau", "que fait votre réseau"],
    },
}


def phrasings(*languages):
    return [
        Phrasing.of(EntryId(entry), language, text)
        for entry, asked in ASKED.items()
        for language in languages
        for text in asked[language]
    ]


BOTH = Ranker(phrasings(EN, FR), SMALL)


def best(text, language=EN, ranker=BOTH, **options):
    return ranker.rank(text, language, **options)[0]


def is_found(match, ranker=BOTH):
    return match.score >= ranker.found_at and not match.vetoed


@pytest.mark.parametrize("phrasing", phrasings(EN, FR), ids=lambda phrasing: phrasing.text)
def test_every_phrasing_finds_its_own_entry_for_certain(phrasing):
    match = best(phrasing.text.upper() + " ?!", phrasing.language)

    assert (match.entry, match.vetoed, match.unexplained) == (phrasing.entry, False, ())
    assert match.score > 0.99


@pytest.mark.parametrize(
    ("text", "language", "entry"),
    [
        ("could I join the next workshop?", EN, "workshop"),
        ("what does fediverse mean", EN, "fediverse"),
        ("workshops: where to sign up", EN, "workshop"),
        ("le prochain atelier, c'est quand", FR, "workshop"),
        ("EXPLIQUE LE FEDIVERS", FR, "fediverse"),
    ],
)
def test_other_words_of_the_same_question_rank_its_entry_first(text, language, entry):
    assert best(text, language).entry == entry


def test_a_slip_of_the_finger_is_forgiven():
    match = best("explain the fedivrese")

    assert match.entry == "fediverse"
    assert "fedivrese" in match.matched


def test_a_name_is_no_slip_of_the_finger_for_a_word():
    asked = "the netwrok"
    ranker = Ranker(phrasings(EN), SMALL, frozenset({"netwrok"}))

    assert best(asked, ranker=Ranker(phrasings(EN), SMALL)).score > best(asked, ranker=ranker).score


def test_an_inflected_word_is_explained():
    assert "ateliers" in best("les prochains ateliers", FR).matched


def test_a_word_of_another_language_explains_no_word_that_only_looks_like_it():
    training, hosting = EntryId("training"), EntryId("hosting")
    asked = [(training, EN, "learn nextcloud"), (training, FR, "serve nextcloud"), (hosting, EN, "a server of ours")]
    ranker = Ranker([Phrasing.of(*each) for each in asked], SMALL)

    def unexplained(language):
        return next(match for match in ranker.rank("nextcloud server", language) if match.entry == training).unexplained

    assert unexplained(EN) == ("server",)
    assert unexplained(FR) == ()


@pytest.mark.parametrize(
    ("one", "other", "are"),
    [
        ("dista", "lista", False),
        ("lissta", "lista", True),
        ("kalendar", "calendar", True),
        ("newslettr", "newsletter", True),
    ],
)
def test_who_types_a_short_word_does_not_miss_its_first_letter(one, other, are):
    assert akin(one, other) is are


def test_words_are_shown_as_they_were_typed():
    match = best("What is the FEDIVERSE, Grandma?")

    assert match.matched == ("FEDIVERSE",)
    assert match.unexplained == ("Grandma",)


def test_words_that_no_phrasing_knows_veto():
    match = best("how do I reset the password of my network printer")

    assert match.vetoed
    assert {"reset", "password", "printer"} <= set(match.unexplained)


def test_what_the_knowledge_does_not_hold_is_not_found():
    asked = ["is whatsapp down?", "best pizza in town", "who won the match yesterday", "how old is the network printer"]

    assert not any(is_found(match) for text in asked for match in BOTH.rank(text, EN))


def test_words_that_the_caller_explains_need_no_other_explanation():
    asked = "tell me about the network for our association"

    assert "association" in best(asked).unexplained
    assert "association" not in best(asked, explained=frozenset({"association"})).unexplained


def test_a_question_whose_words_are_all_explained_is_not_vetoed():
    assert not any(match.vetoed for match in BOTH.rank("the network", EN, explained=frozenset({"network"})))


def test_without_a_list_of_small_words_frequent_words_weigh_little():
    ranker = Ranker(phrasings(EN), {})

    assert is_found(best("tell me what is the fediverse", ranker=ranker), ranker)


def test_a_question_of_small_words_only_can_have_an_entry():
    ranker = Ranker([*phrasings(EN), Phrasing.of(EntryId("bot"), EN, "who are you")], SMALL)

    assert is_found(best("who are you?", ranker=ranker), ranker)


def test_two_entries_with_the_same_phrasing_are_both_offered_and_neither_is_certain():
    twice = [*phrasings(EN), Phrasing.of(EntryId("other"), EN, "what is the fediverse")]
    first, second, *_ = Ranker(twice, SMALL).rank("what is the fediverse", EN)

    assert {first.entry, second.entry} == {"fediverse", "other"}
    assert first.score < 0.99


@pytest.mark.parametrize("text", ["banana banana, is it a banana?", "papaya", "what is what"])
def test_a_phrasing_that_repeats_itself_is_recognised(text):
    ranker = Ranker([*phrasings(EN), Phrasing.of(EntryId("repeats"), EN, text)], SMALL)

    assert best(text, ranker=ranker).score > 0.99


def test_a_question_in_an_unknown_language_is_ranked_over_all_languages():
    assert best("fédivers", None).entry == "fediverse"
    assert best("fédivers", DE).entry == "fediverse"


def test_the_language_of_the_question_comes_first():
    ranker = Ranker(
        [
            *phrasings(EN, FR),
            Phrasing.of(EntryId("english"), EN, "la pause concert"),
            Phrasing.of(EntryId("french"), FR, "la pause cafe"),
        ],
        SMALL,
    )

    assert best("la pause", EN, ranker).entry == "english"
    assert best("la pause", FR, ranker).entry == "french"


def test_the_same_knowledge_ranks_the_same_every_time():
    again = Ranker(phrasings(EN, FR), SMALL)

    assert again.found_at == BOTH.found_at
    assert again.rank("what is this workshop about", EN) == BOTH.rank("what is this workshop about", EN)


def test_the_thresholds_are_in_order():
    assert 0 < BOTH.choices_at < BOTH.found_at <= 1


@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_smallest_knowledge_bases_can_be_asked(count):
    ranker = Ranker(phrasings(EN)[:count], {})

    assert len(ranker.rank("when is the next workshop", EN)) == min(count, 1)
    assert ranker.rank("zzz", EN) == []


def test_phrasings_without_words_are_passed_over():
    ranker = Ranker([Phrasing.of(EntryId("empty"), EN, "?!"), *phrasings(EN)], SMALL)

    assert best("what is the fediverse", ranker=ranker).entry == "fediverse"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "?!…",
        "🙂🙂",
        "\x00\x1b[31m",
        "\u202eabc",
        "½ ½ cup №",
        "שלום עולם",
        "如何分享文件",
        "\ud800",
        "a" * 100_000,
    ],
)
def test_nothing_that_can_be_typed_is_too_strange(text):
    assert all(match.score < BOTH.found_at for match in BOTH.rank(text, EN))


def test_a_long_message_is_ranked_by_its_beginning_and_its_end():
    story = " ".join(f"thing{number}" for number in range(150))

    assert best(f"{story} what is the fediverse").entry == "fediverse"
    assert best(f"what is the fediverse {story} " * 100).entry == "fediverse"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.sampled_from([EN, FR, DE, None]), st.integers(0, 6))
def test_whatever_is_asked_gets_scores_in_order_and_every_word_is_accounted_for_once(text, language, limit):
    matches = BOTH.rank(text, language, limit=limit)

    assert len(matches) <= limit
    assert [match.score for match in matches] == sorted((match.score for match in matches), reverse=True)
    assert all(0 <= match.score <= 1 for match in matches)
    assert len({match.entry for match in matches}) == len(matches)
