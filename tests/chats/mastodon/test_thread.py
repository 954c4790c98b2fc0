"""A post's wordings as a thread, and how it is known again."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echobot.chats.mastodon.length import TextLimits, length
from echobot.chats.mastodon.thread import chain, paired, parts_of, says
from echobot.core.message import AccountName, DeliveryKey, Place, Post, Wording
from tests.servers.fake_mastodon.entities import Account
from tests.servers.fake_mastodon.rendering import rendered

ANY_SPEED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
LIMITS = TextLimits()
WORDS = st.sampled_from(
    ["we", "meet", "in", "Lisbon,", "18:00", "- one", "2.", "#visit", "@ana", "@ana@far.example.net", "a@example.org",
     "https://example.org/visits/lisbon?day=7&hour=18#map", "https://example.org/@ana", "<b>&amp;</b>", "«", "»", "!",
     "e\u0301",
     "\u00a0", "\n", "\n\n", "👩‍👩‍👧", "…"]
)  # fmt: skip
TEXTS = st.lists(WORDS, min_size=1, max_size=150).map(" ".join).filter(str.strip)


def post(*wordings: Wording, **more) -> Post:
    return Post(DeliveryKey("visit"), Place(AccountName("toots"), "toots"), wordings, **more)


def status(text: str, id_: str = "1", to: str | None = None, language: str | None = "en") -> dict:
    writer = Account("1", "echobot", None, "home.example.org", "", "", True, False, None)
    return {"id": id_, "content": rendered(text, [], writer), "in_reply_to_id": to, "language": language}


@ANY_SPEED
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_every_part_fits_and_is_known_again_from_what_the_server_makes_of_it(texts):
    parts = parts_of(post(*(Wording("en", text, warning="long") for text in texts)), "public", LIMITS)

    assert all(length(part.text, LIMITS, part.warning) <= LIMITS.characters for part in parts)
    assert all(says(status(part.text), part) for part in parts)
    assert [part.number for part in parts] == list(range(len(parts)))


def test_a_part_is_not_taken_for_another():
    one, other = parts_of(post(Wording("en", "In Lisbon."), Wording("fr", "À Lisbonne.")), "public", LIMITS)

    assert not says(status(one.text), other)
    assert not says({"id": "1", "content": None}, one)


def test_a_chain_ends_where_a_part_is_missing_or_below_something_else():
    parts = parts_of(post(*(Wording("en", text) for text in ("one", "two", "three"))), "public", LIMITS)
    first, second, third = status("one", "1", "0"), status("two", "2", "1"), status("three", "3", "2")

    assert chain([third, second, first], parts, "0") == [first, second, third]
    assert chain([third, first], parts, "0") == [first]
    assert chain([status("two", "2", "9"), first], parts, "0") == [first]


def test_each_language_changes_its_own_posts_first_and_then_what_is_left():
    parts = parts_of(post(Wording("fr", "un"), Wording("en", "one")), "public", LIMITS)
    english, french, german = (status("", language, language=language) for language in ("en", "fr", "de"))

    assert paired([english, french, german], parts) == ([(parts[0], french), (parts[1], english)], [german])
    assert paired([german, english], parts) == ([(parts[0], german), (parts[1], english)], [])
    assert paired([english], parts) == ([(parts[0], None), (parts[1], english)], [])


def test_where_servers_tell_no_language_the_order_counts():
    parts = parts_of(post(Wording("fr", "un"), Wording("en", "one")), "public", LIMITS)
    first, second = status("", "1", language=None), status("", "2", language=None)

    assert paired([first, second], parts) == ([(parts[0], first), (parts[1], second)], [])
