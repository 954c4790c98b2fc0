"""The open streams, and what is told to them: nothing is kept for those who come later (streaming/index.js)."""

import asyncio
import json
from dataclasses import dataclass, field
from enum import Enum

from tests.servers.fake_mastodon.entities import Account, Notification, Status, Token
from tests.servers.fake_mastodon.people import People
from tests.servers.fake_mastodon.refusal import Refusal
from tests.servers.fake_mastodon.wire import Wire

USER, NOTIFICATIONS = "user", "user:notification"
_SCOPES = {USER: {"read", "read:statuses"}, NOTIFICATIONS: {"read", "read:notifications"}}


@dataclass(frozen=True, slots=True)
class Event:
    channel: str
    name: str
    payload: str


class Order(Enum):
    BEAT = "a heartbeat"
    END = "a clean end"
    CUT = "an end inside a chunk"


@dataclass(eq=False, slots=True)
class Stream:
    """One open connection, by server-sent events or by WebSocket."""

    token: Token
    channels: set[str]
    orders: "asyncio.Queue[Event | Order]" = field(default_factory=asyncio.Queue)


def check(token: Token, channel: str) -> Token:
    """Raises 400 for an unknown channel, 401 for one that the token may not hear."""
    if channel not in _SCOPES:
        raise Refusal(400, "Unknown channel requested")
    if not _SCOPES[channel] & set(token.scopes):
        raise Refusal(401, "Access token does not have the required scopes")
    return token


class Streams:
    """Hears of posts and notifications, and pushes them."""

    def __init__(self, people: People, wire: Wire) -> None:
        self._people, self._wire = people, wire
        self.open: list[Stream] = []
        self.heartbeat_every = 15.0  # seconds
        self.is_mute = False  # heartbeats go on, events are lost
        self.is_frozen = False  # nothing goes on, and connections stay

    def thump(self) -> None:
        """A heartbeat to everybody, at once."""
        if not self.is_frozen:
            self._order(Order.BEAT)

    def end(self) -> None:
        """All end cleanly."""
        self._order(Order.END)

    def cut(self) -> None:
        """All break off in the midst of an event."""
        self._order(Order.CUT)

    def kill(self, token: Token) -> None:
        for stream in self.open:
            if stream.token == token:
                stream.orders.put_nowait(Order.END)

    def send(self, account: Account, name: str, payload: str = "undefined", *, channel: str | None = None) -> None:
        """Any event to an account's streams; to those of one channel, if it is named."""
        if self.is_mute or self.is_frozen:
            return
        for stream in self.open:
            if stream.token.account is account:
                for one in stream.channels if channel is None else stream.channels & {channel}:
                    stream.orders.put_nowait(Event(one, name, payload))

    def notify(self, notification: Notification) -> None:
        payload = _text(self._wire.notification(notification))
        self.send(notification.recipient, "notification", payload, channel=NOTIFICATIONS)
        if self.is_mute or self.is_frozen:
            return
        for stream in self.open:
            hears_of_it = _SCOPES[NOTIFICATIONS] & set(stream.token.scopes)
            if stream.token.account is notification.recipient and USER in stream.channels and hears_of_it:
                stream.orders.put_nowait(Event(USER, "notification", payload))

    def added(self, status: Status) -> None:
        for account in self._home_of(status):
            self.send(account, "update", _text(self._wire.status(status, account)), channel=USER)

    def edited(self, status: Status, newly_mentioned: list[Account]) -> None:
        for account in self._home_of(status):
            self.send(account, "status.update", _text(self._wire.status(status, account)), channel=USER)

    def deleted(self, status: Status) -> None:
        for account in dict.fromkeys([*self._home_of(status), *status.mentions]):
            self.send(account, "delete", status.id, channel=USER)

    def _home_of(self, status: Status) -> list[Account]:
        followers = [] if status.visibility == "direct" else self._people.followers(status.account)
        return [status.account, *followers]

    def _order(self, order: Order) -> None:
        for stream in self.open:
            stream.orders.put_nowait(order)


def _text(payload: object) -> str:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
