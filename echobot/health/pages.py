"""/healthz, /readyz and /metrics: how the bot is, over HTTP. Nothing that people wrote is on them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import structlog
from aiohttp import web

from echobot.health.condition import Condition
from echobot.health.metrics import as_metrics
from echobot.health.telling import as_json, as_text
from echobot.settings import HealthPages

Look: TypeAlias = Callable[[], Awaitable[Condition]]

log = structlog.get_logger()

_METRICS = {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}


async def show(look: Look, where: HealthPages) -> None:
    """Answer at that address until cancelled; raises `OSError` when it cannot be had."""
    runner = web.AppRunner(_application(look), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, where.address, where.port).start()
        log.info("telling how it is", address=where.address, port=where.port)
        await asyncio.get_running_loop().create_future()
    finally:
        await runner.cleanup()


def _application(look: Look) -> web.Application:
    async def alive(_: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def ready(request: web.Request) -> web.Response:
        condition = await look()
        status = 200 if condition.is_well else 503
        if "text/plain" in request.headers.get("Accept", ""):
            return web.Response(text=f"{as_text(condition)}\n", status=status)
        return web.json_response(as_json(condition), status=status)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=as_metrics(await look()), headers=_METRICS)

    application = web.Application()
    application.add_routes([web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", metrics)])
    return application
