"""A request's parameters, from forms and from JSON alike, nested as Rails nests them."""

import json
import re
from typing import Any

from aiohttp import web

from tests.servers.fake_mastodon.refusal import Refusal

Parameters = dict[str, Any]


async def parameters(request: web.Request) -> Parameters:
    if request.content_type == "application/json":
        return _from_json(await request.read())
    form = await request.post()
    return nested(list(form.items()))


def nested(pairs: list[tuple[str, Any]]) -> Parameters:
    """`a[]=1&a[]=2&b[c]=3` becomes `{"a": ["1", "2"], "b": {"c": "3"}}`."""
    found: Parameters = {}
    for name, value in pairs:
        path = re.findall(r"[^\[\]]+|\[\]", name)
        is_list = path[-1] == "[]"
        names = path[:-1] if is_list else path
        place = found
        for outer in names[:-1]:
            place = place.setdefault(outer, {})
        if is_list:
            place.setdefault(names[-1], []).append(value)
        else:
            place[names[-1]] = value
    return found


def listed(value: Any) -> list[str]:
    """A list of texts; Rails also takes {"0": …, "1": …}; what is no list is none."""
    match value:
        case list():
            return [str(one) for one in value]
        case dict():
            return [str(one) for one in value.values()]
        case _:
            return []


def truth(value: Any) -> bool:
    return value not in (None, False, "", "0", "f", "F", "false", "FALSE", "off", "OFF")


def _from_json(body: bytes) -> Parameters:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        raise Refusal(400, "Error occurred while parsing request parameters") from None
    return found if isinstance(found, dict) else {}
