"""Values become rows and rows become values."""

from __future__ import annotations

from dataclasses import asdict, fields
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row

from echobot.core.announcement import DestinationName
from echobot.core.conversation import Conversation
from echobot.core.gap import Gap
from echobot.core.knowledge import EntryId, Language
from echobot.core.ledger import Phase, Posting, Slot
from echobot.core.message import (
    AccountName,
    Address,
    Delivery,
    DeliveryKey,
    Message,
    MessageId,
    Outgoing,
    Place,
    Post,
    Reply,
    Wording,
)
from echobot.core.oversight import Deed, Draft
from echobot.core.reaction import Votes
from echobot.ports import Trouble


def message_row(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "room": message.place.room,
        "thread": message.place.thread,
        "sender": message.sender,
        "text": message.text,
        "sent_at": message.sent_at,
        "address": message.address.value,
        "envelope": message.envelope,
        "language": message.language,
        "revises": message.revises,
        "reacts_to": message.reacts_to,
        "quoted": message.quoted,
        "link": message.link,
        "power": message.power,
        "known_as": message.known_as,
    }


def message_from(row: Row[Any]) -> Message:
    return Message(
        id=MessageId(row.id),
        place=Place(AccountName(row.account), row.room, row.thread),
        sender=row.sender,
        text=row.text,
        sent_at=row.sent_at,
        address=Address(row.address),
        envelope=row.envelope or "",
        language=row.language,
        revises=MessageId(row.revises) if row.revises is not None else None,
        reacts_to=row.reacts_to,
        quoted=row.quoted or "",
        link=row.link or "",
        power=row.power,
        known_as=row.known_as or "",
    )


def reply_row(reply: Reply) -> dict[str, Any]:
    return {
        "key": reply.key,
        "account": reply.place.account,
        "room": reply.place.room,
        "thread": reply.place.thread,
        "to": reply.to,
        "asker": reply.asker,
        "text": reply.text,
        "language": reply.language,
        "envelope": reply.envelope,
        "meaning": reply.meaning,
        "revises": reply.revises,
        "offers": reply.offers,
    }


def post_row(post: Post) -> dict[str, Any]:
    alone = ("picture", "changes_picture", "visibility", "calls_everybody", "calls")
    return {
        "key": post.key,
        "account": post.place.account,
        "room": post.place.room,
        "thread": post.place.thread,
        "asker": post.asker,
        "post": {"wordings": [asdict(wording) for wording in post.wordings]}
        | {key: getattr(post, key) for key in alone},
        "follows": post.follows,
        "revises": post.revises,
    }


def delivery_from(row: Row[Any]) -> Delivery:
    outgoing: Outgoing = _reply_from(row) if row.post is None else _post_from(row)
    return Delivery(outgoing, row.first_tried_at, row.tries)


def _post_from(row: Row[Any] | SimpleNamespace) -> Post:
    written = dict(row.post)
    return Post(
        key=DeliveryKey(row.key),
        place=Place(AccountName(row.account), row.room, row.thread),
        wordings=tuple(Wording(**wording) for wording in written.pop("wordings")),
        follows=DeliveryKey(row.follows) if row.follows is not None else None,
        to=row.followed,
        revises=DeliveryKey(row.revises) if row.revises is not None else None,
        instead_of=row.instead_of,
        **written,
    )


def _reply_from(row: Row[Any]) -> Reply:
    return Reply(
        key=DeliveryKey(row.key),
        place=Place(AccountName(row.account), row.room, row.thread),
        to=MessageId(row.to),
        asker=row.asker,
        text=row.text,
        language=row.language,
        envelope=row.envelope or "",
        meaning=row.meaning or "",
        revises=DeliveryKey(row.revises) if row.revises is not None else None,
        instead_of=row.instead_of,
        offers=row.offers or 0,
    )


def conversation_row(talk: Conversation) -> dict[str, Any]:
    return {
        "account": talk.place.account,
        "room": talk.place.room,
        "thread": talk.place.thread or "",
        "person": talk.person,
        "at": talk.at,
        "language": talk.language,
        "offered": list(talk.offered),
        "answered": talk.answered,
        "because": list(talk.because),
    }


def conversation_from(row: Row[Any]) -> Conversation:
    return Conversation(
        place=Place(AccountName(row.account), row.room, row.thread or None),
        person=row.person,
        at=row.at,
        language=Language(row.language),
        offered=tuple(EntryId(entry) for entry in row.offered),
        answered=EntryId(row.answered) if row.answered is not None else None,
        because=tuple(row.because),
    )


def trouble_from(row: Row[Any]) -> Trouble:
    return Trouble(row.about, row.text, row.since)


def gap_row(gap: Gap) -> dict[str, Any]:
    return {"text": gap.text, "language": gap.language, "times": gap.count, "last_at": gap.last_at}


def gap_from(row: Row[Any]) -> Gap:
    return Gap(row.text, Language(row.language), row.times, row.last_at)


def votes_row(votes: Votes) -> dict[str, Any]:
    return asdict(votes)


def votes_from(row: Row[Any]) -> Votes:
    return Votes(EntryId(row.entry), row.liked, row.disliked)


def draft_row(draft: Draft) -> dict[str, Any]:
    return {"id": draft.id, "post": post_row(draft.post), "at": draft.at}


def draft_from(row: Row[Any]) -> Draft:
    return Draft(MessageId(row.id), _post_from(SimpleNamespace(**row.post, followed=None, instead_of=None)), row.at)


def deed_row(deed: Deed) -> dict[str, Any]:
    account, room = deed.place.account, deed.place.room
    return {"at": deed.at, "account": account, "room": room, "person": deed.person, "said": deed.said}


def deed_from(row: Row[Any]) -> Deed:
    return Deed(row.at, Place(AccountName(row.account), row.room), row.person, row.said)


def slot_row(slot: Slot) -> dict[str, Any]:
    return {"announcement": slot.announcement, "occurrence": slot.occurrence, "destination": slot.destination}


def slot_from(row: Row[Any]) -> tuple[Slot, DeliveryKey | None]:
    slot = Slot(row.announcement, row.occurrence, DestinationName(row.destination))
    return slot, DeliveryKey(row.posting) if row.posting is not None else None


def posting_row(posting: Posting) -> dict[str, Any]:
    written = {field.name: getattr(posting, field.name) for field in fields(posting)}
    return written | {"phase": posting.phase.value, "shown": dict(posting.shown), "facts": dict(posting.facts)}


def posting_from(row: Row[Any]) -> Posting:
    return Posting(**{**row._mapping, "phase": Phase(row.phase)})  # noqa: SLF001 - public in spite of its name
