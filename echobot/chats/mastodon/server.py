"""Requests to a server that speaks Mastodon's language: one at a time, in a thread; every failure is a `ChatError`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from importlib.metadata import version
from typing import Any, TypeVar

import requests
from mastodon import Mastodon
from mastodon.errors import (
    MastodonError,
    MastodonNetworkError,
    MastodonRatelimitError,
    MastodonUnauthorizedError,
)
from urllib3.exceptions import MaxRetryError, NewConnectionError

from echobot.chats.mastodon.bounds import BoundedAdapter, WithoutEnd
from echobot.errors import ChatError, ChatRefused, ChatUnavailable, LoginRefused
from echobot.onward import Onward

T = TypeVar("T")
R = TypeVar("R")

REQUEST_SECONDS = 20  # of silence
LOG_IN_AGAIN = "let the bot in again with `echobot login mastodon`"
USER_AGENT = f"echobot/{version('echobot')}"

_WHOLE = 6  # times as long as a silence may be, a request and its answer may take
_UNSURE = timedelta(seconds=2)  # clocks that differ by less are taken for one
_LONGEST_REST = timedelta(hours=3)  # no limit of Mastodon's is counted over a longer time
_MAY_HELP_LATER = {408, 425, 429}
_UNREADABLE = "the server's answer cannot be read"
_NOT_THERE = frozenset([403, 404, 405, 410, 501])  # for the bot; or the server knows no such requests
GONE = frozenset([404, 410])
"""For everybody."""

_ABOUT_ONE_POST = ("post", "delete")  # limits
_ABOUT_THE_ACCOUNT = ("scope", "disabled", "suspend", "login")  # in the words of a 403; others are about one post


class _Client(Mastodon):
    """Gives answers as they came: to cast a status to Mastodon.py's types takes a hundred times as long as to read it.

    All other requests wait meanwhile, a quarter of a second for a full page.
    """

    def _Mastodon__try_cast_to_type(self, value: Any, override_type: Any = None) -> tuple[Any, None]:  # noqa: ARG002, N802
        return value, None


class Server:
    """One account's view of its server.

    Rate limits are read here and hidden from Mastodon.py, which takes a limit it cannot read for a failed request.
    """

    def __init__(
        self, address: str, token: str, clock: Callable[[], datetime], seconds: float = REQUEST_SECONDS
    ) -> None:
        self.skew = timedelta(0)  # how much later it is on the server than here
        self._clock = clock
        self._onward = Onward(clock)
        self._status = 0  # of the last answer
        self._said = ""  # what it said in place of what was asked for
        self._rest_until: dict[str, datetime] = {}  # by what is asked for: "read", "page" and "post" have own limits
        self._resets_at: datetime | None = None
        self._remaining: int | None = None
        session = requests.Session()
        session.hooks["response"].append(self._note)
        for scheme in ("https://", "http://"):
            session.mount(scheme, BoundedAdapter(seconds * _WHOLE))
        self._client = _Client(
            api_base_url=address,
            access_token=token or None,
            session=session,
            ratelimit_method="throw",
            request_timeout=seconds,
            user_agent=USER_AGENT,
            version_check_mode="none",
        )
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mastodon")

    async def ask(self, request: Callable[[Mastodon], T], limit: str = "read") -> T:
        """What the server answers. `limit` names what it counts the request as; past it nothing is asked at all."""
        return await self._in_turn(self._ask, request, limit)

    async def ask_if_there(
        self, request: Callable[[Mastodon], T], limit: str = "read", absent: frozenset[int] = _NOT_THERE
    ) -> T | None:
        """The same, but None where the server does not know of such a thing, or keeps it from the bot."""
        return await self._in_turn(partial(self._ask_if_there, absent), request, limit)

    async def _in_turn(
        self, ask: Callable[[Callable[[Mastodon], T], str], R], request: Callable[[Mastodon], T], limit: str
    ) -> R:
        now = self._onward()
        if (rest := self._rest_until.get(limit, now) - now) > timedelta(0):
            raise ChatUnavailable("the server's limit is reached", rest, not_sent=True)
        return await asyncio.get_running_loop().run_in_executor(self._thread, ask, request, limit)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._client.session.close()

    def _ask(self, request: Callable[[Mastodon], T], limit: str) -> T:
        self._status, self._said, self._remaining, self._resets_at = 0, "", None, None
        try:
            answer = request(self._client)
        except ChatError:
            raise
        except MastodonError as error:
            self._pace(limit)
            raise refusal(error, self._status, self._said, self._until_reset(), limit) from error
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise ChatUnavailable(f"{_UNREADABLE} ({type(error).__name__})") from error
        self._pace(limit)
        return answer

    def _ask_if_there(self, absent: frozenset[int], request: Callable[[Mastodon], T], limit: str) -> T | None:
        """In the thread, where no other request comes between the answer and the look at its status."""
        try:
            return self._ask(request, limit)
        except ChatError:
            if self._status not in absent:
                raise
            return None

    def _pace(self, limit: str) -> None:
        """After the last request that the server allows, wait by ourselves until it counts anew."""
        if (self._remaining == 0 or self._status == 429) and self._resets_at:
            self._rest_until[limit] = self._onward() + min(self._resets_at - self._clock(), _LONGEST_REST)

    def _until_reset(self) -> timedelta | None:
        return min(self._resets_at - self._clock(), _LONGEST_REST) if self._resets_at else None

    def _asked_to_wait(self, response: requests.Response) -> datetime | None:
        wait = response.headers.get("Retry-After", "")
        return self._clock() + self.skew + timedelta(seconds=int(wait)) if re.fullmatch(r"\d{1,6}", wait) else None

    def _note(self, response: requests.Response, **_: Any) -> None:
        self._status = response.status_code
        self._said = "" if response.ok else _error_in(response)
        if (date := _moment(response.headers.get("Date"))) is not None:
            skew = date - self._clock()
            self.skew = skew if abs(skew) > _UNSURE else timedelta(0)
        reset = _moment(response.headers.pop("X-RateLimit-Reset", None)) or self._asked_to_wait(response)
        remaining = response.headers.pop("X-RateLimit-Remaining", "")
        self._remaining = int(remaining) if re.fullmatch(r"\d{1,9}", remaining) else None
        self._resets_at = reset - self.skew if reset and reset - self.skew > self._clock() else None


def refusal(error: MastodonError, status: int, said: str, until_reset: timedelta | None, limit: str) -> ChatError:
    """The error that one of Mastodon.py's means; `status` is the HTTP status, 0 when there was no answer."""
    if isinstance(error, MastodonNetworkError):
        return _without_answer(error)
    if isinstance(error, MastodonRatelimitError) or status == 429:
        return ChatUnavailable("the server answered 429, too many requests", until_reset, not_sent=True)
    sentence = f"the server answered {status}{f', {said}' if said else ''}"
    if isinstance(error, MastodonUnauthorizedError) or (status == 403 and said and _ends_all(said, limit)):
        return LoginRefused(f"{sentence}; {LOG_IN_AGAIN}")
    if (
        (said or status == 413) and 400 <= status < 500 and status not in _MAY_HELP_LATER
    ):  # a proxy says it without JSON
        return ChatRefused(sentence)
    return ChatUnavailable(sentence if status >= 400 else _UNREADABLE)


