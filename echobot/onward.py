"""A clock for waiting: put back, it goes on from where it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta


class Onward:
    """Never goes back, so that what waits while somebody corrects the clock waits twice as long at most.

    It is ahead of the clock on the wall from then on: to be compared only with times that it told itself.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._ahead = timedelta(0)
        self._last: datetime | None = None

    def __call__(self) -> datetime:
        now = self._clock() + self._ahead
        if self._last is not None and now < self._last:
            self._ahead += self._last - now
            now = self._last
        self._last = now
        return now
