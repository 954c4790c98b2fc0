"""How long to wait for a homeserver, and between two tries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from echobot.chats.patience import growing


@dataclass(frozen=True, slots=True)
class Rhythm:
    poll: timedelta = timedelta(seconds=30)  # how long the homeserver may hold a sync open when nothing is said
    between: timedelta = timedelta(milliseconds=20)  # the beginnings of two syncs: what many say at once comes together
    stall: timedelta = timedelta(seconds=30)  # how much longer an answer may take before it is given up
    arrival: timedelta = timedelta(minutes=5)  # the first sync of an account in many rooms is slow
    first_pause: timedelta = timedelta(seconds=5)
    longest_pause: timedelta = timedelta(minutes=5)

    def pauses(self) -> Iterator[timedelta]:
        return growing(self.first_pause, self.longest_pause)


USUAL = Rhythm()
