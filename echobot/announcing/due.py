"""What is due where: whether it is still to be posted, and what is posted together."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from echobot.core.agenda import Occasion
from echobot.core.announcement import DestinationName, TooLate
from echobot.core.heralding import Herald
from echobot.core.ledger import Phase, Slot
from echobot.settings import Destination


@dataclass(frozen=True, slots=True)
class Due:
    """An occasion at one destination, not yet filled."""

    occasion: Occasion
    slot: Slot
    destination: Destination


def at_destinations(
    occasions: Iterable[Occasion], destinations: Mapping[DestinationName, Destination], filled: Container[Slot]
) -> Iterator[Due]:
    """Each occasion at each of its destinations that the settings know, as long as its slot is not filled."""
    for occasion in occasions:
        for name in occasion.announcement.to:
            slot = Slot(occasion.announcement.id, occasion.occurrence, name)
            destination = destinations.get(name)
            if destination and slot not in filled:
                yield Due(occasion, slot, destination)


def missed(dues: Sequence[Due], herald: Herald, now: datetime) -> dict[Slot, str]:
    """Those that are not to be posted any more, each with why; "" where nobody waits for it."""
    newest = {(due.slot.announcement, due.slot.destination): due.slot for due in dues}
    reasons = {}
    for due in dues:
        is_newest = newest[due.slot.announcement, due.slot.destination] == due.slot
        why = _nothing_to_say(due, herald, now)
        why = _too_late(due, now, is_newest=is_newest) if why is None else why
        if why is not None:
            reasons[due.slot] = why
    return reasons


def together(dues: Iterable[Due]) -> list[list[Due]]:
    """Reminders that are due at one destination at once become one post; anything else is its own."""
    groups: dict[Slot | DestinationName, list[Due]] = {}
    for due in dues:
        is_reminder = due.occasion.phase is Phase.REMINDER
        groups.setdefault(due.slot.destination if is_reminder else due.slot, []).append(due)
    return list(groups.values())


def _nothing_to_say(due: Due, herald: Herald, now: datetime) -> str | None:
    occasion = due.occasion
    if occasion.is_pointless(now):
        event = occasion.announcement.event
        is_expected = occasion.due_at is not None and not (event and event.cancelled)
        return "its event had begun before it could be posted" if is_expected else ""
    if not herald.wordings(occasion.phase, [occasion.announcement], due.destination.audience):
        return f"it says nothing in {' or '.join(due.destination.languages)}"
    return None


def _too_late(due: Due, now: datetime, *, is_newest: bool) -> str | None:
    lateness, due_at = due.occasion.announcement.lateness, due.occasion.due_at
    if due_at is None or now - due_at <= lateness.late_ok:
        return None
    if lateness.if_later is TooLate.SKIP:
        return f"it was due at {due_at:%Y-%m-%d %H:%M} UTC and may not be later than {lateness.late_ok}"
    return None if is_newest else "a later one of its posts takes its place"
