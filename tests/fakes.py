"""Real classes in place of the world: a clock that stands still, a chat that keeps what was sent, an echo."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from echobot.core.conversation import Conversation
from echobot.core.knowledge import EntryId, Language
from echobot.core.message import (
    AccountName,
    Address,
    DeliveryKey,
    Message,
    MessageId,
    Outgoing,
    Place,
    Reply,
)
from echobot.errors import ChatError, ChatRefused, ChatUnavailable
from echobot.ports import Keep, Note, Settlement, Store
from tests.secrecy import WITNESS

ACCOUNT = AccountName("room-bot")
ROOM = Place(ACCOUNT, "!room:example.org")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def message(number: int = 1, text: str = "what is peertube?", sender: str = "@ana:example.org", place: Place = ROOM):
    return Message(MessageId(f"$m{number}"), place, sender, WITNESS.text(text), NOON, Address.NAMED)


def reply(number: int = 1, text: str = "A video site.", asker: str = "@ana:example.org", place: Place = ROOM):
    return Reply(DeliveryKey(f"{place.account}:$m{number}"), place, MessageId(f"$m{number}"), asker, text, "en")


def conversation(person: str = "@ana:example.org", place: Place = ROOM, at: datetime = NOON, *offered: str):
    return Conversation(place, person, at, Language("en"), tuple(EntryId(entry) for entry in offered))


def crowd(count: int) -> list[Message]:
    """One question from each of so many people."""
    return [message(number, sender=f"@p{number}:example.org") for number in range(count)]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 the world rings no bell
            await asyncio.sleep(0)


class FakeClock:
    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


class FakeWait:
    """Stands in for real waiting: keeps how long, and lets the clock go on by it unless the event comes first."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.waits: list[timedelta] = []

    async def __call__(self, event: asyncio.Event, longest: timedelta) -> None:
        await asyncio.sleep(0)
        if longest and not event.is_set():
            self.waits.append(longest)
            self.clock.pass_by(longest)


@dataclass(frozen=True)
class Trouble:
    """What becomes of one `send`: the error, and whether the post was created all the same."""

    error: Exception
    created: bool = False


def connection_broke(*, created: bool) -> Trouble:
    return Trouble(ChatUnavailable("the connection broke"), created)


class FakeChat:
    """A server with one account: keeps what was said and posted, knows a key for `key_lifetime`, fails as told."""

    def __init__(
        self, clock: Callable[[], datetime], account: AccountName = ACCOUNT, lifetime: timedelta = timedelta(minutes=30)
    ) -> None:
        self.account = account
        self.key_lifetime = lifetime
        self.last_contact_at: datetime | None = None
        self.contact_every = timedelta(seconds=30)
        self.unreadable = 0
        self.said: list[Message] = []
        self.posts: list[Outgoing] = []
        self.requests: list[DeliveryKey] = []
        self.expected: list[Reply] = []
        self.troubles: deque[Trouble | None] = deque()  # what the next sends meet; then all is well
        self.looked_back_to: dict[DeliveryKey, datetime | None] = {}
        self.remembers = False  # whether a post can be looked for when its key is forgotten
        self.under_way = 0
        self.most_under_way = 0
        self._clock = clock
        self._known_until: dict[DeliveryKey, datetime] = {}
        self._over = False
        self._news = asyncio.Event()

    def say(self, *messages: Message) -> None:
        self.said += messages
        self._news.set()

    def end(self) -> None:
        self._over = True
        self._news.set()

    def fail(self, *troubles: Trouble | ChatError | None) -> None:
        self.troubles += [Trouble(trouble) if isinstance(trouble, Exception) else trouble for trouble in troubles]

    @property
    def texts(self) -> list[str]:
        return [post.text for post in self.posts]

    async def listen(self, cursor: str | None, keep: Keep, note: Note) -> None:
        read = int(cursor or 0)
        while True:
            self._news.clear()
            self.last_contact_at = self._clock()
            if read < len(self.said):
                batch, read = self.said[read:], len(self.said)
                await keep(batch, str(read))
            elif self._over:
                return
            else:
                await self._news.wait()

    async def send(self, outgoing: Outgoing) -> str:
        self.requests.append(outgoing.key)
        trouble = self.troubles.popleft() if self.troubles else None
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await asyncio.sleep(0)
        self.under_way -= 1
        if trouble is None or trouble.created:
            self._make(outgoing)
        if trouble:
            raise trouble.error
        return outgoing.instead_of or f"${outgoing.key}"

    def expect(self, replies: Sequence[Reply]) -> None:
        self.expected += replies

    async def find(self, outgoing: Outgoing, since: datetime | None = None) -> str | None:
        self.looked_back_to[outgoing.key] = since
        if not self.remembers:
            raise ChatRefused("unknown outcome")
        return next((f"${post.key}" for post in self.posts if post.key == outgoing.key), None)

    async def close(self) -> None:
        self.end()

    def _make(self, outgoing: Outgoing) -> None:
        """What stands in place of another keeps that one's name; without words it takes it away."""
        if outgoing.instead_of:
            self.posts = [left for post in self.posts for left in _after(post, outgoing)]
        elif outgoing.text and self._known_until.get(outgoing.key, datetime.min.replace(tzinfo=UTC)) <= self._clock():
            self.posts.append(outgoing)
            self._known_until[outgoing.key] = self._clock() + self.key_lifetime


def _after(post: Outgoing, change: Outgoing) -> list[Outgoing]:
    """What is left of a post; a change keeps its name."""
    if f"${post.key}" != change.instead_of:
        return [post]
    return [replace(change, key=post.key)] if change.text else []


class EchoBot:
    """Repeats what was said, and how often this person was answered here before; some words upset it."""

    def __init__(self, store: Store, upset_by: Iterable[str] = (), upset_times: int = 1000) -> None:
        self._store = store
        self._upset_by = frozenset(upset_by)
        self._upset_times = upset_times

    def ignores(self, message: Message) -> bool:
        return False

    async def handle(self, message: Message) -> Settlement:
        if message.text in self._upset_by and self._upset_times:
            self._upset_times -= 1
            raise KeyError(message.text)
        before = await self._store.conversation(message.place, message.sender)
        offered = (*(before.offered if before else ()), EntryId(message.text))
        text = f"{message.text} ({len(offered)})"
        key = DeliveryKey(f"{message.place.account}:{message.id}")
        said = Conversation(message.place, message.sender, message.sent_at, Language("en"), offered)
        replied = Reply(key, message.place, message.id, message.sender, text, "en")
        return Settlement(replies=[replied], conversations=[said])
