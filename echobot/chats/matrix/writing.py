"""From a reply to the content of a Matrix event."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from typing import Any

import nh3
from markdown_it import MarkdownIt

from echobot.core.message import DeliveryKey, Place, Reply
from echobot.errors import ChatRefused

MOST_BYTES = 60_000  # of the 65 536 that an event may have, with what the homeserver adds

_ITEM = r"(?:-|\d{1,9}[.)])[ ]"
# A line right after the last item is a paragraph to people, and to Markdown a part of the item.
_ITEM_THEN_TEXT = re.compile(rf"^({_ITEM}.*)\n(?!\s|{_ITEM}|\Z)", re.MULTILINE)


def transaction(key: DeliveryKey) -> str:
    """The id under which the homeserver takes a reply once only, made of letters and digits."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def content(reply: Reply) -> dict[str, Any]:
    """A notice, so that other bots leave it alone, which mentions nobody but the asker."""
    written = {
        "msgtype": "m.notice",
        "body": reply.text,
        "format": "org.matrix.custom.html",
        "formatted_body": html(reply.text),
        "m.mentions": {"user_ids": [reply.asker]},
        "m.relates_to": _relation(reply.place, reply.to),
    }
    if len(json.dumps(written, ensure_ascii=False).encode()) > MOST_BYTES:
        raise ChatRefused("the reply is longer than a Matrix message may be")
    return written


def html(text: str) -> str:
    """Paragraphs, items and links; every other sign stands for itself."""
    rendered = _markdown().render(_ITEM_THEN_TEXT.sub(r"\1\n\n", text))
    tags = {"p", "br", "ul", "ol", "li", "a"}
    return nh3.clean(rendered.strip(), tags=tags, attributes={"a": {"href"}, "ol": {"start"}}, link_rel=None)


def _relation(place: Place, to: str) -> dict[str, Any]:
    answer = {"m.in_reply_to": {"event_id": to}}
    if place.thread is None:
        return answer
    return {"rel_type": "m.thread", "event_id": place.thread, "is_falling_back": True, **answer}


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("zero", {"linkify": True, "breaks": True}).enable(["list", "linkify", "newline"])
    if markdown.linkify is not None:
        markdown.linkify.set({"fuzzy_link": False, "fuzzy_email": False})  # "main.py" is no address
    return markdown
