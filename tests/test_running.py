import asyncio

import pytest
from structlog.testing import capture_logs

from echobot.errors import LoginRefused, SettingsError
from echobot.ports import Settlement
from echobot.running import account_of, all_accounts
from tests.dialogue import Dialogue
from tests.fakes import FakeChat, message, reply
from tests.samples import knowledge
from tests.servers.people import until


@pytest.fixture
async def dialogue():
    talk = Dialogue(knowledge())
    yield talk
    await talk.store.close()


class Closed(FakeChat):
    """An account that cannot be listened to."""

    def __init__(self, clock, trouble):
        super().__init__(clock)
        self._trouble = trouble

    async def listen(self, cursor, keep, note):
        raise self._trouble


class Unanswered(FakeChat):
    """An account whose server takes what is sent and says nothing."""

    left = False

    async def listen(self, cursor, keep, note):
        try:
            await super().listen(cursor, keep, note)
        finally:
            self.left = True

    async def send(self, outgoing):
        self.requests.append(outgoing.key)
        await asyncio.Event().wait()


async def failing():
    raise OSError("too many files are watched")


async def test_what_fails_beside_the_accounts_is_told_and_does_not_end_them(dialogue, chat):
    chat.say(message(1, "what is the fediverse"))
    chat.end()

    with capture_logs() as logs:
        async with asyncio.timeout(30):
            assert await all_accounts([chat], dialogue.bot, dialogue.store, [failing()]) == 0
    assert any(line.get("reason") == "too many files are watched" for line in logs)


@pytest.mark.parametrize("trouble", [LoginRefused("revoked"), SettingsError("the token belongs to somebody else")])
async def test_an_account_that_cannot_be_used_does_not_end_the_others(dialogue, chat, clock, trouble):
    chat.end()

    with capture_logs() as logs:
        async with asyncio.timeout(30):
            assert await all_accounts([Closed(clock, trouble), chat], dialogue.bot, dialogue.store, []) == 0
            assert await all_accounts([Closed(clock, trouble)], dialogue.bot, dialogue.store, []) == 1
    assert {line["reason"] for line in logs if line["event"] == "account stopped"} == {str(trouble)}
    assert [(each.about, each.text) for each in await dialogue.store.troubles()] == [(chat.account, str(trouble))]


async def test_an_account_that_works_again_is_no_trouble_any_more(dialogue, chat):
    await dialogue.store.note_trouble(chat.account, "revoked", dialogue.now)
    chat.end()
    async with asyncio.timeout(30):
        await all_accounts([chat], dialogue.bot, dialogue.store, [])

    assert await dialogue.store.troubles() == []


async def test_an_account_that_is_told_once_more_to_end_leaves_nothing_running(dialogue, clock):
    chat = Unanswered(clock)
    await dialogue.store.settle(Settlement([message(1)], [reply(1)]), dialogue.now)
    serving = asyncio.create_task(account_of(chat, dialogue.bot, dialogue.store))
    await until(lambda: chat.requests, "the reply to be under way")
    serving.cancel()
    await until(lambda: chat.left, "it to end")
    serving.cancel()
    async with asyncio.timeout(30):
        await asyncio.wait({serving})

    assert asyncio.all_tasks() == {asyncio.current_task()}
