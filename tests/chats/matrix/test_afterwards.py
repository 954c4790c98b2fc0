"""What people do to what was said before: they edit it, take it away, or put a sign under it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from echobot.bot import Bot as Mind
from echobot.bot import Manners
from echobot.core.answering import Answerer
from echobot.core.knowledge import EntryId
from echobot.core.message import AccountName, Address, DeliveryKey, MessageId, Place, Reply
from echobot.core.reaction import Votes
from echobot.limits import Allowance
from echobot.running import account_of
from echobot.settings import Limits
from echobot.stores.sql import SqlStore
from tests.chats.matrix.conftest import Bot
from tests.samples import knowledge
from tests.servers.people import Person, until

pytestmark = pytest.mark.server

QUESTION = "!echo what is the fediverse?"
OTHER_QUESTION = "!echo an alternative to gdrive?"


class Answering:
    """The bot with the sample knowledge and a store, in a room; and what its asker sees of it."""

    def __init__(self, bot: Bot, store: SqlStore) -> None:
        self.bot, self.store = bot, store
        answerer = Answerer(knowledge())
        manners = Manners({AccountName("room-bot"): timedelta(hours=2)})
        self._mind = Mind(lambda: answerer, store, Allowance(Limits), lambda: manners, lambda: datetime.now(UTC))
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self.bot.chat.close()
        self.bot.renew()
        self._running = asyncio.create_task(account_of(self.bot.chat, self._mind, self.store))
        await until(self._listens, "the first sync, and where it ended to be kept")

    async def _listens(self) -> bool:
        heard = self.bot.chat.last_contact_at and await self.store.cursor(AccountName("room-bot"))
        return bool(heard) or self._running.done()

    async def stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running
        await self.bot.chat.close()

    async def has_two_votes(self) -> bool:
        return sum(votes.liked + votes.disliked for votes in await self.store.votes()) == 2

    async def said(self, room: str, by: Person) -> list[str]:
        """What the bot's messages in a room say now, taken away ones left out."""
        events = [event for event in await by.messages(room) if event["sender"] == self.bot.user and event["content"]]
        return [_shown(event) for event in events if _relation(event) != "m.replace"]

    async def says(self, room: str, by: Person, *beginnings: str) -> None:
        """Wait until this is how its messages begin."""

        async def does() -> bool:
            said = await self.said(room, by)
            return len(said) == len(beginnings) and all(map(str.startswith, said, beginnings))

        await until(does, f"the bot to say {beginnings}")


def _relation(event) -> str | None:
    return event["content"].get("m.relates_to", {}).get("rel_type")


def _shown(event) -> str:
    edit = event.get("unsigned", {}).get("m.relations", {}).get("m.replace")
    return (edit["content"]["m.new_content"] if edit else event["content"])["body"]


@pytest.fixture
async def answering(bot: Bot) -> AsyncIterator[Answering]:
    store = SqlStore.open("sqlite://")
    answering = Answering(bot, store)
    yield answering
    await answering.stop()
    await store.close()


# Edited questions


async def test_an_edit_is_a_message_that_revises_the_first_and_stays_in_its_thread(bot: Bot, alice: Person, room: str):
    await bot.listen()
    root = await alice.say(room, "Let us talk about chat.")
    first = await alice.say(room, QUESTION, **{"m.relates_to": {"rel_type": "m.thread", "event_id": root}})
    edit = await alice.edit(room, first, OTHER_QUESTION)

    _, message = await bot.kept.have(2)

    assert (message.id, message.revises, message.text) == (edit, first, "an alternative to gdrive?")
    assert (message.place, message.address, message.sender) == (
        Place("room-bot", room, root),
        Address.NAMED,
        alice.user,
    )


async def test_an_edit_that_leaves_the_name_out_still_is_one_of_a_question(bot: Bot, alice: Person, room: str):
    await bot.listen()
    first = await alice.say(room, QUESTION)
    await alice.edit(room, first, "what is Matrix?")

    await bot.kept.have(2)

    assert bot.kept.texts == ["what is the fediverse?", "what is Matrix?"]


