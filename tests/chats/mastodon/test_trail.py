"""Where to begin to read, and what was given: nothing is overlooked, nothing given twice, nothing kept for long."""

from datetime import timedelta

import pytest

from echobot.chats.mastodon.trail import Trail
from tests.fakes import FakeClock

SECOND = timedelta(seconds=1)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def trail(clock):
    return Trail(clock)


def test_the_first_look_begins_where_the_last_run_ended(trail):
    assert trail.start("7") == "7"


def test_every_few_seconds_what_was_given_is_looked_at_again_and_left_out(trail, clock):
    trail.start("7")
    trail.gave(["8", "9"], "9")
    clock.pass_by(4 * SECOND)
    assert trail.start("9") == "9"
    clock.pass_by(SECOND)

    assert [trail.start("9"), trail.start("9")] == ["7", "9"]
    assert [trail.is_passed(id_) for id_ in ("8", "9", "10")] == [True, True, False]


def test_it_looks_back_as_far_as_a_late_one_may_be_at_the_time_of_the_last_look(trail, clock):
    for cursor in ("7", "8", "9", "10"):
        trail.start(cursor)
        trail.gave([f"{int(cursor) + 1}"], f"{int(cursor) + 1}")
        clock.pass_by(8 * SECOND)

    assert trail.start("11") == "8"
    clock.pass_by(30 * SECOND)
    assert trail.start("11") == "9"
    clock.pass_by(30 * SECOND)
    assert trail.start("11") == "11"


def test_however_seldom_it_looks_it_looks_back(trail, clock):
    trail.start("7")
    trail.gave(["8"], "8")
    clock.pass_by(timedelta(hours=1))

    assert trail.start("8") == "7"


def test_where_many_speak_it_looks_back_at_a_few_only(trail, clock):
    trail.start("0")
    for number in range(1, 101):
        trail.gave([str(number)], str(number))
    clock.pass_by(6 * SECOND)
    assert trail.start("100") == "80"

    trail.gave([str(number) for number in range(101, 200)], "199")
    clock.pass_by(6 * SECOND)
    assert trail.start("199") == "179"


def test_what_was_given_ahead_is_ahead_until_the_reading_comes_by_it(trail):
    trail.start("7")
    trail.gave_ahead(["9", "10"])
    assert [trail.is_ahead(id_) for id_ in ("8", "9", "10")] == [False, True, True]

    trail.gave(["8", "9"], "9")
    assert [trail.is_ahead(id_) for id_ in ("8", "9", "10")] == [False, False, True]
    assert [trail.is_passed(id_) for id_ in ("8", "9", "10")] == [True, True, False]


def test_what_no_page_ever_brings_is_not_kept_in_mind_for_ever(trail):
    for number in range(20_000):
        trail.gave_ahead([str(number)])

    assert not trail.is_ahead("0")
    assert trail.is_ahead("19999")


def test_a_clock_that_is_put_back_and_forth_makes_it_begin_no_later(trail, clock):
    trail.start("7")
    trail.gave(["8"], "8")
    clock.pass_by(timedelta(hours=-1))
    assert trail.start("8") == "8"
    clock.pass_by(timedelta(hours=1, seconds=6))

    assert trail.start("8") == "7"
    assert trail.is_passed("8")
