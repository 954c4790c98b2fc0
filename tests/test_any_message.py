"""Whatever people type, the bot says something sensible or that it does not know."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from echobot import prepared
from echobot.core.knowledge import Language

ODD = st.sampled_from(
    ["\u202e", "\u200d", "\x00", "\x1b[31m", "🙂", "é" * 3, "<b>", "</p>", "&lt;", "{service}", "%s", "\n", "'; --",
     "@everyone", "https://example.org/?a=b", "google drive", "instead of", "!echo", "٣", "中文", "a\u0301\u0302"]
)  # fmt: skip
MESSAGES = st.one_of(st.text(max_size=300), st.lists(st.one_of(ODD, st.text(max_size=20)), max_size=40).map(" ".join))


@pytest.fixture(scope="module")
def answerer():
    return prepared.answerer()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=MESSAGES)
@example(text="x" * 100_000)
@example(text="what is mastodon " * 6_000)
@example(text="🙂" * 5_000)
@example(text="\u202eevitanretla google drive")
@example(text="zoom " * 3000 + "instead of zoom")
def test_any_message_gets_one_of_the_three_outcomes(answerer, text):
    answered = answerer.answer(text)

    assert answered.text.strip()
    assert len(answered.entries) in {"found": {1}, "choices": {2, 3}, "unknown": {0}}[answered.outcome]
    assert all(0 <= match.score <= 1 for match in answered.matches)
    assert [match.score for match in answered.matches] == sorted((m.score for m in answered.matches), reverse=True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=MESSAGES)
def test_the_same_message_gets_the_same_answer(answerer, text):
    assert answerer.answer(text) == answerer.answer(text)


def test_no_answer_of_the_shipped_knowledge_has_a_gap_in_it(answerer):
    known = answerer.knowledge
    for language in ("fr", "en", "de", "it", "hr", "nl"):
        voice = answerer.voice(Language(language))
        for entry in (*known.entries, *known.tools, *known.needs, *known.services):
            text = voice.entry(entry)
            assert "{" not in text, entry
            assert "\n\n\n" not in text, entry
            assert "  " not in text, (entry, text)
