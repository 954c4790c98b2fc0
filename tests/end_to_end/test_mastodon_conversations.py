"""What a person on Mastodon meets: choices, follow-ups, corrections, silence when they want it."""

import asyncio

import pytest

from echobot.app import account_of
from echobot.bot import Bot as Answering
from echobot.bot import Manners
from echobot.core.answering import Answerer
from echobot.limits import Allowance
from echobot.settings import Limits
from echobot.stores.sql import SqlStore
from tests.chats.mastodon.conftest import MONTH, Bot, Clock
from tests.samples import knowledge
from tests.servers.fake_mastodon import fake_mastodon
from tests.servers.people import until


class Talk:
    """One person in one thread with the whole bot; each line waits for its reply."""

    def __init__(self, server, bot):
        self.server, self.bot, self.ana = server, bot, server.account("ana")
        self.last = None

    async def say(self, text, **more):
        self.said = self.server.say(self.ana, f"@echobot {text}", in_reply_to=self.last, **more)
        return await self.reply_to(self.said)

    async def reply_to(self, status):
        def answers():
            return [post for post in self.bot.posts if post.in_reply_to is status]

        (self.last,) = await until(answers, f"a reply to {status.text}")
        return self.last


@pytest.fixture
async def talk():
    clock = Clock()
    async with fake_mastodon(clock=clock) as server:
        bot = Bot(server, clock)
        store = SqlStore.open("sqlite://")
        answerer = Answerer(knowledge())
        manners = Manners({bot.chat.account: MONTH})
        answering = Answering(lambda: answerer, store, Allowance(Limits(1000, 1000, 1000, 1000)), manners, clock)
        running = asyncio.create_task(account_of(bot.chat, answering, store))
        await until(lambda: bot.chat.last_contact_at or running.done(), "the first look")
        yield Talk(server, bot)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await bot.stop()
        await store.close()


async def test_choices_are_answered_by_a_reply_with_a_number_and_the_talk_stays_private(talk):
    choices = await talk.say("google drive", visibility="direct")
    answer = await talk.say("2", visibility="direct")

    assert "2. Share files" in choices.text
    assert answer.text.startswith("@ana Share files:")
    assert answer.visibility == "direct"


async def test_a_number_in_another_thread_picks_nothing(talk):
    await talk.say("google drive")
    talk.last = None

    assert "I don't know." in (await talk.say("2")).text


async def test_why_and_a_follow_up_go_on_from_the_answer(talk):
    await talk.say("an alternative to gdrive")
    assert (await talk.say("why?")).text.startswith("@ana Because of: gdrive, alternative.")

    await talk.say("an alternative to gdrive")
    assert (await talk.say("and whatsapp?")).text.startswith("@ana Instead of WhatsApp:")


async def test_an_edited_question_changes_the_reply_and_makes_no_other(talk):
    reply = await talk.say("what is the fediverse?")
    talk.server.edit(talk.said, "@echobot an alternative to gdrive?")
    await until(lambda: "Google Drive" in reply.text, "the reply to change")

    assert [post.id for post in talk.bot.posts] == [reply.id]
    assert reply.edited_at is not None


async def test_an_edit_that_changes_no_meaning_leaves_the_reply_alone(talk):
    reply = await talk.say("what is the fediverse?")
    talk.server.edit(talk.said, "@echobot What is the fediverse, please?")
    talk.last = None
    await talk.say("an alternative to gdrive?")

    assert reply.edited_at is None


async def test_whoever_says_stop_is_left_alone_until_they_say_start(talk):
    assert (await talk.say("stop")).text == "@ana I am silent now."
    talk.server.say(talk.ana, "@echobot what is the fediverse?")
    assert (await talk.say("start")).text == "@ana I am back."
    assert len(talk.bot.posts) == 2
    assert "Many servers" in (await talk.say("what is the fediverse?")).text
