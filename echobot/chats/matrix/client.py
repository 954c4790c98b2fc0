"""nio's client, which encrypts where a room is encrypted and keeps what a sync brings as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from nio import Api, AsyncClient, KeysQueryResponse, RoomSendResponse, ShareGroupSessionResponse, SyncResponse

from echobot.chats.matrix.bounds import Bounded

if TYPE_CHECKING:
    from echobot.chats.matrix.encryption import Encryption

ARRIVAL = 300  # seconds; which rooms are encrypted is not known before the first sync


class Client(AsyncClient):  # type: ignore[misc]  # nio comes without types
    """As long as nobody gives it an `encryption`, it does what nio's does."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.encryption: Encryption | None = None
        self.may_send: Callable[[], None] = _always  # asked when all is ready to go out; what it raises keeps it here
        self.knows_rooms = asyncio.Event()
        self.knows_rooms.set()
        self.repeats = False  # the next sync tells what a later one tells again, and that is the one to listen to

    async def receive_response(self, response: Any) -> None:
        if self.encryption is None:
            await super().receive_response(response)
            return
        with self.encryption.as_a_whole():
            if isinstance(response, SyncResponse) and self.repeats:
                response.to_device_events = []
            await super().receive_response(response)
            if isinstance(response, SyncResponse):
                self.encryption.note(response)

    async def send(self, *given: Any, **named: Any) -> Any:
        """Make a request; what comes back is not read beyond a bound."""
        response = await super().send(*given, **named)
        response.content = Bounded(response.content)
        return response

    async def room_send(
        self,
        room_id: str,
        message_type: str,
        content: Mapping[str, Any],
        tx_id: str | None = None,
        ignore_unverified_devices: bool = True,  # noqa: ARG002  (nio's own; a bot can verify nobody)
    ) -> Any:
        """Send an event, encrypted where the room is; one transaction makes one event, whatever the ciphertext."""
        await self._arrived()
        if self.encryption is not None:
            message_type, content = await self.encryption.sealed(room_id, message_type, content)
        self.may_send()
        request = Api.room_send(self.access_token, room_id, message_type, content, tx_id or uuid4())
        return await self._send(RoomSendResponse, *request, (room_id,))

    async def encrypts(self, room: str) -> bool:
        """Whether what is sent there is encrypted."""
        await self._arrived()
        return self.encryption is not None and await self.encryption.is_encrypted(room)

    async def _arrived(self) -> None:
        async with asyncio.timeout(ARRIVAL):
            await self.knows_rooms.wait()

    async def query_keys(self, users: set[str]) -> Any:
        """Ask which devices these users have."""
        return await self._send(KeysQueryResponse, *Api.keys_query(self.access_token, users))

    async def hand_out(self, room: str, devices: set[tuple[str, str]], parcel: Mapping[str, Any]) -> Any:
        """Bring a room's key to devices, each in a parcel of its own."""
        request = Api.to_device(self.access_token, "m.room.encrypted", parcel, uuid4())
        return await self._send(ShareGroupSessionResponse, *request, (room, devices))


def _always() -> None:
    """Nothing is against sending."""
