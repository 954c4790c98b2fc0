"""How many characters a post has."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mastodon import Mastodon

from echobot.chats.mastodon.length import TextLimits, clusters, length, links

LIMITS = TextLimits()
IN_FULL = TextLimits(per_link=0)
ANY_SPEED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

FAMILY = "👨‍👩‍👧‍👦"
PATH = "/" + "a" * 100


@pytest.mark.parametrize("sign", ["a", FAMILY, "🇭🇷", "👍🏽", "e\u0301", "č", "한", "\r\n"])
def test_what_a_reader_sees_as_one_sign_is_one(sign):
    assert length(f"x{sign}x", LIMITS) == 3
    assert clusters(f"x{sign}x") == ["x", sign, "x"]


@pytest.mark.parametrize(
    "address", ["https://x.org", f"https://peertube.tv{PATH}", f"HTTP://a-b.co.uk:8080{PATH}?q=1&r=@b"]
)
@pytest.mark.parametrize("around", ["{}", "see {} or", "({})", "{}.", "{}, {}", "- a: {}\n- b: {}"])
def test_a_link_counts_what_the_server_reserves_for_it(address, around):
    text, places = around.format(address, address), around.count("{}")

    beside = len(around) - 2 * places
    assert length(text, LIMITS) == Mastodon.get_status_length(text) == beside + 23 * places
    assert length(text, TextLimits(per_link=30)) == beside + 30 * places
    assert [text[start:end] for start, end in links(text)] == [address] * places


@pytest.mark.parametrize(
    "text",
    [
        "www.peertube.tv/w",
        "peertube.tv",
        "info@peertube.tv",
        "matrix:u/a",
    ],
)
def test_what_is_no_link_to_the_server_counts_in_full(text):
    assert length(text, LIMITS) == Mastodon.get_status_length(text) == len(text)
    assert links(text) == []


@pytest.mark.parametrize("text", ["https://peertube.example", "https://a.local/b", "gemini://a.org", "https://ä.org/b"])
def test_what_may_be_a_link_to_some_server_counts_as_a_links_place_and_the_rest(text):
    rest = text.partition("://")[2]

    assert length(text, LIMITS) == 23 + len(rest)
    assert links(text) == []


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("https://peertube.tv/a=", 24),  # the server's links do not end with "="
        (f"https://t.co/abc{PATH}", 23 + len(PATH)),  # nor go on after the first part of the path on t.co
        ("gemini://a.org", 23),  # other protocols make links, too
        (f"peertube.tv/https://x.org{PATH}", 25 + len(PATH)),  # nor stand in an address without a protocol
        (f'https://a"b.org{PATH}', 15 + len(PATH)),  # nor have quotes in a domain
        (f"https://{'a' * 64}.org", 76),  # nor have labels longer than 63
        (f"https://x.org/{'a' * 5000}", 5014),  # nor are longer than 4096
        ("क्ष", 2),  # one sign since Unicode 15.1 only
        ("=@ana@x.org", 11),  # no mention after "="
    ],
)
def test_never_less_than_the_server_counts_where_mastodon_py_does(text, least):
    assert length(text, LIMITS) >= least > Mastodon.get_status_length(text)


def test_a_handle_counts_without_its_server():
    assert length("@ana@social.example.net hello", LIMITS) == len("@ana hello")
    assert length("ask info@social.example.net", LIMITS) == len("ask info@social.example.net")


def test_the_warning_counts_too_and_its_links_in_full():
    assert length("hello", LIMITS, "a warning") == 14
    assert length("hello", LIMITS, "https://peertube.tv/w/abcdefgh") == 5 + 30


@pytest.mark.parametrize(
    ("text", "count"), [(FAMILY, 7), ("e\u0301", 2), ("@a@x.org https://peertube.tv", 28), ("क्ष", 3)]
)
def test_where_code_points_count_everything_counts_in_full(text, count):
    assert length(text, TextLimits(per_link=0, in_code_points=True), text) == 2 * count == 2 * len(text)


def test_servers_that_reserve_nothing_count_links_and_handles_in_full():
    assert length("@a@x.org https://peertube.tv", IN_FULL) == 28


BITS = st.sampled_from(
    [
        "https://",
        "http://",
        "gemini://",
        "peertube.tv",
        ".org",
        ".example",
        "x",
        "@ana@x.org",
        "%40",
        *"-_./?=&(),:;@#\"'<",
    ]
) | st.sampled_from(["é", "я", "ё.рф", "名", FAMILY, "🇭🇷", "🇭", "\u0301", "\u200d", "क्ष", " ", "\n"])


@ANY_SPEED
@given(st.lists(BITS | st.text(max_size=5), max_size=40).map("".join), st.text(max_size=10))
def test_never_less_than_mastodon_py_counts(text, warning):
    assert length(text, LIMITS, warning) >= Mastodon.get_status_length(text, warning)


@ANY_SPEED
@given(st.lists(BITS, max_size=20).map("".join), st.lists(BITS, max_size=20).map("".join))
def test_two_texts_are_never_longer_together(one, other):
    assert length(f"{one} {other}", LIMITS) <= length(one, LIMITS) + 1 + length(other, LIMITS)
