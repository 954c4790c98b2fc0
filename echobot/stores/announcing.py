"""What one transaction does for announcements, one function each; `ports.Store` says what they promise."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from echobot.core.ledger import Ledger
from echobot.ports import Filled, Revision
from echobot.stores import rows, statements
from echobot.stores.tables import announcer, outbox, postings, slots, withdrawals
from echobot.stores.transactions import insert_new, replace


def ledger(connection: Connection) -> Ledger:
    filled = [rows.slot_from(row) for row in connection.execute(select(slots))]
    posted = [rows.posting_from(row) for row in connection.execute(select(postings))]
    settled_until = connection.scalar(select(announcer.c.settled_until))
    return Ledger(settled_until, dict(filled), {posting.key: posting for posting in posted})


def fill(connection: Connection, filled: Filled, now: datetime) -> bool:
    posting = filled.posting
    insert = statements.insert_new(connection.dialect.name, slots)
    more = {"posting": posting and posting.key, "until": filled.until}
    attempt = connection.begin_nested()
    added = sum(connection.execute(insert, rows.slot_row(slot) | more).rowcount for slot in filled.slots)
    if added < len(filled.slots):  # somebody else was quicker
        attempt.rollback()
        return False
    attempt.commit()
    if posting:
        insert_new(connection, postings, [rows.posting_row(posting)])
    if filled.post:
        queued = {"queued_at": now, "due_at": now, "first_tried_at": filled.unsure_since}
        insert_new(connection, outbox, [rows.post_row(filled.post) | queued])
    return True


def revise(connection: Connection, revision: Revision, now: datetime) -> bool:
    posting = revision.posting
    its_last = (postings.c.key == posting.key, postings.c.revision == posting.revision - 1)
    if not connection.execute(update(postings).where(*its_last).values(**rows.posting_row(posting))).rowcount:
        return False
    queued = {"queued_at": now, "due_at": now}
    insert_new(connection, outbox, [rows.post_row(post) | queued for post in revision.posts])
    return True


def settled(connection: Connection, until: datetime) -> None:
    replace(connection, announcer, [{"id": 1, "settled_until": until}])


def to_withdraw(connection: Connection) -> list[str]:
    return list(connection.scalars(select(withdrawals.c.announcement).order_by(withdrawals.c.announcement)))


def withdraw(connection: Connection, announcement: str) -> None:
    insert_new(connection, withdrawals, [{"announcement": announcement}])


def withdrawn(connection: Connection, announcement: str) -> None:
    connection.execute(delete(withdrawals).where(withdrawals.c.announcement == announcement))


def forget_slots(connection: Connection, until_before: datetime) -> None:
    connection.execute(delete(slots).where(slots.c.until < until_before))
    filling = select(slots.c.posting).where(slots.c.posting.is_not(None))
    connection.execute(delete(postings).where(postings.c.key.not_in(filling)))
