"""How long to wait for a homeserver, and between two tries."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from echobot.errors import ChatError


@dataclass(frozen=True, slots=True)
class Rhythm:
    poll: timedelta = timedelta(seconds=30)  # how long the homeserver may hold a sync open when nothing is said
    stall: timedelta = timedelta(seconds=30)  # how much longer an answer may take before it is given up
    arrival: timedelta = timedelta(minutes=5)  # the first sync of an account in many rooms is slow
    first_pause: timedelta = timedelta(seconds=5)
    longest_pause: timedelta = timedelta(minutes=5)

    def pauses(self) -> Iterator[timedelta]:
        """Twice as long each time, and never two bots in step."""
        pause = self.first_pause
        while True:
            yield min(pause * random.uniform(1, 1.5), self.longest_pause)  # noqa: S311  (no secret)
            pause = min(pause * 2, self.longest_pause)


def wait_after(error: ChatError, pause: timedelta) -> timedelta:
    """The pause, or what the homeserver asked for if that is longer."""
    return max(pause, getattr(error, "retry_after", None) or pause)


USUAL = Rhythm()
