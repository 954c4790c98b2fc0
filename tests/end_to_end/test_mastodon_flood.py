"""Whoever floods the bot on Mastodon keeps nobody else waiting: counted in answers and pages, not in seconds."""

import asyncio
from collections import Counter

import pytest

from echobot.bot import Bot as Answering
from echobot.bot import Manners
from echobot.core.answering import Answerer
from echobot.limits import Allowance
from echobot.running import account_of
from echobot.settings import Limits
from echobot.stores.sql import SqlStore
from tests.chats.mastodon.conftest import MONTH, RARE, Bot, Clock
from tests.samples import knowledge
from tests.servers.fake_mastodon import fake_mastodon
from tests.servers.people import until

PLENTY = Limits(1000, 1000, 1000, 1000)
NOTIFICATIONS = "/api/v1/notifications"


class Service:
    """The whole bot, which can be ended at any moment and begun anew with what its store remembers."""

    def __init__(self, server, clock, limits=PLENTY):
        self.server, self.bot = server, Bot(server, clock, RARE)
        self.store = SqlStore.open("sqlite://")
        answerer, manners = Answerer(knowledge()), Manners({self.bot.chat.account: MONTH})
        allowance = Allowance(lambda: limits)
        self._answering = Answering(lambda: answerer, self.store, allowance, lambda: manners, clock)

    async def begin(self):
        """It has looked, also because its stream was opened, and looks no more without a reason."""
        self.bot.chat, before = self.bot._chat(), self.looks
        expected = before + (2 if await self.store.cursor(self.bot.chat.account) else 3)
        self._running = asyncio.create_task(account_of(self.bot.chat, self._answering, self.store))
        await until(lambda: self.server.streams.open and self.looks >= expected, "the look for the opened stream")

    async def end(self):
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        await self.bot.chat.close()
        await until(lambda: not self.server.streams.open, "the end of the stream")

    @property
    def looks(self) -> int:
        return self.server.count("GET", NOTIFICATIONS)

    @property
    def answered(self) -> list[str]:
        """Who was, in the order of the answers."""
        return [post.in_reply_to.account.username for post in self.bot.posts if post.in_reply_to]

    def says(self, name, text="what is PeerTube?"):
        return self.server.say(self.server.account(name), f"@echobot {text}")


@pytest.fixture
async def server():
    async with fake_mastodon(clock=Clock()) as running:
        yield running


@pytest.fixture
async def service(request, server):
    service = Service(server, Clock(), getattr(request, "param", PLENTY))
    await service.begin()
    yield service
    await service.end()
    await service.store.close()


async def test_whoever_asks_after_somebody_who_asks_very_often_is_among_the_next_to_be_answered(service, server):
    flooder = server.account("flood")
    for number in range(60):
        server.say(flooder, f"@echobot what is PeerTube? {number}")
    service.says("ana")
    await until(lambda: "ana" in service.answered, "the other answer")

    assert service.answered.index("ana") <= 4


@pytest.mark.parametrize("service", [Limits(3, 1000, 1000, 1000)], indirect=True)
async def test_whoever_floods_past_the_limits_uses_up_neither_pages_nor_answers(service, server):
    flooder, before = server.account("flood"), service.looks
    for number in range(90):
        server.say(flooder, f"@echobot what is PeerTube? {number}")
    for name in ("ana", "bob", "eva"):
        service.says(name)
    await until(lambda: {"ana", "bob", "eva"} <= {*service.answered}, "the others' answers")

    assert Counter(service.answered)["flood"] <= 4  # and one to say that it is too much
    assert service.looks == before


async def test_what_the_stream_brought_is_answered_once_although_the_bot_dies_before_the_page(service, server):
    before = service.looks
    service.says("ana")
    await until(lambda: service.answered, "the first answer")
    assert service.looks == before
    await service.end()
    service.says("bob")
    await service.begin()
    service.says("eva")
    await until(lambda: {"bob", "eva"} <= {*service.answered}, "the other answers")

    assert service.answered[0] == "ana"
    assert Counter(service.answered) == {"ana": 1, "bob": 1, "eva": 1}


async def test_what_the_stream_brought_and_was_not_answered_yet_is_answered_once_after_the_bot_died(service, server):
    server.troubles["POST /api/v1/statuses"].extend([_never] * 3)
    service.says("ana")
    await until(lambda: server.count("POST", "/api/v1/statuses"), "the first try")
    await service.end()
    server.troubles["POST /api/v1/statuses"].clear()
    await service.begin()
    await until(lambda: service.answered, "the answer")
    service.says("bob")
    await until(lambda: "bob" in service.answered, "the next answer")

    assert service.answered == ["ana", "bob"]


async def _never(request, answer):
    await asyncio.Event().wait()
