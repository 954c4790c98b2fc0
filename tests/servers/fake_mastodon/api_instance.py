"""What a server says of itself."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.servers.fake_mastodon.flavour import Manners
from tests.servers.fake_mastodon.limits import Limits
from tests.servers.fake_mastodon.media import LONGEST_DESCRIPTION, MOST, TYPES


class InstanceApi:
    def __init__(
        self,
        home: str,
        manners: Manners,
        limits: Limits,
        base: Callable[[], str],
        streaming_base: Callable[[], str],
    ) -> None:
        self._home, self._manners, self._limits = home, manners, limits
        self._base, self._streaming_base = base, streaming_base
        self.rules = ["Be kind"]
        self.most_bytes = 16_777_216  # of a picture; nothing but told

    def routes(self) -> list[web.RouteDef]:
        routes = [web.get("/api/v1/instance", self._first), web.get("/api/v1/instance/rules", self._rules)]
        if self._manners.has_instance_v2:
            routes.append(web.get("/api/v2/instance", self._second))
        if self._manners.has_metadata:
            routes.append(web.get("/.well-known/oauth-authorization-server", self._metadata))
        return routes

    async def _second(self, request: web.Request) -> web.Response:
        told: dict[str, Any] = {
            "domain": self._home,
            "title": "Fake",
            "version": self._manners.version,
            "source_url": "https://github.com/mastodon/mastodon",
            "description": "A server for tests",
            "usage": {"users": {"active_month": 1}},
            "thumbnail": {"url": f"https://{self._home}/preview.png"},
            "icon": [],
            "languages": ["en"],
            "configuration": {"urls": {"streaming": self._streaming_base()}, **self._configuration()},
            "registrations": {"enabled": False, "approval_required": False, "message": None},
            "contact": {"email": "", "account": None},
            "rules": self._told_rules(),
        }
        if self._manners.api_version is not None:
            told["api_versions"] = {"mastodon": self._manners.api_version}
        return web.json_response(told)

    async def _first(self, request: web.Request) -> web.Response:
        told = {
            "uri": self._home,
            "title": "Fake",
            "short_description": "A server for tests",
            "description": "A server for tests",
            "email": "",
            "version": self._manners.version,
            "urls": {"streaming_api": self._streaming_base()},
            "stats": {"user_count": 1, "status_count": 1, "domain_count": 1},
            "thumbnail": None,
            "languages": ["en"],
            "registrations": False,
            "approval_required": False,
            "invites_enabled": False,
            "configuration": self._configuration(),
            "contact_account": None,
            "rules": self._told_rules(),
        }
        return web.json_response(told)

    async def _rules(self, request: web.Request) -> web.Response:
        return web.json_response(self._told_rules())

    async def _metadata(self, request: web.Request) -> web.Response:
        base = self._base()
        told = {
            "issuer": f"{base}/",
            "authorization_endpoint": f"{base}/oauth/authorize",
            "token_endpoint": f"{base}/oauth/token",
            "revocation_endpoint": f"{base}/oauth/revoke",
            "scopes_supported": sorted(self._manners.scopes),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "service_documentation": "https://docs.joinmastodon.org/",
            "app_registration_endpoint": f"{base}/api/v1/apps",
        }
        return web.json_response(told)

    def _configuration(self) -> dict[str, Any]:
        statuses = {"max_characters": self._limits.longest_text, "max_media_attachments": MOST}
        if (reserved := self._manners.reserved_per_link) is not None:
            statuses["characters_reserved_per_url"] = reserved
        media = {
            "supported_mime_types": list(TYPES),
            "description_limit": LONGEST_DESCRIPTION,
            "image_size_limit": self.most_bytes,
            "image_matrix_limit": 33_177_600,
            "video_size_limit": 103_809_024,
            "video_frame_rate_limit": 120,
            "video_matrix_limit": 8_294_400,
        }
        polls = {"max_options": 4, "max_characters_per_option": 50, "min_expiration": 300, "max_expiration": 2_629_746}
        return {"statuses": statuses, "media_attachments": media, "polls": polls}

    def _told_rules(self) -> list[dict[str, str]]:
        return [{"id": str(number), "text": rule, "hint": ""} for number, rule in enumerate(self.rules, 1)]
