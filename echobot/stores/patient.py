"""A store for those who have to go on: what cannot be kept now is tried again until it can."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar, cast

import structlog

from echobot.errors import StoreUnavailable
from echobot.ports import Backlog, Store, Trouble

T = TypeVar("T")

_PAUSE = timedelta(seconds=2)

log = structlog.get_logger()


def patient(store: Store, clock: Callable[[], datetime], pause: timedelta = _PAUSE) -> Store:
    """The same store, whose methods return when they are done, however long the disk is full."""
    return cast("Store", _PatientStore(store, clock, pause))


class _PatientStore:
    """Every method is that of the store. A transaction that failed has changed nothing, so it can be tried again."""

    def __init__(self, store: Store, clock: Callable[[], datetime], pause: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._pause = pause
        self._waiting: list[Trouble] = []  # what keeps each of those who wait

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        return partial(self._until_done, getattr(self._store, name))

    async def troubles(self) -> list[Trouble]:
        """Told at once: whoever asks for it wants to know what is waited for."""
        return [*self._waiting[:1], *await self._store.troubles()]

    async def backlog(self) -> list[Backlog]:
        return await self._store.backlog()

    async def _until_done(self, method: Callable[..., Awaitable[T]], *given: Any, **named: Any) -> T:
        attempt = partial(method, *given, **named)
        try:
            return await attempt()
        except StoreUnavailable as error:
            return await self._again_and_again(attempt, Trouble("the store", str(error), self._clock()))

    async def _again_and_again(self, attempt: Callable[[], Awaitable[T]], trouble: Trouble) -> T:
        if not self._waiting:
            log.error("waiting for the store; what is said meanwhile is answered then", reason=trouble.text)
        self._waiting.append(trouble)
        try:
            outcome = await self._tried_until_done(attempt)
        finally:
            self._waiting.remove(trouble)
        if not self._waiting:
            log.info("the store can be used again")
        return outcome

    async def _tried_until_done(self, attempt: Callable[[], Awaitable[T]]) -> T:
        while True:
            await asyncio.sleep(self._pause.total_seconds())
            with suppress(StoreUnavailable):
                return await attempt()
