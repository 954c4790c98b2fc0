"""What is known of the running bot at one moment, and whether all is well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from echobot.core.message import AccountName
from echobot.ports import Backlog, Trouble

_POLLS = 3  # without a good contact, and an account counts as deaf, even if its connection looks alive


@dataclass(frozen=True, slots=True)
class Contact:
    """When an account's server last gave what was asked of it, and how often it should."""

    account: AccountName
    last_at: datetime | None
    every: timedelta
    unreadable: int = 0  # messages that cannot be decrypted yet

    def is_deaf(self, started_at: datetime, now: datetime) -> bool:
        silent = now - (self.last_at or started_at)
        return silent > timedelta(0) and silent / _POLLS > self.every


@dataclass(frozen=True, slots=True)
class Coming:
    """What is announced next."""

    announcement: str
    destination: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Edition:
    """Which state of the knowledge the bot answers from."""

    version: str
    entries: int


@dataclass(frozen=True, slots=True)
class Turn:
    """Of several machines on one store, which one this is and which one leads."""

    machine: str
    leader: str | None
    leads: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """The running bot at the moment `now`."""

    now: datetime
    started_at: datetime
    program: str  # its version
    knowledge: Edition
    contacts: Sequence[Contact] = ()
    troubles: Sequence[Trouble] = ()
    backlog: Sequence[Backlog] = ()
    coming: Coming | None = None
    serves_since: datetime | None = None  # where that is later than its start
    turn: Turn | None = None  # None: there is one machine only

    @property
    def leads(self) -> bool:
        """Whether it serves, or stands by."""
        return self.turn is None or self.turn.leads

    @property
    def is_well(self) -> bool:
        """Red or green: no trouble is noted but in single rooms, and no account is deaf."""
        return not (self.deaf or any(not trouble.is_in_a_room for trouble in self.troubles))

    @property
    def deaf(self) -> list[Contact]:
        """The accounts that should have heard from their servers."""
        return [contact for contact in self.contacts if contact.is_deaf(self.serves_since or self.started_at, self.now)]

    def waiting(self, account: AccountName) -> Backlog:
        """How much that account has still to do."""
        return next((each for each in self.backlog if each.account == account), Backlog(account))

    @property
    def wrong(self) -> list[str]:
        """Everything that is wrong, in words."""
        return [*told(self.troubles), *(self.deafness(contact) for contact in self.deaf)]

    def deafness(self, contact: Contact) -> str:
        """That an account is deaf, and what to do."""
        since = "since the bot started" if contact.last_at is None else f"since {moment(contact.last_at)}"
        return f"{contact.account} has not heard from its server {since}: look at the log, and at the server"


def told(troubles: Iterable[Trouble]) -> list[str]:
    """Each with since when."""
    return [f"{trouble.about}, since {moment(trouble.since)}:\n{_indented(trouble.text)}" for trouble in troubles]


def moment(at: datetime) -> str:
    """As a person reads it."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
