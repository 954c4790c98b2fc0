"""Where the reading has been in the last few seconds, because some things are seen later than their ids say."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

_LATE = timedelta(seconds=10)


class Trail:
    """Each look begins where the reading was a little earlier, and what was given since is left out.

    Of two notifications that a server makes at once, the later may be there first: it draws ids before it writes rows.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._cursors: deque[tuple[datetime, str]] = deque()  # each from when on
        self._given: dict[str, datetime] = {}

    def start(self, cursor: str) -> str:
        """Where to begin, when everything up to `cursor` was given."""
        if not self._cursors:
            self._cursors.append((self._clock(), cursor))
        self._forget(self._clock() - _LATE)
        return self._cursors[0][1]

    def is_new(self, id_: str) -> bool:
        return id_ not in self._given

    def gave(self, ids: Iterable[str], cursor: str) -> None:
        """These were given, up to there."""
        now = self._clock()
        self._given.update(dict.fromkeys(ids, now))
        self._cursors.append((now, cursor))

    def _forget(self, before: datetime) -> None:
        while len(self._cursors) > 1 and self._cursors[1][0] <= before:
            self._cursors.popleft()
        self._given = {id_: at for id_, at in self._given.items() if at > before}
