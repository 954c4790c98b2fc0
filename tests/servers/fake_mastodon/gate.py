"""Who asks, and whether the token allows it (doorkeeper; app/controllers/api/base_controller.rb)."""

import itertools
from collections.abc import Callable, Iterable

from aiohttp import web

from tests.servers.fake_mastodon.entities import Account, Token
from tests.servers.fake_mastodon.refusal import Refusal


class Gate:
    def __init__(self, known_scopes: frozenset[str]) -> None:
        self.known_scopes = known_scopes
        self._tokens: dict[str, Token] = {}
        self._revoked: set[str] = set()
        self._numbers = itertools.count(1)
        self.kill: Callable[[Token], None] = lambda _: None  # told of every token that ends

    def issue(self, account: Account, scopes: Iterable[str], application: str = "fake client") -> Token:
        assert account.domain is None, "accounts of other servers get no tokens here"
        unknown = set(scopes) - self.known_scopes
        assert not unknown, f"this kind of server has no scopes {unknown}"
        token = Token(f"token-{next(self._numbers)}-{account.username}", account, tuple(scopes), application)
        self._tokens[token.text] = token
        return token

    def revoke(self, text: str) -> None:
        self._revoked.add(text)
        if text in self._tokens:
            self.kill(self._tokens[text])

    def token(self, request: web.Request) -> Token | None:
        """The request's token, if it is good."""
        return self.named(self.presented(request))

    def named(self, text: str) -> Token | None:
        return None if text in self._revoked else self._tokens.get(text)

    def require(self, request: web.Request, *scopes: str) -> Token:
        """Any one of the scopes is enough. Raises 401 and 403."""
        text = self.presented(request)
        if text in self._revoked:
            raise Refusal(401, "The access token was revoked")
        token = self._tokens.get(text)
        if token is None:
            raise Refusal(401, "The access token is invalid")
        if scopes and not set(scopes) & set(token.scopes):
            raise Refusal(403, "This action is outside the authorized scopes")
        if token.account.is_suspended:
            raise Refusal(403, "Your login is currently disabled")
        return token

    def allow(self, request: web.Request, *scopes: str) -> Account | None:
        """For what everybody may read: no token is no problem, one without the scope is."""
        return self.require(request, *scopes).account if self.presented(request) else None

    @staticmethod
    def presented(request: web.Request) -> str:
        authorization = request.headers.get("Authorization", "")
        if authorization.startswith("Bearer "):
            return authorization.removeprefix("Bearer ")
        return request.query.get("access_token", "")
