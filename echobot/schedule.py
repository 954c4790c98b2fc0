"""Ticks: nothing but this imports apscheduler, and it decides nothing about what is due.

Its own triggers skip days and fire twice at changes of clock, and drop what is a second late; see `core.agenda`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from echobot.errors import EchobotError, LeadershipLost

log = structlog.get_logger()

TICK = timedelta(seconds=30)
"""How often is looked for what is due."""


async def tick(look: Callable[[], Awaitable[None]], every: timedelta = TICK) -> None:
    """Look now, and again and again, until cancelled; a look that fails is told and does not end it."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = AsyncIOScheduler(timezone=UTC)
    job = scheduler.add_job(
        _looking(look),
        "interval",
        seconds=every.total_seconds(),
        next_run_time=datetime.now(UTC),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,  # however late: whoever looks finds everything that is due
    )
    scheduler.start()
    try:
        while True:
            await asyncio.sleep(every.total_seconds())
            hurry(job, every)
    finally:
        scheduler.shutdown(wait=False)


def hurry(job: Job, every: timedelta) -> None:
    """A clock that was put back would keep the job waiting until it is as late again."""
    now = datetime.now(UTC)
    if job.next_run_time > now + 2 * every:
        job.modify(next_run_time=now)


def _looking(look: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    async def looked() -> None:
        try:
            await look()
        except LeadershipLost:
            log.debug("another machine looks after what is due now")
        except EchobotError as error:
            log.error("what is due could not be looked after; trying again", reason=str(error))
        except Exception as error:  # noqa: BLE001 whatever it is, the next look may do better
            log.error("what is due could not be looked after; trying again", reason=type(error).__name__)

    return looked
