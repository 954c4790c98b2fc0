"""Accounts and what they have written."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.servers.fake_mastodon.entities import Account, Status
from tests.servers.fake_mastodon.gate import Gate
from tests.servers.fake_mastodon.paging import links, page
from tests.servers.fake_mastodon.parameters import truth
from tests.servers.fake_mastodon.people import People
from tests.servers.fake_mastodon.posts import Posts
from tests.servers.fake_mastodon.refusal import not_found
from tests.servers.fake_mastodon.wire import Wire

_PAGE = 20


class AccountsApi:
    def __init__(
        self, people: People, posts: Posts, wire: Wire, gate: Gate, rank: Callable[[str], Any], base: Callable[[], str]
    ) -> None:
        self._people, self._posts, self._wire, self._gate = people, posts, wire, gate
        self._rank, self._base = rank, base

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/v1/accounts/verify_credentials", self._own),
            web.get("/api/v1/accounts/{id}", self._account),
            web.get("/api/v1/accounts/{id}/statuses", self._statuses),
        ]

    async def _own(self, request: web.Request) -> web.Response:
        token = self._gate.require(request, "profile", "read", "read:accounts")
        return web.json_response(self._wire.own_account(token.account))

    async def _account(self, request: web.Request) -> web.Response:
        self._gate.allow(request, "read", "read:accounts")
        return web.json_response(self._wire.account(self._named(request)))

    async def _statuses(self, request: web.Request) -> web.Response:
        asker = self._gate.allow(request, "read", "read:statuses")
        account = self._named(request)
        written = [one for one in self._posts.by(account) if self._posts.may_see(one, asker)]
        wanted = [one for one in written if _is_wanted(one, request)]
        found = page(wanted, request, _PAGE, self._rank)
        told = [self._wire.status(one, asker) for one in found]
        return web.json_response(told, headers=links(found, request, self._base()))

    def _named(self, request: web.Request) -> Account:
        account = self._people.by_id(request.match_info["id"])
        if account is None:
            raise not_found()
        return account


def _is_wanted(status: Status, request: web.Request) -> bool:
    """Replies to oneself are no replies here."""
    is_reply = status.in_reply_to_account not in {None, status.account}
    if is_reply and truth(request.query.get("exclude_replies")):
        return False
    return bool(status.media) or not truth(request.query.get("only_media"))
