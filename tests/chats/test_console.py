import asyncio
from datetime import UTC, datetime

from echobot.chats.console import HELP, ConsoleChat
from echobot.core.message import AccountName, Address, DeliveryKey, MessageId, Place, Post, Reply, Wording
from tests.chats.kept import Kept

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Terminal:
    """Types prepared lines and keeps what is printed."""

    def __init__(self, *lines):
        self._lines = list(lines)
        self.printed = []

    def read(self, prompt):
        if not self._lines:
            raise EOFError
        return self._lines.pop(0)


async def converse(*lines, reply="yes"):
    """Every line is answered with `reply`; returns what was kept and what was printed."""
    terminal = Terminal(*lines)
    chat = ConsoleChat(AccountName("terminal"), lambda: NOON, read=terminal.read, write=terminal.printed.append)
    kept = []

    async def keep(messages, cursor):
        kept.extend(messages)
        for message in messages:
            asked = MessageId(message.id)
            await chat.send(Reply(DeliveryKey(cursor), message.place, asked, message.sender, reply, "en"))

    await asyncio.wait_for(chat.listen(None, keep, Kept().note), 30)
    return kept, terminal.printed


async def test_each_line_is_a_question_and_is_answered():
    kept, printed = await converse("what is peertube?", "and mastodon?")

    assert [message.text for message in kept] == ["what is peertube?", "and mastodon?"]
    assert printed == [HELP, "\nyes\n", "\nyes\n"]


async def test_what_is_typed_is_meant_for_the_bot():
    (message,), _ = await converse("hello")

    assert (message.address, message.sent_at) == (Address.DIRECT, NOON)


async def test_two_lines_are_two_messages_even_when_they_are_the_same():
    kept, _ = await converse("again", "again")

    assert kept[0].id != kept[1].id


async def test_help_is_no_question():
    kept, printed = await converse("/help", "")

    assert (kept, printed) == ([], [HELP, HELP])


async def test_a_post_is_printed_in_all_its_languages_and_nothing_when_it_is_taken_away():
    terminal = Terminal()
    chat = ConsoleChat(AccountName("terminal"), lambda: NOON, read=terminal.read, write=terminal.printed.append)
    place = Place(AccountName("terminal"), "terminal")
    wordings = (Wording("en", "We meet in Lisbon."), Wording("fr", "On se voit à Lisbonne.", warning="long"))
    await chat.send(Post(DeliveryKey("visit"), place, wordings))
    await chat.send(Post(DeliveryKey("visit~2"), place, instead_of="visit"))

    assert terminal.printed == ["\nWe meet in Lisbon.\n\nlong\n\nOn se voit à Lisbonne.\n"]
