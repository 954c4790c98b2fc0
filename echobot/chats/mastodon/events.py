"""What a stream says, from its lines to a notification; what cannot be read is no more than a hint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_LONGEST = 2**18  # bytes of one event; a mention has some thousands


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    payload: str

    @property
    def notification(self) -> Mapping[str, Any] | None:
        """What the server tells the account; None when this is something else, or damaged."""
        told = _json(self.payload) if self.name == "notification" else None
        return told if isinstance(told, Mapping) else None


UNREADABLE = Event("", "")


class EventLines:
    """Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream."""

    def __init__(self) -> None:
        self._begun: list[bytes] = []
        self._size = 0  # of these

    def add(self, line: bytes) -> Event | None:
        """The event that ends with this line. Raises ValueError when one has no end."""
        line = line.rstrip(b"\r\n")
        if line:
            if not line.startswith(b":"):
                self._begun.append(line)
                self._size += len(line)
            if self._size > _LONGEST:
                raise ValueError("an event without end")
            return None
        begun, self._begun, self._size = self._begun, [], 0
        return _event(begun) if begun else None


def _event(lines: list[bytes]) -> Event:
    try:
        fields = [
            (name, value.removeprefix(" ")) for name, _, value in (line.decode().partition(":") for line in lines)
        ]
    except UnicodeDecodeError:
        return UNREADABLE
    names = [value for name, value in fields if name == "event"]
    return Event(names[-1] if names else "", "\n".join(value for name, value in fields if name == "data"))


def event_in(text: str) -> Event:
    """What a WebSocket brought: https://docs.joinmastodon.org/methods/streaming/#websocket."""
    told = _json(text)
    name, payload = (told.get("event"), told.get("payload")) if isinstance(told, Mapping) else ("", "")
    return Event(name, payload) if isinstance(name, str) and isinstance(payload, str) else UNREADABLE


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
