"""What an operator decides, as values; `content.settings_file` reads them from YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

from echobot.core.announcement import Audience, DestinationName
from echobot.core.hours import Hours
from echobot.core.knowledge import Language, Texts
from echobot.core.message import AccountName


@dataclass(frozen=True, slots=True)
class Invites:
    """Who may bring the bot into a room; an invitation that none of them allows is refused."""

    users: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    admins: bool = False  # who is a member of the account's admin room


@dataclass(frozen=True, slots=True)
class Room:
    """What is different in one room of a Matrix account."""

    language: str | None = None
    prefix: str | None = None  # None: the account's
    threads_only: bool = False  # what is asked outside of threads is answered in a new one
    quiet: Hours | None = None  # when nothing is answered there


@dataclass(frozen=True, slots=True)
class MatrixAccount:
    """One account on a Matrix homeserver."""

    homeserver: str
    user: str
    token_file: Path
    prefix: str = "!echo"
    language: str | None = None  # what to answer in when the question does not tell
    invites: Invites = Invites()
    admin_room: str = ""  # the id of the one room where the bot takes orders and reports
    admins: tuple[str, ...] = ()  # who may give them, besides those with power level 50 in that room
    rooms: Mapping[str, Room] = field(default_factory=dict)  # by id or by address


@dataclass(frozen=True, slots=True)
class MastodonAccount:
    """One account on a server that speaks Mastodon's language."""

    server: str
    token_file: Path
    language: str | None = None
    visibility: str = "unlisted"  # of an answer; the question's own if that is narrower
    poll_every: timedelta = timedelta(seconds=30)
    answer_within: timedelta = timedelta(days=2)  # people there read later than in a room
    replies_in_thread: int = 10
    operator: str = ""  # who is told privately what no admin room can be told, such as ada@social.example.org


Account: TypeAlias = MatrixAccount | MastodonAccount


@dataclass(frozen=True, slots=True)
class Destination:
    """Where announcements go: a room of a Matrix account, or what a Mastodon account posts."""

    account: AccountName
    languages: tuple[Language, ...]  # in this order; what an announcement does not say in any of them does not go there
    room: str = ""  # on Matrix: its id, or its address such as #visits:example.org
    visibility: str = "public"  # on Mastodon, of the first post in six hours; what follows is unlisted
    mention_room: bool = False  # on Matrix: call everybody in the room, if the account's power level is enough
    zones: tuple[ZoneInfo, ...] = ()  # whose local time is added to an hour, where it differs
    characters: int = 500  # on Mastodon: how long a post may be there

    @property
    def audience(self) -> Audience:
        return Audience(self.languages, self.zones)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many questions are answered; past that one polite sentence, then silence."""

    person_per_minute: int = 10
    person_per_hour: int = 60
    room_per_minute: int = 60
    bot_per_minute: int = 600  # the breaker: something is wrong when the whole bot is asked more


@dataclass(frozen=True, slots=True)
class Repository:
    """A branch of a git repository that holds the knowledge."""

    address: str
    branch: str = "main"
    every: timedelta = timedelta(minutes=5)  # how often to look for something new
    folder: str = ""  # where inside the repository; "" is its top


@dataclass(frozen=True, slots=True)
class HealthPages:
    """Where the bot tells monitoring how it is."""

    port: int
    address: str = "127.0.0.1"  # whoever reaches it can read there; nothing that people wrote is on the pages


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything `echobot run` needs to know."""

    accounts: Mapping[AccountName, Account] = field(default_factory=dict)
    knowledge: Path | Repository | None = None  # None: the knowledge that echobot comes with
    store: str = "sqlite:///echobot.db"
    contacts: Texts = field(default_factory=dict)  # who to ask when the bot does not know
    answer_within: timedelta = timedelta(hours=2)  # in Matrix rooms
    limits: Limits = Limits()
    destinations: Mapping[DestinationName, Destination] = field(default_factory=dict)
    most_posts_a_day: int = 4  # unasked, by one account; what is past that waits, as far as its lateness allows
    health: HealthPages | None = None  # None: nowhere
    state: Path | None = None  # for keys and the like, where the store is no file that they can be beside
    machine: str | None = None  # what this one is called, where several share a store; None: as its host
    check_links: bool = True  # once a week, for those in the admin room
    keep_messages_for: timedelta = timedelta(days=30)  # ids only: texts go as soon as they are answered
    keep_gaps_for: timedelta = timedelta(days=60)  # questions that had no answer, without who asked them