async def test_edits_of_what_was_no_question_and_of_other_peoples_words_are_not_heard(
    bot: Bot, alice: Person, carol: Person, room: str
):
    await bot.listen()
    talk = await alice.say(room, "Carol, shall we meet at noon?")
    await alice.edit(room, talk, OTHER_QUESTION)
    first = await alice.say(room, QUESTION)
    await carol.edit(room, first, OTHER_QUESTION)
    await alice.edit(room, first, "!echo a picture", msgtype="m.image")
    await carol.say(room, "!echo two")

    await bot.kept.have(2)

    assert bot.kept.texts == ["what is the fediverse?", "two"]


async def test_a_reply_in_place_of_another_changes_it_and_mentions_nobody_anew(bot: Bot, alice: Person, room: str):
    question = await alice.say(room, QUESTION)
    first = Reply(DeliveryKey("a"), Place("room-bot", room), MessageId(question), alice.user, "Servers.", "en")
    there = await bot.chat.send(first)
    change = Reply(
        DeliveryKey("b"), first.place, first.to, alice.user, "Files.", "en", revises=first.key, instead_of=there
    )
    again = [await bot.chat.send(change) for _ in range(2)]

    _, shown, edit = await alice.messages(room)

    assert again == [there, there]
    assert _shown(shown) == "Files."
    assert edit["content"]["m.mentions"] == {}
    assert edit["content"]["m.new_content"]["m.mentions"] == {"user_ids": [alice.user]}
    assert await bot.chat.find(change) is None


async def test_an_edited_question_gets_its_new_answer_in_place_of_the_first(
    answering: Answering, alice: Person, room: str
):
    await answering.start()
    question = await alice.say(room, QUESTION)
    await answering.says(room, alice, "Many servers")
    await alice.edit(room, question, OTHER_QUESTION)

    await answering.says(room, alice, "Instead of Google Drive:")


async def test_what_was_asked_and_edited_while_the_bot_was_away_is_answered_in_its_last_form(
    answering: Answering, alice: Person, room: str
):
    await answering.start()
    await answering.stop()
    question = await alice.say(room, QUESTION)
    await alice.edit(room, question, OTHER_QUESTION)
    await answering.start()

    await answering.says(room, alice, "Instead of Google Drive:")


# Redacted questions


async def test_a_redaction_is_a_message_without_words_that_revises_what_was_redacted(
    bot: Bot, alice: Person, room: str
):
    await bot.listen()
    first = await alice.say(room, QUESTION)
    await bot.kept.have(1)
    redaction = await alice.redact(room, first)

    _, message = await bot.kept.have(2)

    assert (message.id, message.revises, message.text, message.takes_back) == (redaction, first, "", True)


async def test_what_the_bot_redacts_itself_is_none_of_its_business(bot: Bot, alice: Person, room: str):
    await bot.listen()
    await bot.person.redact(room, await bot.person.say(room, "One moment."))
    await alice.say(room, QUESTION)

    await bot.kept.have(1)

    assert bot.kept.texts == ["what is the fediverse?"]


async def test_a_redacted_question_takes_its_answer_with_it(answering: Answering, alice: Person, room: str):
    await answering.start()
    question = await alice.say(room, QUESTION)
    await alice.say(room, OTHER_QUESTION)
    await answering.says(room, alice, "Many servers", "Instead of Google Drive:")
    await alice.redact(room, question)

    await answering.says(room, alice, "Instead of Google Drive:")


async def test_an_answer_that_was_changed_is_taken_away_too(answering: Answering, alice: Person, room: str):
    await answering.start()
    question = await alice.say(room, QUESTION)
    await answering.says(room, alice, "Many servers")
    await alice.edit(room, question, OTHER_QUESTION)
    await answering.says(room, alice, "Instead of Google Drive:")
    await alice.redact(room, question)

    await answering.says(room, alice)


async def test_a_question_redacted_while_the_bot_was_away_loses_its_answer_however_late(
    answering: Answering, alice: Person, room: str
):
    await answering.start()
    question = await alice.say(room, QUESTION)
    await answering.says(room, alice, "Many servers")
    await answering.stop()
    await alice.redact(room, question)
    answering.bot.answer_within = timedelta(0)
    await answering.start()

    await answering.says(room, alice)


# Signs


def choices_for(event: str, room: str, asker: str, thread: str | None = None) -> Reply:
    place = Place("room-bot", room, thread)
    return Reply(DeliveryKey(f"reply:{event}"), place, MessageId(event), asker, "1. One\n2. Two", "en", offers=2)


