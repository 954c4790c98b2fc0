"""What people see of the bot before its answer: that it has read the question, and that it is writing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from nio import AsyncClient

from echobot.chats.matrix.homeserver import ask
from echobot.core.message import DeliveryKey, Message, MessageId, Place, Reply
from echobot.errors import ChatError

UNNOTICED = timedelta(milliseconds=300)  # an answer that takes no longer needs no notice
LONGEST_NOTICE = timedelta(seconds=30)
BETWEEN = timedelta(seconds=1)  # two times of marking what was read in a room
MOST_THREADS = 5  # of a room, in which something is marked at a time


@dataclass(frozen=True, slots=True)
class _Room:
    """The replies that are expected in a room."""

    expected: set[DeliveryKey] = field(default_factory=set)
    all_arrived: asyncio.Event = field(default_factory=asyncio.Event)


class Attention:
    """Everything here is done beside the answers and tried once: nobody misses a notice that does not come."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self._rooms: dict[str, _Room] = {}
        self._unread: dict[str, dict[Place, MessageId]] = {}  # by room, the last question in each thread
        self._tasks: set[asyncio.Task[None]] = set()

    def read(self, messages: Iterable[Message]) -> None:
        """Mark the last question in each room and thread as read: not each one where somebody floods it."""
        asked = (each for each in messages if each.revises is None and each.reacts_to is None)
        for place, last in {each.place: each.id for each in asked}.items():
            if place.room not in self._unread:
                self._unread[place.room] = {}
                self._beside(self._mark_all_as_read(place.room))
            self._unread[place.room].pop(place, None)  # the latest comes last
            self._unread[place.room][place] = last

    def expect(self, replies: Sequence[Reply]) -> None:
        """These are on their way; where that takes a while, people see that the bot is writing."""
        for reply in (each for each in replies if each.text):
            room = reply.place.room
            if room not in self._rooms:
                self._rooms[room] = _Room()
                self._beside(self._write(room, self._rooms[room]))
            self._rooms[room].expected.add(reply.key)

    def arrived(self, reply: Reply) -> None:
        """Or failed to, and waits for another time."""
        room = self._rooms.get(reply.place.room, _Room())
        room.expected.discard(reply.key)
        if not room.expected:
            room.all_arrived.set()
            self._rooms.pop(reply.place.room, None)

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _mark_all_as_read(self, room: str) -> None:
        try:
            while unread := self._unread[room]:
                self._unread[room] = {}
                for place, last in [*unread.items()][-MOST_THREADS:]:
                    await self._mark_as_read(place, last)
                await asyncio.sleep(BETWEEN.total_seconds())
        finally:
            del self._unread[room]

    async def _mark_as_read(self, place: Place, last: MessageId) -> None:
        """What a thread begins with is not in it."""
        thread = "main" if place.thread in {None, last} else place.thread
        await _tell(self._client.update_receipt_marker(place.room, last, thread_id=thread))

    async def _write(self, name: str, room: _Room) -> None:
        if await _happens(room.all_arrived, UNNOTICED):
            return
        await _tell(self._client.room_typing(name, True, LONGEST_NOTICE // timedelta(milliseconds=1)))
        if not await _happens(room.all_arrived, LONGEST_NOTICE):
            self._rooms.pop(name, None)  # what is expected next begins anew
        await _tell(self._client.room_typing(name, False))

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _happens(event: asyncio.Event, longest: timedelta) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(longest.total_seconds()):
            await event.wait()
    return event.is_set()


async def _tell(request: Awaitable[Any]) -> None:
    with contextlib.suppress(ChatError):
        await ask(request)
