"""From a reply or a post to the content of a Matrix event."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import nh3
from markdown_it import MarkdownIt

from echobot.core.message import DeliveryKey, Outgoing, Post, Reply
from echobot.errors import ChatRefused

MOST_BYTES = 60_000  # of the 65 536 that an event may have, with what the homeserver adds
MARK = "dev.echobot.key"

_ITEM = r"(?:-|\d{1,9}[.)])[ ]"
# A line right after the last item is a paragraph to people, and to Markdown a part of the item.
_ITEM_THEN_TEXT = re.compile(rf"^({_ITEM}.*)\n(?!\s|{_ITEM}|\Z)", re.MULTILINE)


def transaction(key: DeliveryKey) -> str:
    """The id under which the homeserver takes an event once only, made of letters and digits."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def marked(content: Mapping[str, Any], key: DeliveryKey) -> dict[str, Any]:
    """With what it can be found by when the homeserver has forgotten its transaction. Raises `ChatRefused`."""
    written = {**content, MARK: transaction(key)}
    if len(json.dumps(written, ensure_ascii=False).encode()) > MOST_BYTES:
        raise ChatRefused("the text is longer than a Matrix message may be")
    return written


def mark_of(event: Mapping[str, Any]) -> str | None:
    content = event.get("content")
    mark = content.get(MARK) if isinstance(content, Mapping) else None
    return mark if isinstance(mark, str) else None


def reply(reply: Reply) -> dict[str, Any]:
    """A notice, so that other bots leave it alone, which mentions nobody but the asker."""
    answered = {"m.in_reply_to": {"event_id": reply.to}}
    return {
        **_notice(reply.text),
        "m.mentions": {"user_ids": [reply.asker]},
        "m.relates_to": _in_thread(reply.place.thread, reply.to) if reply.place.thread else answered,
    }


def post(post: Post, *, calls_everybody: bool = False) -> dict[str, Any]:
    """A notice that mentions nobody, or everybody."""
    text = f"@room {post.text}" if calls_everybody else post.text
    return {**_notice(text), **_below(post), "m.mentions": {"room": True} if calls_everybody else {}}


def picture(post: Post, uploaded: Mapping[str, Any]) -> dict[str, Any]:
    """What it shows, in all languages that say it, stands below it."""
    shown = "\n".join(wording.alt for wording in post.wordings if wording.alt)
    body = {"msgtype": "m.image", "body": shown or uploaded["filename"]}
    return {**body, **uploaded, **_below(post), "m.mentions": {}}


def edit(outgoing: Outgoing, event: str) -> dict[str, Any]:
    """Another text in place of an event's, which calls nobody again."""
    new = {**_notice(outgoing.text), "m.mentions": {"user_ids": [outgoing.asker]} if outgoing.asker else {}}
    return _instead_of(event, new)


def other_picture(picture: Mapping[str, Any], event: str) -> dict[str, Any]:
    """Another one in place of an event's."""
    return _instead_of(event, picture)


def reaction(event: str, sign: str) -> dict[str, Any]:
    return {"m.relates_to": {"rel_type": "m.annotation", "event_id": event, "key": sign}}


def html(text: str) -> str:
    """Paragraphs, items and links; every other sign stands for itself."""
    rendered = _markdown().render(_ITEM_THEN_TEXT.sub(r"\1\n\n", text))
    tags = {"p", "br", "ul", "ol", "li", "a"}
    return nh3.clean(rendered.strip(), tags=tags, attributes={"a": {"href"}, "ol": {"start"}}, link_rel=None)


def _instead_of(event: str, new: Mapping[str, Any]) -> dict[str, Any]:
    replaces = {"rel_type": "m.replace", "event_id": event}
    said = {**new, "body": f"* {new['body']}", "m.mentions": {}}
    return {**said, "m.new_content": dict(new), "m.relates_to": replaces}


def _notice(text: str) -> dict[str, Any]:
    formatted = {"format": "org.matrix.custom.html", "formatted_body": html(text)}
    return {"msgtype": "m.notice", "body": text, **formatted}


def _below(post: Post) -> dict[str, Any]:
    """In the thread of the post that it follows, whose notice is the first of its events."""
    root = post.to.split()[0] if post.to else ""
    return {"m.relates_to": _in_thread(root, root)} if root else {}


def _in_thread(root: str, to: str) -> dict[str, Any]:
    relation = {"rel_type": "m.thread", "event_id": root, "is_falling_back": True}
    return {**relation, "m.in_reply_to": {"event_id": to}}


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("zero", {"linkify": True, "breaks": True}).enable(["list", "linkify", "newline"])
    if markdown.linkify is not None:
        markdown.linkify.set({"fuzzy_link": False, "fuzzy_email": False})  # "main.py" is no address
    return markdown
