"""What stands before every endpoint: the log, troubles, limits, and the form of errors."""

from collections.abc import Callable, Iterable
from datetime import datetime
from email.utils import format_datetime

from aiohttp import web

from tests.servers.fake_mastodon.entities import Asked
from tests.servers.fake_mastodon.gate import Gate
from tests.servers.fake_mastodon.limits import Limits, TooMany
from tests.servers.fake_mastodon.marks import LIMITED
from tests.servers.fake_mastodon.parameters import Parameters, parameters
from tests.servers.fake_mastodon.refusal import Refusal
from tests.servers.fake_mastodon.troubles import Answer, Troubles


class Front:
    def __init__(self, gate: Gate, limits: Limits, clock: Callable[[], datetime]) -> None:
        self._gate, self._limits, self._clock = gate, limits, clock
        self.troubles = Troubles([])
        self.requests: list[Asked] = []
        self.streaming_port: int | None = None  # where streams are, if they are elsewhere

    def application(self, routes: Iterable[web.RouteDef]) -> web.Application:
        known = list(routes)
        self.troubles = Troubles(f"{route.method} {route.path}" for route in known)
        application = web.Application(middlewares=[self._met, self._limited], client_max_size=100 * 2**20)
        application.add_routes(known)
        for route in known:  # Rails doesn't mind a last slash, and Mastodon.py sends one at times
            application.router.add_route(route.method, f"{route.path}/", route.handler)
        application.on_response_prepare.append(self._date)
        return application

    @web.middleware
    async def _met(self, request: web.Request, handler: Answer) -> web.StreamResponse:
        """Notes the request; a trouble may stand between it and its answer."""
        if self._is_elsewhere(request):
            return Refusal(404, "Not Found").answer()
        self.requests.append(await self._noted(request))
        resource = request.match_info.route.resource
        trouble = self.troubles.next(f"{request.method} {resource.canonical.rstrip('/')}") if resource else None
        return await (trouble(request, handler) if trouble else handler(request))

    @web.middleware
    async def _limited(self, request: web.Request, handler: Answer) -> web.StreamResponse:
        """The streaming server is another program: it limits nobody."""
        if not request.path.startswith("/api") or request.path.startswith("/api/v1/streaming"):
            return await _worded(request, handler)
        try:
            headers = self._limits.count_request(request, self._gate.token(request))
        except TooMany as full:
            return self._limits.refusal(full.bucket)
        try:
            response = await _worded(request, handler)
        except TooMany as full:
            response = self._limits.refusal(full.bucket)
        if LIMITED in request:
            headers = self._limits.told_with_statuses(request[LIMITED], headers)
        response.headers.update(headers)
        return response

    def _is_elsewhere(self, request: web.Request) -> bool:
        if self.streaming_port is None or request.transport is None:
            return False
        is_for_streams = request.path.startswith("/api/v1/streaming")
        port: int = request.transport.get_extra_info("sockname")[1]
        return is_for_streams != (port == self.streaming_port)

    async def _noted(self, request: web.Request) -> Asked:
        try:
            body: Parameters = await parameters(request) if request.can_read_body else {}
        except Refusal:
            body = {}
        token = self._gate.token(request)
        return Asked(
            request.method,
            request.path.rstrip("/"),
            {name: request.query.getall(name) for name in request.query},
            {name.lower(): value for name, value in request.headers.items()},
            token.account if token else None,
            body,
        )

    async def _date(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = format_datetime(self._clock(), usegmt=True)


async def _worded(request: web.Request, answer: Answer) -> web.StreamResponse:
    """Errors as JSON."""
    try:
        return await answer(request)
    except Refusal as refusal:
        return refusal.answer()
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        return Refusal(404, "Not Found").answer()
