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
        self,
        client: AsyncClient,
        rooms: Callable[[], Mapping[str, Room]],
        states: States,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._rooms = rooms
        self._states = states
        self._clock = clock
        self._ids: dict[str, str] = {}  # by address
        self._looked_up: set[str] = set()
        self._next = clock()

    def of(self, room: str) -> tuple[str, Room]:
        """What the settings call the room and say about it; nothing, for most."""
        for name, settings in self._rooms().items():
            id_ = self._ids.get(name, name)
            if room in {id_, self._states.newest(id_)}:
                return name, settings
        return "", _USUAL

    async def look(self) -> None:
        """Find out which rooms the addresses mean now, and at once what a new one means."""
        now, addresses = self._clock(), {name for name in self._rooms() if name.startswith("#")}
        if now >= self._next or addresses - self._looked_up:
            found = [await self._find(address) for address in sorted(addresses)]
            self._next = now + (EVERY if all(found) else SOON)
        self._looked_up = addresses

    async def _find(self, address: str) -> bool:
        try:
            self._ids[address] = str((await ask(self._client.room_resolve_alias(address))).room_id)
        except LoginRefused:
            raise
        except (ChatUnavailable, ChatRefused) as error:
            log.warning("what the settings say about a room is left out", room=address, reason=str(error))
            return False
        return True
