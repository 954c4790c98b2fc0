"""What requests meet in place of a plain answer: one trouble a request, in the order in which they were queued."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web

from tests.servers.fake_mastodon.entities import Account
from tests.servers.fake_mastodon.marks import ALSO_MENTIONED, IS_SPAM, VISIBILITY
from tests.servers.fake_mastodon.refusal import BUSY, Refusal

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
Trouble = Callable[[web.Request, Answer], Awaitable[web.StreamResponse]]

GATEWAY_PAGE = "<html><head><title>504 Gateway Time-out</title></head><body><h1>504 Gateway Time-out</h1></body></html>"


class Troubles:
    """Queues by endpoint, named like `POST /api/v1/statuses` or `GET /api/v1/statuses/{id}`."""

    def __init__(self, endpoints: Iterable[str]) -> None:
        self._queues: dict[str, deque[Trouble]] = {endpoint: deque() for endpoint in endpoints}

    def __getitem__(self, endpoint: str) -> deque[Trouble]:
        """Raises KeyError for an endpoint that the server doesn't have."""
        return self._queues[endpoint]

    def next(self, endpoint: str) -> Trouble | None:
        queue = self._queues.get(endpoint)
        return queue.popleft() if queue else None


def refused(status: int, error: str, headers: dict[str, str] | None = None) -> Trouble:
    """Nothing is done, and the server says why: `{"error": …}`."""

    async def meet(request: web.Request, answer: Answer) -> web.StreamResponse:
        response = Refusal(status, error).answer()
        response.headers.update(headers or {})
        return response

    return meet


def too_many(headers: dict[str, str] | None = None) -> Trouble:
    """A 429 with these headers (`server.limits.full` makes them), or with none."""
    return refused(429, "Too many requests", headers)


def under_way() -> Trouble:
    """A request with the same Idempotency-Key is still under way, so the server says."""
    return refused(503, BUSY)


def page(status: int, text: str = GATEWAY_PAGE) -> Trouble:
    """Nothing is done; a proxy answers with HTML."""

    async def meet(request: web.Request, answer: Answer) -> web.StreamResponse:
        return web.Response(status=status, text=text, content_type="text/html")

    return meet


def done_then_page(status: int, text: str = GATEWAY_PAGE) -> Trouble:
    """It is done, but a proxy answers with HTML; also with 200."""

    async def meet(request: web.Request, answer: Answer) -> web.StreamResponse:
        await answer(request)
        return web.Response(status=status, text=text, content_type="text/html")

    return meet


def done_then_headers(**headers: str) -> Trouble:
    """It is done; headers of the answer are others (`X_RateLimit_Reset="soon"`)."""

    async def meet(request: web.Request, answer: Answer) -> web.StreamResponse:
        response = await answer(request)
        response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
        return response

    return meet


async def dropped(request: web.Request, answer: Answer) -> web.StreamResponse:
    """Nothing is done; the connection ends."""
    _hang_up(request)
    return web.Response()


async def done_then_dropped(request: web.Request, answer: Answer) -> web.StreamResponse:
    """It is done; the connection ends before the answer."""
    await answer(request)
    return await dropped(request, answer)


async def stalled(request: web.Request, answer: Answer) -> web.StreamResponse:
    """Nothing is done, and no answer comes until the server closes."""
    await asyncio.Event().wait()
    raise AssertionError


async def done_then_stalled(request: web.Request, answer: Answer) -> web.StreamResponse:
    """It is done, but no answer comes until the server closes."""
    await answer(request)
    return await stalled(request, answer)


async def huge(request: web.Request, answer: Answer) -> web.StreamResponse:
    """Bytes without end, as fast as they are taken."""
    return await _pouring(request, b'"' + bytes(1_000_000), 0)


async def done_then_huge(request: web.Request, answer: Answer) -> web.StreamResponse:
    """It is done, but the answer has no end."""
    await answer(request)
    return await huge(request, answer)


async def dripping(request: web.Request, answer: Answer) -> web.StreamResponse:
    """Bytes without end, one after the other."""
    return await _pouring(request, b" ", 0.02)


async def event_without_end(request: web.Request, answer: Answer) -> web.StreamResponse:
    """A stream whose first line never ends."""
    return await _pouring(request, b"event: " * 10_000, 0, "text/event-stream")


async def _pouring(
    request: web.Request, piece: bytes, pause: float, kind: str = "application/json"
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": kind})
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await response.write(piece)
            await asyncio.sleep(pause)
    return response


async def silently_dropped(request: web.Request, answer: Answer) -> web.StreamResponse:
    """The server takes a post for spam: 200 and an id that nobody can get."""
    request[IS_SPAM] = True
    return await answer(request)


def posted_as(visibility: str) -> Trouble:
    """The server posts with another visibility than it was asked to, as Friendica once did."""

    async def meet(request: web.Request, answer: Answer) -> web.StreamResponse:
        request[VISIBILITY] = visibility
        return await answer(request)

    return meet


def also_mentioning(*accounts: Account) -> Trouble:
    """The server finds more people in a post than its text mentions, and delivers it to them."""

    async def meet(request: web.Request, answer: Answer) -> web.StreamResponse:
        request[ALSO_MENTIONED] = accounts
        return await answer(request)

    return meet


def _hang_up(request: web.Request) -> None:
    assert request.transport is not None
    request.transport.abort()
