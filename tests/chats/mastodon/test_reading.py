"""Whatever other people's servers make of a mention, reading it never fails."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from echobot.chats.mastodon.envelope import Envelope, narrower
from echobot.chats.mastodon.reading import Me, mentions, moment, read, sound, status_of
from echobot.core.message import AccountName

ME = Me("7", AccountName("toots"), 3)
KEYS = [
    "id", "type", "status", "account", "acct", "bot", "note", "fields", "value", "content", "mentions", "url",
    "created_at", "in_reply_to_id", "in_reply_to_account_id", "spoiler_text", "visibility", "language", "edited_at",
    "tags", "username",
]  # fmt: skip
LEAVES = some.one_of(
    some.none(), some.booleans(), some.integers(), some.floats(), some.text(max_size=20),
    some.sampled_from(["mention", "7", "public", "direct", "2026-11-24T10:00:00.000Z", "<p>hello</p>", "ana"]),
)  # fmt: skip
ANYTHING = some.recursive(
    LEAVES,
    lambda inner: some.one_of(
        some.lists(inner, max_size=4), some.dictionaries(some.sampled_from(KEYS), inner, max_size=8)
    ),
    max_leaves=30,
)


@given(ANYTHING, some.lists(ANYTHING, max_size=3))
def test_no_notification_is_too_strange(notification, above):
    status = status_of(notification)
    if status is not None:
        message = read(status, sound(above), ME, timedelta(0))
        assert message is None or isinstance(message.text, str)


@given(ANYTHING)
def test_no_time_and_no_list_of_mentions_is_too_strange(anything):
    moment(anything)
    mentions({"mentions": anything}, "7")


def test_a_time_is_read_however_a_server_writes_it():
    ten = datetime(2026, 11, 24, 10, tzinfo=UTC)
    written = ["2026-11-24T10:00:00.000Z", "2026-11-24T11:00:00+01:00", "2026-11-24 10:00:00 UTC", ten]

    assert [moment(each) for each in written] == [ten] * 4
    assert [moment(each) for each in ("yesterday", "", "9" * 400, None, 7, [])] == [None] * 6


@given(some.sampled_from(["public", "unlisted", "private", "direct", "local", ""]), some.text(max_size=30))
def test_an_envelope_comes_back_as_it_was_written(visibility, warning):
    assert Envelope.read(Envelope(visibility, warning).written()) == Envelope(visibility, warning)


def test_of_two_visibilities_the_narrower_counts_and_an_unknown_one_is_the_narrowest():
    order = ["public", "unlisted", "private", "direct"]

    for wide, one in enumerate(order):
        for narrow, other in enumerate(order):
            assert narrower(one, other) == order[max(wide, narrow)]
        assert narrower(one, "local") == narrower("local", one) == "direct"
