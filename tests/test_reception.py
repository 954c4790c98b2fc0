from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from echobot.core.gap import gap_in
from echobot.core.knowledge import Language
from echobot.errors import LoginRefused, StoreError
from echobot.ports import Settlement
from echobot.reception import AT_ONCE, Reception
from echobot.stores.sql import SqlStore
from tests.fakes import ACCOUNT, NOON, ROOM, EchoBot, FakeChat, FakeClock, crowd, message, until


class CountingStore(SqlStore):
    """Keeps how many messages each transaction settled, and which cursors were written."""

    settled: list[int]
    cursors: list[str]

    async def keep(self, account, messages, cursor, now, settled=()):
        self.cursors.append(cursor)
        await super().keep(account, messages, cursor, now, settled)

    async def settle(self, settlement, now):
        self.settled.append(len(settlement.messages))
        await super().settle(settlement, now)


@pytest.fixture
async def store():
    store = CountingStore.open("sqlite://")
    store.settled, store.cursors = [], []
    yield store
    await store.close()


async def receive(chat, store, bot=None, called=lambda: None) -> list[str]:
    """Run until the chat is over; returns the replies."""
    chat.end()
    async with asyncio.timeout(30):
        await Reception(chat, store, bot or EchoBot(store), called, chat._clock).run()
    return [delivery.outgoing.text for delivery in await store.outbox(ACCOUNT, NOON, 1000)]


async def test_a_message_is_answered_and_settled(chat, store):
    chat.say(message(1, "hello"))

    assert await receive(chat, store) == ["hello (1)"]
    assert await store.waiting(ACCOUNT, 10) == []


class KnowsNothing(EchoBot):
    """What it echoes is a gap as well."""

    async def handle(self, message):
        return replace(await super().handle(message), gaps=[gap_in(message.text, Language("en"), NOON)])


async def test_what_the_knowledge_lacks_is_noted_once_with_its_message(chat, store):
    chat.say(message(1, "hello"), message(1, "hello"), message(2, "hello", "@ivo:example.org"))
    await receive(chat, store, KnowsNothing(store))
    await receive(chat, store, KnowsNothing(store))

    assert [(gap.text, gap.count) for gap in await store.gaps()] == [("hello", 2)]


async def test_a_message_that_was_read_twice_is_answered_once(chat, store):
    chat.say(message(1, "hello"), message(1, "hello"), message(1, "hello"))

    assert await receive(chat, store) == ["hello (1)"]


async def test_after_a_restart_it_reads_on_from_where_it_was(chat, store):
    chat.say(message(1, "before"))
    await receive(chat, store)
    chat.say(message(2, "after", "@ivo:example.org"))

    assert await receive(chat, store) == ["before (1)", "after (1)"]
    assert await store.cursor(ACCOUNT) == "2"


async def test_what_was_kept_but_not_answered_before_the_restart_is_answered(chat, store):
    await store.keep(ACCOUNT, [message(1, "hello")], "0", NOON)

    assert await receive(chat, store) == ["hello (1)"]


async def test_the_courier_is_called_once_a_reply_is_in_the_outbox(chat, store):
    calls = []
    chat.say(message(1))
    await receive(chat, store, called=lambda: calls.append("called"))

    assert calls == ["called"]


async def test_messages_that_come_while_it_waits_wake_it(chat, store):
    answered = asyncio.Event()
    receiving = asyncio.create_task(Reception(chat, store, EchoBot(store), answered.set, FakeClock()).run())
    for number in range(3):
        answered.clear()
        chat.say(message(number))
        await asyncio.wait_for(answered.wait(), 30)
    chat.end()
    await asyncio.wait_for(receiving, 30)

    assert len(await store.outbox(ACCOUNT, NOON, 10)) == 3


async def test_a_persons_next_message_sees_the_conversation_of_the_one_before(chat, store):
    chat.say(message(1, "which?"), message(2, "2"), message(3, "thanks"))

    assert await receive(chat, store) == ["which? (1)", "2 (2)", "thanks (3)"]


async def test_a_persons_next_message_waits_for_the_one_before_even_in_its_thread(chat, store):
    in_thread = message(2, "2", place=replace(ROOM, thread="$m1"))
    chat.say(message(1, "which?"), in_thread)
    await receive(chat, store)

    assert store.settled == [1, 1]


