"""Pages of lists that are newest first, by Mastodon's three cursors (app/models/concerns/paginable.rb)."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from aiohttp import web

_CURSORS = {"max_id", "min_id", "since_id"}


class HasId(Protocol):
    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=HasId)


def page(items: Sequence[Item], request: web.Request, usual: int, rank: Callable[[str], Any]) -> list[Item]:
    """`min_id` gives what is right above it; `since_id` the newest, down to it; both newest first."""
    query, limit = request.query, _limit(request, usual)
    found = list(items)
    if highest := query.get("max_id"):
        found = [item for item in found if rank(item.id) < rank(highest)]
    if lowest := query.get("min_id"):
        above = [item for item in found if rank(item.id) > rank(lowest)]
        return above[max(0, len(above) - limit) :]
    if since := query.get("since_id"):
        found = [item for item in found if rank(item.id) > rank(since)]
    return found[:limit]


def links(items: Sequence[HasId], request: web.Request, base: str) -> dict[str, str]:
    """The Link header; an empty page has none."""
    if not items:
        return {}
    kept = [(name, value) for name, value in request.query.items() if name not in _CURSORS | {"access_token"}]
    older = f"{base}{request.path}?{urlencode([*kept, ('max_id', items[-1].id)])}"
    newer = f"{base}{request.path}?{urlencode([*kept, ('min_id', items[0].id)])}"
    return {"Link": f'<{older}>; rel="next", <{newer}>; rel="prev"'}


def _limit(request: web.Request, usual: int) -> int:
    asked = request.query.get("limit", "")
    if not asked:
        return usual
    digits = asked.lstrip("-")
    return min(int(digits) if digits.isdigit() else 0, 2 * usual)
