"""Values become rows and rows become values."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from echobot.core.conversation import Conversation
from echobot.core.gap import Gap
from echobot.core.knowledge import EntryId, Language
from echobot.core.message import AccountName, Address, Delivery, DeliveryKey, Message, MessageId, Place, Reply
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
    }


def delivery_from(row: Row[Any]) -> Delivery:
    reply = Reply(
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
    )
    return Delivery(reply, row.first_tried_at, row.tries)


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
