"""Keys that nobody needs any more leave the store, so that after years it is as large as after two months."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from nio.crypto import Olm
from nio.store import SqliteStore

EVERY = timedelta(days=1)
KEPT_FOR = timedelta(days=40)
"""After its last use. A sign under choices is understood for 30 days, and programs change their keys each week."""

MOST_SESSIONS = 5
"""How many are kept with one device, the last used: people's programs keep no more either."""

_USED = "CREATE TABLE IF NOT EXISTS used (session TEXT PRIMARY KEY, at REAL)"
_OLD_IN_ROOMS = """
SELECT room_id, sender_key, session_id FROM megolminboundsessions JOIN used ON used.session = session_id WHERE at < ?
"""
_SURPLUS = """
SELECT sender_key, session_id FROM (
    SELECT sender_key, session_id, last_usage_date,
        row_number() OVER (PARTITION BY sender_key ORDER BY last_usage_date DESC, session_id) AS rank
    FROM olmsessions
) WHERE rank > ? OR rank > 1 AND last_usage_date < ?
"""
_SESSIONS_OF_THE_GONE = """
SELECT sender_key, session_id FROM olmsessions WHERE sender_key IN (
    SELECT key FROM keys JOIN devicekeys ON devicekeys.id = keys.device_id WHERE deleted AND key_type = 'curve25519'
)
"""


class Pruning:
    """Notes when the key of a room was last used, and once a day takes out what was not for long."""

    def __init__(self, store: SqliteStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._noted: dict[str, datetime] = {}
        self._next: datetime | None = None
        self._do(_USED)

    def used(self, session: str) -> None:
        """Noting it once a day is often enough."""
        now = self._clock()
        if now - self._noted.get(session, now - EVERY) >= EVERY:
            self._do("INSERT OR REPLACE INTO used VALUES (?, ?)", session, now.timestamp())
            self._noted[session] = now

    def prune(self, olm: Olm) -> None:
        now = self._clock()
        if self._next is not None and now < self._next:
            return
        with self._store.database.atomic():
            old, surplus = self._old_in_rooms(now), [*self._surplus(now), *self._do(_SESSIONS_OF_THE_GONE)]
            self._remove("megolminboundsessions", [session for _, _, session in old])
            self._remove("olmsessions", [session for _, session in surplus])
            self._remove_devices()
        for room, sender_key, session in old:
            olm.inbound_group_store[room][sender_key].pop(session, None)
        for sender_key, gone in surplus:
            kept = olm.session_store[sender_key]
            kept[:] = [session for session in kept if session.id != gone]
        self._noted = {}
        self._next = now + EVERY

    def _old_in_rooms(self, now: datetime) -> list[tuple[Any, ...]]:
        """A key that was never used counts from when it was first met here."""
        self._do("INSERT OR IGNORE INTO used SELECT session_id, ? FROM megolminboundsessions", now.timestamp())
        return self._do(_OLD_IN_ROOMS, (now - KEPT_FOR).timestamp())

    def _surplus(self, now: datetime) -> list[tuple[Any, ...]]:
        """The very last one with a device stays, however old."""
        before = (now - KEPT_FOR).astimezone()  # nio notes the local time
        return self._do(_SURPLUS, MOST_SESSIONS, f"{before:%Y-%m-%d %H:%M:%S.%f}")

    def _remove(self, table: str, sessions: list[str]) -> None:
        for session in sessions:
            self._do(f"DELETE FROM {table} WHERE session_id = ?", session)  # noqa: S608  (one of two names)
        self._do("DELETE FROM used WHERE session NOT IN (SELECT session_id FROM megolminboundsessions)")

    def _remove_devices(self) -> None:
        """Those that their owners logged out."""
        for table in ("keys", "devicetruststate"):
            gone = f"DELETE FROM {table} WHERE device_id IN (SELECT id FROM devicekeys WHERE deleted)"  # noqa: S608
            self._do(gone)
        self._do("DELETE FROM devicekeys WHERE deleted")

    def _do(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return list(self._store.database.execute_sql(sql, values).fetchall())
