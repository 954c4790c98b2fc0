"""What every store promises of announcements: a slot is filled once, a posting is changed one step at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from echobot.core.announcement import DestinationName
from echobot.core.ledger import Phase, Posting, Slot
from echobot.core.message import DeliveryKey, Post, Wording
from echobot.ports import Filled, Revision
from tests.fakes import ACCOUNT, NOON, ROOM
from tests.stores.test_contract import store, url

__all__ = ["store", "url"]

LATER = NOON + timedelta(days=60)
KEY = DeliveryKey("post:visits:visit-zagreb:at publication")
SLOT = Slot("visit-zagreb", "at publication", DestinationName("visits"))
OTHER = Slot("visit-split", "at publication", DestinationName("visits"))
POSTING = Posting(
    KEY, ACCOUNT, DestinationName("visits"), Phase.NEWS, NOON, "public", NOON, 1, {"visit-zagreb": "a"}, {}, "p"
)
POST = Post(KEY, ROOM, (Wording("hr", "Novo: 🎈 Zagreb\nu ožujku", "dugo", "plakat"), Wording("en", "New")), "/p.png")


def filled(*slots, **changes):
    return replace(Filled(slots or (SLOT,), LATER, POSTING, POST), **changes)


async def outgoing(store, now=NOON):
    return [delivery.outgoing for delivery in await store.outbox(ACCOUNT, now, 10)]


async def test_nothing_is_known_at_the_first_start(store):
    ledger = await store.ledger()

    assert (ledger.settled_until, ledger.slots, ledger.postings) == (None, {}, {})


async def test_what_fills_a_slot_comes_back_and_is_in_the_outbox(store):
    assert await store.fill(filled(), NOON)
    ledger = await store.ledger()

    assert (ledger.slots, ledger.postings) == ({SLOT: KEY}, {KEY: POSTING})
    assert await outgoing(store) == [POST]


async def test_a_slot_is_filled_once_and_with_it_all_or_nothing(store):
    await store.fill(filled(), NOON)
    another = filled(OTHER, SLOT, posting=replace(POSTING, key="another"), post=replace(POST, key="another"))

    assert not await store.fill(another, NOON)
    assert (await store.ledger()).slots == {SLOT: KEY}
    assert await outgoing(store) == [POST]


async def test_a_slot_can_stay_empty(store):
    assert await store.fill(filled(posting=None, post=None), NOON)
    assert (await store.ledger()).slots == {SLOT: None}
    assert not await store.fill(filled(), NOON)
    assert await outgoing(store) == []


async def test_what_may_have_been_posted_is_unknown_since_then(store):
    await store.fill(filled(unsure_since=NOON - timedelta(days=1)), NOON)
    (delivery,) = await store.outbox(ACCOUNT, NOON, 10)

    assert delivery.first_tried_at == NOON - timedelta(days=1)


async def test_a_change_and_a_note_wait_for_the_first_post_and_know_what_the_server_calls_it(store):
    await store.fill(filled(), NOON)
    edit = Post(DeliveryKey("edit"), ROOM, POST.wordings, revises=KEY)
    note = Post(DeliveryKey("note"), ROOM, POST.wordings, follows=KEY)
    assert await store.revise(Revision(replace(POSTING, revision=2, shown={"visit-zagreb": "b"}), [edit, note]), NOON)
    assert [post.key for post in await outgoing(store)] == [KEY]

    await store.sent(KEY, "$one $two", NOON)
    assert await outgoing(store) == [replace(edit, instead_of="$one $two"), replace(note, to="$one $two")]
    assert (await store.ledger()).postings[KEY].shown == {"visit-zagreb": "b"}


async def test_a_posting_is_changed_from_what_it_is_or_not_at_all(store):
    await store.fill(filled(), NOON)
    second = Revision(replace(POSTING, revision=2), [Post(DeliveryKey("edit"), ROOM, POST.wordings, revises=KEY)])
    assert await store.revise(second, NOON)

    assert not await store.revise(second, NOON)
    assert not await store.revise(Revision(replace(POSTING, revision=4)), NOON)
    assert (await store.ledger()).postings[KEY].revision == 2


async def test_until_when_all_is_settled_comes_back(store):
    await store.settled(NOON)
    await store.settled(LATER)

    assert (await store.ledger()).settled_until == LATER


async def test_a_wish_to_withdraw_is_kept_until_it_is_fulfilled(store):
    for announcement in ("b", "a", "b"):
        await store.withdraw(announcement)
    assert await store.to_withdraw() == ["a", "b"]

    await store.withdrawn("a")
    assert await store.to_withdraw() == ["b"]


async def test_slots_go_when_their_time_is_over_and_postings_with_the_last_of_theirs(store):
    await store.fill(filled(SLOT, OTHER), NOON)
    await store.forget_slots(LATER)
    assert len((await store.ledger()).slots) == 2

    await store.forget_slots(LATER + timedelta(seconds=1))
    ledger = await store.ledger()
    assert (ledger.slots, ledger.postings) == ({}, {})


@pytest.mark.parametrize("is_posted", [True, False])
async def test_what_the_server_calls_a_post_is_known_as_long_as_it_may_be_changed(store, is_posted):
    await store.fill(filled(), NOON)
    await store.sent(KEY, "$one", NOON)
    if not is_posted:
        await store.forget_slots(LATER + timedelta(seconds=1))
    await store.forget(LATER, LATER, LATER, LATER)
    await store.fill(filled(OTHER, posting=None, post=Post(DeliveryKey("e"), ROOM, POST.wordings, revises=KEY)), LATER)

    assert [post.instead_of for post in await outgoing(store, LATER)] == (["$one"] if is_posted else [None])


async def test_words_of_posts_are_forgotten_once_they_are_posted(store):
    await store.fill(filled(), NOON)
    await store.sent(KEY, "$one", NOON)

    assert await outgoing(store, LATER) == []
