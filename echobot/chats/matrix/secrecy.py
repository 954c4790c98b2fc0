"""What a chat needs of encryption, which is loaded when the chat has a folder for its keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from echobot.chats.matrix.client import Client
from echobot.chats.matrix.reading import Event

if TYPE_CHECKING:
    from echobot.chats.matrix.aside import Aside
    from echobot.chats.matrix.encryption import Encryption

log = structlog.get_logger()


class Secrecy:
    """Without a folder, or for a token without a device, every encrypted message stays unread, which is told once."""

    def __init__(
        self, client: Client, folder: Path | None, clock: Callable[[], datetime], answer_within: timedelta
    ) -> None:
        self._client = client
        self._folder = folder
        self._clock = clock
        self._answer_within = answer_within
        self._encryption: Encryption | None = None
        self._aside: Aside | None = None
        self._unreadable: set[str] = set()  # encrypted rooms, told of once
        if folder is not None:
            client.knows_rooms.clear()

    def begin(self, device: str) -> None:
        """The bot knows now which device it is. Raises `SettingsError`."""
        if self._folder is None or not device or self._encryption is not None:
            return
        from echobot.chats.matrix.aside import Aside  # noqa: PLC0415  (lazy on purpose)
        from echobot.chats.matrix.encryption import Encryption  # noqa: PLC0415  (as above)

        self._encryption = Encryption(self._client, self._folder, device)
        self._aside = Aside(self._encryption)

    @property
    def device(self) -> str:
        """Which one reads encrypted rooms here; "" when none does."""
        return str(self._client.device_id) if self._encryption is not None else ""

    def put_aside(self, room: str, events: Sequence[Event]) -> None:
        """Keep what cannot be read yet."""
        sealed = [event for event in events if event.get("type") == "m.room.encrypted"]
        if self._aside is not None:
            self._aside.put(room, sealed)
        elif sealed and room not in self._unreadable:
            self._unreadable.add(room)
            log.warning("this room is encrypted, and the bot cannot read it", room=room)

    def opened(self) -> Mapping[str, list[Event]]:
        """What was put aside and can be read now, by room."""
        opened = self._aside.opened() if self._aside is not None else {}
        return {room: events for room, events in opened.items() if room in self._client.rooms}

    async def settle(self) -> None:
        """All that the last sync brought is kept: what was opened may go, and the homeserver gets what it needs."""
        if self._aside is not None:
            self._aside.forget(self._clock() - self._answer_within)
        if self._encryption is not None:
            await self._encryption.tend()
        self._client.knows_rooms.set()

    def close(self) -> None:
        if self._encryption is not None:
            self._encryption.close()
