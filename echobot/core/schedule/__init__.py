"""When something is due: what people write about times, and the UTC instants that it means."""

from __future__ import annotations

from echobot.core.schedule.offsets import Apart, AtPublication, Offset, OnDay, due_at, wall_of
from echobot.core.schedule.offsets import parse as parse_offset
from echobot.core.schedule.reading import NotUnderstood
from echobot.core.schedule.reading import wall_in as parse_wall
from echobot.core.schedule.recurrence import Occurrence, Recurrence, occurrences
from echobot.core.schedule.recurrence_text import parse as parse_recurrence
from echobot.core.schedule.wall import Doubt, Doubtful, UnknownZone, Wall, doubtful, instant, zone_named

__all__ = [
    "Apart",
    "AtPublication",
    "Doubt",
    "Doubtful",
    "NotUnderstood",
    "Occurrence",
    "Offset",
    "OnDay",
    "Recurrence",
    "UnknownZone",
    "Wall",
    "doubtful",
    "due_at",
    "instant",
    "occurrences",
    "parse_offset",
    "parse_recurrence",
    "parse_wall",
    "wall_of",
    "zone_named",
]