async def test_choices_get_their_numbers_to_press_once_however_often_they_are_sent(bot: Bot, alice: Person, room: str):
    question = await alice.say(room, QUESTION)
    choices = choices_for(question, room, alice.user)
    await bot.chat.send(choices)
    await bot.listen()  # a new chat on the same account
    sent = await bot.chat.send(choices)

    signs = [event["content"]["m.relates_to"] for event in await alice.events(room, "m.reaction")]
    assert signs == [{"rel_type": "m.annotation", "event_id": sent, "key": number} for number in ("1️⃣", "2️⃣")]


async def test_an_answer_gets_no_numbers(answering: Answering, alice: Person, room: str):
    await answering.start()
    await alice.say(room, QUESTION)
    await answering.says(room, alice, "Many servers")

    assert await alice.events(room, "m.reaction") == []


async def test_choices_arrive_where_the_bot_may_not_put_signs(bot: Bot, alice: Person, room: str):
    levels = {"users": {}, "events": {"m.reaction": 50}, "events_default": 0}
    await alice.set_state(room, "m.room.power_levels", levels)
    question = await alice.say(room, QUESTION)
    sent = await bot.chat.send(choices_for(question, room, alice.user))

    assert (await alice.messages(room))[-1]["event_id"] == sent


async def test_a_sign_is_a_message_in_the_thread_of_what_it_was_put_under(bot: Bot, alice: Person, room: str):
    await bot.listen()
    root = await alice.say(room, "Let us talk about chat.")
    choices = await bot.chat.send(choices_for(root, room, alice.user, thread=root))
    sign = await alice.react(room, choices, "2️⃣")

    (message,) = await bot.kept.have(1)

    assert (message.id, message.text, message.reacts_to, message.sender) == (sign, "2", choices, alice.user)
    assert message.place == Place("room-bot", room, root)


async def test_only_the_askers_numbers_count_and_everybodys_thumbs(bot: Bot, alice: Person, carol: Person, room: str):
    await bot.listen()
    question = await alice.say(room, "Let us talk about chat.")
    choices = await bot.chat.send(choices_for(question, room, alice.user))
    for sign in ("1️⃣", "👍🏽", "🎉"):
        await carol.react(room, choices, sign)
    for sign in ("👍", "1️⃣"):
        await carol.react(room, question, sign)
    await alice.react(room, choices, "1️⃣")

    await bot.kept.have(2)

    assert [(message.sender, message.text) for message in bot.kept.messages] == [(carol.user, "👍"), (alice.user, "1")]


async def test_the_asker_picks_by_pressing_a_number(answering: Answering, alice: Person, carol: Person, room: str):
    await answering.start()
    await alice.say(room, "!echo google drive")
    choices = (await until(lambda: alice.events(room, "m.reaction"), "numbers"))[0]["content"]["m.relates_to"]
    await carol.react(room, choices["event_id"], "1️⃣")
    await alice.react(room, choices["event_id"], "2️⃣")

    await answering.says(room, alice, "Is it one of these?", "Share files:")


async def test_a_number_that_is_taken_away_takes_its_answer_with_it(answering: Answering, alice: Person, room: str):
    await answering.start()
    await alice.say(room, "!echo google drive")
    choices = (await until(lambda: alice.events(room, "m.reaction"), "numbers"))[0]["content"]["m.relates_to"]
    sign = await alice.react(room, choices["event_id"], "2️⃣")
    await answering.says(room, alice, "Is it one of these?", "Share files:")
    await alice.redact(room, sign)

    await answering.says(room, alice, "Is it one of these?")


async def test_thumbs_are_counted_for_the_entry_without_names(
    answering: Answering, alice: Person, carol: Person, room: str
):
    await answering.start()
    await alice.say(room, QUESTION)
    await answering.says(room, alice, "Many servers")
    answer = (await alice.messages(room))[-1]["event_id"]
    for person, sign in ((alice, "👎"), (carol, "👍")):
        await person.react(room, answer, sign)

    await until(answering.has_two_votes, "two votes")

    assert await answering.store.votes() == [Votes(EntryId("fediverse"), 1, 1)]
