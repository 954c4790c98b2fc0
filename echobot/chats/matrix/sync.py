"""What happened since last time: one sync after another, and what a sync leaves out."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from nio import AsyncClient, MessageDirection, RoomMessagesResponse, SyncResponse

from echobot.chats.matrix.client import Client
from echobot.chats.matrix.homeserver import ask
from echobot.chats.matrix.reading import Event, is_own_join
from echobot.chats.matrix.rhythm import Rhythm
from echobot.errors import ChatRefused, ChatUnavailable

A = TypeVar("A")
log = structlog.get_logger()

PAGE = 100  # the most that homeservers give at once
MOST_MISSED = 1000  # in one room; who missed more than that missed the conversation
MOST_TRIES = 5  # at a gap, while syncs go well: one damaged room must not silence all others

NOTHING = {"not_types": ["*"]}
SAID = ["m.room.message", "m.room.encrypted", "m.room.redaction", "m.reaction"]
HELD = ["m.room.encryption", "m.room.member", "m.room.create", "m.room.power_levels", "m.room.tombstone"]
TOLD = {"types": [*SAID, *HELD]}
STATE = {"types": HELD, "lazy_load_members": True, "include_redundant_members": True}


def sync_filter(limit: int) -> dict[str, Any]:
    rooms = {"timeline": {**TOLD, "limit": limit}, "state": STATE, "ephemeral": NOTHING, "account_data": NOTHING}
    return {"presence": NOTHING, "account_data": NOTHING, "room": rooms}


KEYS_ONLY = {"presence": NOTHING, "account_data": NOTHING, "room": {"rooms": []}}


class Sync:
    """The requests of the sync loop; each returns in bounded time or raises `ChatUnavailable`."""

    def __init__(self, client: Client, rhythm: Rhythm) -> None:
        self._client = client
        self._rhythm = rhythm
        self._next_at = 0.0  # by the loop's clock, the earliest

    async def who_am_i(self) -> tuple[str, str]:
        """The full name of the account that the token belongs to, and the device."""
        answer = await self._within(self._rhythm.stall, self._client.whoami())
        return str(answer.user_id), str(answer.device_id or "")

    async def look_around(self, *, for_the_first_time: bool = True) -> SyncResponse:
        """The rooms the bot is in, who is in them, which invitations wait, and the token for now.

        Keys sent to the bot come with the sync after its last token; only when there is none they come here.
        """
        self._client.repeats = not for_the_first_time
        # Synapse repeats a first sync for two minutes, word for word, unless something in the request is new.
        unheard = random.randrange(1, 1000)  # noqa: S311  (no secret)
        first = self._client.sync(timeout=unheard, sync_filter=sync_filter(1), full_state=True)
        try:
            return await self._told(self._rhythm.arrival, first)
        finally:
            self._client.repeats = False

    async def fetch_keys(self, token: str) -> None:
        """All that waits for this device alone, before a sync after another device's token throws it away."""
        while True:
            waiting = self._client.sync(timeout=0, sync_filter=KEYS_ONLY, since=token)
            batch = await self._told(self._rhythm.stall, waiting)
            if not batch.to_device_events:
                return
            token = batch.next_batch

    async def after(self, token: str) -> SyncResponse:
        """What happened since the token, as soon as something did."""
        await self._rest()
        poll = self._rhythm.poll
        later = self._client.sync(int(poll / timedelta(milliseconds=1)), sync_filter(PAGE), since=token)
        return await self._told(poll + self._rhythm.stall, later)

    async def _rest(self) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._next_at - loop.time())
        self._next_at = loop.time() + self._rhythm.between.total_seconds()

    async def _told(self, limit: timedelta, answer: Awaitable[SyncResponse]) -> SyncResponse:
        self._client.next_batch = ""  # nio would go on from there, and overlook a sync that leads there again
        return await self._within(limit, answer)

    async def _within(self, limit: timedelta, answer: Awaitable[A]) -> A:
        try:
            async with asyncio.timeout(limit.total_seconds()):
                return await ask(answer)
        except TimeoutError as error:
            raise ChatUnavailable("the homeserver does not answer") from error


class Gaps:
    """What was said before the events that a sync has room for."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self._tries: Counter[str] = Counter()

    async def fill(self, room: str, before: str, since: str, oldest: datetime) -> list[Event]:
        """Events between two tokens, in the order they were said: none too old, none from before the bot came."""
        try:
            events = await self._back(room, before, since, oldest)
        except (ChatUnavailable, ChatRefused) as error:
            if isinstance(error, ChatUnavailable) and self._may_try_again(room):
                raise
            log.warning("missed messages cannot be read and are left out", room=room, reason=str(error))
            events = []
        del self._tries[room]
        return events

    def _may_try_again(self, room: str) -> bool:
        self._tries[room] += 1
        return self._tries[room] < MOST_TRIES

    async def _back(self, room: str, before: str, since: str, oldest: datetime) -> list[Event]:
        events: list[Event] = []
        token: str | None = before
        while token and len(events) < MOST_MISSED:
            page = await self._page(room, token, since)
            told: list[Event] = [event.source for event in page.chunk]
            events += told
            token = page.end if told and page.end != token else None
            if any(is_own_join(event, self._client.user_id) for event in told) or _all_before(told, oldest):
                break
        return events[::-1]

    async def _page(self, room: str, token: str, since: str) -> RoomMessagesResponse:
        return await ask(self._client.room_messages(room, token, since, MessageDirection.back, PAGE, TOLD))


def _all_before(events: list[Event], oldest: datetime) -> bool:
    return all(event.get("origin_server_ts", 0) < oldest.timestamp() * 1000 for event in events)