async def test_what_revises_a_message_is_answered_after_it_although_nothing_more_is_said(chat, store):
    chat.say(message(1, "which?"), replace(message(2, "what?"), revises=message(1).id))
    receiving = asyncio.create_task(Reception(chat, store, EchoBot(store), lambda: None, FakeClock()).run())
    await until(lambda: store.settled == [1, 1])
    chat.end()
    await asyncio.wait_for(receiving, 30)

    assert await store.waiting(ACCOUNT, 10) == []


async def test_a_burst_from_a_crowd_is_settled_in_a_few_transactions(chat, store):
    chat.say(*crowd(200))

    assert len(await receive(chat, store)) == 200
    assert store.settled == [AT_ONCE] * 4


async def test_a_burst_with_the_same_people_again_is_cut_where_somebody_is_answered_again(chat, store):
    people = ["@ana", "@ivo", "@ana", "@mia"]
    chat.say(*(message(number, sender=name) for number, name in enumerate(people)))
    await receive(chat, store)

    assert store.settled == [3, 1]  # everybody's first message comes first


async def test_somebody_who_speaks_in_two_rooms_is_answered_in_both_at_once(chat, store):
    chat.say(message(1), message(2, place=replace(ROOM, room="!other")))
    await receive(chat, store)

    assert store.settled == [2]


class SilentBot(EchoBot):
    """Answers nobody but Ivo."""

    async def handle(self, message):
        return await super().handle(message) if message.sender.startswith("@ivo") else Settlement()


async def test_whom_nobody_answers_may_say_much_in_one_transaction(chat, store):
    chat.say(*(message(number) for number in range(2 * AT_ONCE)))
    await receive(chat, store, SilentBot(store))

    assert store.settled == [AT_ONCE, AT_ONCE]


async def test_whoever_comes_while_somebody_floods_is_next(chat, store):
    flood = [message(number, sender="@flood:example.org") for number in range(200)]
    late = [message(1000 + number, sender=f"@p{number}:example.org") for number in range(3)]
    chat.say(*flood)
    bot = Waiting(store)
    receiving = asyncio.create_task(Reception(chat, store, bot, lambda: None, FakeClock()).run())
    await until(lambda: len(bot.handled) > 20)
    before = len(bot.handled)
    chat.say(*late)
    chat.end()
    await asyncio.wait_for(receiving, 30)

    last = max(bot.handled.index(each.id) for each in late)
    assert last - before <= len(late) + 2 * FEW
    assert sorted(bot.handled) == sorted(each.id for each in flood + late)


FEW = 3  # messages that may be under way when somebody comes


class Deaf(EchoBot):
    """Ignores whoever floods it."""

    def ignores(self, message):
        return message.sender.startswith("@flood")


class Batches(FakeChat):
    """Gives what was said one batch after the other, and says when all of it was given."""

    def __init__(self, clock, *batches, between=timedelta(0)):
        super().__init__(clock)
        self._batches, self._between = batches, between
        self.given = asyncio.Event()

    async def listen(self, cursor, keep, note):
        for number, batch in enumerate(self._batches):
            await keep(batch, str(number))
            self._clock.now += self._between
        self.given.set()
        await self._news.wait()


def flood(count):
    return [message(1000 + number, sender="@flood:example.org") for number in range(count)]


async def test_ten_thousand_messages_that_the_bot_ignores_cost_the_others_no_transaction(clock, store):
    many = [[each] for each in flood(10_000)]
    chat = Batches(clock, *many[:5000], [message(1)], *many[5000:])
    await receive(chat, store, Deaf(store))

    assert store.cursors == ["0", "5000", "10000"]
    assert store.settled == [1]


async def test_what_was_ignored_is_not_answered_when_it_is_given_again(clock, store):
    await receive(Batches(clock, flood(3)), store, Deaf(store))

    assert await receive(Batches(clock, flood(4)), store) == ["what is peertube? (1)"]


async def test_batches_without_messages_are_written_once_a_second(clock, store):
    chat = Batches(clock, *[[]] * 100, between=timedelta(milliseconds=100))
    await receive(chat, store)

    assert store.cursors == [str(10 * number) for number in range(10)] + ["99"]


async def test_a_clock_that_is_put_back_delays_no_cursor(clock, store):
    chat = Batches(clock, [], [], between=timedelta(hours=-1))
    receiving = asyncio.create_task(Reception(chat, store, EchoBot(store), lambda: None, clock).run())
    await asyncio.wait_for(chat.given.wait(), 30)

    assert await store.cursor(ACCOUNT) == "1"
    chat.end()
    await receiving


