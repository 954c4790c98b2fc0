"""What a reply becomes on Mastodon: one post or a thread, which mentions nobody but the asker."""

import re
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mastodon import Mastodon

from echobot import prepared
from echobot.chats.mastodon.length import TextLimits, length, links
from echobot.chats.mastodon.pauses import ends_sentence
from echobot.chats.mastodon.posts import posts, short_warning, without_mentions
from echobot.errors import ChatRefused

LIMITS = TextLimits()
ASKER = "ana@social.example.net"
HANDLE = f"@{ASKER} "
ANY_SPEED = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

FAMILY = "👨‍👩‍👧‍👦"
LINK = "https://peertube.tv/w/"
LONG_LINK = LINK + "x" * 900


def mentioned(text):
    """Every handle that Mastodon's MENTION_RE finds, in its old form, which finds more than the new one."""
    handles = re.finditer(r"@([a-z0-9_]+(?:[.-]+[a-z0-9_]+)*(?:@\w+(?:[.-]+\w+)*)?)", text, re.IGNORECASE)
    return [handle[1] for handle in handles if not handle.start() or not is_word(text[handle.start() - 1])]


def is_word(sign):
    return sign == "/" or unicodedata.category(sign) in {"Nd", "Pc"} or unicodedata.category(sign)[0] in "LM"


def said(thread):
    """Each post's text, without handle and mark."""
    texts = [post.removeprefix(HANDLE) for post in thread]
    return texts if len(texts) < 2 else [re.sub(r"[ \n]\(\d+/\d+\)\Z", "", text) for text in texts]


def split(*paragraphs, limits=LIMITS, **more):
    return said(posts("\n\n".join(paragraphs), ASKER, limits, **more))


def sentence(number, characters):
    return f"S{number} " + "a" * (characters - len(str(number)) - 3) + "."


# One post


@pytest.mark.parametrize("sign", ["a", FAMILY, "🇭🇷", "e\u0301"])
def test_what_fills_a_post_to_the_last_character_is_one_post(sign):
    full = sign * (500 - len("@ana "))

    assert posts(full, ASKER, LIMITS) == (HANDLE + full,)
    assert len(posts(full + sign, ASKER, LIMITS)) == 2


def test_a_link_and_the_askers_server_count_as_the_server_counts_them():
    full = f"{LONG_LINK} " + "a" * (500 - len("@ana ") - 24)

    assert posts(full, ASKER, LIMITS) == (HANDLE + full,)
    assert len(posts(full + "a", ASKER, LIMITS)) == 2


def test_the_warning_counts_in_every_part():
    text, warning = " ".join(["word"] * 250), "w" * 100
    thread = posts(text, ASKER, LIMITS, warning)

    assert all(length(post, LIMITS, warning) <= 500 for post in thread)
    assert len(thread) == 4 > len(posts(text, ASKER, LIMITS))


def test_a_warning_that_leaves_no_room_is_refused_and_a_short_one_is_not():
    text, warning = "word " * 200, FAMILY * 480
    with pytest.raises(ChatRefused, match="warning leaves no room"):
        posts(text, ASKER, LIMITS, warning)

    short = short_warning(warning, LIMITS)
    assert (length("", LIMITS, short), short[-1]) == (166, "…")
    assert posts(text, ASKER, LIMITS, short)
    assert short_warning("politics", LIMITS) == "politics"


def test_a_warning_is_cut_to_what_a_server_that_counts_code_points_takes():
    limits = TextLimits(500, 0, in_code_points=True)
    short = short_warning(FAMILY * 100, limits)

    assert short == FAMILY * 23 + "…"
    assert len(short) <= 166


@pytest.mark.parametrize("nothing", ["", " \n\n\t ", HANDLE, "@"])
def test_where_nothing_is_said_nobody_is_called_for_nothing(nothing):
    assert posts(nothing, ASKER, LIMITS) == ((HANDLE + nothing,) if nothing == "@" else ())


@pytest.mark.parametrize("text", [f"{HANDLE}hello", "@Ana@social.example.net hello", "hello"])
def test_the_asker_is_called_once(text):
    assert posts(text, ASKER, LIMITS) == (f"{HANDLE}hello",)


# Mentions


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("ask @bob or @bob@x.org", "ask bob or bob@x.org"),
        ("@@bob (@bob) .@bob, =@bob -@bob", "bob (bob) .bob, =bob -bob"),
        ("@a@b@c @a.@b x@@y", "a@b@c a.b x@y"),
        ("²@bob and é@bob", "²bob and é@bob"),
        ("write to info@x.org, o_k@x.org or a1@x.org", "write to info@x.org, o_k@x.org or a1@x.org"),
        (
            "https://x.org/@bob and https://matrix.to/#/@bob:x.org",
            "https://x.org/@bob and https://matrix.to/#/@bob:x.org",
        ),
        ("https://x.org/?u=@bob https://x.org/.@@bob", "https://x.org/?u=%40bob https://x.org/.%40bob"),
        ("@https://x.org @ 5", "https://x.org @ 5"),
        ("@ana@social.example.net.evil.org", "ana@social.example.net.evil.org"),
    ],
)
def test_nobody_is_mentioned_and_addresses_stay(text, harmless):
    assert without_mentions(text) == harmless == without_mentions(harmless)
    assert posts(text, ASKER, LIMITS) == (HANDLE + harmless,)
    assert mentioned(HANDLE + harmless) == [ASKER]


