"""Where the reading has been in the last few seconds, because some things are seen later than their ids say."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

_EVERY, _AS_FAR_AS = timedelta(seconds=5), timedelta(seconds=20)
_MOST = 20  # notifications: to look back is not to be what takes the time


@dataclass(frozen=True, slots=True)
class _Point:
    cursor: str
    since: datetime
    given: int  # so far


class Trail:
    """Every few seconds a look begins where the reading was a little earlier, and what was given since is left out.

    Of two notifications that a server makes at once, the later may be there first: it draws ids before it writes rows.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._points: deque[_Point] = deque()
        self._given: dict[str, datetime] = {}
        self._count = 0
        self._looked_back_at = clock()

    def start(self, cursor: str) -> str:
        """Where to begin, when everything up to `cursor` was given."""
        now = self._clock()
        if not self._points:
            self._points.append(_Point(cursor, now, self._count))
        self._forget(now - _AS_FAR_AS)
        if now - self._looked_back_at < _EVERY:
            return cursor
        self._looked_back_at = now
        return self._points[0].cursor

    def is_new(self, id_: str) -> bool:
        return id_ not in self._given

    def gave(self, ids: Collection[str], cursor: str) -> None:
        """These were given, up to there."""
        now = self._clock()
        self._given.update(dict.fromkeys(ids, now))
        self._count += len(ids)
        self._points.append(_Point(cursor, now, self._count))

    def _forget(self, before: datetime) -> None:
        while len(self._points) > 1 and (self._points[1].since <= before or self._is_far(self._points[0])):
            self._points.popleft()
        self._given = {id_: at for id_, at in self._given.items() if at > before}

    def _is_far(self, point: _Point) -> bool:
        return self._count - point.given > _MOST
