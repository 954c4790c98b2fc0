"""What somebody who looks after the bot tells it to do, read from a message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

ALONE = {
    "status": "what is wrong, what waits, when each server was last heard from",
    "check": "what is wrong with the newest state of the knowledge",
    "reload": "read the knowledge again now",
    "gaps": "what people asked in vain, the most frequent first",
    "announcements": "what is posted next: when and where",
    "deeds": "who had the bot do what, the latest first",
    "pause": "answer nobody and announce nothing, until `resume`",
    "resume": "answer and announce again",
    "help": "this list",
}
"""The commands that are one word, and what each is for."""

WITH_MORE = {
    "say DESTINATION TEXT": "post a text, after somebody has put ✅ under it",
    "forget @PERSON": "remove what is kept about somebody",
}
IN_ANY_ROOM = {"quiet 2h": "answer nobody in that room for so long; `quiet off` ends it"}
"""For who has power level 50 there."""

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_QUIET = re.compile(r"quiet\s+(?:(?P<off>off|end|0)|(?P<count>\d{1,4})\s*(?P<unit>[mhd])[a-z]*)\W*", re.IGNORECASE)
_SAY = re.compile(r"say(?:\s+(?P<destination>\S+?):?(?:\s+(?P<text>.+))?)?", re.IGNORECASE | re.DOTALL)
_LONGEST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    argument: str = ""  # a destination, or a person
    text: str = ""


def read(said: str) -> Command | None:
    """The command in a message to the bot; None when it is a message like others."""
    first, _, rest = said.strip().partition(" ")
    name = first.casefold()
    if name in ALONE and not rest.strip():
        return Command(name)
    if name == "forget" and re.fullmatch(r"@\S+", rest.strip()):
        return Command(name, rest.strip())
    if found := _SAY.fullmatch(said.strip()):
        return Command("say", found["destination"] or "", (found["text"] or "").strip())
    return None


def quiet_for(said: str) -> timedelta | None:
    """How long nobody is to be answered in the room; no time at all ends it; None: that was not said."""
    found = _QUIET.fullmatch(said.strip())
    if found is None:
        return None
    if found["off"]:
        return timedelta(0)
    return min(timedelta(**{_UNITS[found["unit"].casefold()]: int(found["count"])}), _LONGEST)


def listed() -> str:
    """All of them, as a list."""
    here = [f"- {name}: {what}" for name, what in (ALONE | WITH_MORE).items()]
    there = [f"- {name}: {what}" for name, what in IN_ANY_ROOM.items()]
    return "\n".join(["Here I obey:", *here, "", "And in any room, whoever moderates it:", *there])
