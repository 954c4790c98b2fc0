from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from echobot.core.message import AccountName, Place
from echobot.limits import Allowance, Ruling
from echobot.settings import Limits
from tests.fakes import ACCOUNT, NOON, ROOM

ALLOW, SAY_SO_ONCE, SILENT = Ruling.ALLOW, Ruling.SAY_SO_ONCE, Ruling.SILENT
OTHER_ROOM = Place(ACCOUNT, "!other:example.org")
ANA, IVO, MIA = "@ana:example.org", "@ivo:example.org", "@mia:example.org"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def allowance():
    return Allowance(lambda: Limits(person_per_minute=2, room_per_minute=3, bot_per_minute=4))


def test_a_person_past_the_limit_is_told_once_then_nothing(allowance):
    rulings = [allowance.ask(ROOM, ANA, NOON) for _ in range(5)]

    assert rulings == [ALLOW, ALLOW, SAY_SO_ONCE, SILENT, SILENT]


def test_after_a_minute_a_person_may_ask_again_and_is_told_again(allowance):
    for _ in range(4):
        allowance.ask(ROOM, ANA, NOON)
    later = NOON + timedelta(minutes=1)

    assert allowance.ask(ROOM, ANA, later - SECOND) is SILENT
    assert [allowance.ask(ROOM, ANA, later) for _ in range(4)] == [ALLOW, ALLOW, SAY_SO_ONCE, SILENT]


def test_a_person_cannot_get_round_the_limit_through_another_room(allowance):
    rulings = [allowance.ask(place, ANA, NOON) for place in (ROOM, OTHER_ROOM, ROOM, OTHER_ROOM)]

    assert rulings == [ALLOW, ALLOW, SAY_SO_ONCE, SILENT]


def test_a_thread_is_part_of_its_room(allowance):
    threads = [Place(ACCOUNT, ROOM.room, f"$thread{number}") for number in range(4)]
    rulings = [allowance.ask(thread, f"@p{number}", NOON) for number, thread in enumerate(threads)]

    assert rulings == [ALLOW, ALLOW, ALLOW, SAY_SO_ONCE]


def test_a_room_past_the_limit_is_told_once_whoever_asks(allowance):
    rulings = [allowance.ask(ROOM, person, NOON) for person in (ANA, ANA, IVO, MIA, IVO)]

    assert rulings == [ALLOW, ALLOW, ALLOW, SAY_SO_ONCE, SILENT]


def test_a_full_room_does_not_close_another(allowance):
    for person in (ANA, ANA, IVO, IVO):
        allowance.ask(ROOM, person, NOON)

    assert allowance.ask(OTHER_ROOM, MIA, NOON) is ALLOW


def test_what_was_not_answered_does_not_use_up_the_room(allowance):
    for _ in range(100):
        allowance.ask(ROOM, ANA, NOON)

    assert allowance.ask(ROOM, IVO, NOON) is ALLOW


def test_the_whole_bot_stops_past_its_limit_and_says_so_once(allowance):
    rulings = [allowance.ask(Place(ACCOUNT, f"!r{number}"), f"@p{number}", NOON) for number in range(6)]

    assert rulings == [ALLOW] * 4 + [SAY_SO_ONCE, SILENT]


def test_the_same_name_on_another_account_is_another_person():
    allowance = Allowance(lambda: Limits(person_per_minute=1))
    allowance.ask(ROOM, ANA, NOON)

    assert allowance.ask(Place(AccountName("other-bot"), ROOM.room), ANA, NOON) is ALLOW


def test_a_clock_that_is_put_back_silences_nobody_for_long(allowance):
    for _ in range(4):
        allowance.ask(ROOM, ANA, NOON)

    assert allowance.ask(ROOM, ANA, NOON - timedelta(hours=1)) is ALLOW


def test_what_goes_on_for_an_hour_meets_silence_until_the_hour_is_over():
    allowance = Allowance(lambda: Limits(person_per_hour=30))
    rulings = [allowance.ask(ROOM, ANA, NOON + minute * MINUTE) for minute in range(62)]

    assert rulings == [ALLOW] * 30 + [SILENT] * 30 + [ALLOW] * 2
    assert allowance.ask(ROOM, IVO, NOON + 59 * MINUTE) is ALLOW


def test_only_the_last_minute_and_the_last_hour_are_remembered():
    allowance = Allowance(Limits)
    for number in range(5000):
        allowance.ask(Place(ACCOUNT, f"!r{number}"), f"@p{number}", NOON + number * SECOND)

    assert len(allowance._minute._counts) <= 2 * 60 + 1
    assert len(allowance._hour._counts) <= 60 * 60 + 1


@given(
    some.lists(
        some.tuples(some.sampled_from([ANA, IVO]), some.sampled_from([ROOM, OTHER_ROOM]), some.integers(0, 40)),
        max_size=60,
    )
)
def test_it_is_known_beforehand_who_gets_silence(asked):
    allowance = Allowance(lambda: Limits(person_per_minute=2, person_per_hour=9, room_per_minute=3, bot_per_minute=4))
    now = NOON
    for person, place, seconds in asked:
        now += seconds * SECOND
        is_spent = allowance.is_spent(place, person, now)
        assert is_spent == (allowance.ask(place, person, now) is SILENT)
