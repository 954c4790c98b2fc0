"""Which events are messages to the bot, and what of their text is the question."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echobot.chats.matrix.afterwards import about, read_edit, read_reaction, read_redaction
from echobot.chats.matrix.reading import Called, read, since_own_join
from echobot.core.message import AccountName, Address

BOT = "@echobot:example.org"
ANY_SPEED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CALLED = Called(BOT, "Krazy", "!echo")
PLACE = AccountName("room-bot"), "!room:example.org"
PILL = f'<a href="https://matrix.to/#/{BOT}">Krazy</a>'
MENTION = {"m.mentions": {"user_ids": [BOT]}}
NO_MENTION = {"m.mentions": {}}
ANSWER = {"m.relates_to": {"m.in_reply_to": {"event_id": "$before"}}}


def event(body="", sender="@alice:example.org", **content):
    return {
        "type": "m.room.message",
        "event_id": "$event",
        "sender": sender,
        "origin_server_ts": 1_790_000_000_000,
        "content": {"msgtype": "m.text", "body": body, **content},
    }


def heard(said, *, alone=False):
    return read(said, CALLED, AccountName("room-bot"), "!room:example.org", alone=alone)


@pytest.mark.parametrize(
    ("body", "content"),
    [
        (f"{BOT}: what is Matrix?", MENTION),
        ("Krazy: what is Matrix?", MENTION),
        ("Krazy : what is Matrix?", MENTION),
        ("what is Matrix? @Krazy", MENTION),
        (f"what {BOT} is Matrix?", MENTION),
        (f"[Krazy](https://matrix.to/#/{BOT}) what is Matrix?", MENTION),
        (f"what is Matrix? [Krazy](https://matrix.to/#/{BOT})", MENTION),
        ("Krazy what is Matrix?", {"formatted_body": f"{PILL} what is Matrix?"}),
        ("what is Matrix?", {"formatted_body": PILL.replace("@echobot:", "%40echobot%3A")}),
        ("krazy, what is Matrix?", {}),
        ("@Krazy what is Matrix?", {}),
        ("echobot: what is Matrix?", {}),
        ("  echobot! what is Matrix?", {}),
        ("Krazy – what is Matrix?", NO_MENTION),
        ("!echo what is Matrix?", NO_MENTION),
        ("!ECHO: what is Matrix?", {}),
        ("> <@bob:example.org> I wonder\n> a lot\n\n!echo what is Matrix?", ANSWER),
        ("> <@echobot:example.org> Anything else?\n\nwhat is Matrix?", {**ANSWER, **MENTION}),
    ],
)
def test_each_way_to_address_the_bot_is_understood_and_taken_off(body, content):
    message = heard(event(body, **content))

    assert message is not None
    assert (message.text, message.address) == ("what is Matrix?", Address.NAMED)


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ("what is Matrix?", {}),
        ("KrazyKirby: what is Matrix?", {}),
        ("Crazy Krazy, what is Matrix?", {}),
        ("https://echobot.example.org/ is down", {}),
        ("echobot.example.org is down", {}),
        ("see https://example.org/echobot", {}),
        ("!echoes of the past", {}),
        ("what does Krazy say?", NO_MENTION),
        ("what is Matrix?", {"m.mentions": {"user_ids": ["@bob:example.org"]}}),
        ("what is Matrix?", {"m.mentions": {"room": True}}),
        ("look", {"formatted_body": PILL, **NO_MENTION}),
        ("me too", {"formatted_body": f"<mx-reply>{PILL} said</mx-reply>me too"}),
        ("look", {"formatted_body": '<a href="https://matrix.to/#/@echobot2:example.org">x</a>'}),
        ("> <@bob:example.org> !echo what is Matrix?\n\nI wonder too", ANSWER),
    ],
)
def test_what_is_said_to_others_is_not_heard(body, content):
    assert heard(event(body, **content)) is None


@pytest.mark.parametrize(
    "said",
    [
        event("!echo a notice", msgtype="m.notice"),
        event("!echo an emote", msgtype="m.emote"),
        event("!echo picture.png", msgtype="m.image"),
        event("* !echo mended", **{"m.relates_to": {"rel_type": "m.replace", "event_id": "$before"}}),
        event("!echo my own words", sender=BOT),
        {**event(), "content": {}, "unsigned": {"redacted_because": {}}},
        {**event("!echo encrypted"), "type": "m.room.encrypted"},
        {**event("!echo a reaction"), "type": "m.reaction"},
        {**event("!echo in the year 30000000"), "origin_server_ts": 10**18},
    ],
)
def test_neither_programs_nor_edits_nor_the_bot_itself_are_heard(said):
    assert heard(said) is None
    assert heard(said, alone=True) is None


def test_in_a_direct_chat_everything_is_meant_for_the_bot():
    message = heard(event("Krazy, what is Matrix?"), alone=True)
    plain = heard(event("what is Matrix?"), alone=True)

    assert message.text == plain.text == "what is Matrix?"
    assert message.address == plain.address == Address.DIRECT


def test_a_message_keeps_who_said_it_where_and_when():
    message = heard(event("!echo hi", **{"m.relates_to": {"rel_type": "m.thread", "event_id": "$root"}}))

    assert (message.id, message.sender) == ("$event", "@alice:example.org")
    assert (message.place.account, message.place.room, message.place.thread) == (
        "room-bot",
        "!room:example.org",
        "$root",
    )
    assert message.sent_at == datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)


def test_an_answer_outside_threads_has_no_thread():
    assert heard(event("!echo hi", **ANSWER)).place.thread is None


def test_a_quotation_of_ones_own_is_part_of_the_question():
    assert heard(event("> not a fallback\nwhat is that?", **ANSWER), alone=True).text.startswith("> not a fallback")


def test_the_name_alone_is_an_empty_question():
    assert heard(event("Krazy?")).text == ""


@pytest.mark.parametrize(
    "repeated", [" ", "[", "[a](", "<mx-reply>", "> <@a", "Krazy", 'href="https://matrix.to/#/', "\n"]
)
def test_a_message_as_long_as_they_get_does_not_keep_the_bot_busy(repeated):
    endless = repeated * (60_000 // len(repeated))

    assert heard(event(endless, **MENTION)) is not None
    assert heard(event(endless, formatted_body=endless), alone=True) is not None


def test_a_bot_without_a_display_name_has_its_localpart():
    nameless = Called(BOT, None, "")

    message = read(event("echobot: hi"), nameless, AccountName("a"), "!r", alone=False)

    assert message.text == "hi"


def joined(user=BOT, **unsigned):
    return {"type": "m.room.member", "state_key": user, "content": {"membership": "join"}, "unsigned": unsigned}


def test_history_before_the_own_join_is_cut_off():
    before, after = event("before"), event("after")

    assert since_own_join([before, joined(), after], BOT)[1:] == [after]
    assert since_own_join([before, joined(prev_content={"membership": "invite"}), after], BOT)[1:] == [after]


def test_a_new_name_or_somebody_elses_join_cuts_nothing_off():
    before, after = event("before"), event("after")
    renamed = joined(prev_content={"membership": "join"})

    assert len(since_own_join([before, renamed, joined("@bob:example.org"), after], BOT)) == 4


MORE_KEYS = "formatted_body m.mentions user_ids m.relates_to rel_type m.in_reply_to unsigned prev_content membership"
KEYS = st.sampled_from([*event(), *event()["content"], *MORE_KEYS.split()])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([BOT, "m.thread", "> <@a", PILL]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)


@ANY_SPEED
@given(said=st.dictionaries(KEYS, ANYTHING), alone=st.booleans())
def test_no_event_however_strange_stops_the_bot(said, alone):
    strange = {**event(), **said, "event_id": "$event", "sender": "@mallory:example.org"}

    heard(strange, alone=alone)
    about(strange)
    read_redaction(strange, *PLACE)
    read_reaction(strange, strange, BOT, *PLACE)
    read_edit(strange, heard(event("!echo what is Matrix?")), CALLED)
    since_own_join([strange], BOT)


@ANY_SPEED
@given(content=st.dictionaries(KEYS, ANYTHING), alone=st.booleans())
def test_no_content_however_strange_stops_the_bot(content, alone):
    heard({**event(), "content": {"msgtype": "m.text", **content}}, alone=alone)


def redaction(**more):
    return {**event(), "type": "m.room.redaction", "content": {}, **more}


@pytest.mark.parametrize("said", [redaction(redacts="$first"), redaction(content={"redacts": "$first"})])
def test_a_redaction_is_read_from_rooms_old_and_new(said):
    message = read_redaction(said, *PLACE)

    assert (message.revises, message.text, message.takes_back) == ("$first", "", True)


@pytest.mark.parametrize("said", [redaction(), redaction(redacts=["$first"]), {**redaction(redacts="$1"), "type": "x"}])
def test_what_redacts_nothing_is_no_redaction(said):
    assert read_redaction(said, *PLACE) is None


@pytest.mark.parametrize("sender", [BOT, "@carol:example.org"])
def test_a_sign_is_read_only_under_the_bots_own_words_and_numbers_only_from_the_asker(sender):
    under = event("1. One", sender=sender, **{"m.mentions": {"user_ids": ["@alice:example.org"]}})
    sign = {"rel_type": "m.annotation", "event_id": "$choices", "key": "1️⃣"}
    mine = {**event(), "type": "m.reaction", "content": {"m.relates_to": sign}}
    theirs = {**mine, "sender": "@bob:example.org"}

    assert about(mine) == "$choices"
    assert (read_reaction(mine, under, BOT, *PLACE) is not None) == (sender == BOT)
    assert read_reaction(theirs, under, BOT, *PLACE) is None
