import asyncio

import pytest
from structlog.testing import capture_logs

from echobot.errors import LoginRefused, SettingsError
from echobot.running import all_accounts
from tests.dialogue import Dialogue
from tests.fakes import FakeChat, message
from tests.samples import knowledge


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
