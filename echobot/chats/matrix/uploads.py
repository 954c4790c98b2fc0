"""Pictures on the homeserver: each is brought there once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from io import BytesIO
from typing import Any

from nio import AsyncClient, UploadError, UploadResponse
from nio.crypto import encrypt_attachment

from echobot.chats.matrix.homeserver import ask
from echobot.chats.pictures import Picture, picture_in

_BYTES = "application/octet-stream"
_SECONDS = 120  # nio itself would wait for ever


class Uploads:
    """Remembers, as long as it lives, where a picture with the same content already is."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self._there: dict[tuple[str, bool], dict[str, Any]] = {}  # by the content's hash and whether encrypted
        self._turn = asyncio.Lock()

    async def of(self, file: str, *, encrypted: bool) -> dict[str, Any]:
        """The keys of an `m.image` event that say which picture it is; what opens an encrypted one is among them."""
        picture, thumbnail = await picture_in(file)
        which = (picture.hash, encrypted)
        async with self._turn:
            if which not in self._there:
                bring = self._encrypted if encrypted else self._readable
                self._there[which] = await bring(picture, thumbnail)
        return {"filename": picture.name, **self._there[which]}

    async def _readable(self, picture: Picture, thumbnail: Picture) -> dict[str, Any]:
        url, small = await self._upload(picture), await self._upload(thumbnail)
        info = {**_info(picture), "thumbnail_url": small, "thumbnail_info": _info(thumbnail)}
        return {"url": url, "info": info}

    async def _encrypted(self, picture: Picture, thumbnail: Picture) -> dict[str, Any]:
        file, small = await self._upload_sealed(picture), await self._upload_sealed(thumbnail)
        info = {**_info(picture), "thumbnail_file": small, "thumbnail_info": _info(thumbnail)}
        return {"file": file, "info": info}

    async def _upload_sealed(self, picture: Picture) -> dict[str, Any]:
        """What opens it, and where it is; the homeserver learns neither what kind of file it is nor its name."""
        data, opener = await asyncio.to_thread(encrypt_attachment, picture.data)
        return {**opener, "url": await self._upload(replace(picture, data=data, kind=_BYTES, name="picture"))}

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