@pytest.mark.parametrize("offset", range(-8, 8))
@pytest.mark.parametrize("address", ["info@x.org", "a/@bob", "https://x.example/@bob"])
def test_a_long_word_is_not_cut_where_that_would_mention_somebody(address, offset):
    before = "x" * (400 + offset) + ("," if address.startswith("https") else "")
    thread = posts(before + address + "x" * 400, ASKER, LIMITS)

    assert [mentioned(post) for post in thread] == [[ASKER]] * len(thread)


# Where a text is split


def test_a_text_is_split_between_paragraphs_rather_than_lines_and_sentences():
    first, second = f"{sentence(1, 150)} {sentence(2, 150)}", f"{sentence(3, 100)}\n{sentence(4, 200)}"

    assert split(first, second) == [first, second]


def test_items_stay_whole():
    items = [f"- {sentence(n, 60)} {sentence(n, 60)}" for n in range(5)]
    first, second = split("\n".join(items))

    assert f"{first}\n{second}" == "\n".join(items)
    assert len(first.split("\n")) in {2, 3}


def test_a_paragraph_is_split_between_sentences_evenly():
    sentences = [sentence(n, 99) for n in range(6)]

    assert split(" ".join(sentences)) == [" ".join(sentences[:3]), " ".join(sentences[3:])]


@pytest.mark.parametrize(
    "word", ["e.g.", "z.", "B.", "npr.", "1.", "23.", "12.5", "www.x.org", "www.x.org.", "bzw.", "(ca."]
)
def test_not_every_dot_ends_a_sentence(word):
    assert not ends_sentence(word)


@pytest.mark.parametrize("word", ["end.", "end!", "WhatsApp ?", "“end.”", "2018.", "so…", "(yes.)"])
def test_a_sentence_ends_with_its_closing_signs(word):
    assert ends_sentence(word)


def test_a_sentence_is_not_split_after_an_abbreviation():
    half = "a" * 240
    text = f"{half[:220]}. Next z. B. Nextcloud, npr. Matrix, 23. November e.g. Signal {half}"

    assert split(text)[0] == f"{half[:220]}."


def test_where_no_sentence_ends_words_stay_whole():
    text = " ".join(f"word{n}" for n in range(100))
    first, second = split(text)

    assert f"{first} {second}" == text
    assert abs(len(first) - len(second)) < 20


@pytest.mark.parametrize("sign", ["x", FAMILY, "🇭🇷", "e\u0301"])
def test_a_word_longer_than_a_post_is_cut_between_what_a_reader_sees_as_signs(sign):
    thread = split(sign * 1200)

    assert len(thread) == 3
    assert all(set(re.findall(re.escape(sign), part)) == {sign} and not part.replace(sign, "") for part in thread)


def test_a_link_longer_than_a_post_stays_whole_and_counts_little():
    text = " ".join(["words and"] * 30 + [LONG_LINK] + ["more words"] * 30)
    thread = posts(text, ASKER, LIMITS)

    assert len(thread) == 2
    assert sum(LONG_LINK in post for post in thread) == 1


def test_a_heading_is_not_left_alone_at_the_end_of_a_part():
    first, second = split(f"{sentence(1, 380)} Sources:\n- {sentence(2, 110)}\n- {sentence(3, 110)}")

    assert "Sources" not in first
    assert second.startswith("Sources:\n- S2")


def test_french_signs_stay_with_the_word_before_them():
    for part in split("Pourquoi ? Parce que : « oui » ! " * 40, most=10):
        assert part[0] not in "?:!»"


def test_the_last_part_is_not_two_words():
    first, second = split(" ".join([sentence(1, 240), sentence(2, 240), "Good luck to you."]))

    assert (first, second) == (sentence(1, 240), f"{sentence(2, 240)} Good luck to you.")


# Marks


def test_parts_are_numbered_on_the_same_line():
    assert [post[-6:] for post in posts(f"{sentence(1, 300)} {sentence(2, 300)}", ASKER, LIMITS)] == [
        " (1/2)",
        " (2/2)",
    ]


@pytest.mark.parametrize("last", [f"see {LINK}", "- an item", "1. a choice", f"- a: {LINK}"])
def test_the_mark_has_its_own_line_after_an_item_or_a_link(last):
    thread = posts(f"{sentence(1, 400)}\n{last}\n\n{sentence(2, 400)}", ASKER, LIMITS)

    assert thread[0].endswith(f"\n{last}\n(1/2)")
    assert thread[1].endswith(". (2/2)")


# Too long


