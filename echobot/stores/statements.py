"""What is asked of the database, put together once: building a statement takes longer than SQLite's answer."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import BindParameter, Table, bindparam, case, delete, exists, func, or_, select, tuple_, update

from echobot.stores.tables import (
    NO_LONGER_SENDING,
    NO_LONGER_WAITING,
    Moment,
    conversations,
    cursors,
    gaps,
    inbox,
    outbox,
    postings,
    restored,
    silenced,
    troubles,
    uses,
    votes,
)

_NOW = bindparam("now", type_=Moment())
_MOST: BindParameter[int] = bindparam("most")
_ACCOUNT: BindParameter[str] = bindparam("account")

CURSOR = select(cursors.c.cursor).where(cursors.c.account == _ACCOUNT)

_revised = inbox.alias("revised")
_is_to_be_settled_first = exists().where(
    _revised.c.account == inbox.c.account, _revised.c.id == inbox.c.revises, _revised.c.settled_at.is_(None)
)
_turn = func.row_number().over(partition_by=inbox.c.sender, order_by=inbox.c.seq)
_next = (
    select(inbox.c.seq, _turn.label("turn"))
    .where(inbox.c.account == _ACCOUNT, inbox.c.settled_at.is_(None), ~_is_to_be_settled_first)
    .order_by("turn", inbox.c.seq)
    .limit(_MOST)
    .subquery()
)
WAITING = select(inbox).join(_next, _next.c.seq == inbox.c.seq).order_by(_next.c.turn, inbox.c.seq)
"""Everybody's first, then everybody's second: who says much at once keeps nobody else waiting."""

SETTLE = (
    update(inbox)
    .where(inbox.c.account == bindparam("its_account"), inbox.c.id == bindparam("its_id"))
    .values(settled_at=_NOW, **NO_LONGER_WAITING)
)

RESTORED_AT = select(restored.c.at)

TRIED_PERHAPS = (
    update(outbox)
    .where(outbox.c.done_at.is_(None), outbox.c.first_tried_at.is_(None))
    .values(first_tried_at=outbox.c.queued_at)
)

_soon, _long_ago = bindparam("soon", type_=Moment()), bindparam("long_ago", type_=Moment())
TRIED_ELSEWHERE = (
    update(outbox)
    .where(outbox.c.done_at.is_(None), outbox.c.first_tried_at.is_not(None))
    .values(
        first_tried_at=case((outbox.c.first_tried_at < _long_ago, outbox.c.first_tried_at), else_=_long_ago),
        due_at=case((outbox.c.due_at < _soon, _soon), else_=outbox.c.due_at),
        reason="another machine had begun to send it",
    )
)

_earlier = outbox.alias("earlier")
_overtakes = exists().where(
    _earlier.c.account == outbox.c.account,
    _earlier.c.room == outbox.c.room,
    _earlier.c.asker == outbox.c.asker,
    _earlier.c.done_at.is_(None),
    _earlier.c.due_at > _NOW,
    _earlier.c.reason.is_not(None),
    _earlier.c.seq < outbox.c.seq,
)
_first = outbox.alias("first")
_is_to_be_revised = exists().where(_first.c.key == outbox.c.revises, _first.c.done_at.is_(None))
_same = outbox.alias("same")
_instead_of = (
    select(_same.c.remote_id)
    .where(or_(_same.c.key == outbox.c.revises, _same.c.revises == outbox.c.revises), _same.c.remote_id.is_not(None))
    .order_by(_same.c.seq.desc())
    .limit(1)
    .scalar_subquery()
)
_is_to_be_followed = exists().where(_first.c.key == outbox.c.follows, _first.c.done_at.is_(None))
_followed = select(_same.c.remote_id).where(_same.c.key == outbox.c.follows).scalar_subquery()
DUE = (
    select(outbox, _instead_of.label("instead_of"), _followed.label("followed"))
    .where(outbox.c.account == _ACCOUNT, outbox.c.done_at.is_(None))
    .where(or_(outbox.c.due_at <= _NOW, outbox.c.reason.is_(None)))
    .where(~_overtakes, ~_is_to_be_revised, ~_is_to_be_followed)
    .order_by(outbox.c.seq)
    .limit(_MOST)
)
"""Nobody's before an earlier one of theirs that has to wait, nor before the one that it revises or follows.

