import pytest
from hypothesis import given
from hypothesis import strategies as st

from echobot.core.text import fold, said, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Größe", "grosse"),
        ("c\u030cuvati", "cuvati"),
        ("ČUVATI Đuro", "cuvati duro"),
        ("Œuvre", "oeuvre"),
        ("İstanbul", "istanbul"),
        ("ﬁle", "file"),
        ("co\u00adoperate", "cooperate"),
    ],
)
def test_case_accents_and_ligatures_do_not_matter(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C'est quoi, le Fédivers ?", ["c", "est", "quoi", "le", "fedivers"]),
        ("don’t e-mail", ["don", "t", "e", "mail"]),
        ("Visit 2, room_4", ["visit", "2", "room", "4"]),
        ("🙂 … \x00", []),
        ("文件", ["文", "件"]),
        ("दुनिया", ["दुनिया"]),
    ],
)
def test_a_text_is_cut_into_words(text, expected):
    assert words(text) == expected


def test_words_are_kept_as_they_were_typed():
    assert list(said("Le FÉDIVERS")) == [("Le", "le"), ("FÉDIVERS", "fedivers")]


@given(st.text())
def test_words_stay_the_same_when_they_are_cut_again(text):
    assert words(" ".join(words(text))) == words(text)


@given(st.text())
def test_words_and_what_was_said_agree(text):
    assert words(text) == [folded for _, folded in said(text)]
