"""The rooms that posts go to: their addresses, the way in, and what the bot may do there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nio import MessageDirection

from echobot.chats.matrix.client import Client
from echobot.chats.matrix.homeserver import ask
from echobot.chats.matrix.invites import join
from echobot.chats.matrix.reading import Event, mapping
from echobot.chats.matrix.state import States, is_creator, level
from echobot.errors import ChatRefused, LoginRefused

_HINT = "see `room` under `destinations` in the settings"
_TO_CALL_EVERYBODY = 50  # the power level that the specification gives to those who may, where a room does not


class Rooms:
    """Asks the homeserver each time: an address may come to mean another room."""

    def __init__(self, client: Client, states: States) -> None:
        self._client = client
        self._states = states

    async def enter(self, room: str) -> tuple[str, str]:
        """The id of the room with this id or address, and that of the room which has taken its place by now.

        The bot joins it if it is not there yet.
        """
        if not room:
            raise ChatRefused(f"nobody says any more which room the post is in; {_HINT}")
        id_ = await self._id(room) if room.startswith("#") else room
        newest = self._states.newest(id_)
        if newest not in self._client.rooms:
            await self._join(room if newest == id_ else newest)
        return id_, newest

    async def holds(self, room: str, event: str) -> bool:
        """Whether the event is one of that room."""
        try:
            await ask(self._client.room_get_event(room, event))
        except LoginRefused:
            raise
        except ChatRefused:
            return False
        return True

    async def may_call_everybody(self, room: str) -> bool:
        """Whether the bot's "@room" rings everybody there."""
        try:
            levels = (await ask(self._client.room_get_state_event(room, "m.room.power_levels"))).content
            me = self._client.user_id
            return may_call_everybody(levels, me) or is_creator(await self._beginning(room), me)
        except LoginRefused:
            raise
        except ChatRefused:
            return False  # a room without levels

    async def _beginning(self, room: str) -> Event:
        """The event that made the room; state is told without its sender."""
        first, creation = MessageDirection.front, {"types": ["m.room.create"]}
        page = await ask(self._client.room_messages(room, direction=first, limit=1, message_filter=creation))
        return page.chunk[0].source if page.chunk else {}

    async def _id(self, address: str) -> str:
        try:
            return str((await ask(self._client.room_resolve_alias(address))).room_id)
        except LoginRefused:
            raise
        except ChatRefused as error:
            raise ChatRefused(f"there is no room {address} ({error}); {_HINT}") from error

    async def _join(self, room: str) -> None:
        try:
            via = state.via if (state := self._states.successors().get(room)) else []
            await join(self._client, room, via)
        except LoginRefused:
            raise
        except ChatRefused as error:
            raise ChatRefused(f"the bot may not join {room}: invite it there, or {_HINT} ({error})") from error


def may_call_everybody(levels: Mapping[str, Any], user: str) -> bool:
    """Read from the content of `m.room.power_levels`, which may be anything."""
    own = mapping(levels.get("users")).get(user, levels.get("users_default"))
    needed = mapping(levels.get("notifications")).get("room")
    return level(own, 0) >= level(needed, _TO_CALL_EVERYBODY)
