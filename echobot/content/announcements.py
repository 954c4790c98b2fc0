"""What is wrong with announcements that have their right shape, by themselves and beside the settings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from echobot.content.announced import Announced
from echobot.content.announced_times import mistaken_times
from echobot.content.patterns import Sentence
from echobot.content.places import BRACKETS, braced, places
from echobot.content.posters import wrong_with
from echobot.content.sentences import label, probable
from echobot.content.yaml_text import shown
from echobot.core.announcement import DestinationName
from echobot.core.event import Event
from echobot.core.heralding import PLACES
from echobot.core.problem import Problem, Severity
from echobot.settings import Destination

_OPTIONAL = frozenset({"link", "contact", "host"})
"""Of what fills a text, the keys that a visit or a workshop may lack."""

_PLACE = re.compile(r"\{(\w+)\}")


def mistakes(announced: Announced, folder: Path) -> Iterator[Problem]:
    """Errors in an announcement of the knowledge in this folder."""
    yield from mistaken_times(announced)
    yield from _mistaken_texts(announced)
    yield from _mistaken_poster(announced, folder)


def beside(destinations: Mapping[DestinationName, Destination], announced: Announced) -> Iterator[Problem]:
    """What does not fit the destinations that the settings name."""
    for index, name in enumerate(announced.value.to):
        where = (*announced.below, "to", index)
        if name not in destinations:
            instead = probable(name, destinations) or "add it below `destinations:` in the settings, or take it out"
            yield announced.problem(where, f"the settings have no destination `{name}`", instead)
        elif silence := _silence(name, destinations[name], announced):
            yield announced.problem(where, *silence, Severity.WARNING)


def _silence(name: DestinationName, destination: Destination, announced: Announced) -> Sentence | None:
    lacking = [language for language in destination.languages if language not in announced.languages]
    if not lacking:
        return None
    languages = ", ".join(lacking)
    never = ", so it is never posted there" if len(lacking) == len(destination.languages) else ""
    keys = "`name` and `place`" if announced.value.event and not announced.value.text else "`text`"
    return f"nothing is said here in {languages}, which `{name}` wants{never}", f"add {languages} to {keys}"


def _mistaken_texts(announced: Announced) -> Iterator[Problem]:
    event = announced.value.event
    for language, text in announced.value.text.items():
        where = (*announced.below, "text", language)
        for wrong in _mistaken_form(text, event, label(where)) if event else _unfilled(text, label(where)):
            yield announced.problem(where, *wrong)


def _unfilled(text: str, named: str) -> Iterator[Sentence]:
    """What stands by itself is said as it is written."""
    for place in sorted(set(_PLACE.findall(text))):
        yield f"nothing fills {{{place}}} in {named}", "write it out: this belongs to no visit and no workshop"


def _mistaken_form(text: str, event: Event, named: str) -> Iterator[Sentence]:
    try:
        said = sorted(places(text))
    except ValueError:
        yield f"a bracket in {named} is not closed or not opened", BRACKETS
        return
    for place in said:
        if place not in PLACES:
            yield f"{named} has no value for {{{place}}}", f"it may hold {braced(PLACES)}"
        elif place in _OPTIONAL and not getattr(event, place):
            yield f"{named} says {{{place}}}, and there is no `{place}`", f"add `{place}:`, or take {{{place}}} out"


def _mistaken_poster(announced: Announced, folder: Path) -> Iterator[Problem]:
    poster = announced.value.poster
    if poster is None:
        return
    if wrong := wrong_with(Path(poster.file), folder):
        yield announced.problem(("poster", "file"), f"the poster {shown(Path(poster.file))} {wrong[0]}", wrong[1])
    if silent := sorted(announced.languages - poster.alt.keys()):
        instead = "say what the poster shows in each language in which it is posted, for those who do not see it"
        yield announced.problem(("poster", "alt"), f"`poster.alt` is missing in {', '.join(silent)}", instead)
