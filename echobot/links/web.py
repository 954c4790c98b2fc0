"""Requests that reach public addresses and nothing else, each host in its turn."""

from __future__ import annotations

import asyncio
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, ThreadedResolver
from aiohttp.abc import AbstractResolver
from yarl import URL

from echobot.links.addresses import is_public

SECONDS = 15  # for one answer, the name's resolution included
PAUSE = 1.0  # seconds between two requests to one host
_PORTS = frozenset([80, 443])
_NO_SUCH_NAME = frozenset([socket.EAI_NONAME, socket.EAI_NODATA])
_HEADERS = {"User-Agent": f"echobot/{version('echobot')} (looks for dead links)", "Accept": "*/*"}


class NoAnswer(Exception):
    """Nothing is known of the address; the text says why, after "it"."""


class NoSuchName(Exception):
    """The name of the host does not exist."""


class NotPublic(OSError):
    """What was to be connected to is not the public internet."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    leads_to: URL | None = None


class Web:
    """The internet as far as `is_allowed` lets it be, by IP address; of an answer only the head is read."""

    def __init__(
        self,
        resolver: AbstractResolver | None = None,
        is_allowed: Callable[[str], bool] = is_public,
        seconds: float = SECONDS,
        pause: float = PAUSE,
    ) -> None:
        self.has_answered = False
        self._is_allowed = is_allowed
        self._pause = pause
        self._seconds = seconds
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._overrun: set[str] = set()
        # The gate is where sockets are made, behind names, redirects and caches: what is looked at is connected to.
        connector = TCPConnector(
            resolver=resolver or ThreadedResolver(), socket_factory=self._gate, force_close=True, limit=0
        )
        timeout = ClientTimeout(total=seconds)
        self._session = ClientSession(
            connector=connector, timeout=timeout, headers=_HEADERS, cookie_jar=DummyCookieJar(), auto_decompress=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def ask(self, method: str, url: URL) -> Answer:
        """What the host says to one request, which follows nothing. Raises `NoAnswer` and `NoSuchName`."""
        _refuse_others(url)
        async with self._turn(str(url.host)):
            answer = await self._answer(method, url)
        if answer.status == 429:
            self._overrun.add(str(url.host))
        self.has_answered = True
        return answer

    @asynccontextmanager
    async def _turn(self, host: str) -> AsyncIterator[None]:
        async with self._turns[host]:
            if host in self._overrun:
                raise NoAnswer("was not looked at, because its server had enough requests")
            try:
                yield
            finally:
                await asyncio.sleep(self._pause)

    async def _answer(self, method: str, url: URL) -> Answer:
        try:
            async with self._session.request(method, url, allow_redirects=False) as response:
                response.close()  # the rest is not for us, and may have no end
                location = response.headers.get("Location", "")
                return Answer(response.status, _target(url, location) if 300 < response.status < 400 else None)
        except TimeoutError as error:
            raise NoAnswer(f"did not answer within {self._seconds:g} seconds") from error
        except (ClientError, OSError, ValueError) as error:
            raise _reason(error) from error

    def _gate(self, address: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, (host, *_) = address
        if not self._is_allowed(host):
            raise NotPublic("not a public address")
        return socket.socket(family, kind, protocol)


def _refuse_others(url: URL) -> None:
    if url.scheme not in {"http", "https"} or not url.host:
        raise NoAnswer("leads to what is no web address")
    if url.port not in _PORTS:
        raise NoAnswer(f"was not looked at, because it is at port {url.port} and not at 80 or 443")
    if url.user is not None or url.password is not None:
        raise NoAnswer("was not looked at, because a name or a password is in it")


def _target(url: URL, location: str) -> URL | None:
    """Where a redirect leads; browsers stay where it says nothing."""
    try:
        return url.join(URL(location)) if location else None
    except ValueError as error:
        raise NoAnswer("leads to what is no web address") from error


def _reason(error: Exception) -> NoAnswer | NoSuchName:
    cause = getattr(error, "os_error", error)
    if isinstance(cause, NotPublic):
        return NoAnswer("leads to an address that is not public")
    if isinstance(cause, socket.gaierror):
        return NoSuchName() if cause.errno in _NO_SUCH_NAME else NoAnswer("has a name that nobody could look up")
    return NoAnswer(f"did not answer ({type(error).__name__})")
