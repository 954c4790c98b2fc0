"""Hours of every day, such as those of a night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Hours:
    """From one time of day to another, which may be on the next day."""

    start: time
    end: time
    zone: ZoneInfo

    def hold(self, at: datetime) -> bool:
        now = at.astimezone(self.zone).time()
        if self.start < self.end:
            return self.start <= now < self.end
        return not self.end <= now < self.start