def test_what_is_beyond_the_last_part_is_left_out_after_a_sentence():
    sentences = [sentence(n, 90) for n in range(100)]
    thread = posts(" ".join(sentences), ASKER, LIMITS)
    kept = " ".join(said(thread))

    assert len(thread) == 6
    assert kept.endswith(". …")
    assert " ".join(sentences).startswith(kept.removesuffix(" …"))
    assert kept.count("S") == 30


def test_one_part_has_no_mark():
    assert split("word " * 300, most=1)[0].endswith("word …")


@pytest.mark.parametrize("size", range(470, 500))
def test_the_sign_for_what_is_left_out_fits_too(size):
    thread = posts(" ".join(["x" * size] * 3), ASKER, LIMITS, most=2)

    assert len(thread) == 2
    assert all(length(post, LIMITS) <= 500 for post in thread)
    assert thread[1].endswith(" … (2/2)")


# Any text

SIGNS = st.sampled_from(
    ["@", "x", "/", ".", ",", "(", ")", "-", "?", "é", "ש", "\u202e", FAMILY, "🇭🇷", "🇭", "\u0301", "\u200d", "क्ष"]
)
WORDS = st.sampled_from(
    ["@bob", "@bob@x.org", HANDLE, "info@x.org", "word", "end.", "e.g.", "head:", "WhatsApp :", "שלום"]
)
ADDRESSES = st.sampled_from(
    [
        LINK,
        LONG_LINK,
        f"({LINK})",
        f"{LINK}.@bob",
        "https://x.example/@bob",
        "https://",
        "http://x.orgx",
        "gemini://x.org",
    ]
) | st.sampled_from([f",{LINK},{LINK}@bob", f"{LONG_LINK},{LONG_LINK}", "https://x.org:80@bob", "https://ä.org/é@bob"])
SPACES = st.sampled_from([" ", " ", "\n", "\n\n", "\n- ", "\n1. ", "\u00a0", "  \n \n", " " * 600, ""])
MANY = st.tuples(SIGNS, st.integers(1, 1500)) | st.tuples(WORDS | ADDRESSES, st.integers(1, 40))
TEXTS = st.lists(
    st.one_of(WORDS, ADDRESSES, SPACES, SIGNS, MANY.map(lambda many: many[0] * many[1]), st.text(max_size=20)),
    max_size=15,
).map("".join)
EACH_LIMIT = pytest.mark.parametrize(
    "limits",
    [
        TextLimits(), TextLimits(100), TextLimits(5000), TextLimits(500, 30), TextLimits(500, 0),
        TextLimits(500, 0, in_code_points=True),
    ],
    ids=str,
)  # fmt: skip


@EACH_LIMIT
@ANY_SPEED
@given(text=TEXTS)
def test_whatever_the_text_each_post_fits_and_mentions_nobody_but_the_asker(limits, text):
    thread = posts(text, ASKER, limits)

    assert len(thread) <= 6
    for post in thread:
        assert mentioned(post) == [ASKER]
        assert length(post, limits) <= limits.characters
        assert limits.per_link != 23 or Mastodon.get_status_length(post) <= limits.characters
        assert posts(post, ASKER, limits) == (post,)


@EACH_LIMIT
@ANY_SPEED
@given(text=TEXTS)
def test_whatever_the_text_nothing_is_lost_and_no_link_is_cut(limits, text):
    parts = said(posts(text, ASKER, limits, most=99_999))
    whole = without_mentions(re.sub(rf"\A{HANDLE.strip()}(?!\S)", "", text.strip()))

    assert "".join("".join(parts).split()) == "".join(whole.split())
    for start, end in links(whole) if limits.per_link else []:
        assert any(whole[start:end] in part for part in parts)


@ANY_SPEED
@given(
    st.lists(
        st.tuples(SPACES.filter(bool), WORDS | st.just(LINK) | st.text("abcč.,:!", min_size=1, max_size=80)),
        max_size=150,
    )
)
def test_words_stay_whole_and_in_order(bits):
    text = "".join(space + word for space, word in bits)
    parts = split(text, most=99_999)

    whole = without_mentions(re.sub(rf"\A{HANDLE.strip()}(?!\S)", "", text.strip()))
    assert [word for part in parts for word in part.split()] == whole.split()


# What the bot says


@pytest.fixture(scope="module")
def answerer():
    return prepared.answerer()


@pytest.mark.parametrize("language", ["de", "en", "fr", "hr", "it", "nl"])
def test_everything_that_the_bot_knows_fits_into_two_posts(answerer, language):
    voice, known = answerer.voice(language), answerer.knowledge
    things = [*known.services, *known.needs, *known.tools, *known.entries]
    threads = {thing: posts(voice.entry(thing), "somebody@social.example.net", LIMITS) for thing in things}

    assert len(things) > 300
    assert [thing for thing, thread in threads.items() if len(thread) > 2] == []
    for thread in threads.values():
        assert all(length(post, LIMITS) == Mastodon.get_status_length(post) <= 500 for post in thread)
        assert all(mentioned(post) == ["somebody@social.example.net"] for post in thread)
        assert all(length(post, LIMITS) > 90 for post in thread[:-1])
