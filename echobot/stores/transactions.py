"""What one transaction does, one function each; `SqlStore` says what they promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table

from echobot.core.conversation import Conversation
from echobot.core.gap import Gap
from echobot.core.message import AccountName, Delivery, DeliveryKey, Message, MessageId, Place, Reply, Wish
from echobot.core.oversight import Erasure, Use
from echobot.core.reaction import Votes
from echobot.ports import MOST_GAPS, Backlog, Settlement, Trouble
from echobot.stores import rows, statements, tables
from echobot.stores.tables import conversations, cursors, inbox, outbox, silenced, troubles

KEYS_LIVE = timedelta(days=2)
"""No server knows a key for so long."""

ARRIVES_WITHIN = timedelta(seconds=2)
"""What a machine had begun to send when it lost the lead is there by then."""


def cursor(connection: Connection, account: AccountName) -> str | None:
    return connection.scalar(statements.CURSOR, {"account": account})


def keep(  # noqa: PLR0913, PLR0917 - what belongs together
    connection: Connection,
    account: AccountName,
    messages: Sequence[Message],
    behind: str,
    now: datetime,
    settled: Sequence[Message],
) -> None:
    here = {"account": account, "kept_at": now}
    insert_new(connection, inbox, [rows.message_row(message) | here for message in messages])
    insert_new(connection, inbox, [{"id": message.id, "settled_at": now, **here} for message in settled])
    replace(connection, cursors, [{"account": account, "cursor": behind}])


def waiting(connection: Connection, account: AccountName, limit: int) -> list[Message]:
    found = connection.execute(statements.WAITING, {"account": account, "most": limit})
    return [rows.message_from(row) for row in found]


def settle(connection: Connection, settlement: Settlement, now: datetime) -> None:
    if settlement.messages:
        these = [{"its_account": m.place.account, "its_id": m.id, "now": now} for m in settlement.messages]
        connection.execute(statements.SETTLE, these)
    queued, tried_at = {"queued_at": now, "due_at": now}, _perhaps_answered(connection, settlement.messages)
    replies = [
        rows.reply_row(reply) | queued | {"first_tried_at": tried_at.get(reply.to)} for reply in settlement.replies
    ]
    insert_new(connection, outbox, replies)
    replace(connection, conversations, [rows.conversation_row(talk) for talk in settlement.conversations])
    if lacking := [rows.gap_row(gap) for gap in settlement.gaps]:
        connection.execute(statements.count_gaps(connection.dialect.name), lacking)
    if counted := [rows.votes_row(votes) for votes in settlement.votes]:
        connection.execute(statements.count_votes(connection.dialect.name), counted)
    if answered := [asdict(use) for use in settlement.uses]:
        connection.execute(statements.count_uses(connection.dialect.name), answered)
    _follow(connection, settlement.wishes)
    for erasure in settlement.erasures:
        _forget_person(connection, erasure, settlement.replies, now)


def _forget_person(connection: Connection, erasure: Erasure, replies: Sequence[Reply], now: datetime) -> None:
    """Keys and ids stay, without anybody's name: what is forgotten is neither answered again nor sent twice."""
    whose = {"its_account": erasure.account, "its_person": erasure.person}
    by = dict(zip(("wished_account", "wished_id"), erasure.wished, strict=True))
    connection.execute(statements.FORGET_WAITING, {**whose, **by, "now": now})
    connection.execute(statements.FORGET_UNSENT, {**whose, "but": [reply.key for reply in replies], "now": now})
    connection.execute(statements.FORGET_TALKS, whose)


def _perhaps_answered(connection: Connection, messages: Sequence[Message]) -> dict[MessageId, datetime]:
    """Since when there may be a reply that a store from a backup does not know of: the chat looks before it sends."""
    restored_at = connection.scalar(statements.RESTORED_AT)
    return {m.revises or m.id: m.sent_at for m in messages if restored_at and m.sent_at <= restored_at}


def restored(connection: Connection, now: datetime) -> None:
    """What was asked or sent since the backup is known to others only."""
    replace(connection, tables.restored, [{"id": 1, "at": now}])
    connection.execute(statements.TRIED_PERHAPS)


def inherited(connection: Connection, now: datetime) -> None:
    """What another machine tried is looked for, because its keys may be unknown; what it was sending may arrive."""
    connection.execute(statements.TRIED_ELSEWHERE, {"long_ago": now - KEYS_LIVE, "soon": now + ARRIVES_WITHIN})


