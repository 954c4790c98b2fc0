"""Requests to a homeserver: nio returns its errors and lets aiohttp's through; here both become `ChatError`s."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, TypeVar

from aiohttp import ClientConnectorError, ClientError, ClientResponse
from nio import AsyncClientConfig, ErrorResponse, LocalProtocolError

from echobot.chats.matrix.bounds import WithoutEnd
from echobot.chats.matrix.client import Client
from echobot.errors import ChatError, ChatRefused, ChatUnavailable, LoginRefused

A = TypeVar("A")

REQUEST_SECONDS = 30

# nio's own retries are silent and without end: none of them, the sync loop and `delivery` decide when to try again.
CONFIG = AsyncClientConfig(
    max_limit_exceeded=0,
    max_timeouts=0,
    request_timeout=REQUEST_SECONDS,
    encryption_enabled=False,  # by nio itself: it would make keys for every account, with a key that all know
    store_sync_tokens=False,
)

LONGEST_WAIT = 24 * 60 * 60  # seconds
LOG_IN_AGAIN = "let the bot in again with `echobot login matrix`"
TOKEN_CODES = {"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED"}


def connect(homeserver: str, user: str, token: str = "") -> Client:
    """A client that keeps nothing on disk by itself, tries everything once and logs nothing of its own."""
    logging.getLogger("nio").setLevel(logging.CRITICAL)  # its warnings quote the server's answers: messages, tokens
    client = Client(homeserver.rstrip("/"), user, config=CONFIG)
    client.user_id, client.access_token = user, token
    return client


async def ask(answer: Awaitable[A]) -> A:
    """What the homeserver answers, unless it is an error."""
    try:
        response = await answer
    except ClientConnectorError as error:
        raise ChatUnavailable(f"the homeserver cannot be reached: {error}", not_sent=True) from error
    except WithoutEnd as error:
        raise ChatUnavailable(str(error)) from error
    except (ClientError, OSError, TimeoutError) as error:
        raise ChatUnavailable(f"the homeserver did not answer ({type(error).__name__})") from error
    except LocalProtocolError as error:  # nio drops the token by itself after a "soft logout"
        raise LoginRefused(f"the homeserver ended this session; {LOG_IN_AGAIN}") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ChatUnavailable(f"the homeserver's answer cannot be read ({type(error).__name__})") from error
    if isinstance(response, ErrorResponse):
        raise refusal(response)
    return response


def refusal(response: Any) -> ChatError:
    """The error that a homeserver's error answer means."""
    transport: ClientResponse | None = response.transport_response
    status = transport.status if transport is not None else 0
    code = response.status_code or ""
    said = f"the homeserver answered {status} {code} {response.message if code else ''}".strip()
    if code in TOKEN_CODES or status == 401:
        return LoginRefused(f"{said}; {LOG_IN_AGAIN}")
    if code == "M_LIMIT_EXCEEDED" or status == 429:
        return ChatUnavailable(said, retry_after(response.retry_after_ms, transport), not_sent=True)
    if code.startswith("M_") and 400 <= status < 500:
        return ChatRefused(said)
    return ChatUnavailable(said)  # a proxy, which knows no codes, spoke for a homeserver that may be back soon


def retry_after(milliseconds: Any, transport: ClientResponse | None) -> timedelta | None:
    """How long the server asks to wait, in the answer or in its header; None when it does not say."""
    if isinstance(milliseconds, int) and milliseconds > 0:
        return timedelta(milliseconds=min(milliseconds, LONGEST_WAIT * 1000))
    header = transport.headers.get("Retry-After", "") if transport is not None else ""
    return timedelta(seconds=min(int(header), LONGEST_WAIT)) if re.fullmatch(r"[0-9]{1,9}", header) else None
