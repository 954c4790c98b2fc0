"""What a room's state says: who may do what there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nio import SyncResponse

from echobot.chats.matrix.reading import Event, mapping

INFINITE = 1000
"""The level of those who made a room of the twelfth version or a later one; nobody counts as more."""

_WITH_LISTED_CREATORS = {str(version) for version in range(1, 12)}
_KEPT = {"m.room.create": "creation", "m.room.power_levels": "levels"}


@dataclass(frozen=True, slots=True)
class State:
    """The events that hold in a room now."""

    creation: Event = field(default_factory=dict)
    levels: Event = field(default_factory=dict)

    def power(self, user: str) -> int:
        """The user's level here; without any levels, who made the room may do everything."""
        if is_creator(self.creation, user):
            return INFINITE
        if not self.levels:
            return 100 if user == _maker(self.creation) else 0
        content = mapping(self.levels.get("content"))
        own = mapping(content.get("users")).get(user, content.get("users_default"))
        return max(-INFINITE, min(level(own, 0), INFINITE))


class States:
    """The state of each room that the bot is in, from one sync to the next."""

    def __init__(self) -> None:
        self._rooms: dict[str, State] = {}

    def of(self, room: str) -> State:
        return self._rooms.get(room, State())

    def note(self, batch: SyncResponse) -> None:
        for room, news in batch.rooms.join.items():
            for event in (*news.state, *news.timeline.events):
                self._note(room, event.source)
        for room in batch.rooms.leave:
            self._rooms.pop(room, None)

    def _note(self, room: str, event: Any) -> None:
        """Only what has a state key is state: anybody may send a message of the same kind."""
        kind = _KEPT.get(str(event.get("type"))) if isinstance(event, Mapping) else None
        if kind and event.get("state_key") == "":
            self._rooms[room] = replace(self.of(room), **{kind: event})


def is_creator(creation: Event, user: str) -> bool:
    """Since the twelfth version of rooms, those who made one may do everything and stand in no list of levels."""
    content = mapping(creation.get("content"))
    if content.get("room_version", "1") in _WITH_LISTED_CREATORS:
        return False
    others = content.get("additional_creators")
    return user in {creation.get("sender"), *(others if isinstance(others, list) else ())}


def level(value: Any, usual: int) -> int:
    return value if isinstance(value, int) else usual


def _maker(creation: Event) -> Any:
    return mapping(creation.get("content")).get("creator", creation.get("sender"))
