"""The key for who wants to reach the bot when all its one-time keys are taken; it is changed every week."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from nio.store import SqliteStore

CHANGED_EVERY = timedelta(days=7)

_TABLE = "CREATE TABLE IF NOT EXISTS fallback (id INTEGER PRIMARY KEY, brought_at REAL)"


class Fallback:
    """nio knows no such keys; its account makes them all the same, and remembers the one before the last."""

    def __init__(self, store: SqliteStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._do(_TABLE)

    @property
    def is_due(self) -> bool:
        rows = self._do("SELECT brought_at FROM fallback")
        return not rows or bool(self._clock().timestamp() - rows[0][0] >= CHANGED_EVERY.total_seconds())

    def to_bring(self, account: Any, sign: Callable[[dict[str, Any]], Any]) -> dict[str, dict[str, Any]]:
        """By its name, with the signatures; one that was made and did not arrive is brought again."""
        if not account.fallback_key:
            account.generate_fallback_key()
        return {
            f"signed_curve25519:{name}": {
                "key": key.to_base64(),
                "fallback": True,
                "signatures": sign({"key": key.to_base64(), "fallback": True}),
            }
            for name, key in account.fallback_key.items()
        }

    def brought(self) -> None:
        self._do("INSERT OR REPLACE INTO fallback VALUES (1, ?)", self._clock().timestamp())

    def _do(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return list(self._store.database.execute_sql(sql, values).fetchall())
