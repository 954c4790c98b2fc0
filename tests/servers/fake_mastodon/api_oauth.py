"""Applications and how they get tokens (doorkeeper, as Mastodon sets it up)."""

import base64
import hashlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from tests.servers.fake_mastodon.entities import Account
from tests.servers.fake_mastodon.gate import Gate
from tests.servers.fake_mastodon.parameters import Parameters, listed, parameters
from tests.servers.fake_mastodon.refusal import Refusal, invalid
from tests.servers.fake_mastodon.wire import application

_CODE_LASTS = timedelta(minutes=10)
_UNKNOWN_CLIENT = (
    "Client authentication failed due to unknown client, no client authentication included, "
    "or unsupported authentication method."
)
_BAD_GRANT = (
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI "
    "used in the authorization request, or was issued to another client."
)
_BAD_GRANT_TYPE = "The authorization grant type is not supported by the authorization server."
_BAD_SCOPE = "The requested scope is invalid, unknown, or malformed."


@dataclass(frozen=True, slots=True)
class Client:
    id: str
    secret: str
    name: str
    website: str | None
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    client: Client
    account: Account
    scopes: tuple[str, ...]
    redirect_uri: str
    code_challenge: str | None
    expires_at: datetime


class OAuthApi:
    def __init__(self, gate: Gate, clock: Callable[[], datetime]) -> None:
        self._gate, self._clock = gate, clock
        self._clients: dict[str, Client] = {}
        self._grants: dict[str, Grant] = {}
        self._numbers = itertools.count(1)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/v1/apps", self._register),
            web.get("/api/v1/apps/verify_credentials", self._application),
            web.get("/oauth/authorize", self._ask_person),
            web.post("/oauth/token", self._exchange),
            web.post("/oauth/revoke", self._revoke),
        ]

    def grant(
        self, client_id: str, account: Account, scopes: Sequence[str], redirect_uri: str, code_challenge: str | None
    ) -> str:
        """The person agrees; gives the code that the redirection carries. Raises 400 and 401 as the page would."""
        client = self._client(client_id)
        if redirect_uri not in client.redirect_uris:
            raise Refusal(400, "invalid_redirect_uri")
        if not set(scopes) <= set(client.scopes):
            raise Refusal(400, "invalid_scope", error_description=_BAD_SCOPE)
        code = f"code-{next(self._numbers)}"
        ends = self._clock() + _CODE_LASTS
        self._grants[code] = Grant(client, account, tuple(scopes), redirect_uri, code_challenge, ends)
        return code

    async def _register(self, request: web.Request) -> web.Response:
        client = self._new_client(await parameters(request))
        self._clients[client.id] = client
        told: dict[str, Any] = {
            "id": client.id.removeprefix("client-"),
            "name": client.name,
            "website": client.website,
            "scopes": list(client.scopes),
            "redirect_uri": "\n".join(client.redirect_uris),
            "redirect_uris": list(client.redirect_uris),
            "client_id": client.id,
            "client_secret": client.secret,
            "client_secret_expires_at": 0,
            "vapid_key": "fake",
        }
        return web.json_response(told)

    def _new_client(self, asked: Parameters) -> Client:
        uris = asked.get("redirect_uris") or ""
        redirect_uris = tuple(listed(uris) or str(uris).split())
        scopes = tuple(str(asked.get("scopes") or "read").split())
        if not asked.get("client_name"):
            raise invalid("Application name can't be blank")
        if not redirect_uris:
            raise invalid("Redirect URI can't be blank")
        if not set(scopes) <= self._gate.known_scopes:
            raise invalid("Scopes doesn't match configured on the server.")
        number = next(self._numbers)
        name, website = str(asked["client_name"]), asked.get("website")
        return Client(f"client-{number}", f"secret-{number}", name, website, redirect_uris, scopes)

    async def _application(self, request: web.Request) -> web.Response:
        return web.json_response(application(self._gate.require(request)))

    async def _ask_person(self, request: web.Request) -> web.Response:
        """Nobody is signed in; what comes after is the person's, whom the test plays."""
        self._client(request.query.get("client_id", ""))
        return web.Response(status=302, headers={"Location": "/auth/sign_in"})

    async def _exchange(self, request: web.Request) -> web.Response:
        asked = await parameters(request)
        if asked.get("grant_type") != "authorization_code":
            raise Refusal(400, "unsupported_grant_type", error_description=_BAD_GRANT_TYPE)
        client = self._client(str(asked.get("client_id", "")), str(asked.get("client_secret", "")))
        grant = self._grants.pop(str(asked.get("code", "")), None)
        if grant is None or not self._is_good(grant, client, asked):
            raise Refusal(400, "invalid_grant", error_description=_BAD_GRANT)
        token = self._gate.issue(grant.account, grant.scopes, client.name)
        told = {"access_token": token.text, "token_type": "Bearer", "scope": " ".join(token.scopes)}
        return web.json_response({**told, "created_at": int(self._clock().timestamp())})

    async def _revoke(self, request: web.Request) -> web.Response:
        asked = await parameters(request)
        self._client(str(asked.get("client_id", "")), str(asked.get("client_secret", "")))
        self._gate.revoke(str(asked.get("token", "")))
        return web.json_response({})

    def _client(self, client_id: str, secret: str | None = None) -> Client:
        client = self._clients.get(client_id)
        if client is None or secret not in {None, client.secret}:
            raise Refusal(401, "invalid_client", error_description=_UNKNOWN_CLIENT)
        return client

    def _is_good(self, grant: Grant, client: Client, asked: Parameters) -> bool:
        is_its_own = grant.client == client and grant.redirect_uri == asked.get("redirect_uri")
        return (
            is_its_own and self._clock() < grant.expires_at and _is_proved(grant, str(asked.get("code_verifier", "")))
        )


def _is_proved(grant: Grant, verifier: str) -> bool:
    """PKCE with S256."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return grant.code_challenge is None or grant.code_challenge == digest