class Upset(EchoBot):
    def ignores(self, message):
        raise KeyError(message.text)


async def test_a_message_that_upsets_the_bot_before_its_turn_is_answered_in_it(chat, store):
    chat.say(message(1, "hello"))

    assert await receive(chat, store, Upset(store)) == ["hello (1)"]


class Waiting(EchoBot):
    """Keeps the order in which messages come to it."""

    def __init__(self, store):
        super().__init__(store)
        self.handled = []

    async def handle(self, message):
        self.handled.append(message.id)
        return await super().handle(message)


async def test_a_message_that_upsets_the_bot_keeps_nobody_waiting(chat, store):
    chat.say(message(1, "ouch"), message(2, "hello", "@ivo:example.org"))

    assert await receive(chat, store, EchoBot(store, upset_by=["ouch"])) == ["hello (1)"]
    assert await store.waiting(ACCOUNT, 10) == []


async def test_a_message_that_upsets_the_bot_twice_is_answered_the_third_time(chat, store):
    chat.say(message(1, "ouch"))

    assert await receive(chat, store, EchoBot(store, upset_by=["ouch"], upset_times=2)) == ["ouch (1)"]


async def test_the_log_says_what_went_wrong_and_where_but_not_what_was_written(chat, store):
    chat.say(message(1, "my secret"))
    with capture_logs() as logs:
        await receive(chat, store, EchoBot(store, upset_by=["my secret"]))

    assert [(line["message"], line["error"], line["left_unanswered"]) for line in logs] == [
        ("$m1", "KeyError", False),
        ("$m1", "KeyError", False),
        ("$m1", "KeyError", True),
    ]
    assert "fakes.py:" in logs[0]["at"]
    assert "my secret" not in str(logs)


class TroubledChat(FakeChat):
    """An account that has something to note, again and again."""

    def __init__(self, clock, **troubles):
        super().__init__(clock)
        self._troubles = troubles

    async def listen(self, cursor, keep, note):
        for about, trouble in self._troubles.items():
            await note(about, trouble)


async def test_what_is_wrong_is_kept_until_it_is_well_again_even_after_a_restart(clock, store):
    await receive(TroubledChat(clock, keys="They are lost.", room=None), store)
    assert [(trouble.about, trouble.text) for trouble in await store.troubles()] == [("keys", "They are lost.")]

    await receive(TroubledChat(clock, keys=None), store)
    assert await store.troubles() == []


class RefusingChat(FakeChat):
    async def listen(self, cursor, keep, note):
        raise LoginRefused("The token is not accepted any more.")


async def test_a_refused_login_ends_it_with_its_own_sentence(clock, store):
    with pytest.raises(LoginRefused, match="not accepted"):
        await receive(RefusingChat(clock), store)


class BrokenStore(SqlStore):
    async def waiting(self, account, limit):
        raise StoreError("The store is damaged.")


async def test_a_broken_store_ends_it_with_its_own_sentence_while_the_chat_goes_on(chat):
    store = BrokenStore.open("sqlite://")
    with pytest.raises(StoreError, match="damaged"):
        await asyncio.wait_for(Reception(chat, store, EchoBot(store), lambda: None, FakeClock()).run(), 30)
    await store.close()


class ForgetfulBot(EchoBot):
    async def handle(self, message):
        raise StoreError("The store is damaged.")


async def test_a_store_that_breaks_while_answering_leaves_the_message_waiting(chat, store):
    chat.say(message(1))
    with pytest.raises(StoreError, match="damaged"):
        await receive(chat, store, ForgetfulBot(store))

    assert await store.waiting(ACCOUNT, 10) == [message(1)]


async def test_what_revises_a_message_waits_until_that_one_is_settled(chat, store):
    first, other = message(1), message(2, sender="@ivo:example.org")
    redaction = replace(message(3, text="", sender="@moderator:example.org"), revises=first.id)
    chat.say(first, other, redaction)
    await receive(chat, store)

    assert store.settled == [2, 1]


async def test_the_chat_hears_which_replies_to_expect_once_they_are_kept(store):
    chat = FakeChat(FakeClock())
    chat.say(*crowd(3))
    chat.end()
    await Reception(chat, store, EchoBot(store), lambda: None, FakeClock()).run()

    kept = await store.outbox(ACCOUNT, NOON, 10)
    assert chat.expected == [delivery.outgoing for delivery in kept]
