"""From a code that the account's owner is shown in a browser to a token with the least rights that will do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from mastodon import Mastodon
from mastodon.errors import MastodonAPIError, MastodonIllegalArgumentError

from echobot.chats.mastodon.account import advice_for, own_account
from echobot.chats.mastodon.server import REQUEST_SECONDS, USER_AGENT, Server
from echobot.errors import ChatError, ChatRefused, ChatUnavailable

_SCOPES = ("read:notifications", "read:statuses", "write:statuses", "write:media")  # the last is for posters
_WHO_AM_I, _WHO_AM_I_BEFORE_4_3 = "profile", "read:accounts"


@dataclass(frozen=True, slots=True)
class LoggedIn:
    token: str
    account: str  # "@echobot@social.example.org"
    advice: tuple[str, ...]  # what its owner should still change


async def log_in(address: str, code_for: Callable[[str], str]) -> LoggedIn:
    """Register the bot; `code_for` shows somebody the address to open and returns the code they get there.

    Raises `ChatError`.
    """
    server = Server(address, "", lambda: datetime.now(UTC))
    try:
        with _wondering_at(address):
            scopes = await server.ask(_scopes)
            url = await server.ask(lambda client: _register(client, scopes, address))
        code = code_for(url)
        token = await server.ask(lambda client: _exchange(client, code, scopes, address))
        me = await server.ask(own_account)
        advice = await advice_for(server, me)
    finally:
        server.close()
    return LoggedIn(token, f"@{me['acct']}@{urlsplit(address).hostname}", tuple(advice))


@contextmanager
def _wondering_at(address: str) -> Iterator[None]:
    """A server that does not even take an application may be none."""
    try:
        yield
    except ChatError as error:
        doubt = "if that is not the address of the bot's server, correct `server` in the settings"
        raise ChatUnavailable(f"{address}: {error}; {doubt}") from error


def _scopes(client: Mastodon) -> list[str]:
    """The newer right to know one's own name is smaller, where the server has it."""
    known = client.oauth_authorization_server_info().get("scopes_supported") or ()
    return [_WHO_AM_I if _WHO_AM_I in known else _WHO_AM_I_BEFORE_4_3, *_SCOPES]


def _register(client: Mastodon, scopes: list[str], address: str) -> str:
    """Where the account's owner agrees, after logging in as the bot: the browser may know somebody else."""
    client.client_id, client.client_secret = Mastodon.create_app(
        "echobot",
        scopes,
        api_base_url=address,
        session=client.session,
        user_agent=USER_AGENT,
        request_timeout=REQUEST_SECONDS,
    )
    return client.auth_request_url(scopes=scopes, force_login=True, state="", lang="", allow_http=_is_plain(address))


def _exchange(client: Mastodon, code: str, scopes: list[str], address: str) -> str:
    try:
        return client.log_in(code=code.strip(), scopes=scopes, allow_http=_is_plain(address))
    except MastodonIllegalArgumentError as error:
        raise ChatRefused("the server did not accept the code; begin again, each code is good for once") from error
    except MastodonAPIError as error:
        raise ChatRefused("the server did not grant all that the bot needs; begin again and agree to all") from error


def _is_plain(address: str) -> bool:
    """Only for a server on the same machine, in a trial."""
    return address.startswith("http://")
