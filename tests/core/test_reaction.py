import pytest
from hypothesis import given
from hypothesis import strategies as st

from echobot.core.answer import Meaning
from echobot.core.reaction import said_by


@pytest.mark.parametrize(
    ("sign", "said"),
    [("1️⃣", "1"), ("3\u20e3", "3"), ("👍", "👍"), ("👍🏿", "👍"), ("👎\ufe0f", "👎"), ("👎🏻", "👎")],
)
def test_numbers_and_thumbs_say_something_however_they_are_drawn(sign, said):
    assert said_by(sign) == said


@pytest.mark.parametrize("sign", ["", "4️⃣", "1", "❤️", "👍👍", "\ufe0f", "🏿", "thumbs up", "👋"])
def test_every_other_sign_says_nothing(sign):
    assert said_by(sign) is None


WORD = st.from_regex(r"[a-z0-9-]+", fullmatch=True)


@given(st.builds(Meaning, WORD, WORD, st.lists(WORD).map(tuple)) | st.builds(Meaning, WORD))
def test_a_meaning_is_read_as_it_was_written(meaning):
    assert Meaning.read(str(meaning)) == meaning
