"""Notifications, and the policy that filters them."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.servers.fake_mastodon.entities import Account, Notification
from tests.servers.fake_mastodon.flavour import Manners
from tests.servers.fake_mastodon.gate import Gate
from tests.servers.fake_mastodon.notices import Measure, Notices
from tests.servers.fake_mastodon.paging import links, page
from tests.servers.fake_mastodon.parameters import parameters, truth
from tests.servers.fake_mastodon.wire import Wire

_POLICY = "/api/v2/notifications/policy"


class NotificationsApi:
    def __init__(self, notices: Notices, wire: Wire, gate: Gate, manners: Manners, base: Callable[[], str]) -> None:
        self._notices, self._wire, self._gate, self._manners, self._base = notices, wire, gate, manners, base

    def routes(self) -> list[web.RouteDef]:
        routes = [web.get("/api/v1/notifications", self._list)]
        if self._manners.has_policy:
            routes += [web.get(_POLICY, self._policy), web.patch(_POLICY, self._change_policy)]
        return routes

    async def _list(self, request: web.Request) -> web.Response:
        account = self._gate.require(request, "read", "read:notifications").account
        with_filtered = truth(request.query.get("include_filtered"))
        known = self._notices.of(account, with_filtered=with_filtered)
        wanted = [one for one in known if not self._notices.knows_types or _is_wanted(one, request)]
        found = page(wanted, request, self._manners.notifications_page, self._manners.notification_ids.rank)
        told = [self._wire.notification(one) for one in found]
        return web.json_response(told, headers=links(found, request, self._base()))

    async def _policy(self, request: web.Request) -> web.Response:
        account = self._gate.require(request, "read", "read:notifications").account
        return web.json_response(self._told(account))

    async def _change_policy(self, request: web.Request) -> web.Response:
        account = self._gate.require(request, "write", "write:notifications").account
        policy = self._notices.policies[account]
        for name, value in (await parameters(request)).items():
            if name in policy and value in list(Measure):
                policy[name] = Measure(value)
        return web.json_response(self._told(account))

    def _told(self, account: Account) -> dict[str, Any]:
        waiting = [one for one in self._notices.of(account, with_filtered=True) if one.is_filtered]
        summary = {
            "pending_requests_count": len({one.sender for one in waiting}),
            "pending_notifications_count": len(waiting),
        }
        return {**self._notices.policies[account], "summary": summary}


def _is_wanted(notification: Notification, request: web.Request) -> bool:
    query = request.query
    types, excluded = query.getall("types[]", []), query.getall("exclude_types[]", [])
    sender = query.get("account_id")
    if (types and notification.kind not in types) or notification.kind in excluded:
        return False
    return sender is None or notification.sender.id == sender
