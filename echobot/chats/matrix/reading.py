"""From an event, as the homeserver tells it, to a message that is meant for the bot."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import unquote

from echobot.core.message import AccountName, Address, Message, MessageId, Place

Event: TypeAlias = Mapping[str, Any]
"""What other people's programs made: any key may be missing, any value of any type."""


@dataclass(frozen=True, slots=True)
class Called:
    """What the bot is called in a room."""

    user: str
    display_name: str | None
    prefix: str

    @property
    def names(self) -> str:
        """Its names as alternatives of a regular expression, the longest first; a link to it is a name too."""
        whole = self.user.removeprefix("@")
        shown = (self.display_name or "").strip()
        names = sorted({whole, whole.partition(":")[0], shown} - {""}, key=len, reverse=True)
        link = rf"\[[^\]\n]{{0,255}}\]\(https://matrix\.to/#/{re.escape(self.user)}\)"
        return "|".join([link, *(f"@?{re.escape(name)}" for name in names)])


def read(event: Event, called: Called, account: AccountName, room: str, *, alone: bool) -> Message | None:
    """The message in an event, or None when it is not text, not new, not a person's or not meant for the bot.

    `alone` says that nobody but the sender is in the room with the bot.
    """
    content = mapping(event.get("content"))
    sent_at = moment(event.get("origin_server_ts"))
    if sent_at is None or not _is_said(event, content) or event.get("sender") == called.user:
        return None
    body = _without_quote(content)
    mentioned = is_mentioned(content, called.user)
    start = _start(called).match(body)
    if not (alone or mentioned or start):
        return None
    text = body[start.end() :] if start else _without_name(body, called) if mentioned else body
    place = Place(account, room, thread(content))
    address = Address.DIRECT if alone else Address.NAMED
    return Message(MessageId(str(event["event_id"])), place, str(event["sender"]), text.strip(), sent_at, address)


def is_mentioned(content: Event, user: str) -> bool:
    """Whether the sender's program says so; a link to the user counts only from programs that say nothing (MSC3952)."""
    if isinstance(mentions := content.get("m.mentions"), Mapping):
        return isinstance(users := mentions.get("user_ids"), list) and user in users
    html = text(content.get("formatted_body")).rpartition("</mx-reply>")[2]  # what is answered may link to anybody
    return user in (unquote(link) for link in re.findall(r"""href=["']https://matrix\.to/#/([^"'/?]+)""", html))


def since_own_join(events: Sequence[Event], user: str) -> Sequence[Event]:
    """Events from the last time that the user came into the room; all of them when it was there all along."""
    joins = [place for place, event in enumerate(events) if is_own_join(event, user)]
    return events[joins[-1] :] if joins else events


def is_own_join(event: Event, user: str) -> bool:
    """Whether the user came in with this event; a new display name looks the same but for what was before."""
    before = mapping(mapping(event.get("unsigned")).get("prev_content")).get("membership")
    now = mapping(event.get("content")).get("membership")
    return event.get("type") == "m.room.member" and event.get("state_key") == user and now == "join" != before


def _is_said(event: Event, content: Event) -> bool:
    """New text by a person: programs say `m.notice`, an edit says `m.replace`, a redacted message says nothing."""
    edit = mapping(content.get("m.relates_to")).get("rel_type") == "m.replace"
    return event.get("type") == "m.room.message" and content.get("msgtype") == "m.text" and not edit


def _start(called: Called) -> re.Pattern[str]:
    """The bot's name or prefix at the start: "Krazy" is not in "KrazyKirby", nor "echobot" in "echobot.example.org"."""
    named = rf"(?:{called.names})(?=[\s:,;]|[.!?…](?:\s|$)|$)[\s:,;.!?…–-]*"
    prefixed = rf"{re.escape(called.prefix)}(?=[\s:,]|$)[\s:,]*" if called.prefix else r"(?!)"
    return re.compile(rf"\s*(?:{named}|{prefixed})", re.IGNORECASE)


def _without_name(body: str, called: Called) -> str:
    return re.sub(rf"\s?(?<!\w)(?:{called.names})(?!\w)[:,]?", "", body, count=1, flags=re.IGNORECASE)


def _without_quote(content: Event) -> str:
    """The body without the lines that older programs put before an answer: "> <@alice:example.org> what she said"."""
    body = text(content.get("body"))
    answers = "m.in_reply_to" in mapping(content.get("m.relates_to"))
    if not (answers and re.match(r"> (\* )?<@", body)):
        return body
    return re.sub(r"\A(?:>[^\n]*(?:\n|\Z))+", "", body)


def thread(content: Event) -> str | None:
    relation = mapping(content.get("m.relates_to"))
    root = relation.get("event_id")
    return root if relation.get("rel_type") == "m.thread" and isinstance(root, str) else None


def new_thread(said: Message, event: Event) -> Place:
    """Where a question is answered in a thread: in its own, or in one that begins with it, where one may."""
    may_begin = "rel_type" not in mapping(mapping(event.get("content")).get("m.relates_to")) or said.revises
    if said.place.thread or said.reacts_to or not may_begin:
        return said.place
    return replace(said.place, thread=said.revises or said.id)


def moment(milliseconds: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def mapping(value: Any) -> Event:
    return value if isinstance(value, Mapping) else {}


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""
