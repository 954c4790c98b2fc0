"""The rooms that the settings say something about, by their ids or their addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog
from nio import AsyncClient

from echobot.chats.matrix.homeserver import ask
from echobot.chats.matrix.state import States
from echobot.errors import ChatRefused, ChatUnavailable, LoginRefused
from echobot.settings import Room

log = structlog.get_logger()

EVERY = timedelta(days=1)
SOON = timedelta(minutes=10)  # when an address could not be looked up

_USUAL = Room()


class Named:
    """An address may come to mean another room; the rooms that take the place of others keep their settings."""

    def __init__(
        self, client: AsyncClient, rooms: Mapping[str, Room], states: States, clock: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._rooms = rooms
        self._states = states
        self._clock = clock
        self._ids = {name: name for name in rooms if not name.startswith("#")}
        self._next: datetime | None = None

    def of(self, room: str) -> tuple[str, Room]:
        """What the settings call the room and say about it; nothing, for most."""
        for name, id_ in self._ids.items():
            if room in {id_, self._states.newest(id_)}:
                return name, self._rooms[name]
        return "", _USUAL

    async def look(self) -> None:
        """Find out which rooms the addresses mean now."""
        now = self._clock()
        if self._next is None or now >= self._next:
            found = [await self._find(name) for name in self._rooms if name.startswith("#")]
            self._next = now + (EVERY if all(found) else SOON)

    async def _find(self, address: str) -> bool:
        try:
            self._ids[address] = str((await ask(self._client.room_resolve_alias(address))).room_id)
        except LoginRefused:
            raise
        except (ChatUnavailable, ChatRefused) as error:
            log.warning("what the settings say about a room is left out", room=address, reason=str(error))
            return False
        return True