def _follow(connection: Connection, wishes: Sequence[Wish]) -> None:
    for wish in wishes:
        if wish.silence:
            insert_new(connection, silenced, [{"account": wish.account, "person": wish.person}])
        else:
            connection.execute(statements.HEAR_AGAIN, {"its_account": wish.account, "its_person": wish.person})


def is_silenced(connection: Connection, account: AccountName, person: str) -> bool:
    return connection.scalar(statements.IS_SILENCED, {"account": account, "person": person}) is not None


def meaning(connection: Connection, key: DeliveryKey) -> str | None:
    return connection.scalar(statements.MEANING, {"its_key": key})


def meaning_of(connection: Connection, account: AccountName, remote_id: str) -> str | None:
    return connection.scalar(statements.MEANING_OF, {"account": account, "remote": remote_id})


def note_trouble(connection: Connection, about: str, trouble: str | None, now: datetime) -> None:
    known = {each.about: each for each in troubles_now(connection)}.get(about)
    if trouble is None:
        connection.execute(statements.IS_WELL, {"its_name": about})
    else:
        replace(connection, troubles, [{"about": about, "text": trouble, "since": known.since if known else now}])


def troubles_now(connection: Connection) -> list[Trouble]:
    return [rows.trouble_from(row) for row in connection.execute(statements.TROUBLES)]


def backlog(connection: Connection) -> list[Backlog]:
    questions: dict[str, int] = {row.account: row.waiting for row in connection.execute(statements.WAITING_BY_ACCOUNT)}
    replies: dict[str, int] = {row.account: row.waiting for row in connection.execute(statements.UNSENT_BY_ACCOUNT)}
    accounts = sorted({*questions, *replies})
    return [Backlog(AccountName(account), questions.get(account, 0), replies.get(account, 0)) for account in accounts]


def due(connection: Connection, account: AccountName, now: datetime, limit: int) -> list[Delivery]:
    found = connection.execute(statements.DUE, {"account": account, "now": now, "most": limit})
    return [rows.delivery_from(row) for row in found]


def attempting(connection: Connection, keys: Sequence[DeliveryKey], now: datetime) -> None:
    if keys:
        connection.execute(statements.ATTEMPTING, [{"its_key": key, "now": now} for key in keys])


def sent(connection: Connection, key: DeliveryKey, remote_id: str, now: datetime) -> None:
    connection.execute(statements.SENT, {"its_key": key, "now": now, "remote": remote_id})


def postpone(
    connection: Connection, key: DeliveryKey, until: datetime, reason: str, unknown_since: datetime | None
) -> None:
    later = {"its_key": key, "until": until, "why": reason, "unknown_since": unknown_since}
    connection.execute(statements.POSTPONE, later)


def give_up(connection: Connection, key: DeliveryKey, reason: str, now: datetime) -> None:
    connection.execute(statements.GIVE_UP, {"its_key": key, "now": now, "why": reason})


def conversation(connection: Connection, place: Place, person: str) -> Conversation | None:
    where = {"account": place.account, "room": place.room, "thread": place.thread or "", "person": person}
    row = connection.execute(statements.CONVERSATION, where).one_or_none()
    return None if row is None else rows.conversation_from(row)


def gaps(connection: Connection) -> list[Gap]:
    return [rows.gap_from(row) for row in connection.execute(statements.GAPS)]


def votes(connection: Connection) -> list[Votes]:
    return [rows.votes_from(row) for row in connection.execute(statements.VOTES)]


def uses(connection: Connection, since: date, before: date) -> list[Use]:
    found = connection.execute(statements.USES, {"since": since, "until": before})
    return [Use(since, row.outcome, row.entry, row.times) for row in found]


def forget(connection: Connection, ids_before: datetime, conversations_before: datetime, gaps_before: datetime) -> None:
    connection.execute(statements.FORGET_MESSAGES, {"before": ids_before})
    connection.execute(statements.FORGET_REPLIES, {"before": ids_before})
    connection.execute(statements.FORGET_CONVERSATIONS, {"before": conversations_before})
    connection.execute(statements.FORGET_GAPS, {"before": gaps_before})
    connection.execute(statements.FORGET_RAREST_GAPS, {"most": MOST_GAPS})


def insert_new(connection: Connection, table: Table, values: Sequence[dict[str, Any]]) -> None:
    if values:
        connection.execute(statements.insert_new(connection.dialect.name, table), values)


def replace(connection: Connection, table: Table, values: Sequence[dict[str, Any]]) -> None:
    if values:
        connection.execute(statements.replace(connection.dialect.name, table), values)
