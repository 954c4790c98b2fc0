"""What those who look after the bot want of it, and what they are told: all of it is kept in the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from echobot.core.message import AccountName, DeliveryKey, MessageId, Place, Post


@dataclass(frozen=True, slots=True)
class Hush:
    """Nobody is answered in a room of an account, or anywhere when there is no room."""

    account: AccountName
    room: str
    until: datetime | None = None  # None: until somebody lifts it, by another one that is over

    EVERYWHERE: ClassVar[tuple[AccountName, str]] = (AccountName(""), "")


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is kept of a person under an account goes."""

    account: AccountName
    person: str
    wished: tuple[AccountName, MessageId]  # by this message: what the person said before it goes unanswered


@dataclass(frozen=True, slots=True)
class Draft:
    """A post that somebody has written and that waits for a yes."""

    id: MessageId  # of the message that it was written in
    post: Post
    at: datetime


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody had the bot do."""

    at: datetime
    place: Place
    person: str
    said: str  # without names and texts of others


@dataclass(frozen=True, slots=True)
class Use:
    """How often something was answered in a week; nothing says to whom."""

    week: date  # its Monday
    outcome: str  # "found", "choices" or "unknown"
    entry: str = ""  # the id of the one that was found
    times: int = 1


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


DRAFT_LIFETIME = timedelta(hours=1)
"""How long a draft waits: a yes that comes later means something else."""


def key_of(draft: MessageId) -> DeliveryKey:
    """One draft makes one post, however often somebody says yes."""
    return DeliveryKey(f"say:{draft}")
