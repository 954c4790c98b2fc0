"""Times at which nothing can be announced, and those that are written twice."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import datetime, timedelta

from echobot.content.announced import Announced
from echobot.content.patterns import Sentence
from echobot.content.sentences import quoted
from echobot.core.announcement import Announcement, Timing
from echobot.core.event import Event
from echobot.core.problem import Problem
from echobot.core.schedule import Apart, Doubtful, OnDay, doubtful, due_at, instant, wall_of


def mistaken_times(announced: Announced) -> Iterator[Problem]:
    said: dict[Hashable, str] = {}
    for index, timing in enumerate(announced.value.timings):
        where = (*announced.below, "when", index)
        if wrong := _wrong_with(timing, announced.value):
            yield announced.problem(where, *wrong)
        if (meaning := _meaning(timing, announced.value)) in said:
            yield announced.problem(where, _twice(timing.written, said[meaning]), "take one of the two out")
        said.setdefault(meaning, timing.written)


def _wrong_with(timing: Timing, announcement: Announcement) -> Sentence | None:
    match timing.rule, announcement.event:
        case datetime() as wall, _:
            doubt = doubtful(wall, announcement.zone)
            return (doubt.wrong, doubt.instead) if doubt else None
        case (OnDay() | Apart()) as offset, Event() as event:
            written = quoted(timing.written)
            return _unknown(offset, event, written) or _never(offset, event, written) or _late(offset, event, written)
        case _:  # whatever a rule makes of the clocks, it has one answer for
            return None


def _unknown(offset: OnDay | Apart, event: Event, written: str) -> Sentence | None:
    """It counts from what nobody has said."""
    if event.whole_months:
        instead = 'write "at publication", or the days into `starts` and `ends`'
        return f"{written} counts from a day, and of this only the month is known", instead
    if event.whole_days and isinstance(offset, Apart):
        day = "before" if offset.by < timedelta() else "after"
        instead = f'write "the day {day} at 18:00", or the hours into `starts` and `ends`'
        return f"{written} counts from an hour, and this has whole days only", instead
    return None


def _never(offset: OnDay | Apart, event: Event, written: str) -> Sentence | None:
    """There is no such time on that day, or there are two."""
    wall = wall_of(offset, event.starts, event.over_at)
    doubt = wall and doubtful(wall, event.zone)
    return (f"{written} cannot be kept: {doubt.wrong}", _another_hour(doubt)) if doubt else None


def _another_hour(doubt: Doubtful) -> str:
    same_day = [f"{wall:%H:%M}" for wall in (doubt.before, doubt.after) if wall.date() == doubt.wall.date()]
    return f"write {' or '.join(same_day)} in place of {doubt.wall:%H:%M}"


def _late(offset: OnDay | Apart, event: Event, written: str) -> Sentence | None:
    """It is "on the day", and the event has begun."""
    if event.whole_days or not isinstance(offset, OnDay) or offset.days:
        return None
    due = due_at(offset, event.starts, event.over_at)
    if due is None or due < event.starts:
        return None
    instead = 'write an earlier hour; for what is said when it is over, write "1 hour after"'
    return f"{written} is not before it starts, which is at {event.starts:%H:%M}", instead


def _meaning(timing: Timing, announcement: Announcement) -> Hashable:
    """The instant, where there is only one."""
    match timing.rule, announcement.event:
        case datetime() as wall, _:
            return instant(wall, announcement.zone)
        case (OnDay() | Apart()) as offset, Event(starts=starts, over_at=over_at):
            return due_at(offset, starts, over_at)
        case rule, _:
            return rule


def _twice(written: str, before: str) -> str:
    if written == before:
        return f"{quoted(written)} is written twice"
    return f"{quoted(written)} is the same time as {quoted(before)}"
