"""People in encrypted rooms, with a program that encrypts as theirs do: nio as it comes."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from nio import AsyncClient, AsyncClientConfig, LocalProtocolError, MegolmEvent, RoomMessage, ToDeviceMessage

from tests.secrecy import WITNESS
from tests.servers.people import Person, until
from tests.servers.synapse import Synapse

ENCRYPTION = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
_numbers = itertools.count(1)


class Device:
    """One of somebody's programs, which keeps every message it could read, and those it could not."""

    def __init__(self, server: str, folder: Path) -> None:
        folder.mkdir()
        config = AsyncClientConfig(encryption_enabled=True, store_sync_tokens=True, pickle_key="a person's own")
        self._client = AsyncClient(server, "", store_path=str(folder), config=config)
        self._syncing: asyncio.Task[None] | None = None
        self.read: dict[str, dict[str, Any]] = {}
        self.unreadable: set[str] = set()
        self._client.add_event_callback(self._hear, RoomMessage)
        self._client.add_event_callback(self._wonder, MegolmEvent)

    @property
    def user(self) -> str:
        return self._client.user_id

    @property
    def id(self) -> str:
        return self._client.device_id

    @property
    def client(self) -> AsyncClient:
        return self._client

    async def log_in(self, user: str) -> None:
        self._client.user = user
        await self._client.login("password")
        await self._client.sync(timeout=0, full_state=True)
        await self._client.keys_upload()
        self.wake()

    def wake(self) -> None:
        self._syncing = asyncio.create_task(self._listen())

    async def sleep(self) -> None:
        """Its program hears nothing until it wakes."""
        if self._syncing is not None:
            self._syncing.cancel()
            await asyncio.gather(self._syncing, return_exceptions=True)  # of nonsense under a seal nio dies by itself
            self._syncing = None

    async def say(self, room: str, body: str, **more: Any) -> str:
        await until(lambda: room in self._client.rooms and self._client.rooms[room].encrypted, "to be in the room")
        content = {"msgtype": "m.text", "body": WITNESS.text(body), **more}
        while True:
            with contextlib.suppress(LocalProtocolError):  # as in `_listen`; nothing was sent
                sent = await self._client.room_send(room, "m.room.message", content, ignore_unverified_devices=True)
                return str(sent.event_id)

    async def say_without_its_key(self, room: str, body: str) -> "Withheld":
        """Say something that nobody can read before its key is handed out."""
        await until(lambda: room in self._client.rooms and self._client.rooms[room].encrypted, "to be in the room")
        olm = self._client.olm
        olm.create_outbound_group_session(room)
        session = olm.outbound_group_sessions[room]
        key = {"algorithm": "m.megolm.v1.aes-sha2", "room_id": room, "session_id": session.id}
        withheld = Withheld(self._client, {**key, "session_key": session.session_key})
        session.shared = True
        content = {"msgtype": "m.text", "body": body}
        await self.send_sealed(room, olm.group_encrypt(room, {"type": "m.room.message", "content": content}))
        return withheld

    async def say_anything(self, room: str, plain: str) -> None:
        """Seal whatever it is, with a key that everybody has."""
        await self.say(room, "hello")
        olm = self._client.olm
        sealed = olm.group_encrypt(room, {})
        await self.send_sealed(room, {**sealed, "ciphertext": olm.outbound_group_sessions[room].encrypt(plain)})

    async def send_sealed(self, room: str, sealed: dict[str, Any]) -> None:
        olm, self._client.olm = self._client.olm, None  # nio would seal it once more
        try:
            await self._client.room_send(room, "m.room.encrypted", sealed)
        finally:
            self._client.olm = olm

    async def knows(self, user: str) -> None:
        """Wait until it has seen a device of this user's, so that it shares its keys with it."""

        def seen() -> bool:
            self._client.olm.users_for_key_query.add(user)  # the next sync asks
            return any(self._client.device_store.active_user_devices(user))

        await until(seen, f"a device of {user}")

    def replies_to(self, event: str) -> list[dict[str, Any]]:
        """What it could read in answer to an event."""
        contents = [said["content"] for said in self.read.values()]
        return [content for content in contents if _answered(content) == event]

    async def reply_to(self, event: str) -> dict[str, Any]:
        return (await until(lambda: self.replies_to(event), "a reply that can be read"))[0]

    async def close(self) -> None:
        await self.sleep()
        await self._client.close()

    async def _listen(self) -> None:
        """nio ends its loop when a message that is sent meanwhile has asked for the same devices' keys already."""
        while True:
            with contextlib.suppress(LocalProtocolError):
                await self._client.sync_forever(timeout=1000)

    async def _hear(self, _: Any, event: RoomMessage) -> None:
        if event.decrypted:
            self.read[event.event_id] = event.source

    async def _wonder(self, _: Any, event: MegolmEvent) -> None:
        self.unreadable.add(event.event_id)


class Withheld:
    """The key of something that was said, which comes later."""

    def __init__(self, client: AsyncClient, key: dict[str, str]) -> None:
        self._client, self._key = client, key

    async def bring_to(self, user: str) -> None:
        olm = self._client.olm
        for device in olm.device_store.active_user_devices(user):
            await self._client.keys_claim({user: [device.id]})
            letter = olm._olm_encrypt(olm.session_store.get(device.curve25519), device, "m.room_key", self._key)
            await self._client.to_device(ToDeviceMessage("m.room.encrypted", user, device.id, letter))


class Secretive:
    """Gives people devices, each with keys of its own."""

    def __init__(self, server: Synapse, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._devices: list[Device] = []

    async def device(self, person: Person) -> Device:
        made = Device(self._server.url, self._folder / f"device-{next(_numbers)}")
        self._devices.append(made)
        await made.log_in(person.user)
        return made

    async def close(self) -> None:
        for device in self._devices:
            await device.close()


@pytest.fixture
async def secretive(synapse: Synapse, tmp_path: Path) -> AsyncIterator[Secretive]:
    devices = Secretive(synapse, tmp_path)
    yield devices
    await devices.close()


def _answered(content: dict[str, Any]) -> str | None:
    return content.get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id")
