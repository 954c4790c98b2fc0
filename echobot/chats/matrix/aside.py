"""Messages that cannot be read yet: kept until their key comes, or until it is too late to answer."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from typing import Any

import structlog
from nio import MegolmEvent

from echobot.chats.matrix.encryption import Encryption
from echobot.chats.matrix.reading import Event

log = structlog.get_logger()

MOST = 500
_TABLE = (
    "CREATE TABLE IF NOT EXISTS aside "
    "(id TEXT PRIMARY KEY, room TEXT, sender_key TEXT, session TEXT, sent_at REAL, event TEXT)"
)


class Aside:
    """On the disk beside the keys, so that neither a key nor its message gets lost when the bot dies in between."""

    def __init__(self, encryption: Encryption) -> None:
        self._encryption = encryption
        self._do(_TABLE)

    def put(self, room: str, events: list[Event]) -> None:
        """Keep those of the events that wait for a key."""
        for event in events:
            sealed = _sealed(event, room)
            if sealed is not None and not self._has_key(room, sealed.sender_key, sealed.session_id):
                self._put(room, sealed)

    def opened(self) -> dict[str, list[Event]]:
        """What can be read since its key came, by room; it stays until it is forgotten."""
        messages: defaultdict[str, list[Event]] = defaultdict(list)
        rows = self._do("SELECT room, sender_key, session, event FROM aside ORDER BY sent_at, id")
        for room, sender_key, session, event in rows:
            if self._has_key(room, sender_key, session):
                sealed = MegolmEvent.from_dict(json.loads(event))
                if opened := self._encryption.olm.opened(sealed, room):
                    messages[room].append(opened.source)
        return messages

    def rooms(self) -> dict[str, int]:
        """Where something waits for its key, and how much."""
        return dict(self._do("SELECT room, COUNT(*) FROM aside GROUP BY room"))

    def forget(self, sent_before: datetime) -> None:
        """What has its key is dealt with, what is too old never will be, and of too much the oldest goes."""
        for room, sender_key, session in self._do("SELECT DISTINCT room, sender_key, session FROM aside"):
            if self._has_key(room, sender_key, session):
                self._do("DELETE FROM aside WHERE room = ? AND session = ?", room, session)
        self._do("DELETE FROM aside WHERE sent_at < ?", sent_before.timestamp())
        self._do("DELETE FROM aside WHERE id NOT IN (SELECT id FROM aside ORDER BY sent_at DESC LIMIT ?)", MOST)

    def _put(self, room: str, sealed: MegolmEvent) -> None:
        """Tell the operator once for each key."""
        if not self._do("SELECT 1 FROM aside WHERE room = ? AND session = ?", room, sealed.session_id):
            log.warning("a message cannot be read: its key has not come", room=room, sender=sealed.sender)
        row = (sealed.event_id, room, sealed.sender_key, sealed.session_id, sealed.server_timestamp / 1000)
        self._do("INSERT OR IGNORE INTO aside VALUES (?, ?, ?, ?, ?, ?)", *row, json.dumps(dict(sealed.source)))

    def _has_key(self, room: str, sender_key: str, session: str) -> bool:
        return self._encryption.olm.inbound_group_store.get(room, sender_key, session) is not None

    def _do(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return list(self._encryption.store.database.execute_sql(sql, values).fetchall())


def _sealed(event: Event, room: str) -> MegolmEvent | None:
    if event.get("type") != "m.room.encrypted":
        return None
    sealed = MegolmEvent.from_dict({**event, "room_id": room})
    return sealed if isinstance(sealed, MegolmEvent) else None
