"""Tells systemd that the bot has started, and again and again that it lives; see sd_notify(3)."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta

from echobot.health.condition import Condition

_USUALLY = timedelta(seconds=30)
_LONGEST = 200  # characters of a status


async def tell_systemd(look: Callable[[], Awaitable[Condition]], environment: Mapping[str, str] = os.environ) -> None:
    """Until cancelled, with how the bot is; nothing where no systemd asks for it.

    To look is to ask the store: when that hangs, or the event loop, the watchdog is not told and starts the bot anew.
    """
    place = environment.get("NOTIFY_SOCKET")
    if not place:
        return
    every = watchdog(environment)
    _tell(place, "READY=1")
    try:
        while True:
            condition = await look()
            _tell(place, f"WATCHDOG=1\nSTATUS={_status(condition)}")
            await asyncio.sleep(every.total_seconds())
    finally:
        _tell(place, "STOPPING=1")


def watchdog(environment: Mapping[str, str]) -> timedelta:
    """How often to say that all goes on: twice as often as systemd demands it of this process."""
    asked, of_whom = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID")
    if not asked.isdecimal() or of_whom not in {None, str(os.getpid())}:
        return _USUALLY
    return min(timedelta(microseconds=int(asked)) / 2, _USUALLY)


def _status(condition: Condition) -> str:
    first = condition.wrong[0].replace("\n", " ") if condition.wrong else "Nothing is wrong."
    return " ".join(first.split())[:_LONGEST]


def _tell(place: str, what: str) -> None:
    address = f"\0{place[1:]}" if place.startswith("@") else place
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.setblocking(False)
        channel.sendto(what.encode(), address)
