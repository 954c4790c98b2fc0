"""How to wait for a server that is away: longer each time, as long as it asks, and never two bots in step."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import TypeVar

import structlog

from echobot.core.message import AccountName
from echobot.errors import ChatError, LoginRefused

log = structlog.get_logger()

T = TypeVar("T")


def growing(first: timedelta, longest: timedelta) -> Iterator[timedelta]:
    """Pauses without end, each about twice the one before."""
    pause = first
    while True:
        yield min(pause * random.uniform(1, 1.5), longest)  # noqa: S311  (no secret)
        pause = min(pause * 2, longest)


def wait_after(error: ChatError, pause: timedelta) -> timedelta:
    """The pause, or what the server asked for if that is longer."""
    return max(pause, getattr(error, "retry_after", None) or pause)


async def patiently(account: AccountName, pauses: Iterator[timedelta], step: Callable[[], Awaitable[T]]) -> T:
    """Try a step until it is done; only a token that is not accepted ends this."""
    while True:
        try:
            return await step()
        except LoginRefused:
            raise
        except ChatError as error:
            seconds = wait_after(error, next(pauses)).total_seconds()
            log.warning("waiting for the server", account=account, reason=str(error), seconds=round(seconds, 1))
            await asyncio.sleep(seconds)
