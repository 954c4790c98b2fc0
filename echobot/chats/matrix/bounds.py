"""A homeserver may answer much, but not without end."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientPayloadError, StreamReader

MOST_BYTES = 64_000_000  # unpacked; the first sync of an account in hundreds of rooms is a tenth of it


class WithoutEnd(ClientPayloadError):
    """The homeserver's answer is too large."""


class Bounded:
    """An answer's content, which is given up as soon as it is too large. How long it takes, nio's timeout bounds."""

    def __init__(self, content: StreamReader) -> None:
        self._content = content

    async def read(self) -> bytes:
        """All of it; raises `WithoutEnd`."""
        received = bytearray()
        async for piece in self._content.iter_any():
            received += piece
            if len(received) > MOST_BYTES:
                raise WithoutEnd(f"the homeserver's answer is larger than {MOST_BYTES // 10**6} MB")
        return bytes(received)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._content, name)
