from datetime import UTC, datetime, timedelta

from echobot.core.answer import Choices, Found, Match, Unknown
from echobot.core.conversation import Conversation, decide
from echobot.core.message import Place
from tests.samples import EN


def outcome(*scores, vetoed=False, neighbours=()):
    matches = [Match(f"entry-{place}", score, vetoed=vetoed) for place, score in enumerate(scores)]
    return decide(matches, found_at=0.8, choices_at=0.3, neighbours=lambda _: neighbours)


def test_a_sure_match_is_the_answer():
    assert isinstance(outcome(0.9, 0.4), Found)


def test_a_vetoed_match_is_a_choice_however_sure():
    assert isinstance(outcome(0.9, 0.4, vetoed=True), Choices)


def test_three_likely_matches_are_offered_at_most():
    assert len(outcome(0.7, 0.6, 0.5, 0.4).matches) == 3


def test_nobody_can_choose_from_one():
    assert isinstance(outcome(0.5), Unknown)
    assert isinstance(outcome(0.5, 0.1, vetoed=True), Unknown)
    assert [match.entry for match in outcome(0.5, 0.1).matches] == ["entry-0", "entry-1"]
    assert [match.entry for match in outcome(0.5, 0.1, neighbours=["a-need"]).matches] == ["entry-0", "a-need"]


def test_nothing_likely_is_unknown():
    assert isinstance(outcome(0.2), Unknown)
    assert isinstance(outcome(), Unknown)


def test_a_conversation_is_over_after_an_hour():
    then = datetime(2026, 11, 20, 12, tzinfo=UTC)
    conversation = Conversation(Place("a", "room"), "ada", then, EN)

    assert not conversation.is_over(then + timedelta(minutes=59))
    assert conversation.is_over(then + timedelta(minutes=61))
