"""How much is too much: a text's length, and requests in fixed windows, as Mastodon counts them.

The latter: config/initializers/rack_attack.rb, lib/rate_limiter.rb.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import grapheme  # type: ignore[import-untyped]
from aiohttp import web

from tests.servers.fake_mastodon.entities import Account, Token
from tests.servers.fake_mastodon.flavour import Counting, Headers, Limiting, Manners
from tests.servers.fake_mastodon.ids import EPOCH
from tests.servers.fake_mastodon.refusal import Refusal, invalid
from tests.servers.fake_mastodon.text import countable_length

_PAGING = ("page", "min_id", "max_id", "since_id")


@dataclass(slots=True)
class Bucket:
    most: int
    window: timedelta

    def number(self, now: datetime) -> int:
        return int((now - EPOCH) / self.window)

    def ends(self, now: datetime) -> datetime:
        """The end of the window, with the microseconds of now on top: that is how Mastodon tells it."""
        seconds = int(self.window.total_seconds())
        return now + timedelta(seconds=seconds - int((now - EPOCH).total_seconds()) % seconds)


class TooMany(Exception):
    """A bucket is full."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket


class Limits:
    """Tests may change all: `longest_text`, each bucket's `most`, whether they are `enforced`, their `headers`."""

    def __init__(self, manners: Manners, clock: Callable[[], datetime]) -> None:
        self._manners, self._clock = manners, clock
        self._counts: Counter[tuple[str, str, int]] = Counter()
        self.longest_text = manners.longest_text  # characters, as `length` counts them
        self.enforced = True
        self.headers = manners.told_limits
        self.buckets = {
            "account": Bucket(1_500, timedelta(minutes=5)),
            "token": Bucket(300, timedelta(minutes=5)),
            "address": Bucket(300, timedelta(minutes=5)),
            "media": Bucket(30, timedelta(minutes=30)),
            "paging": Bucket(300, timedelta(minutes=15)),
            "delete": Bucket(30, timedelta(minutes=30)),
            "apps": Bucket(5, timedelta(minutes=10)),
            "statuses": Bucket(300, timedelta(hours=3)),
        }

    def lift(self) -> None:
        """Nobody reaches any of them."""
        for bucket in self.buckets.values():
            bucket.most = 10**9

    def length(self, text: str, warning: str) -> int:
        match self._manners.counting:
            case Counting.CODE_POINTS:
                return len(text) + len(warning)
            case Counting.CLUSTERS:
                return int(grapheme.length(text + warning))
            case _:
                return countable_length(text, warning)

    def too_long(self, text: str, warning: str) -> Refusal:
        match self._manners.counting:
            case Counting.CODE_POINTS:
                count = f"{self.length(text, warning)} characters provided (including spoiler/content warning)"
                return Refusal(400, f"Bad Request: status too long, {count} but limit is {self.longest_text}")
            case Counting.CLUSTERS:
                return Refusal(422, "The status is over the character limit")
            case _:
                return invalid(f"Text character limit of {self.longest_text} exceeded")

    def count_request(self, request: web.Request, token: Token | None) -> dict[str, str]:
        """The headers for the answer. Raises TooMany."""
        told: list[tuple[int, Bucket]] = []
        for name, whose in self._buckets_of(request, token):
            left = self._count(name, whose)
            if left < 0 and self.enforced:
                raise TooMany(self.buckets[name])
            told.append((left, self.buckets[name]))
        left, bucket = min(told, key=lambda one: one[0], default=(0, None))
        return self.told(bucket, max(0, left)) if bucket else {}

    def count_status(self, account: Account) -> None:
        """Creating and editing. Raises TooMany."""
        counts = self.enforced and self._manners.limiting is Limiting.ACCOUNTS
        if self._count("statuses", account.id) < 0 and counts:
            raise TooMany(self.buckets["statuses"])

    def told_with_statuses(self, account: Account, before: dict[str, str]) -> dict[str, str]:
        """Of the requests' limit and the statuses', the one that is closer."""
        if self._manners.limiting is not Limiting.ACCOUNTS or "X-RateLimit-Remaining" not in before:
            return before
        bucket = self.buckets["statuses"]
        left = max(0, bucket.most - self._counts[self._key("statuses", account.id)])
        return before if left > int(before["X-RateLimit-Remaining"]) else self.told(bucket, left)

    def full(self, bucket: str, form: Headers | None = None) -> dict[str, str]:
        """The headers of a refusal, in the form that is in use or another."""
        return _told(self.buckets[bucket], 0, self._clock(), form or self.headers)

    def told(self, bucket: Bucket, left: int) -> dict[str, str]:
        return _told(bucket, left, self._clock(), self.headers)

    def refusal(self, bucket: Bucket) -> web.Response:
        return web.json_response({"error": self._manners.too_many}, status=429, headers=self.told(bucket, 0))

    def _buckets_of(self, request: web.Request, token: Token | None) -> Iterator[tuple[str, str]]:
        address = request.remote or ""
        match self._manners.limiting:
            case Limiting.ADDRESSES:
                yield "address", address
            case Limiting.ACCOUNTS:
                yield from _mastodons(request, token, address)
            case Limiting.NOBODYS:
                return

    def _count(self, name: str, whose: str) -> int:
        """How many are left after this one."""
        key = self._key(name, whose)
        self._counts[key] += 1
        return self.buckets[name].most - self._counts[key]

    def _key(self, name: str, whose: str) -> tuple[str, str, int]:
        return name, whose, self.buckets[name].number(self._clock())


def _mastodons(request: web.Request, token: Token | None, address: str) -> Iterator[tuple[str, str]]:
    """The buckets that a request goes into, and whose they are."""
    whose = token.account.id if token else address
    yield ("account", whose) if token else ("address", address)
    if token:
        yield "token", token.text
    if any(request.query.get(name) for name in _PAGING):
        yield "paging", whose
    if request.method == "POST" and re.fullmatch(r"/api/v\d+/media", request.path) and token:
        yield "media", whose
    if request.method == "DELETE" and re.fullmatch(r"/api/v1/statuses/\d+", request.path) and token:
        yield "delete", whose
    if request.method == "POST" and request.path == "/api/v1/apps":
        yield "apps", address


def _told(bucket: Bucket, left: int, now: datetime, form: Headers) -> dict[str, str]:
    if form is Headers.NONE:
        return {}
    reset = _reset(bucket.ends(now), form)
    return {"X-RateLimit-Limit": str(bucket.most), "X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": reset}


def _reset(ends: datetime, form: Headers) -> str:
    match form:
        case Headers.EPOCH:
            return str(int(ends.timestamp()))
        case Headers.BROKEN:
            return Headers.BROKEN.value
        case Headers.MILLISECONDS:
            return f"{ends:%Y-%m-%dT%H:%M:%S}.{ends.microsecond // 1000:03}Z"
        case _:
            return f"{ends:%Y-%m-%dT%H:%M:%S.%f}Z"
