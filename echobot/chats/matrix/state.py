"""What a room's state says: who may do what there, and which room has taken its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nio import RoomInfo, SyncResponse

from echobot.chats.matrix.reading import Event, mapping, text

INFINITE = 1000
"""The level of those who made a room of the twelfth version or a later one; nobody counts as more."""

_WITH_LISTED_CREATORS = {str(version) for version in range(1, 12)}
_KEPT = {"m.room.create": "creation", "m.room.power_levels": "levels", "m.room.tombstone": "tombstone"}


@dataclass(frozen=True, slots=True)
class State:
    """The events that hold in a room now."""

    creation: Event = field(default_factory=dict)
    levels: Event = field(default_factory=dict)
    tombstone: Event = field(default_factory=dict)

    @property
    def is_space(self) -> bool:
        """It holds rooms, and is none to talk in."""
        return mapping(self.creation.get("content")).get("type") == "m.space"

    @property
    def successor(self) -> str | None:
        """The room that has taken this one's place, if whoever says so may say it."""
        if not self.tombstone:
            return None
        room, who = text(mapping(self.tombstone.get("content")).get("replacement_room")), self.tombstone.get("sender")
        usual = self._needed("state_default", 50 if self.levels else 0)
        may = bool(room) and self.power(str(who)) >= self._to_send("m.room.tombstone", usual)
        return room if may and room.startswith("!") else None

    @property
    def via(self) -> list[str]:
        """Servers that surely know the room which has taken this one's place."""
        return [server for server in [str(self.tombstone.get("sender")).partition(":")[2]] if server]

    def may_say(self, user: str, *, encrypted: bool) -> bool:
        """Whether the user's level is enough for a message here."""
        kind = "m.room.encrypted" if encrypted else "m.room.message"
        return self.power(user) >= self._to_send(kind, self._needed("events_default", 0))

    def power(self, user: str) -> int:
        """The user's level here; without any levels, who made the room may do everything."""
        if is_creator(self.creation, user):
            return INFINITE
        if not self.levels:
            return 100 if user == _maker(self.creation) else 0
        own = mapping(self._levels.get("users")).get(user, self._levels.get("users_default"))
        return max(-INFINITE, min(level(own, 0), INFINITE))

    @property
    def _levels(self) -> Event:
        return mapping(self.levels.get("content"))

    def _needed(self, name: str, usual: int) -> int:
        return level(self._levels.get(name), usual)

    def _to_send(self, kind: str, usual: int) -> int:
        return level(mapping(self._levels.get("events")).get(kind), usual)


class States:
    """The state of each room that the bot is in, from one sync to the next, and why it is not in others any more."""

    def __init__(self, user: str) -> None:
        self._user = user
        self._rooms: dict[str, State] = {}
        self._left: dict[str, str] = {}

    def of(self, room: str) -> State:
        return self._rooms.get(room, State())

    def why_left(self, room: str) -> str | None:
        """A sentence, when the bot was in the room and is not any more."""
        return self._left.get(room)

    def newest(self, room: str) -> str:
        """The room that has taken this one's place by now; itself, as long as none has."""
        seen = {room}
        while (successor := self.of(room).successor) and successor not in seen:
            seen.add(successor)
            room = successor
        return room

    def replaced(self) -> list[str]:
        """The rooms whose place others have taken."""
        return [room for room, state in self._rooms.items() if state.successor]

    def successors(self) -> dict[str, State]:
        """The rooms that have taken the place of others, with those others' state."""
        return {state.successor: state for state in self._rooms.values() if state.successor}

    def note(self, batch: SyncResponse) -> None:
        for room, news in batch.rooms.join.items():
            self._left.pop(room, None)
            for event in _events(news):
                self._note(room, event)
        for room, news in batch.rooms.leave.items():
            self._rooms.pop(room, None)
            self._left[room] = _why_left(news, self._user)

    def _note(self, room: str, event: Event) -> None:
        """Only what has a state key is state: anybody may send a message of the same kind."""
        kind = _KEPT.get(str(event.get("type")))
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


def _events(news: RoomInfo) -> list[Event]:
    return [event.source for event in (*news.state, *news.timeline.events) if isinstance(event.source, Mapping)]


def _why_left(news: RoomInfo, user: str) -> str:
    own = (each for each in _events(news) if each.get("type") == "m.room.member" and each.get("state_key") == user)
    last = next(reversed([*own]), {})
    if mapping(last.get("content")).get("membership") == "ban":
        return "the bot was banned from the room"
    return "the bot was removed from the room" if last.get("sender") != user else "the bot has left the room"


def _maker(creation: Event) -> Any:
    return mapping(creation.get("content")).get("creator", creation.get("sender"))