What was never postponed, and so has no reason to wait, is due whatever the clock says: it may have been put back.
"""

_wished = inbox.alias("wished")
_wished_at = (
    select(_wished.c.seq)
    .where(_wished.c.account == bindparam("wished_account"), _wished.c.id == bindparam("wished_id"))
    .scalar_subquery()
)
FORGET_WAITING = (
    update(inbox)
    .where(inbox.c.account == bindparam("its_account"), inbox.c.sender == bindparam("its_person"))
    .where(inbox.c.settled_at.is_(None), inbox.c.seq < _wished_at)
    .values(settled_at=_NOW, **NO_LONGER_WAITING)
)
FORGET_UNSENT = (
    update(outbox)
    .where(outbox.c.account == bindparam("its_account"), outbox.c.asker == bindparam("its_person"))
    .where(outbox.c.done_at.is_(None), outbox.c.key.not_in(bindparam("but", expanding=True)))
    .values(done_at=_NOW, reason="the asker wanted to be forgotten", **NO_LONGER_SENDING)
)
FORGET_TALKS = delete(conversations).where(
    conversations.c.account == bindparam("its_account"), conversations.c.person == bindparam("its_person")
)

_KEY: BindParameter[str] = bindparam("its_key")
MEANING = (
    select(outbox.c.meaning)
    .where(or_(outbox.c.key == _KEY, outbox.c.revises == _KEY))
    .order_by(outbox.c.seq.desc())
    .limit(1)
)

MEANING_OF = (
    select(outbox.c.meaning)
    .where(outbox.c.account == _ACCOUNT, outbox.c.remote_id == bindparam("remote"))
    .order_by(outbox.c.seq.desc())
    .limit(1)
)

_still_to_send = update(outbox).where(outbox.c.key == bindparam("its_key"), outbox.c.done_at.is_(None))
ATTEMPTING = _still_to_send.values(
    first_tried_at=func.coalesce(outbox.c.first_tried_at, _NOW, type_=Moment()), tries=outbox.c.tries + 1
)
SENT = _still_to_send.values(done_at=_NOW, remote_id=bindparam("remote"), reason=None, **NO_LONGER_SENDING)
GIVE_UP = _still_to_send.values(done_at=_NOW, reason=bindparam("why"), **NO_LONGER_SENDING)
POSTPONE = _still_to_send.values(
    due_at=bindparam("until", type_=Moment()),
    reason=bindparam("why"),
    first_tried_at=bindparam("unknown_since", type_=Moment()),
)

CONVERSATION = select(conversations).where(
    conversations.c.account == _ACCOUNT,
    conversations.c.room == bindparam("room"),
    conversations.c.thread == bindparam("thread"),
    conversations.c.person == bindparam("person"),
)

IS_SILENCED = select(silenced.c.person).where(silenced.c.account == _ACCOUNT, silenced.c.person == bindparam("person"))
HEAR_AGAIN = delete(silenced).where(
    silenced.c.account == bindparam("its_account"), silenced.c.person == bindparam("its_person")
)

_waiting = func.count().label("waiting")
WAITING_BY_ACCOUNT = select(inbox.c.account, _waiting).where(inbox.c.settled_at.is_(None)).group_by(inbox.c.account)
UNSENT_BY_ACCOUNT = select(outbox.c.account, _waiting).where(outbox.c.done_at.is_(None)).group_by(outbox.c.account)

TROUBLES = select(troubles).order_by(troubles.c.since, troubles.c.about)
IS_WELL = delete(troubles).where(troubles.c.about == bindparam("its_name"))

_BEFORE = bindparam("before", type_=Moment())
FORGET_MESSAGES = delete(inbox).where(inbox.c.settled_at < _BEFORE)
_still_posted = select(postings.c.key)
_of_a_posting = or_(
    outbox.c.key.in_(_still_posted), outbox.c.revises.in_(_still_posted), outbox.c.follows.in_(_still_posted)
)
FORGET_REPLIES = delete(outbox).where(outbox.c.done_at < _BEFORE, func.coalesce(~_of_a_posting, True))
FORGET_CONVERSATIONS = delete(conversations).where(conversations.c.at < _BEFORE)

GAPS = select(gaps).order_by(gaps.c.times.desc(), gaps.c.last_at.desc(), gaps.c.text, gaps.c.language)
_rarest = GAPS.with_only_columns(gaps.c.text, gaps.c.language).offset(bindparam("most"))
FORGET_GAPS = delete(gaps).where(gaps.c.last_at < _BEFORE)
FORGET_RAREST_GAPS = delete(gaps).where(tuple_(gaps.c.text, gaps.c.language).in_(_rarest))


VOTES = select(votes).order_by(votes.c.disliked.desc(), votes.c.liked, votes.c.entry)

_times = func.sum(uses.c.times).label("times")
USES = (
    select(uses.c.outcome, uses.c.entry, _times)
    .where(uses.c.week >= bindparam("since"), uses.c.week < bindparam("until"))
    .group_by(uses.c.outcome, uses.c.entry)
    .order_by(_times.desc(), uses.c.outcome, uses.c.entry)
)


@cache
def insert_new(dialect: str, table: Table) -> Any:
    """Rows whose key is there already are left as they are."""
    return _insert(dialect, table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


@cache
def replace(dialect: str, table: Table) -> Any:
    """Rows whose key is there already are overwritten."""
    insert = _insert(dialect, table)
    others = {column.name: insert.excluded[column.name] for column in table.c if not column.primary_key}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=others)


@cache
def count_gaps(dialect: str) -> Any:
    """A gap that is there already has been asked once more."""
    insert = _insert(dialect, gaps)
    more = {"times": gaps.c.times + insert.excluded.times, "last_at": insert.excluded.last_at}
    return insert.on_conflict_do_update(index_elements=list(gaps.primary_key), set_=more)


@cache
def count_votes(dialect: str) -> Any:
    insert = _insert(dialect, votes)
    more = {name: votes.c[name] + insert.excluded[name] for name in ("liked", "disliked")}
    return insert.on_conflict_do_update(index_elements=list(votes.primary_key), set_=more)


@cache
def count_uses(dialect: str) -> Any:
    insert = _insert(dialect, uses)
    more = {"times": uses.c.times + insert.excluded.times}
    return insert.on_conflict_do_update(index_elements=list(uses.primary_key), set_=more)


def _insert(dialect: str, table: Table) -> Any:
    """SQLite and PostgreSQL say ON CONFLICT alike, but SQLAlchemy keeps it in each dialect."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
