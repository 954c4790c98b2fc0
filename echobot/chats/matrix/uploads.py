"""Pictures on the homeserver: each is brought there once."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import Any

from nio import AsyncClient, UploadError, UploadResponse

from echobot.chats.matrix.homeserver import ask
from echobot.chats.pictures import Picture, picture_in

_SECONDS = 120  # nio itself would wait for ever


class Uploads:
    """Remembers, as long as it lives, where a picture with the same content already is."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self._there: dict[str, dict[str, Any]] = {}  # by the hash of the content
        self._turn = asyncio.Lock()

    async def of(self, file: str) -> dict[str, Any]:
        """The keys of an `m.image` event that say which picture it is."""
        picture, thumbnail = await picture_in(file)
        async with self._turn:
            if picture.hash not in self._there:
                self._there[picture.hash] = await self._brought(picture, thumbnail)
        return {"filename": picture.name, **self._there[picture.hash]}

    async def _brought(self, picture: Picture, thumbnail: Picture) -> dict[str, Any]:
        url, small = await self._upload(picture), await self._upload(thumbnail)
        info = {**_info(picture), "thumbnail_url": small, "thumbnail_info": _info(thumbnail)}
        return {"url": url, "info": info}

    async def _upload(self, picture: Picture) -> str:
        return str((await ask(self._answer(picture))).content_uri)

    async def _answer(self, picture: Picture) -> UploadResponse | UploadError:
        async with asyncio.timeout(_SECONDS):
            answer, _ = await self._client.upload(
                BytesIO(picture.data), picture.kind, picture.name, filesize=len(picture.data)
            )
        return answer


def _info(picture: Picture) -> dict[str, Any]:
    return {"w": picture.width, "h": picture.height, "size": len(picture.data), "mimetype": picture.kind}
