"""When something is due: what people write about times, and the UTC instants that it means."""

from __future__ import annotations

from echobot.core.schedule.offsets import Offset, due_at, wall_of
from echobot.core.schedule.offsets import parse as parse_offset
from echobot.core.schedule.reading import NotUnderstood
from echobot.core.schedule.recurrence import Occurrence, Recurrence, occurrences
from echobot.core.schedule.recurrence_text import parse as parse_recurrence
from echobot.core.schedule.wall import Doubt, Doubtful, UnknownZone, Wall, doubtful, instant, zone_named

__all__ = [
    "Doubt",
    "Doubtful",
    "NotUnderstood",
    "Occurrence",
    "Offset",
    "Recurrence",
    "UnknownZone",
    "Wall",
    "doubtful",
    "due_at",
    "instant",
    "occurrences",
    "parse_offset",
    "parse_recurrence",
    "wall_of",
    "zone_named",
]
