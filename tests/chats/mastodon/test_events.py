"""A stream's lines become events; whatever else comes is at most a reason to look."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from echobot.chats.mastodon.events import UNREADABLE, Event, EventLines, event_in

NAMES = some.sampled_from(["notification", "delete", "something_new"])
PAYLOADS = some.text(some.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1, max_size=40)


def events(stream: bytes) -> list[Event]:
    lines = EventLines()
    return [event for line in stream.splitlines(keepends=True) if (event := lines.add(line))]


@given(some.lists(some.tuples(NAMES, PAYLOADS), max_size=5), some.sampled_from(["\n", "\r\n"]), some.booleans())
def test_events_are_read_however_their_lines_end_with_heartbeats_between(said, end, is_spaced):
    space = " " if is_spaced else ""
    lines = [f":thump{end}{end}event:{space}{name}{end}data:{space}{payload}{end}{end}" for name, payload in said]
    stream = f":){end}{''.join(lines)}".encode()
    told = EventLines()

    assert [event for line in stream.split(b"\n") if (event := told.add(line))] == [
        Event(name, payload if is_spaced else payload.removeprefix(" ")) for name, payload in said
    ]


@pytest.mark.parametrize("said", [b"event: notification\n", b'event: notification\ndata: {"id": "1"}\n', b"data: {}\n"])
def test_an_event_counts_only_when_it_is_over(said):
    assert events(said) == []
    assert len(events(said + b"\n")) == 1


def test_two_events_that_run_into_each_other_are_none():
    said = b'event: notification\ndata: {"id": "1"}\nevent: notification\ndata: {"id": "2"}\n\n'

    assert [event.notification for event in events(said)] == [None]


def test_letters_that_are_damaged_make_an_event_unreadable():
    assert events(b'event: notification\ndata: {"id": "\xff"}\n\n') == [UNREADABLE]


def test_an_event_without_end_ends_the_stream():
    with pytest.raises(ValueError, match="without end"):
        events(b"data: 0123456789012345678901234567890123456789\n" * 10_000)


def test_heartbeats_of_weeks_are_no_event_without_end():
    assert events(b":thump\n" * 50_000 + b"event: delete\ndata: 1\n\n") == [Event("delete", "1")]


@pytest.mark.parametrize("payload", ["", "undefined", "{", "[]", "7", '"text"', "null", "[" * 100_000, "1" * 10_000])
def test_what_is_no_notification_is_none(payload):
    assert Event("notification", payload).notification is None


def test_only_an_event_of_that_name_is_a_notification():
    assert Event("notification", '{"id": "1"}').notification == {"id": "1"}
    assert Event("update", '{"id": "1"}').notification is None


@given(NAMES, PAYLOADS)
def test_a_web_socket_says_the_same_with_or_without_the_streams_name(name, payload):
    for more in ({}, {"stream": ["user:notification"]}):
        assert event_in(json.dumps({**more, "event": name, "payload": payload})) == Event(name, payload)


@given(some.one_of(some.text(), some.recursive(some.none() | some.text(), some.lists).map(json.dumps)))
def test_whatever_else_a_web_socket_says_is_unreadable(text):
    assert event_in(text) == UNREADABLE


@pytest.mark.parametrize("told", [{"event": "delete"}, {"event": 7, "payload": ""}, {"event": "x", "payload": {}}])
def test_an_event_whose_parts_are_no_texts_is_unreadable(told):
    assert event_in(json.dumps(told)) == UNREADABLE
