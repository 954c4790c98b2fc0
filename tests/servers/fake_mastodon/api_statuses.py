"""Reading and writing statuses (app/controllers/api/v1/statuses_controller.rb)."""

from typing import Any

from aiohttp import web

from tests.servers.fake_mastodon.entities import Account, Status, Token
from tests.servers.fake_mastodon.gate import Gate
from tests.servers.fake_mastodon.marks import LIMITED
from tests.servers.fake_mastodon.parameters import Parameters, parameters
from tests.servers.fake_mastodon.posting import Posting
from tests.servers.fake_mastodon.posts import Posts
from tests.servers.fake_mastodon.refusal import Refusal
from tests.servers.fake_mastodon.wire import Wire

_MOST = 20  # statuses asked for at once


class StatusesApi:
    def __init__(self, posts: Posts, posting: Posting, wire: Wire, gate: Gate) -> None:
        self._posts, self._posting, self._wire, self._gate = posts, posting, wire, gate

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/v1/statuses", self._create),
            web.get("/api/v1/statuses", self._several),
            web.get("/api/v1/statuses/{id}", self._show),
            web.get("/api/v1/statuses/{id}/context", self._context),
            web.put("/api/v1/statuses/{id}", self._update),
            web.delete("/api/v1/statuses/{id}", self._delete),
        ]

    async def _create(self, request: web.Request) -> web.Response:
        token = self._writer(request)
        asked = await parameters(request)
        parent = self._parent(asked, token.account)
        made = await self._posting.post(request, token, asked, parent)
        return web.json_response(made if isinstance(made, dict) else self._wire.status(made, token.account))

    async def _update(self, request: web.Request) -> web.Response:
        token = self._writer(request)
        status = self._posts.find_own(request.match_info["id"], token.account)
        self._posting.edit(status, await parameters(request))
        return web.json_response(self._wire.status(status, token.account))

    async def _delete(self, request: web.Request) -> web.Response:
        token = self._gate.require(request, "write", "write:statuses")
        status = self._posts.find_own(request.match_info["id"], token.account)
        told = self._wire.deleted_status(status)
        self._posts.delete(status)
        return web.json_response(told)

    async def _show(self, request: web.Request) -> web.Response:
        status, asker = self._asked_for(request)
        return web.json_response(self._wire.status(status, asker))

    async def _several(self, request: web.Request) -> web.Response:
        asker = self._gate.allow(request, "read", "read:statuses")
        ids = list(dict.fromkeys([*request.query.getall("id[]", []), *request.query.getall("id", [])]))
        if len(ids) > _MOST:
            raise Refusal(422, "Mastodon::ValidationError")
        found = [status for status in self._posts.all if status.id in ids and self._posts.may_see(status, asker)]
        return web.json_response([self._wire.status(status, asker) for status in found])

    async def _context(self, request: web.Request) -> web.Response:
        status, asker = self._asked_for(request)
        told: dict[str, Any] = {
            "ancestors": [self._wire.status(one, asker) for one in self._posts.ancestors(status, asker)],
            "descendants": [self._wire.status(one, asker) for one in self._posts.descendants(status, asker)],
        }
        return web.json_response(told)

    def _writer(self, request: web.Request) -> Token:
        token = self._gate.require(request, "write", "write:statuses")
        request[LIMITED] = token.account
        return token

    def _asked_for(self, request: web.Request) -> tuple[Status, Account | None]:
        asker = self._gate.allow(request, "read", "read:statuses")
        return self._posts.find(request.match_info["id"], asker), asker

    def _parent(self, asked: Parameters, account: Account) -> Status | None:
        if not asked.get("in_reply_to_id"):
            return None
        try:
            return self._posts.find(str(asked["in_reply_to_id"]), account)
        except Refusal:
            raise Refusal(404, "The post you are trying to reply to does not appear to exist.") from None
