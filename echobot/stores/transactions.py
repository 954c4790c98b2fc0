"""What one transaction does, one function each; `SqlStore` says what they promise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, exists, func, select, update

from echobot.core.conversation import Conversation
from echobot.core.message import AccountName, Delivery, DeliveryKey, Message, Place, Reply
from echobot.stores import rows
from echobot.stores.tables import NO_LONGER_SENDING, NO_LONGER_WAITING, conversations, cursors, inbox, outbox


def cursor(connection: Connection, account: AccountName) -> str | None:
    return connection.scalar(select(cursors.c.cursor).where(cursors.c.account == account))


def keep(connection: Connection, account: AccountName, messages: Sequence[Message], behind: str, now: datetime) -> None:
    _insert_new(
        connection, inbox, [rows.message_row(message) | {"account": account, "kept_at": now} for message in messages]
    )
    _replace(connection, cursors, [{"account": account, "cursor": behind}])


def waiting(connection: Connection, account: AccountName, limit: int) -> list[Message]:
    found = select(inbox).where(inbox.c.account == account, inbox.c.settled_at.is_(None))
    return [rows.message_from(row) for row in connection.execute(found.order_by(inbox.c.seq).limit(limit))]


def settle(
    connection: Connection,
    messages: Sequence[Message],
    replies: Sequence[Reply],
    talks: Sequence[Conversation],
    now: datetime,
) -> None:
    _settle_messages(connection, messages, now)
    _insert_new(connection, outbox, [rows.reply_row(reply) | {"queued_at": now, "due_at": now} for reply in replies])
    _replace(connection, conversations, [rows.conversation_row(talk) for talk in talks])


def due(connection: Connection, account: AccountName, now: datetime, limit: int) -> list[Delivery]:
    earlier = outbox.alias("earlier")
    overtakes = exists().where(
        earlier.c.account == outbox.c.account,
        earlier.c.room == outbox.c.room,
        earlier.c.asker == outbox.c.asker,
        earlier.c.done_at.is_(None),
        earlier.c.due_at > now,
        earlier.c.seq < outbox.c.seq,
    )
    found = select(outbox).where(outbox.c.account == account, outbox.c.done_at.is_(None), outbox.c.due_at <= now)
    return [
        rows.delivery_from(row)
        for row in connection.execute(found.where(~overtakes).order_by(outbox.c.seq).limit(limit))
    ]


def attempting(connection: Connection, keys: Sequence[DeliveryKey], now: datetime) -> None:
    first = func.coalesce(outbox.c.first_tried_at, now, type_=outbox.c.first_tried_at.type)
    begun = update(outbox).where(outbox.c.key.in_(keys)).values(first_tried_at=first, tries=outbox.c.tries + 1)
    connection.execute(begun)


def sent(connection: Connection, key: DeliveryKey, remote_id: str, now: datetime) -> None:
    _note(connection, key, {"done_at": now, "remote_id": remote_id, "reason": None} | NO_LONGER_SENDING)


def postpone(
    connection: Connection, key: DeliveryKey, until: datetime, reason: str, unknown_since: datetime | None
) -> None:
    _note(connection, key, {"due_at": until, "reason": reason, "first_tried_at": unknown_since})


def give_up(connection: Connection, key: DeliveryKey, reason: str, now: datetime) -> None:
    _note(connection, key, {"done_at": now, "reason": reason} | NO_LONGER_SENDING)


def conversation(connection: Connection, place: Place, person: str) -> Conversation | None:
    its = conversations.c
    found = select(conversations).where(
        its.account == place.account, its.room == place.room, its.thread == (place.thread or ""), its.person == person
    )
    row = connection.execute(found).one_or_none()
    return None if row is None else rows.conversation_from(row)


def forget(connection: Connection, ids_before: datetime, conversations_before: datetime) -> None:
    connection.execute(delete(inbox).where(inbox.c.settled_at < ids_before))
    connection.execute(delete(outbox).where(outbox.c.done_at < ids_before))
    connection.execute(delete(conversations).where(conversations.c.at < conversations_before))


def _settle_messages(connection: Connection, messages: Sequence[Message], now: datetime) -> None:
    if messages:
        this = (inbox.c.account == bindparam("this_account"), inbox.c.id == bindparam("this_id"))
        settled = update(inbox).where(*this).values(settled_at=now, **NO_LONGER_WAITING)
        connection.execute(settled, [{"this_account": m.place.account, "this_id": m.id} for m in messages])


def _note(connection: Connection, key: DeliveryKey, values: dict[str, Any]) -> None:
    connection.execute(update(outbox).where(outbox.c.key == key, outbox.c.done_at.is_(None)).values(values))


def _insert_new(connection: Connection, table: Table, values: Sequence[dict[str, Any]]) -> None:
    if values:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), values)


def _replace(connection: Connection, table: Table, values: Sequence[dict[str, Any]]) -> None:
    if values:
        insert = _insert(connection, table)
        others = {column.name: insert.excluded[column.name] for column in table.c if not column.primary_key}
        connection.execute(insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=others), values)


def _insert(connection: Connection, table: Table) -> Any:
    """SQLite and PostgreSQL say ON CONFLICT alike, but SQLAlchemy keeps it in each dialect."""
    return import_module(f"sqlalchemy.dialects.{connection.dialect.name}").insert(table)
