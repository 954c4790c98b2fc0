from datetime import timedelta

import pytest

from echobot.core.gap import MOST_CHARACTERS, Gap, alike, anonymous, gap_in
from echobot.core.knowledge import Language
from tests.fakes import NOON

EN = Language("en")


def gap(text, count=1, language=EN, at=NOON):
    return Gap(text, language, count, at)


def texts(groups):
    return [[gap.text for gap in group] for group in groups]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("tell @ada:example.org to come", "tell … to come"),
        ("ask (@ada) or @bob@social.example please", "ask … or … please"),
        ("write to ada.lovelace+x@example.org, ok?", "write to … ok?"),
        ("ada @ example.org or ada [at] example org", "… or … org"),
        ("ada＠example．org wants wifi", "… wants wifi"),
        ("ad\u200ba@exam\u200bple.org wants wifi", "… wants wifi"),
        ("see https://example.org/a?b=c#d now", "see … now"),
        ("see www.example now, or cloud.example.org/s/abc", "see … now, or …"),
        ("see matrix.to/#/@ada:example.org or mxc://x/y", "see … or …"),
        ("join #room:localhost or !abcDEF:example.org", "join … or …"),
        ("call +385 (0)91 234-56.78 tonight", "call … tonight"),
        ("rufe ٠١٢٣ oder ①②③ an", "rufe … oder … an"),
        ("my token is syt_YWRh_kJhGtR5e and", "my token is … and"),
        ("we are 12 at 10:30 in room B2", "we are … at … in room B…"),
        ("two\nlines\tand \x1b[31mred\x00", "two lines and […mred"),
    ],
)
def test_nobodys_traces_are_kept(said, kept):
    assert anonymous(said) == kept


@pytest.mark.parametrize(
    "text", ["how do i reset my password?", "wo gibt's e.g. Kurse, z.B. für Kinder?", "što je #fediverse…", "怎么用"]
)
def test_what_tells_nothing_about_anybody_stays_as_it_was_said(text):
    assert anonymous(text).replace("...", "…") == text


@pytest.mark.parametrize("text", ["word " * 10_000, "ы" * 500, "怎" * 900, "how? " + "ﷺ " * 10_000])
def test_a_story_is_cut(text):
    kept = anonymous(text)

    assert len(kept) <= MOST_CHARACTERS + 2
    assert kept.endswith("…")


@pytest.mark.parametrize(
    "text",
    ["", "  ", "2", "(2).", "🙂", "???", "@ada 12 https://example.org", "\u202e\u0000", " " * 9000, "!" * 65_000],
)
def test_what_says_nothing_is_no_gap(text):
    assert gap_in(text, EN, NOON) is None


def test_where_a_long_text_is_cut_no_half_of_an_address_is_left():
    assert anonymous("9 " * 490 + "ada.lovelace.of.zagreb.the.first@example.org") == "…"


def test_a_gap_holds_a_text_its_language_and_a_time_and_nobody():
    assert gap_in("where is @ada's bike?", EN, NOON) == Gap("where is … bike?", EN, 1, NOON)


def test_wordings_that_ask_the_same_are_one_group_and_the_most_frequent_is_first():
    groups = alike(
        [
            gap("Reset my gmail pasword, how?"),
            gap("how can i reset my gmail password", 3),
            gap("is whatsapp down", 2),
            gap("how do I reset the password of my Gmail?"),
            gap("is whatsapp down today?"),
        ]
    )

    assert [group[0].text for group in groups] == ["how can i reset my gmail password", "is whatsapp down"]
    assert [len(group) for group in groups] == [3, 2]


def test_questions_that_differ_in_what_they_are_about_are_not_one():
    different = [gap("reset my gmail password"), gap("reset my gitlab password"), gap("a house"), gap("a mouse")]

    assert len(alike(different)) == 4


def test_a_name_alone_does_not_swallow_every_question_with_it():
    assert len(alike([gap("nextcloud"), gap("who sells hardware for nextcloud")])) == 2


def test_short_words_count_where_there_are_no_others():
    assert texts(alike([gap("tv"), gap("a tv?"), gap("ufo")])) == [["a tv?"], ["tv"], ["ufo"]]


def test_wordings_in_several_languages_can_be_one_group():
    assert len(alike([gap("wifi password"), gap("wifi passwort", language=Language("de"))])) == 1


def test_what_is_asked_most_comes_first_and_then_what_was_asked_last():
    groups = alike([gap("alpha"), gap("gamma", at=NOON + timedelta(days=1)), gap("delta", 2)])

    assert texts(groups) == [["delta"], ["gamma"], ["alpha"]]


def test_no_gaps_are_no_groups():
    assert alike([]) == []
