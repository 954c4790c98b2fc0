"""What is remembered of announcements, so that each is posted once: which were due, and what stands on a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from echobot.core.announcement import DestinationName
from echobot.core.message import AccountName, DeliveryKey


class Phase(StrEnum):
    """What a post is to its event, and so what it says."""

    NEWS = "news"
    REMINDER = "reminder"
    THANKS = "thanks"
    ITSELF = "itself"  # an announcement without an event


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One occurrence of an announcement at one destination: it is filled once, or told as missed."""

    announcement: str
    occurrence: str  # the same as long as it stands for the same time: "1 hour before 2027-03-14T10:00"
    destination: DestinationName


Fingerprints: TypeAlias = Mapping[str, str]
"""By announcement."""


@dataclass(frozen=True, slots=True)
class Posting:
    """What was posted for one slot, or for several that were due together."""

    key: DeliveryKey  # of the first post; what changes it has keys of its own
    account: AccountName
    destination: DestinationName
    phase: Phase
    posted_at: datetime  # when it was put into the outbox
    visibility: str = ""
    meant_for: datetime | None = None  # when it should have been posted, if it says so
    revision: int = 1
    shown: Fingerprints = field(default_factory=dict)  # what it says
    facts: Fingerprints = field(default_factory=dict)  # when and where
    picture: str | None = ""  # a fingerprint too; None: nobody noted it, so it is taken to be today's
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """All of it, as it was read."""

    settled_until: datetime | None = None  # what was due until then is posted or told; None: nothing ever was
    slots: Mapping[Slot, DeliveryKey | None] = field(default_factory=dict)
    postings: Mapping[DeliveryKey, Posting] = field(default_factory=dict)
