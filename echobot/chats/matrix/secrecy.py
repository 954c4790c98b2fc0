"""What a chat needs of encryption, which is loaded when the chat has a folder for its keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from echobot.chats.matrix.client import Client
from echobot.chats.matrix.notes import KEY_MISSING, LOST, NO_KEYS, UNSIGNED
from echobot.chats.matrix.reading import Event
from echobot.errors import StoreError

if TYPE_CHECKING:
    from echobot.chats.matrix.aside import Aside
    from echobot.chats.matrix.encryption import Encryption
    from echobot.chats.matrix.standing import Standing

WHAT_TO_DO = "make room on the disk and start echobot again; if they are damaged, put back a copy of that folder"

log = structlog.get_logger()


class Secrecy:
    """Without a folder, or for a token without a device, every encrypted message stays unread."""

    def __init__(
        self, client: Client, folder: Path | None, clock: Callable[[], datetime], answer_within: timedelta
    ) -> None:
        self._client = client
        self._folder = folder
        self._clock = clock
        self._answer_within = answer_within
        self._encryption: Encryption | None = None
        self._aside: Aside | None = None
        self._standing: Standing | None = None
        self._without_key: dict[str, int] = {}  # how much waits for its key, by room
        if folder is not None:
            client.knows_rooms.clear()

    def begin(self, device: str) -> None:
        """The bot knows now which device it is. Raises `SettingsError`."""
        if self._folder is None or not device or self._encryption is not None:
            return
        from echobot.chats.matrix.aside import Aside  # noqa: PLC0415  (lazy on purpose)
        from echobot.chats.matrix.encryption import Encryption  # noqa: PLC0415  (as above)
        from echobot.chats.matrix.standing import Standing  # noqa: PLC0415  (as above)

        self._encryption = Encryption(self._client, self._folder, device, self._clock)
        self._aside = Aside(self._encryption)
        self._standing = Standing(self._client, self._clock)

    @contextmanager
    def on_disk(self) -> Iterator[None]:
        """What is wrong with the keys' file ends the listening: what is in memory may be ahead of what was kept.

        Raises `StoreError`.
        """
        try:
            yield
        except Exception as error:
            if not _is_of_database(error):
                raise
            raise StoreError(f"the encryption keys in {self._folder} cannot be kept: {error}; {WHAT_TO_DO}") from error

    @property
    def device(self) -> str:
        """Which one reads encrypted rooms here; "" when none does."""
        return str(self._client.device_id) if self._encryption is not None else ""

    def put_aside(self, room: str, events: Sequence[Event]) -> None:
        """Keep what cannot be read yet."""
        if self._aside is not None:
            self._aside.put(room, [event for event in events if event.get("type") == "m.room.encrypted"])

    def opened(self) -> Mapping[str, list[Event]]:
        """What was put aside and can be read now, by room."""
        opened = self._aside.opened() if self._aside is not None else {}
        return {room: events for room, events in opened.items() if room in self._client.rooms}

    async def settle(self) -> None:
        """All that the last sync brought is kept: what was opened may go, and the homeserver gets what it needs."""
        if self._aside is not None:
            self._aside.forget(self._clock() - self._answer_within)
            self._without_key = self._aside.rooms()
        if self._encryption is not None and self._standing is not None:
            await self._standing.look()
            self._encryption.is_lost |= self._standing.is_lost
            if self._standing.is_known:
                await self._encryption.tend()
        self._client.knows_rooms.set()

    @property
    def unreadable(self) -> int:
        """How many messages wait for their keys."""
        return sum(self._without_key.values())

    def trouble(self) -> str | None:
        """What is wrong with the keys of this device, where they are needed."""
        if self._standing is None or self._encryption is None:
            return None
        if self._encryption.is_lost:
            return LOST
        is_needed = any(room.encrypted for room in self._client.rooms.values())
        return self._standing.trouble if is_needed or self._standing.trouble != UNSIGNED else None

    @property
    def rooms(self) -> Iterable[str]:
        """Where messages wait for their keys."""
        return self._without_key

    def trouble_in(self, room: str) -> str | None:
        """Why something in this room cannot be read."""
        if self._encryption is None:
            return NO_KEYS if self._client.rooms[room].encrypted else None
        return KEY_MISSING if room in self._without_key else None

    def close(self) -> None:
        if self._encryption is not None:
            self._encryption.close()


def _is_of_database(error: Exception) -> bool:
    """Where there are no keys, their database's part of the program is not loaded."""
    from peewee import PeeweeException  # noqa: PLC0415  (lazy on purpose)

    return isinstance(error, PeeweeException)
