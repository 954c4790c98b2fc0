"""What every store promises. A new store is one more name in `URLS`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from echobot.core.gap import Gap
from echobot.core.knowledge import EntryId, Language
from echobot.core.message import AccountName, Place, Wish
from echobot.core.oversight import Erasure
from echobot.core.reaction import Votes
from echobot.errors import StoreError
from echobot.ports import MOST_GAPS, Backlog, Settlement, Trouble
from echobot.stores.sql import SqlStore
from tests.fakes import ACCOUNT, NOON, ROOM, conversation, crowd, message, reply

MINUTE = timedelta(minutes=1)

URLS = {
    "sqlite": lambda request: f"sqlite:///{request.getfixturevalue('tmp_path')}/echobot.db",
    "sqlite in memory": lambda request: "sqlite://",
    "postgresql": lambda request: request.getfixturevalue("cluster").url(request.getfixturevalue("database")),
}


@pytest.fixture(params=URLS)
def url(request):
    return URLS[request.param](request)


@pytest.fixture
async def store(url):
    store = SqlStore.open(url)
    yield store
    await store.close()


async def _queue(store, *replies, now=NOON):
    await store.settle(Settlement(replies=replies), now)


def gap(text="is it down?", count=1, language="en", at=NOON):
    return Gap(text, Language(language), count, at)


def erasure(wish):
    return Erasure(wish.place.account, wish.sender, (wish.place.account, wish.id))


async def _texts(store, now=NOON, account=ACCOUNT):
    return [delivery.outgoing.text for delivery in await store.outbox(account, now, 100)]


# The inbox


async def test_there_is_no_cursor_at_the_first_start(store):
    assert await store.cursor(ACCOUNT) is None


async def test_messages_and_the_cursor_behind_them_come_back(store):
    await store.keep(ACCOUNT, [message(1), message(2)], "c2", NOON)

    assert await store.waiting(ACCOUNT, 10) == [message(1), message(2)]
    assert await store.cursor(ACCOUNT) == "c2"


async def test_an_empty_batch_moves_the_cursor(store):
    await store.keep(ACCOUNT, [], "c1", NOON)
    await store.keep(ACCOUNT, [], "c2", NOON)

    assert await store.cursor(ACCOUNT) == "c2"


async def test_a_message_kept_twice_waits_once(store):
    await store.keep(ACCOUNT, [message(1), message(1)], "c1", NOON)
    await store.keep(ACCOUNT, [message(1), message(2)], "c2", NOON)

    assert await store.waiting(ACCOUNT, 10) == [message(1), message(2)]


async def test_everybodys_first_message_comes_before_anybodys_second(store):
    ana = [message(number) for number in range(5)]
    ivo, mia = message(10, sender="@ivo:example.org"), message(11, sender="@mia:example.org")
    await store.keep(ACCOUNT, [*ana[:4], ivo, mia, ana[4]], "c", NOON)

    assert await store.waiting(ACCOUNT, 5) == [ana[0], ivo, mia, ana[1], ana[2]]


async def test_what_revises_a_message_comes_once_that_one_is_settled(store):
    first, redaction = message(5), replace(message(6, text="", sender="@mo:example.org"), revises=message(5).id)
    await store.keep(ACCOUNT, [message(4), first, redaction], "c", NOON)
    assert await store.waiting(ACCOUNT, 5) == [message(4), first]
    await store.settle(Settlement([first]), NOON)

    assert await store.waiting(ACCOUNT, 5) == [message(4), redaction]


async def test_a_settled_message_that_is_kept_again_stays_settled(store):
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    await store.settle(Settlement([message(1)]), NOON)
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)

    assert await store.waiting(ACCOUNT, 10) == []


async def test_of_what_nothing_follows_from_the_id_is_kept_and_nothing_waits(store):
    await store.keep(ACCOUNT, [message(1)], "c2", NOON, [message(2)])
    await store.keep(ACCOUNT, [message(2)], "c3", NOON)

    assert await store.waiting(ACCOUNT, 10) == [message(1)]
    assert await store.cursor(ACCOUNT) == "c3"


async def test_a_message_that_waits_already_is_answered_even_if_nothing_would_follow_now(store):
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    await store.keep(ACCOUNT, [], "c1", NOON, [message(1), message(1)])

    assert await store.waiting(ACCOUNT, 10) == [message(1)]


async def test_the_oldest_messages_wait_first_and_no_more_than_asked_for_come(store):
    await store.keep(ACCOUNT, crowd(5), "c5", NOON)

    assert await store.waiting(ACCOUNT, 2) == crowd(2)


async def test_accounts_may_use_the_same_ids(store):
    other = AccountName("other-bot")
    theirs = message(1, place=Place(other, ROOM.room))
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    await store.keep(other, [theirs], "x9", NOON)
    await store.settle(Settlement([message(1)]), NOON)

    assert await store.waiting(ACCOUNT, 10) == []
    assert await store.waiting(other, 10) == [theirs]
    assert (await store.cursor(ACCOUNT), await store.cursor(other)) == ("c1", "x9")


async def test_a_thread_comes_back_as_a_thread(store):
    in_thread = message(1, place=Place(ACCOUNT, ROOM.room, "$root"))
    await store.keep(ACCOUNT, [in_thread], "c1", NOON)

    assert await store.waiting(ACCOUNT, 10) == [in_thread]


async def test_times_come_back_aware_and_equal_whatever_their_zone(store):
    local = replace(message(1), sent_at=NOON.astimezone(timezone(timedelta(hours=5, minutes=30))))
    await store.keep(ACCOUNT, [local], "c1", NOON)
    (kept,) = await store.waiting(ACCOUNT, 10)

    assert kept.sent_at == NOON
    assert kept.sent_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("čćšžđ 🧶 'quoted'; --", "čćšžđ 🧶 'quoted'; --"),
        ("", ""),
        ("half a pair \ud83d here", "half a pair \ufffd here"),
        ("nothing\0there", "nothing\ufffdthere"),
        ("x" * 100_000, "x" * 100_000),
    ],
    ids=["letters and quotes", "empty", "half a surrogate pair", "zero character", "long"],
)
async def test_any_text_is_kept(store, written, kept):
    await store.keep(ACCOUNT, [message(1, written)], "c1", NOON)

    assert [waiting.text for waiting in await store.waiting(ACCOUNT, 10)] == [kept]


async def test_a_time_without_a_zone_is_refused_and_nothing_is_kept(store):
    with pytest.raises(StoreError):
        await store.keep(ACCOUNT, [message(1), replace(message(2), sent_at=NOON.replace(tzinfo=None))], "c2", NOON)

    assert await store.waiting(ACCOUNT, 10) == []
    assert await store.cursor(ACCOUNT) is None


async def test_when_the_cursor_cannot_be_kept_the_messages_are_not_either(store):
    with pytest.raises(StoreError):
        await store.keep(ACCOUNT, [message(1)], None, NOON)

    assert await store.waiting(ACCOUNT, 10) == []


# Settling


async def test_when_the_conversation_cannot_be_kept_nothing_is_settled_or_queued(store):
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    unkeepable = replace(conversation(), at=NOON.replace(tzinfo=None))
    with pytest.raises(StoreError):
        await store.settle(Settlement([message(1)], [reply(1)], [unkeepable]), NOON)

    assert await store.waiting(ACCOUNT, 10) == [message(1)]
    assert await _texts(store) == []


async def test_settling_queues_the_reply_and_carries_the_conversation_on(store):
    await store.keep(ACCOUNT, [message(1), message(2)], "c2", NOON)
    await store.settle(Settlement([message(1)], [reply(1)], [conversation()]), NOON)

    assert await store.waiting(ACCOUNT, 10) == [message(2)]
    assert [delivery.outgoing for delivery in await store.outbox(ACCOUNT, NOON, 10)] == [reply(1)]
    assert await store.conversation(ROOM, "@ana:example.org") == conversation()


async def test_a_reply_queued_twice_is_sent_once(store):
    await _queue(store, reply(1, "the first"), reply(1, "again"))
    await _queue(store, reply(1, "and again"))

    assert await _texts(store) == ["the first"]


async def test_a_reply_queued_again_after_it_was_sent_is_not_sent_again(store):
    await _queue(store, reply(1))
    await store.sent(reply(1).key, "$r1", NOON)
    await _queue(store, reply(1))

    assert await _texts(store) == []


async def test_a_conversation_is_replaced_by_the_next_one(store):
    await store.settle(
        Settlement(conversations=[conversation("@ana:example.org", ROOM, NOON, "peertube", "owncast")]), NOON
    )
    later = conversation("@ana:example.org", ROOM, NOON + MINUTE, "nextcloud")
    await store.settle(Settlement(conversations=[later]), NOON)

    assert await store.conversation(ROOM, "@ana:example.org") == later


async def test_conversations_differ_by_person_room_thread_and_account(store):
    places = [ROOM, replace(ROOM, thread="$root"), replace(ROOM, room="!other"), replace(ROOM, account="other-bot")]
    talks = [conversation("@ana:example.org", place, NOON, str(place)) for place in places]
    talks.append(conversation("@ivo:example.org", ROOM, NOON, "ivo"))
    await store.settle(Settlement(conversations=talks), NOON)

    assert [await store.conversation(talk.place, talk.person) for talk in talks] == talks


async def test_nobody_has_a_conversation_before_the_first_word(store):
    assert await store.conversation(ROOM, "@ana:example.org") is None


# Gaps


async def test_there_are_no_gaps_before_the_first(store):
    assert await store.gaps() == []


async def test_a_gap_that_comes_again_is_counted_and_the_most_frequent_is_first(store):
    await store.settle(Settlement(gaps=[gap("rare"), gap("often"), gap("often")]), NOON)
    await store.settle(Settlement(gaps=[gap("often", at=NOON + MINUTE)]), NOON)

    assert await store.gaps() == [gap("often", 3, at=NOON + MINUTE), gap("rare")]


async def test_the_same_text_in_another_language_is_another_gap(store):
    await store.settle(Settlement(gaps=[gap("wifi"), gap("wifi", language="de")]), NOON)

    assert {(kept.language, kept.count) for kept in await store.gaps()} == {("en", 1), ("de", 1)}


async def test_when_the_message_cannot_be_settled_its_gap_is_not_counted_and_the_other_way_round(store):
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    timeless = NOON.replace(tzinfo=None)
    with pytest.raises(StoreError):
        await store.settle(Settlement([message(1)], [reply(1)], [replace(conversation(), at=timeless)], [gap()]), NOON)
    with pytest.raises(StoreError):
        await store.settle(Settlement([message(1)], [reply(1)], gaps=[gap(at=timeless)]), NOON)

    assert await store.gaps() == []
    assert await store.waiting(ACCOUNT, 10) == [message(1)]
    assert await _texts(store) == []


# The outbox


async def test_replies_come_oldest_first_for_their_own_account(store):
    other = Place(AccountName("other-bot"), "!elsewhere")
    await _queue(store, reply(2, "second-born"), reply(1, "first-born"), reply(3, "theirs", place=other))

    assert await _texts(store) == ["second-born", "first-born"]
    assert await _texts(store, account=other.account) == ["theirs"]


async def test_the_first_attempt_is_remembered_and_every_attempt_counted(store):
    await _queue(store, reply(1), reply(2))
    await store.attempting([reply(1).key], NOON)
    await store.attempting([reply(1).key], NOON + MINUTE)
    tried, untried = await store.outbox(ACCOUNT, NOON, 10)

    assert (tried.first_tried_at, tried.tries) == (NOON, 2)
    assert (untried.first_tried_at, untried.tries) == (None, 0)


async def test_a_postponed_reply_waits_for_its_time(store):
    await _queue(store, reply(1))
    await store.postpone(reply(1).key, NOON + MINUTE, "busy", None)

    assert await _texts(store, NOON) == []
    assert await _texts(store, NOON + MINUTE) == ["A video site."]


async def test_a_postponed_reply_is_not_overtaken_by_the_same_persons_next(store):
    await _queue(store, reply(1, "first"), reply(2, "second"), reply(3, "ivo's", asker="@ivo:example.org"))
    await store.postpone(reply(1).key, NOON + MINUTE, "busy", None)

    assert await _texts(store, NOON) == ["ivo's"]
    assert await _texts(store, NOON + MINUTE) == ["first", "second", "ivo's"]


async def test_whether_the_outcome_is_unknown_is_what_postponing_says(store):
    await _queue(store, reply(1))
    await store.attempting([reply(1).key], NOON)
    await store.postpone(reply(1).key, NOON, "no connection", None)
    (not_sent,) = await store.outbox(ACCOUNT, NOON, 10)
    await store.postpone(reply(1).key, NOON, "timed out", NOON)
    (unknown,) = await store.outbox(ACCOUNT, NOON, 10)

    assert (not_sent.first_tried_at, not_sent.tries) == (None, 1)
    assert unknown.first_tried_at == NOON


async def test_what_was_given_up_is_not_sent_and_cannot_be_queued_again(store):
    await _queue(store, reply(1))
    await store.give_up(reply(1).key, "not allowed in this room", NOON)
    await _queue(store, reply(1))

    assert await _texts(store) == []


async def test_postponing_what_was_sent_does_not_send_it_again(store):
    await _queue(store, reply(1))
    await store.sent(reply(1).key, "$r1", NOON)
    await store.postpone(reply(1).key, NOON, "a late error", NOON)

    assert await _texts(store) == []


# Forgetting


async def test_what_still_waits_is_never_forgotten(store):
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    await _queue(store, reply(2))
    await store.forget(*[NOON + timedelta(days=400)] * 4)

    assert await store.waiting(ACCOUNT, 10) == [message(1)]
    assert await _texts(store) == ["A video site."]
    assert await store.cursor(ACCOUNT) == "c1"


async def test_ids_are_known_until_they_are_forgotten(store):
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    await store.settle(Settlement([message(1)]), NOON + MINUTE)
    await store.forget(NOON + MINUTE, NOON + MINUTE, NOON, NOON)
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    assert await store.waiting(ACCOUNT, 10) == []

    await store.forget(NOON + 2 * MINUTE, NOON + 2 * MINUTE, NOON, NOON)
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    assert await store.waiting(ACCOUNT, 10) == [message(1)]


async def test_an_old_conversation_is_forgotten_and_a_younger_one_is_not(store):
    old, young = conversation("@ana:example.org"), conversation("@ivo:example.org", ROOM, NOON + MINUTE)
    await store.settle(Settlement(conversations=[old, young]), NOON)
    await store.forget(NOON + MINUTE, NOON + MINUTE, NOON, NOON)

    assert await store.conversation(ROOM, old.person) is None
    assert await store.conversation(ROOM, young.person) == young


async def test_conversations_can_be_forgotten_before_ids_are(store):
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    await store.settle(Settlement([message(1)], conversations=[conversation()]), NOON)
    await store.forget(NOON - MINUTE, NOON + MINUTE, NOON, NOON)
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)

    assert await store.waiting(ACCOUNT, 10) == []
    assert await store.conversation(ROOM, conversation().person) is None


async def test_a_gap_that_was_not_met_for_long_is_forgotten_and_a_younger_one_is_not(store):
    await store.settle(Settlement(gaps=[gap("old", 9), gap("young", at=NOON + MINUTE)]), NOON)
    await store.forget(NOON, NOON, NOON + MINUTE, NOON + MINUTE)

    assert await store.gaps() == [gap("young", at=NOON + MINUTE)]


async def test_nonsense_of_weeks_does_not_fill_the_store(store):
    await store.settle(Settlement(gaps=[gap(f"nonsense {number}") for number in range(MOST_GAPS + 10)]), NOON)
    await store.settle(Settlement(gaps=[gap("often", 2)]), NOON)
    await store.forget(NOON, NOON, NOON, NOON)

    kept = await store.gaps()
    assert (len(kept), kept[0].text) == (MOST_GAPS, "often")


async def test_a_burst_of_two_hundred_is_kept_and_settled_in_order(store):
    await store.keep(ACCOUNT, crowd(200), "c200", NOON)
    await store.settle(Settlement(crowd(200), [reply(number) for number in range(200)]), NOON)

    assert await store.waiting(ACCOUNT, 1000) == []
    assert [d.outgoing for d in await store.outbox(ACCOUNT, NOON, 1000)] == [reply(number) for number in range(200)]


# Edited questions, people who want silence, troubles


async def test_a_reply_that_revises_another_comes_with_what_the_server_calls_that_one_once_it_is_there(store):
    second = replace(reply(2), revises=reply(1).key)
    await _queue(store, reply(1), second)
    assert [d.outgoing for d in await store.outbox(ACCOUNT, NOON, 10)] == [reply(1)]

    await store.sent(reply(1).key, "$post", NOON)
    assert [d.outgoing for d in await store.outbox(ACCOUNT, NOON, 10)] == [replace(second, instead_of="$post")]


async def test_a_reply_that_revises_a_revised_one_takes_the_place_of_the_last(store):
    for number, remote in ((1, "$one"), (2, "$two $three")):
        await _queue(store, replace(reply(number), revises=reply(1).key if number > 1 else None))
        await store.sent(reply(number).key, remote, NOON)
    await _queue(store, replace(reply(3), revises=reply(1).key))

    (delivery,) = await store.outbox(ACCOUNT, NOON, 10)
    assert delivery.outgoing.instead_of == "$two $three"


async def test_a_reply_whose_first_form_was_given_up_stands_in_nobodys_place(store):
    await _queue(store, reply(1), replace(reply(2), revises=reply(1).key))
    await store.give_up(reply(1).key, "gone", NOON)

    (delivery,) = await store.outbox(ACCOUNT, NOON, 10)
    assert delivery.outgoing.instead_of is None


async def test_the_last_meaning_that_was_answered_is_known(store):
    first = replace(reply(1), meaning="found peertube")
    await _queue(store, first)
    assert await store.meaning(first.key) == "found peertube"

    await _queue(store, replace(reply(2), meaning="found signal", revises=first.key))
    assert await store.meaning(first.key) == "found signal"
    assert await store.meaning(reply(3).key) is None


async def test_what_was_last_answered_is_known_by_what_the_server_calls_it(store):
    first = replace(reply(1), meaning="found peertube")
    await _queue(store, first, replace(reply(2), meaning="found signal", revises=first.key))
    assert await store.meaning_of(ACCOUNT, "$post") is None

    await store.sent(first.key, "$post", NOON)
    assert await store.meaning_of(ACCOUNT, "$post") == "found peertube"
    assert await store.meaning_of(AccountName("other-bot"), "$post") is None

    await store.sent(reply(2).key, "$post", NOON)
    assert await store.meaning_of(ACCOUNT, "$post") == "found signal"


async def test_signs_and_the_number_of_choices_come_back(store):
    sign = replace(message(1, "2"), reacts_to="$post")
    await store.keep(ACCOUNT, [sign], "c1", NOON)
    await _queue(store, replace(reply(1), offers=3))

    assert await store.waiting(ACCOUNT, 10) == [sign]
    assert [delivery.outgoing.offers for delivery in await store.outbox(ACCOUNT, NOON, 10)] == [3]


async def test_who_may_what_in_which_room_comes_back(store):
    mighty = replace(message(1), power=1000, known_as="#help:example.org")
    await store.keep(ACCOUNT, [mighty, message(2)], "c1", NOON)

    assert await store.waiting(ACCOUNT, 10) == [mighty, message(2)]


async def test_votes_are_added_up_by_entry_and_what_helped_least_is_first(store):
    liked, disliked = Votes(EntryId("peertube"), liked=1), Votes(EntryId("signal"), disliked=1)
    assert await store.votes() == []

    await store.settle(Settlement(votes=[liked, disliked, liked]), NOON)
    await store.settle(Settlement(votes=[Votes(EntryId("peertube"), disliked=1), disliked]), NOON)

    assert await store.votes() == [Votes(EntryId("signal"), 0, 2), Votes(EntryId("peertube"), 2, 1)]


async def test_a_message_that_cannot_be_settled_votes_for_nothing(store):
    naive = replace(conversation(), at=NOON.replace(tzinfo=None))
    with pytest.raises(StoreError):
        await store.settle(Settlement(conversations=[naive], votes=[Votes(EntryId("signal"), 1)]), NOON)

    assert await store.votes() == []


async def test_what_a_chat_wrote_on_the_envelope_comes_back_with_the_message_and_the_reply(store):
    asked = replace(message(1), envelope='{"visibility": "direct"}', language="hr", revises=message(7).id)
    await store.keep(ACCOUNT, [asked], "c1", NOON)
    await _queue(store, replace(reply(1), envelope="x", meaning="unknown"))

    assert await store.waiting(ACCOUNT, 10) == [asked]
    (delivery,) = await store.outbox(ACCOUNT, NOON, 10)
    assert (delivery.outgoing.envelope, delivery.outgoing.meaning) == ("x", "unknown")


async def test_who_wants_silence_has_it_on_that_account_until_they_take_it_back(store):
    ana, other = "@ana:example.org", AccountName("other-bot")
    wish = Wish(ACCOUNT, ana, silence=True)
    await store.settle(Settlement(wishes=[wish, wish]), NOON)
    await store.forget(*[NOON + timedelta(days=4000)] * 4)

    assert await store.is_silenced(ACCOUNT, ana)
    assert not await store.is_silenced(other, ana)
    assert not await store.is_silenced(ACCOUNT, "@ivo:example.org")

    await store.settle(Settlement(wishes=[replace(wish, silence=False)]), NOON)
    assert not await store.is_silenced(ACCOUNT, ana)


async def test_of_who_is_forgotten_everything_goes_but_what_they_say_later_and_a_wish_for_silence(store):
    ana = message().sender
    before, wish, later = message(1, "a secret"), message(2, "forget me"), message(3, "what is peertube?")
    await store.keep(ACCOUNT, [before, wish, later], "c1", NOON)
    first = replace(reply(7, "an old answer"), meaning="found peertube")
    await store.settle(Settlement(replies=[first], conversations=[conversation()]), NOON)
    await store.settle(Settlement(wishes=[Wish(ACCOUNT, ana, silence=True)]), NOON)
    await store.settle(Settlement([wish], [reply(2, "Forgotten.")], erasures=[erasure(wish)]), NOON)

    assert await store.waiting(ACCOUNT, 10) == [later]
    assert await _texts(store) == ["Forgotten."]
    assert await store.conversation(ROOM, ana) is None
    assert await store.is_silenced(ACCOUNT, ana)


async def test_forgetting_somebody_forgets_nobody_else_and_on_no_other_account(store):
    other = Place(AccountName("other-bot"), ROOM.room)
    ivo, elsewhere = reply(5, "Ivo's", "@ivo:example.org"), reply(6, "Elsewhere", place=other)
    talks = [conversation("@ivo:example.org"), conversation(place=other)]
    await store.keep(ACCOUNT, [message(4, sender="@ivo:example.org"), message(1)], "c1", NOON)
    await store.settle(Settlement(replies=[ivo, elsewhere], conversations=talks), NOON)
    await store.settle(Settlement([message(1)], erasures=[erasure(message(1))]), NOON)

    assert [waiting.id for waiting in await store.waiting(ACCOUNT, 10)] == ["$m4"]
    assert (await _texts(store), await _texts(store, account=other.account)) == (["Ivo's"], ["Elsewhere"])
    assert [await store.conversation(talk.place, talk.person) for talk in talks] == talks


async def test_what_was_forgotten_is_neither_answered_again_nor_sent(store):
    await store.keep(ACCOUNT, [message(1), message(2)], "c1", NOON)
    await _queue(store, reply(7))
    await store.settle(Settlement([message(2)], erasures=[erasure(message(2))]), NOON)
    await store.keep(ACCOUNT, [message(1)], "c1", NOON)
    await _queue(store, reply(7))

    assert await store.waiting(ACCOUNT, 10) == []
    assert await _texts(store) == []


async def test_no_trace_of_who_is_forgotten_is_left_in_the_file(tmp_path):
    path = tmp_path / "echobot.db"
    store = SqlStore.open(f"sqlite:///{path}")
    await store.keep(ACCOUNT, [message(1, "a secret"), message(2, "forget me")], "c1", NOON)
    await _queue(store, reply(7, "an answer"))
    await store.settle(Settlement(conversations=[conversation()]), NOON)
    await store.settle(Settlement([message(2)], erasures=[erasure(message(2))]), NOON)
    await store.forget(NOON, NOON, NOON, NOON)
    await store.close()

    kept = path.read_bytes()
    assert not [trace for trace in (b"a secret", b"an answer", message().sender.encode()) if trace in kept]


async def test_what_waits_is_counted_by_account(store):
    other = AccountName("other-bot")
    await store.keep(ACCOUNT, [message(1), message(2)], "c1", NOON)
    await store.settle(Settlement([message(1)], [reply(1), reply(3, place=Place(other, "!r"))]), NOON)
    assert await store.backlog() == [Backlog(other, 0, 1), Backlog(ACCOUNT, 1, 1)]

    await store.sent(reply(1).key, "$post", NOON)
    assert await store.backlog() == [Backlog(other, 0, 1), Backlog(ACCOUNT, 1, 0)]


async def test_a_trouble_is_known_since_it_began_and_until_it_is_over(store):
    await store.note_trouble("knowledge", "one mistake", NOON)
    await store.note_trouble("toots", "logged out", NOON + MINUTE)
    await store.note_trouble("knowledge", "two mistakes", NOON + 2 * MINUTE)

    assert await store.troubles() == [
        Trouble("knowledge", "two mistakes", NOON),
        Trouble("toots", "logged out", NOON + MINUTE),
    ]
    await store.note_trouble("knowledge", None, NOON + 3 * MINUTE)
    assert [trouble.about for trouble in await store.troubles()] == ["toots"]
