"""Encrypted rooms: who gets the key of what the bot says, and what the homeserver needs from its device."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import structlog
from nio import SyncResponse
from nio.crypto import OutboundGroupSession

from echobot.chats.matrix.client import Client
from echobot.chats.matrix.homeserver import LOG_IN_AGAIN, ask
from echobot.chats.matrix.keystore import DATABASE, open_store
from echobot.chats.matrix.machine import Machine
from echobot.chats.matrix.writing import MARK
from echobot.chats.outcome import before_sending
from echobot.errors import ChatRefused, ChatUnavailable, LoginRefused, SettingsError

log = structlog.get_logger()

Devices: TypeAlias = set[tuple[str, str]]
"""Each with its user before it."""

_MEGOLM = "m.megolm.v1.aes-sha2"
_SHORTEST = timedelta(hours=1)  # that a key may live: a room that asks for less would have the bot do nothing else


class Encryption:
    """This device's side of encryption. Its keys are on the disk before anybody counts on them."""

    def __init__(self, client: Client, folder: Path, device: str, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._folder = folder
        self._clock = clock
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.is_lost = False
        self.store = open_store(folder, client.user_id, device)
        client.device_id, client.store, client.encryption = device, self.store, self
        self._load()

    @property
    def olm(self) -> Machine:
        machine: Machine = self._client.olm
        return machine

    @contextmanager
    def as_a_whole(self) -> Iterator[None]:
        """All that happens in here is kept, or none of it: the homeserver will say it again."""
        try:
            with self.store.database.atomic():
                yield
        except Exception:
            self._load()  # memory has gone further than the disk
            raise

    def note(self, sync: SyncResponse) -> None:
        """What nio overlooks: that no one-time key is left, and the devices of who was not seen in a room lately."""
        left = sync.device_key_count.signed_curve25519
        if left is not None:
            self.olm.uploaded_key_count = left
        self.olm.users_for_key_query |= set(sync.device_list.changed) & self.olm.tracked_users
        self.olm.tracked_users -= set(sync.device_list.left)

    async def sealed(self, room: str, kind: str, content: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """The event to send in place of this one, for all who are in the room now. Raises `ChatError`."""
        with before_sending():
            if kind != "m.room.message" or not await self.is_encrypted(room):
                return kind, content
            async with self._turns[room]:
                await self._agree_on_key(room)
                return "m.room.encrypted", self._sealed(room, kind, content)

    async def is_encrypted(self, room: str) -> bool:
        """Raises `ChatUnavailable` as long as it is and nobody knows who is in it."""
        if room in self._client.rooms:
            return bool(self._client.rooms[room].encrypted)
        if await self._rules(room) is None:
            return False
        raise ChatUnavailable("it is not known yet who is in this encrypted room")

    async def tend(self) -> None:
        """Bring the homeserver what it needs from this device; what fails now is done after another sync."""
        self.olm.pruning.prune(self.olm)
        try:
            if self.olm.should_upload_keys and not self.is_lost:
                await self._upload()
            if self._client.should_claim_keys:
                await self._begin_anew()
            for message in list(self.olm.outgoing_to_device_messages):
                await ask(self._client.to_device(message))
        except LoginRefused:
            raise
        except (ChatUnavailable, ChatRefused) as error:
            log.warning("keys have to wait", reason=str(error))

    def close(self) -> None:
        self.store.database.close()

    def _load(self) -> None:
        try:
            self._client.olm = Machine(self._client.user_id, self._client.device_id, self.store, self._clock)
        except ValueError as error:
            raise SettingsError(
                f"{self._folder}: {DATABASE} was not made with the opener beside it; put back the one that belongs "
                f"to it, or move the folder away and {LOG_IN_AGAIN}"
            ) from error
        self._client.encrypted_rooms = self.store.load_encrypted_rooms()

    async def _upload(self) -> None:
        try:
            await ask(self._client.keys_upload())
        except LoginRefused:
            raise
        except ChatRefused as error:
            log.error("the homeserver does not take this device's keys", reason=str(error))
            self.is_lost = True

    async def _begin_anew(self) -> None:
        """With devices whose messages could not be read; who gives no key now is asked when it happens again."""
        await ask(self._client.keys_claim(self._client.get_users_for_key_claiming()))
        self.olm.wedged_devices.clear()
        self.olm.key_request_devices_no_session.clear()

    async def _rules(self, room: str) -> Mapping[str, Any] | None:
        """How the room wants to be encrypted, or None."""
        try:
            content = (await ask(self._client.room_get_state_event(room, "m.room.encryption"))).content
        except LoginRefused:
            raise
        except ChatRefused:
            return None
        return content if isinstance(content, Mapping) else {}

    async def _agree_on_key(self, room: str) -> None:
        """All devices in the room have the key that comes next, and nobody else has it."""
        devices = await self._devices(room)
        session = self.olm.outbound_group_sessions.get(room)
        if session is None or self._is_over(session) or not session.shared or not _is_for(session, devices):
            await self._share(room, devices, await self._rules(room) or {})

    def _is_over(self, session: OutboundGroupSession) -> bool:
        """Nio looks at a clock of its own."""
        return bool(session.expired) or self._clock() - session.begun_at >= session.max_age

    async def _devices(self, room: str) -> Devices:
        known = self._client.rooms[room]
        if not known.members_synced:
            await ask(self._client.joined_members(room))
        users = set(known.users)
        if asked := users & self.olm.users_for_key_query | users - self.olm.tracked_users:
            await ask(self._client.query_keys(asked))
            self.olm.users_for_key_query -= asked  # a server that is away is asked when it tells of a change
            self.olm.tracked_users |= asked
        everybody = {(user, device.id) for user in users for device in self.olm.device_store.active_user_devices(user)}
        return everybody - {(self._client.user_id, self._client.device_id)}

    async def _share(self, room: str, devices: Devices, rules: Mapping[str, Any]) -> None:
        if rules.get("algorithm", _MEGOLM) != _MEGOLM:
            raise ChatRefused("the room is encrypted in a way that the bot does not know")
        users = sorted({user for user, _ in devices})
        if missing := self.olm.get_missing_sessions(users):
            await ask(self._client.keys_claim(missing))
        with self.store.database.atomic():
            session = self._new_session(room, rules)
            parcels = list(self.olm.share_group_session_parallel(room, users, ignore_unverified_devices=True))
        for some, parcel in parcels:
            await ask(self._client.hand_out(room, some, parcel))
        if unreachable := devices - session.users_shared_with:
            log.info("devices cannot be reached: no one-time key is left", room=room, devices=len(unreachable))
        session.users_ignored |= unreachable
        session.shared = True

    def _new_session(self, room: str, rules: Mapping[str, Any]) -> OutboundGroupSession:
        self.olm.create_outbound_group_session(room)
        session = self.olm.outbound_group_sessions[room]
        session.max_messages = max(1, min(_number(rules.get("rotation_period_msgs"), 100), 10_000))
        longest = timedelta(milliseconds=min(_number(rules.get("rotation_period_ms"), 604_800_000), 10**11))
        session.max_age, session.begun_at = max(_SHORTEST, longest), self._clock()
        return session

    def _sealed(self, room: str, kind: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
        """What it belongs to and what the bot finds it by stay outside, readable without a key."""
        ciphertext = self.olm.group_encrypt(room, {"type": kind, "content": dict(content)})
        return {**ciphertext, **{name: content[name] for name in ("m.relates_to", MARK) if name in content}}


def _is_for(session: OutboundGroupSession, devices: Devices) -> bool:
    """Whether these devices have the session, and no other one has."""
    has, is_out_of_reach = session.users_shared_with, session.users_ignored
    return bool(has <= devices <= has | is_out_of_reach)


def _number(value: Any, usual: int) -> int:
    return value if isinstance(value, int) else usual
