"""What a person on Mastodon meets: choices, follow-ups, corrections, silence when they want it."""

import asyncio
from pathlib import Path

import pytest

from echobot.bot import Bot as Answering
from echobot.bot import Manners
from echobot.core.answering import Answerer
from echobot.limits import Allowance
from echobot.running import account_of
from echobot.settings import Limits, MastodonAccount
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
async def talk(request):
    limits = getattr(request, "param", Limits(1000, 1000, 1000, 1000))
    clock = Clock()
    async with fake_mastodon(clock=clock) as server:
        bot = Bot(server, clock)
        store = SqlStore.open("sqlite://")
        answerer = Answerer(knowledge())
        manners = Manners({bot.chat.account: MONTH})
        answering = Answering(lambda: answerer, store, Allowance(lambda: limits), lambda: manners, clock)
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


async def test_nothing_of_a_private_talk_reaches_anybody_else_whatever_happens_in_it(talk):
    follower, other = talk.server.account("bob"), talk.server.account("carl", domain="far.example.net")
    talk.server.people.follow(follower, talk.bot.account)
    await talk.say("google drive", visibility="direct")
    await talk.say("2", visibility="direct")
    reply = await talk.say("what is the fediverse?", visibility="direct")
    talk.server.edit(talk.said, "@echobot an alternative to gdrive? @carl@far.example.net says so")
    await until(lambda: "Google Drive" in reply.text, "the reply to change")
    await talk.say("nothing that anybody knows", visibility="direct")
    await talk.say("stop", visibility="direct")

    assert len(talk.bot.posts) == 5
    assert all(post.visibility == "direct" and post.mentions == [talk.ana] for post in talk.bot.posts)
    assert talk.server.inbox(follower) == []
    assert {status.account for status in talk.server.inbox(other)} <= {talk.ana}


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


@pytest.mark.parametrize("talk", [Limits(person_per_hour=2)], indirect=True)
async def test_past_so_many_answers_in_an_hour_one_account_is_met_with_silence_and_the_others_are_not(talk):
    for _ in range(2):
        await talk.say("what is the fediverse?", visibility="direct")
    unanswered = talk.server.say(talk.ana, "@echobot what is the fediverse?")
    answered = talk.server.say(talk.server.account("bob"), "@echobot what is the fediverse?")
    await talk.reply_to(answered)

    assert unanswered.id not in {post.in_reply_to.id for post in talk.bot.posts}
    assert len(talk.bot.posts) == 3


class Chatterbox:
    """A bot that does not say that it is one, and has an answer to everything."""

    def __init__(self, server):
        self._server, self.account = server, server.account("chatterbox")

    def added(self, status):
        if self.account in status.mentions:
            asyncio.get_running_loop().call_soon(self._answer, status)

    def _answer(self, status):
        self._server.say(self.account, "@echobot what is the fediverse?", in_reply_to=status)

    def edited(self, status, newly_mentioned):
        pass

    def deleted(self, status):
        pass


async def test_with_a_bot_that_does_not_say_what_it_is_the_talk_ends_by_itself(talk):
    chatterbox = Chatterbox(talk.server)
    talk.server.posts.hearers.append(chatterbox)
    talk.server.say(chatterbox.account, "@echobot what is the fediverse?")
    most = MastodonAccount("", Path()).replies_in_thread
    await until(lambda: len(talk.bot.posts) == most, "as many replies as there may be")
    await talk.say("what is the fediverse?")

    assert len(talk.bot.posts) == most + 1


async def test_whoever_says_stop_is_left_alone_until_they_say_start(talk):
    assert (await talk.say("stop")).text == "@ana I am silent now."
    talk.server.say(talk.ana, "@echobot what is the fediverse?")
    assert (await talk.say("start")).text == "@ana I am back."
    assert len(talk.bot.posts) == 2
    assert "Many servers" in (await talk.say("what is the fediverse?")).text
