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
    assert [trail.is_new(id_) for id_ in ("8", "9", "10")] == [False, False, True]


def test_it_looks_back_as_far_as_a_late_one_may_be(trail, clock):
    trail.start("7")
    for id_ in ("8", "9", "10"):
        clock.pass_by(8 * SECOND)
        trail.gave([id_], id_)
    clock.pass_by(8 * SECOND)

    assert trail.start("10") == "8"
    clock.pass_by(30 * SECOND)
    assert trail.start("10") == "10"


def test_where_many_speak_it_looks_back_at_a_few_only(trail, clock):
    trail.start("0")
    for number in range(1, 101):
        trail.gave([str(number)], str(number))
    clock.pass_by(6 * SECOND)
    assert trail.start("100") == "80"

    trail.gave([str(number) for number in range(101, 200)], "199")
    clock.pass_by(6 * SECOND)
    assert trail.start("199") == "199"


def test_a_clock_that_is_put_back_and_forth_makes_it_begin_no_later(trail, clock):
    trail.start("7")
    trail.gave(["8"], "8")
    clock.pass_by(timedelta(hours=-1))
    assert trail.start("8") == "8"
    clock.pass_by(timedelta(hours=1, seconds=6))

    assert trail.start("8") == "7"
    assert not trail.is_new("8")