def _ends_all(said: str, limit: str) -> bool:
    """Whether a 403 is about the account; or else about one post, and others are allowed."""
    return limit not in _ABOUT_ONE_POST or any(word in said.lower() for word in _ABOUT_THE_ACCOUNT)


def _without_answer(error: MastodonNetworkError) -> ChatUnavailable:
    cause = error.__context__
    if _never_connected(cause):
        return ChatUnavailable("the server cannot be reached", not_sent=True)
    if isinstance(cause, WithoutEnd):
        return ChatUnavailable(str(cause))
    if isinstance(cause, ValueError):
        return ChatUnavailable(_UNREADABLE)
    return ChatUnavailable(f"the server did not answer ({type(cause).__name__})")


def _never_connected(cause: BaseException | None) -> bool:
    if isinstance(cause, requests.ConnectTimeout):
        return True
    reason = cause.args[0] if isinstance(cause, requests.ConnectionError) and cause.args else None
    return isinstance(reason, MaxRetryError) and isinstance(reason.reason, NewConnectionError)


def _error_in(response: requests.Response) -> str:
    """The server's own words; none when something before it answered, which knows no JSON. Mastodon.py loses some."""
    try:
        return str(response.json()["error"])
    except (ValueError, LookupError, TypeError):
        return ""


def _moment(written: str | None) -> datetime | None:
    """A time from a header: ISO 8601, seconds since 1970, or as HTTP writes dates."""
    try:
        if written is None:
            return None
        if written.isdigit():
            return datetime.fromtimestamp(int(written), UTC)
        read = datetime.fromisoformat(written) if written[:1].isdigit() else parsedate_to_datetime(written)
        return read if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None
