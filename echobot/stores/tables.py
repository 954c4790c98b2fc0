"""The form of the database, the same on every SQL database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

VERSION = 9
"""Goes up with every change of the form: `upgrading` says how; a newer form than this is refused."""


class Words(TypeDecorator[str]):
    """Text from anywhere; half a surrogate pair and the zero character, which databases refuse, are replaced."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 the base's signature
        if value is None:
            return None
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")


class Moment(TypeDecorator[datetime]):
    """An aware time; kept as UTC, because SQLite knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a time zone cannot be kept")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value and (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)


metadata = MetaData()

version = Table("echobot", metadata, Column("version", Integer, nullable=False))

cursors = Table(
    "cursors",
    metadata,
    Column("account", Words, primary_key=True),
    Column("cursor", Words, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("account", Words, nullable=False),
    Column("id", Words, nullable=False),
    Column("kept_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Column("room", Words),  # from here on: empty once it is settled
    Column("thread", Words),
    Column("sender", Words),
    Column("text", Words),
    Column("sent_at", Moment),
    Column("address", Words),
    Column("envelope", Words),
    Column("language", Words),
    Column("revises", Words),
    Column("reacts_to", Words),
    Column("quoted", Words),
    Column("link", Words),
    Column("power", Integer, nullable=False, server_default="0"),
    Column("known_as", Words),
    UniqueConstraint("account", "id"),
    Index("inbox_by_state", "account", "settled_at", "seq"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("key", Words, nullable=False, unique=True),
    Column("account", Words, nullable=False),
    Column("queued_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("first_tried_at", Moment),
    Column("tries", Integer, nullable=False, default=0),
    Column("done_at", Moment),
    Column("remote_id", Words),  # stays empty when it was given up
    Column("reason", Words),  # why it was postponed or given up
    Column("meaning", Words),  # ids of entries only
    Column("revises", Words),  # the key of the reply that it takes the place of
    Column("room", Words),  # from here on: empty once it is done
    Column("thread", Words),
    Column("to", Words),
    Column("asker", Words),
    Column("text", Words),
    Column("language", Words),
    Column("envelope", Words),
    Column("post", JSON),  # what only a post has
    Column("follows", Words),  # the key of the post in whose thread it stands
    Column("offers", Integer),
    Index("outbox_by_state", "account", "done_at", "seq"),
    Index("outbox_by_first", "revises"),
    Index("outbox_by_remote_id", "remote_id"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("account", Words, primary_key=True),
    Column("room", Words, primary_key=True),
    Column("thread", Words, primary_key=True),  # "" outside of threads: a key may not be empty
    Column("person", Words, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("language", Words, nullable=False),
    Column("offered", JSON, nullable=False),
    Column("answered", Words),
    Column("because", JSON, nullable=False),
)

gaps = Table(
    "gaps",
    metadata,
    Column("text", Words, primary_key=True),  # nothing says whose it was, or where
    Column("language", Words, primary_key=True),
    Column("times", Integer, nullable=False),
    Column("last_at", Moment, nullable=False, index=True),
)

votes = Table(
    "votes",
    metadata,
    Column("entry", Words, primary_key=True),  # nothing says whose they were
    Column("liked", Integer, nullable=False),
    Column("disliked", Integer, nullable=False),
)

uses = Table(
    "uses",
    metadata,
    Column("week", Date, primary_key=True),
    Column("outcome", Words, primary_key=True),
    Column("entry", Words, primary_key=True),  # nothing says who asked, or where
    Column("times", Integer, nullable=False),
)

silenced = Table(
    "silenced",
    metadata,
    Column("account", Words, primary_key=True),
    Column("person", Words, primary_key=True),  # who wrote "stop": kept until they write "start"
)

postings = Table(
    "postings",
    metadata,
    Column("key", Words, primary_key=True),  # of its first post in the outbox
    Column("account", Words, nullable=False),
    Column("destination", Words, nullable=False),
    Column("phase", Words, nullable=False),
    Column("visibility", Words, nullable=False),
    Column("meant_for", Moment),  # when it should have been posted, if it says so
    Column("revision", Integer, nullable=False),
    Column("shown", JSON, nullable=False),  # a fingerprint of what it says, by announcement
    Column("facts", JSON, nullable=False),  # and of when and where, by announcement
    Column("picture", Words),  # and of its picture; empty in those that were posted before it was noted
    Column("posted_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
)

slots = Table(
    "slots",
    metadata,
    Column("announcement", Words, primary_key=True),
    Column("occurrence", Words, primary_key=True),
    Column("destination", Words, primary_key=True),
    Column("posting", Words),  # stays empty when it was missed, or is none to post
    Column("until", Moment, nullable=False, index=True),  # from then on it can be forgotten
)

announcer = Table(
    "announcer",
    metadata,
    Column("id", Integer, primary_key=True),  # there is one row
    Column("settled_until", Moment, nullable=False),  # what was due until then is posted, or told to the operator
)

withdrawals = Table(
    "withdrawals",
    metadata,
    Column("announcement", Words, primary_key=True),  # to be taken away wherever it was posted
)

hushes = Table(
    "hushes",
    metadata,
    Column("account", Words, primary_key=True),  # "" together with the room: everywhere
    Column("room", Words, primary_key=True),
    Column("until", Moment),  # stays empty until somebody lifts it
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", Words, primary_key=True),
    Column("post", JSON, nullable=False),
    Column("at", Moment, nullable=False),
)

deeds = Table(
    "deeds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("account", Words, nullable=False),
    Column("room", Words, nullable=False),
    Column("person", Words, nullable=False),
    Column("said", Words, nullable=False),
)

told = Table(
    "told",
    metadata,
    Column("about", Words, primary_key=True),
    Column("text", Words, nullable=False),  # what those who look after the bot were last told of it
)

restored = Table(
    "restored",
    metadata,
    Column("id", Integer, primary_key=True),  # there is one row, or none
    Column("at", Moment, nullable=False),  # what was said until then may be answered already, by a store that is lost
)

troubles = Table(
    "troubles",
    metadata,
    Column("about", Words, primary_key=True),
    Column("text", Words, nullable=False),
    Column("since", Moment, nullable=False),
)

NO_LONGER_WAITING: dict[str, Any] = dict.fromkeys(
    (
        "room",
        "thread",
        "sender",
        "text",
        "sent_at",
        "address",
        "envelope",
        "language",
        "revises",
        "reacts_to",
        "quoted",
        "link",
        "known_as",
    )
) | {"power": 0}
"""What is forgotten of a message once it is settled; its id stays, so that it is never answered twice."""

NO_LONGER_SENDING: dict[str, Any] = dict.fromkeys(
    ("room", "thread", "to", "asker", "text", "language", "envelope", "post", "offers")
)
"""What is forgotten of a reply once it is sent or given up; its key stays, so that it is never sent twice."""
