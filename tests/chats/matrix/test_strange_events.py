"""What people can put into an event must not stop the sync: nio reads all of them before we do."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nio import SyncResponse

from echobot.chats.matrix.homeserver import connect
from echobot.chats.matrix.invites import inviter_of
from echobot.chats.matrix.state import States

BOT = "@echobot:example.org"
WORDS = """membership join invite leave displayname avatar_url is_direct third_party_invite msgtype body m.text m.image
formatted_body format url file info geo_uri m.relates_to rel_type event_id m.new_content prev_content redacted_because
users users_default events events_default state_default notifications room_version additional_creators creator type
replacement_room predecessor transaction_id algorithm m.megolm.v1.aes-sha2 sender_key ciphertext session_id device_id
content via"""
KEYS = st.sampled_from(WORDS.split())
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3) | KEYS | st.just(BOT),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
CONTENT = st.dictionaries(KEYS, ANYTHING, max_size=6)
KINDS = st.sampled_from(
    [f"m.room.{kind}" for kind in ("message", "encrypted", "encryption", "member", "redaction")]
    + [f"m.room.{kind}" for kind in ("create", "power_levels", "tombstone")]
    + ["m.reaction"]
)
USERS = st.sampled_from([BOT, "@alice:example.org", "@mallory:example.org"])
EVENTS = st.lists(
    st.fixed_dictionaries(
        {"type": KINDS, "event_id": st.just("$event"), "sender": USERS, "origin_server_ts": st.integers(0, 2**53)}
        | {"content": CONTENT},
        optional={"state_key": USERS | st.just(""), "unsigned": CONTENT},
    ),
    max_size=4,
)
INVITATIONS = st.lists(
    st.fixed_dictionaries({"type": KINDS, "sender": USERS, "content": CONTENT, "state_key": USERS}), max_size=4
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(state=EVENTS, timeline=EVENTS, invitation=INVITATIONS)
async def test_no_event_however_strange_stops_the_sync(state, timeline, invitation):
    joined = {"!room": {"state": {"events": state}, "timeline": {"events": timeline}}}
    invited = {"!other": {"invite_state": {"events": invitation}}}
    response = SyncResponse.from_dict({"next_batch": "s1", "rooms": {"join": joined, "invite": invited}})

    await connect("https://example.org", BOT).receive_response(response)

    states = States(BOT)
    states.note(response)
    state = states.of("!room")
    assert isinstance(state.power(BOT), int)
    assert state.may_say(BOT, encrypted=True) in {True, False}
    assert states.newest("!room") == (state.successor or "!room")
    inviter_of(response.rooms.invite["!other"], BOT)
    assert [event.source["event_id"] for event in response.rooms.join["!room"].timeline.events] == ["$event"] * len(
        timeline
    )
