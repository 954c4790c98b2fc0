"""What one transaction does for those who look after the bot, one function each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, delete, or_, select

from echobot.core.message import AccountName, MessageId, Post
from echobot.core.oversight import Deed, Draft, Hush
from echobot.ports import Settlement
from echobot.stores import rows, tables
from echobot.stores.tables import Moment, drafts, hushes, outbox, uses
from echobot.stores.tables import deeds as done
from echobot.stores.transactions import insert_new, replace

_everywhere = and_(hushes.c.account == Hush.EVERYWHERE[0], hushes.c.room == Hush.EVERYWHERE[1])
_there = and_(hushes.c.account == bindparam("account"), hushes.c.room == bindparam("room"))
_holds = or_(hushes.c.until.is_(None), hushes.c.until > bindparam("now", type_=Moment()))
IS_HUSHED = select(hushes.c.room).where(or_(_everywhere, _there), _holds).limit(1)
"""Put together once: every message asks for it."""


def carry_out(connection: Connection, settlement: Settlement, now: datetime) -> None:
    """What a settlement says besides replies and what is remembered of people."""
    _queue(connection, settlement.posts, now)
    replace(connection, drafts, [rows.draft_row(each) for each in settlement.drafts])
    wanted = [{"account": hush.account, "room": hush.room, "until": hush.until} for hush in settlement.hushes]
    replace(connection, hushes, wanted)
    insert_new(connection, done, [rows.deed_row(deed) for deed in settlement.deeds])


def told(connection: Connection) -> dict[str, str]:
    return {row.about: row.text for row in connection.execute(select(tables.told))}


def report(connection: Connection, told: Mapping[str, str | None], posts: Sequence[Post], now: datetime) -> None:
    replace(connection, tables.told, [{"about": about, "text": text} for about, text in told.items() if text])
    over = [about for about, text in told.items() if not text]
    connection.execute(delete(tables.told).where(tables.told.c.about.in_(over)))
    _queue(connection, posts, now)


def draft(connection: Connection, id_: MessageId) -> Draft | None:
    row = connection.execute(select(drafts).where(drafts.c.id == id_)).one_or_none()
    return rows.draft_from(row) if row else None


def is_hushed(connection: Connection, account: AccountName, room: str, now: datetime) -> bool:
    return connection.scalar(IS_HUSHED, {"account": account, "room": room, "now": now}) is not None


def deeds(connection: Connection, limit: int) -> list[Deed]:
    latest = select(done).order_by(done.c.at.desc(), done.c.id.desc()).limit(limit)
    return [rows.deed_from(row) for row in connection.execute(latest)]


def forget(connection: Connection, drafts_before: datetime, deeds_before: datetime) -> None:
    connection.execute(delete(drafts).where(drafts.c.at < drafts_before))
    connection.execute(delete(hushes).where(hushes.c.until < deeds_before))
    connection.execute(delete(done).where(done.c.at < deeds_before))
    connection.execute(delete(uses).where(uses.c.week < deeds_before.date()))


def _queue(connection: Connection, posts: Sequence[Post], now: datetime) -> None:
    insert_new(connection, outbox, [rows.post_row(post) | {"queued_at": now, "due_at": now} for post in posts])
