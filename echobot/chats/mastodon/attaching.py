"""A post's picture on the server: uploaded, described, and processed before anything is posted with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from mastodon import Mastodon
from mastodon.errors import MastodonUnauthorizedError

from echobot.chats.mastodon.instance import Instance
from echobot.chats.mastodon.server import LOG_IN_AGAIN, Server
from echobot.chats.pictures import Picture, picture_in
from echobot.core.message import DeliveryKey, Post
from echobot.errors import ChatRefused, ChatUnavailable, LoginRefused

_LOOKS = 4  # whether the server is done; then everybody else's posts have waited long enough


class Attachments:
    """What was uploaded for a post that could not be made yet is taken at the next try."""

    def __init__(self, server: Server, instance: Instance, pauses: Callable[[], Iterator[timedelta]]) -> None:
        self._server = server
        self._instance = instance
        self._pauses = pauses
        self._ids: dict[DeliveryKey, str] = {}

    async def of(self, post: Post) -> str:
        """The id of the post's picture, ready to be attached. Raises `ChatUnavailable` and `ChatRefused`."""
        media = await self._known(post.key) or await self._uploaded(post)
        for pause in islice(self._pauses(), _LOOKS):
            if media.get("url"):
                break
            await asyncio.sleep(pause.total_seconds())
            media = await self._known(post.key) or {}
        if not media.get("url"):
            raise ChatUnavailable("the server has not finished with the picture yet")
        return str(media["id"])

    def attached(self, key: DeliveryKey) -> None:
        """It is a part of a post now, and of no other."""
        self._ids.pop(key, None)

    async def _known(self, key: DeliveryKey) -> Any:
        """None when nothing was uploaded, and when the server does not keep it any more."""
        known = self._ids.get(key)
        return await self._server.ask_if_there(lambda client: client.media(known)) if known else None

    async def _uploaded(self, post: Post) -> Any:
        picture, _ = await picture_in(post.picture)
        if len(picture.data) > self._instance.picture_bytes:
            most = self._instance.picture_bytes / 10**6
            raise ChatRefused(f"the picture {post.picture} is larger than the {most:.1f} MB that the server takes")
        media: Any = await self._upload(picture, description(post, self._instance.description_characters))
        self._ids[post.key] = str(media["id"])
        return media

    async def _upload(self, picture: Picture, description: str) -> Any:
        def request(client: Mastodon) -> Any:
            return client.media_post(picture.data, picture.kind, description or None, file_name=picture.name)

        try:
            return await self._server.ask(request, "media")
        except LoginRefused as error:
            if isinstance(error.__cause__, MastodonUnauthorizedError):
                raise
            raise ChatRefused(f"the bot may not upload pictures ({error}); {LOG_IN_AGAIN}") from error


def description(post: Post, most: int) -> str:
    """What the picture shows, in the first of the post's languages that says it."""
    said = next((wording.alt for wording in post.wordings if wording.alt), "")
    return said if len(said) <= most else f"{said[: most - 1]}…"
