"""Posts in a room: a notice, and the picture after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from echobot.chats.matrix import writing
from echobot.chats.matrix.client import Client
from echobot.chats.matrix.homeserver import ask
from echobot.chats.matrix.lookback import Lookback
from echobot.chats.matrix.rooms import Rooms
from echobot.chats.matrix.state import States
from echobot.chats.matrix.uploads import Uploads
from echobot.chats.outcome import after_a_part, before_sending
from echobot.core.message import DeliveryKey, Post

log = structlog.get_logger()


class Announcing:
    """Sends posts, changes them, takes them away and finds them."""

    def __init__(self, client: Client, lookback: Lookback, states: States) -> None:
        self._client = client
        self._lookback = lookback
        self._rooms = Rooms(client, states)
        self._uploads = Uploads(client)

    async def send(self, post: Post) -> str:
        """The ids of its events, with spaces between: the notice's first."""
        with before_sending():
            old, room = await self._rooms.enter(post.place.room)
        if post.instead_of:
            return await self._revise(await self._of_event(post.instead_of, old, room), post, post.instead_of)
        if old != room:
            if there := await self._found(old, post):
                return there
            post = await self._without_thread_elsewhere(post, room)
        with before_sending():
            picture = await self._picture(room, post)
            calls = await self._may_call(room, post)
        notice = await self._say(room, writing.post(post, calls_everybody=calls), post.key)
        return await self._with_picture(room, post, notice, picture)

    async def find(self, post: Post, since: datetime | None) -> str | None:
        """None also for a change: made once more, it changes nothing."""
        if post.instead_of:
            return None
        old, room = await self._rooms.enter(post.place.room)
        there = await self._found(room, post, since)
        return there or (await self._found(old, post, since) if old != room else None)

    async def _found(self, room: str, post: Post, since: datetime | None = None) -> str | None:
        """What was sent there under the post's key, completed."""
        events = await self._lookback.since(room, post.key, since)
        if (notice := events.get(writing.transaction(post.key))) is None:
            return None
        if there := events.get(writing.transaction(_of_picture(post))):
            return f"{notice} {there}"
        with after_a_part():
            picture = await self._picture(room, post)
        return await self._with_picture(room, post, notice, picture)

    async def _of_event(self, events: str, old: str, room: str) -> str:
        """Which of the two rooms, when one has taken the other's place, what was posted is in."""
        is_here = old == room or await self._rooms.holds(room, events.split(maxsplit=1)[0])
        return room if is_here else old

    async def _without_thread_elsewhere(self, post: Post, room: str) -> Post:
        """Threads stay in the room that was replaced."""
        is_here = post.to is not None and await self._rooms.holds(room, post.to.split()[0])
        return post if is_here else replace(post, to=None)

    async def _revise(self, room: str, post: Post, instead_of: str) -> str:
        """The picture stays as it is, unless another one takes its place, or all is taken away."""
        notice, *images = instead_of.split()
        if not post.wordings:
            await self._redact(room, post, [notice, *images])
            return instead_of
        with before_sending():
            picture = await self._picture(room, post) if post.changes_picture else None
        await self._say(room, writing.edit(post, notice), post.key)
        if post.changes_picture:
            with after_a_part():
                images = await self._exchange(room, post, images, picture)
        return " ".join([notice, *images])

    async def _exchange(
        self, room: str, post: Post, images: Sequence[str], picture: dict[str, Any] | None
    ) -> list[str]:
        """The events that show the post's picture from now on."""
        if picture is None:
            await self._redact(room, post, images)
            return []
        if images:
            await self._say(room, writing.other_picture(picture, images[0]), _of_picture(post))
            return [*images]
        there = await self._lookback.since(room, post.key)
        added = there.get(writing.transaction(_of_picture(post)))
        return [added or await self._say(room, picture, _of_picture(post))]

    async def _redact(self, room: str, post: Post, events: Iterable[str]) -> None:
        for event in events:
            key = writing.transaction(DeliveryKey(f"{post.key}#{event}"))
            await ask(self._client.room_redact(room, event, tx_id=key))

    async def _picture(self, room: str, post: Post) -> dict[str, Any] | None:
        if not post.picture:
            return None
        encrypts = await self._client.encrypts(room)
        return writing.picture(post, await self._uploads.of(post.picture, encrypted=encrypts))

    async def _with_picture(self, room: str, post: Post, notice: str, picture: dict[str, Any] | None) -> str:
        if picture is None:
            return notice
        with after_a_part():
            return f"{notice} {await self._say(room, picture, _of_picture(post))}"

    async def _may_call(self, room: str, post: Post) -> bool:
        if not post.calls_everybody or await self._rooms.may_call_everybody(room):
            return post.calls_everybody
        log.warning("the bot may not call everybody there: its power level is too low", room=room, key=post.key)
        return False

    async def _say(self, room: str, content: dict[str, Any], key: DeliveryKey) -> str:
        marked = writing.marked(content, key)
        sent = await ask(self._client.room_send(room, "m.room.message", marked, writing.transaction(key)))
        return str(sent.event_id)


def _of_picture(post: Post) -> DeliveryKey:
    return DeliveryKey(f"{post.key}#picture")
