"""A small internet on loopback: 127.0.0.2 is public, everything else is somebody's private network."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.abc import AbstractResolver
from yarl import URL

from echobot.links.web import Web
from tests.servers.ports import free_port

PUBLIC, PRIVATE = "127.0.0.2", "127.0.0.1"
Page = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Internet(AbstractResolver):
    """Names and pages; keeps what was asked for, and how many requests a host had at once."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}  # by "host/path"
        self.addresses: dict[str, list[str]] = {}  # of hosts with others than the public one
        self.troubles: dict[str, socket.gaierror] = {}
        self.asked: list[tuple[str, str]] = []
        self.reached: list[str] = []  # addresses that were connected to
        self.most_at_once: Counter[str] = Counter()
        self._at_once: Counter[str] = Counter()
        self._known: defaultdict[str, int] = defaultdict(int)
        self._port = 0
        self._runner: web.ServerRunner | None = None

    def page(self, address: str, status: int = 200, to: str = "", **headers: str) -> None:
        """What a host answers there."""

        async def answer(_: web.BaseRequest) -> web.StreamResponse:
            return web.Response(status=status, headers={**headers, **({"Location": to} if to else {})})

        self.serve(address, answer)

    def serve(self, address: str, page: Page) -> None:
        url = URL(address)
        self.pages[f"{url.host}{url.path}"] = page

    async def start(self) -> None:
        self._runner = web.ServerRunner(web.Server(self._answer))
        await self._runner.setup()
        self._port = free_port(PUBLIC, PRIVATE)
        for address in (PUBLIC, PRIVATE):
            await web.TCPSite(self._runner, address, self._port).start()

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    def visitor(self, **more: object) -> Web:
        return Web(self, lambda address: address == PUBLIC, **{"seconds": 5, "pause": 0, **more})

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[dict]:
        self._known[host] += 1
        if host in self.troubles:
            raise self.troubles[host]
        found = self.addresses.get(host, [PUBLIC])
        return [
            {"hostname": host, "host": each, "port": self._port, "family": family, "proto": 0, "flags": 0}
            for each in found
        ]

    async def close(self) -> None:
        pass

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        host, path = request.host.split(":")[0], request.path
        self.asked.append((request.method, f"{host}{path}"))
        self.reached.append(request.transport.get_extra_info("sockname")[0])
        self._at_once[host] += 1
        self.most_at_once[host] = max(self.most_at_once[host], self._at_once[host])
        try:
            await asyncio.sleep(0)
            page = self.pages.get(f"{host}{path}")
            return await page(request) if page else web.Response(status=404)
        finally:
            self._at_once[host] -= 1
