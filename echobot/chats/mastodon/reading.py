"""From a mention to a message that is meant for the bot."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from dateutil.parser import parse  # type: ignore[import-untyped]

from echobot.chats.mastodon.content import asked
from echobot.chats.mastodon.envelope import Envelope, narrowness
from echobot.core.message import AccountName, Address, Message, MessageId, Place

Status: TypeAlias = Mapping[str, Any]
"""What other people's servers made: any key may be missing, any value of any type."""

_FIRST_YEAR, _LAST_YEAR = 1970, 3000  # of times that can be reckoned with
_OF_STATUS = ("id", "created_at", "content", "visibility")
_NOBOT = re.compile(r"#nobots?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Me:
    """The bot's own account."""

    id: str
    account: AccountName  # as the settings call it
    most_replies: int  # in one thread


def status_of(notification: Any) -> Status | None:
    """What a notification is about, if it is a mention by a person who may be answered."""
    said = _mapping(notification)
    status = _mapping(said.get("status"))
    sender = _mapping(status.get("account"))
    readable = said.get("type") == "mention" and status.get("id") and sender.get("acct")
    return status if readable and not sender.get("bot") and not _wants_no_bots(sender) else None


def is_another(notification: Status) -> bool:
    """Whether it is of a kind that the bot never asks for: a favourite, a follower, something new."""
    kind = notification.get("type")
    return isinstance(kind, str) and kind not in {"", "mention"}


def is_whole(notification: Status, me: str) -> bool:
    """Whether it is a mention of this account, and all that is read of one is there and of its kind."""
    status = _mapping(notification.get("status"))
    sender = _mapping(status.get("account"))
    texts = [notification.get("id"), *map(status.get, _OF_STATUS), sender.get("acct")]
    return (
        notification.get("type") == "mention"
        and all(isinstance(text, str) and text for text in texts)
        and all(isinstance(text, str) for text in (status.get("spoiler_text"), sender.get("note")))
        and isinstance(sender.get("bot"), bool)
        and "in_reply_to_id" in status
        and moment(status.get("created_at")) is not None
        and narrowness(_text(status.get("visibility"))) >= 0
        and mentions(status, me)
    )


def sound(listed: Any) -> list[Status]:
    """Those things of a list that can be named: what other programs leave out must not stop everything."""
    things = listed if isinstance(listed, list) else []
    return [thing for thing in things if isinstance(thing, Mapping) and thing.get("id")]


def read(status: Status, ancestors: Sequence[Status], me: Me, skew: timedelta) -> Message | None:
    """The message in a status, or None when it is the bot's own or not meant for it.

    `ancestors` are the statuses above it in its thread that the bot may see, the first of the thread first; `skew` is
    how much later it is on the server than here.
    """
    sender = _mapping(status.get("account"))
    sent_at = moment(status.get("edited_at")) or moment(status.get("created_at"))  # an edit may be what calls the bot
    if writer(status) == me.id or sent_at is None:
        return None
    if _is_carried_along(status, ancestors, me):
        return None
    warning, visibility = _text(status.get("spoiler_text")), _text(status.get("visibility"))
    return Message(
        id=MessageId(str(status["id"])),
        place=Place(me.account, str(ancestors[0]["id"] if ancestors else status["id"])),
        sender=str(sender["acct"]),
        text=asked(status, me.id),
        sent_at=sent_at - skew,
        address=_address(visibility, _replies(ancestors, me) >= me.most_replies),
        envelope=Envelope(visibility, warning).written(),
        language=_text(status.get("language")).partition("-")[0].lower() or None,
    )


def _address(visibility: str, is_spent: bool) -> Address:
    if is_spent:
        return Address.SPENT
    return Address.DIRECT if visibility == "direct" else Address.NAMED


def mentions(status: Status, account: str) -> bool:
    """Whether the status mentions the account with this id, wherever its text says so, or whether it does."""
    return any(str(each["id"]) == account for each in sound(status.get("mentions")))


def moment(value: Any) -> datetime | None:
    """An aware time, from its ISO form or any other that servers write."""
    try:
        read = _parsed(value) if isinstance(value, str) else value
    except (ValueError, OverflowError):
        return None
    if not isinstance(read, datetime) or not _FIRST_YEAR <= read.year < _LAST_YEAR:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _parsed(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        read: datetime = parse(written)
        return read


def _is_carried_along(status: Status, ancestors: Sequence[Status], me: Me) -> bool:
    """Whether somebody answers somebody else, and the bot's handle came along because it was in the thread before.

    Who writes under another person's post and calls the bot there for the first time means the bot. So does whoever
    answers a post that the bot cannot see: it was not mentioned there.
    """
    parents = [above for above in ancestors if str(above.get("id")) == str(status.get("in_reply_to_id"))]
    others = [parent for parent in parents if writer(parent) not in {me.id, writer(status)}]
    return any(mentions(parent, me.id) for parent in others)


def _replies(ancestors: Sequence[Status], me: Me) -> int:
    """How often the bot spoke above in the thread; the second part of a reply is no reply of its own."""
    own = {str(above.get("id")): above for above in ancestors if writer(above) == me.id}
    return sum(str(post.get("in_reply_to_id")) not in own for post in own.values())


def writer(status: Status) -> str:
    """The id of the account that wrote it; `in_reply_to_account_id` means something else when people go on."""
    return str(_mapping(status.get("account")).get("id"))


def _wants_no_bots(sender: Status) -> bool:
    """#nobot in what people say about themselves."""
    fields = sender.get("fields")
    values = [_mapping(field).get("value") for field in fields] if isinstance(fields, list) else []
    return any(_NOBOT.search(re.sub(r"<[^>]*>", "", _text(text))) for text in (sender.get("note"), *values))


def says_in_a_thread(mention: Status) -> bool:
    """Whether somebody said something before it there."""
    return bool(_mapping(mention.get("status")).get("in_reply_to_id"))


def sender_of(mention: Status) -> str:
    return _text(_mapping(_mapping(mention.get("status")).get("account")).get("acct"))


def _mapping(value: Any) -> Status:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
