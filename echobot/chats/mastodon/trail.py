"""Where the reading has been in the last few seconds, because some things are seen later than their ids say."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_EVERY, _AS_FAR_AS = timedelta(seconds=5), timedelta(seconds=20)
_MOST = 20  # notifications: to look back is not to be what takes the time
_MOST_AHEAD = 10_000  # what is more is given twice, and known by the store


@dataclass(frozen=True, slots=True)
class _Point:
    cursor: str
    since: datetime
    given: int  # so far


class Trail:
    """Every few seconds a look begins where the reading was a little earlier, and what was given since is left out.

    Of two notifications that a server makes at once, the later may be there first: it draws ids before it writes rows.
    So the reading goes back to where it was some seconds before the last look. And what a stream brought was given
    ahead of all looks.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._points: deque[_Point] = deque()
        self._given: dict[str, datetime] = {}
        self._ahead: dict[str, None] = {}
        self._count = 0
        self._looked_at = self._looked_back_at = clock()

    def start(self, cursor: str) -> str:
        """Where to begin, when everything up to `cursor` was given."""
        now = self._clock()
        if not self._points:
            self._points.append(_Point(cursor, now, self._count))
        self._forget(self._looked_at - _AS_FAR_AS)
        self._looked_at = now
        if now - self._looked_back_at < _EVERY:
            return cursor
        self._looked_back_at = now
        return self._points[0].cursor

    def is_passed(self, id_: str) -> bool:
        """Whether the reading came by it in the last few seconds."""
        return id_ in self._given

    def is_ahead(self, id_: str) -> bool:
        """Whether it was given before the reading came there."""
        return id_ in self._ahead

    def gave_ahead(self, ids: Iterable[str]) -> None:
        self._ahead.update(dict.fromkeys(ids))
        while len(self._ahead) > _MOST_AHEAD:
            del self._ahead[next(iter(self._ahead))]

    def gave(self, ids: Sequence[str], cursor: str) -> None:
        """The reading came by these, up to there."""
        now = self._clock()
        self._given.update(dict.fromkeys(ids, now))
        for id_ in ids:
            self._ahead.pop(id_, None)
        self._count += len(ids)
        if len(ids) > _MOST:
            self._points.append(_Point(ids[-_MOST - 1], now, self._count - _MOST))
        self._points.append(_Point(cursor, now, self._count))

    def _forget(self, before: datetime) -> None:
        while len(self._points) > 1 and (self._points[1].since <= before or self._is_far(self._points[0])):
            self._points.popleft()
        self._given = {id_: at for id_, at in self._given.items() if at > before}

    def _is_far(self, point: _Point) -> bool:
        return self._count - point.given > _MOST
