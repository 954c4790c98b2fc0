"""What strangers write commands no terminal and begins no line."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echobot.core.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b]0;owned\x07", r"\x1b[2J\x1b]0;owned\x07"),
        ("ok\r[error] forged", r"ok\r[error] forged"),
        ("\x9b31m", r"\x9b31m"),
        ("gpj.\u202etxt", r"gpj.\u202etxt"),
        ("a\u2028b\x85c", r"a\u2028b\x85c"),
        ("half \ud83d", r"half \ud83d"),
        ("accès, žaba, 你好, 👩‍🌾\tand more", "accès, žaba, 你好, 👩‍🌾\tand more"),
    ],
)
def test_a_sign_that_is_not_seen_is_named_and_all_others_stay(text, shown):
    assert printable(text) == shown


def test_a_line_that_goes_on_can_be_told_from_the_next():
    assert printable("one\n2026-11-25 [error] forged", "\n    ") == "one\n    2026-11-25 [error] forged"


@given(st.text())
def test_whatever_the_text_it_can_be_written_and_holds_no_command(text):
    shown = printable(text, " ")

    shown.encode()
    assert not [sign for sign in shown if unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} and sign != "\t"]
