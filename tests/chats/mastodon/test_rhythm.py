"""How often the server is asked: soon where people speak, seldom where they do not, never more than it allows."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as some

from echobot.chats.mastodon.rhythm import Looks, Pages, Rhythm
from tests.fakes import FakeClock

SECOND, WINDOW, ALLOWED = timedelta(seconds=1), timedelta(minutes=15), 300  # Mastodon's limit of pages


def pauses(*found, poll=30):
    looks = Looks(Rhythm(poll=poll * SECOND))
    return [looks.pause(found=each) // SECOND for each in found]


def test_where_nobody_speaks_it_looks_every_half_minute():
    assert Rhythm().poll == 30 * SECOND
    assert pauses(False, False) == [30, 30]


def test_after_something_that_the_stream_did_not_tell_it_looks_soon_and_then_ever_later():
    assert pauses(True, True, False, False, False, False, True) == [5, 5, 10, 20, 30, 30, 5]


def test_it_never_waits_longer_than_the_settings_say():
    assert pauses(True, False, poll=2) == [2, 2]


@given(some.lists(some.tuples(some.integers(1, 500), some.sampled_from([0, 0.1, 1, 3.9, 4, 20, 400])), max_size=8))
def test_however_pages_are_wanted_no_quarter_of_an_hour_holds_more_than_the_server_allows(bursts):
    """Each burst is so many pages with so many seconds between."""
    clock = FakeClock()
    pages, read_at = Pages(clock), []
    for seconds in (gap for count, gap in bursts for _ in range(count)):
        clock.pass_by(seconds * SECOND)
        clock.pass_by(pages.until_allowed())
        read_at.append(clock())

    assert all(last - first >= WINDOW for first, last in zip(read_at, read_at[ALLOWED:], strict=False))
