"""What travels through the bot: a message comes in, a reply goes out; and posts, which nobody asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NewType, TypeAlias

AccountName = NewType("AccountName", str)
"""The name that the settings give to one of the bot's accounts."""

MessageId = NewType("MessageId", str)
"""What the chat's server calls a message; unique within an account, opaque."""

DeliveryKey = NewType("DeliveryKey", str)
"""Made from the id of what is answered: the same key never makes two posts."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said: an account's view of a room, and the thread in it."""

    account: AccountName
    room: str  # a room's id, a conversation, or "terminal"
    thread: str | None = None  # the id of the message that the thread hangs on


class Address(StrEnum):
    """How a message came to be meant for the bot."""

    DIRECT = "direct"  # nobody else is in the room
    NAMED = "named"  # a mention, its name at the start, the prefix
    SPENT = "spent"  # meant for it as well, where it has spoken often enough
    NOT = "not"  # said to others


@dataclass(frozen=True, slots=True)
class Message:
    """What came in from a chat, with the bot's own name or prefix already taken off the text."""

    id: MessageId
    place: Place
    sender: str
    text: str
    sent_at: datetime
    address: Address
    envelope: str = ""  # what the chat needs to bring a reply back; nobody else reads it
    language: str | None = None  # what the sender's program says it is in, which is often wrong
    revises: MessageId | None = None  # the message that this is a later form of: its sender edited it
    reacts_to: str | None = None  # what the server calls the bot's own words that this sign was put under
    quoted: str = ""  # what those words answered, when the sign asks that somebody reads it
    link: str = ""  # where to read it, then
    power: int = 0  # the sender's level in the room when this was read, where a network has such a thing
    known_as: str = ""  # what the settings call the room, where they say something about it

    @property
    def takes_back(self) -> bool:
        """A later form without any words: what was asked is asked no more."""
        return self.revises is not None and not self.text


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants to be left alone by an account of the bot's, or not any more."""

    account: AccountName
    person: str
    silence: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """The words sent back to one message. The text is plain, with "- " before items and bare links.

    Without any words it takes away the one it stands in place of.
    """

    key: DeliveryKey
    place: Place
    to: MessageId
    asker: str
    text: str
    language: str
    envelope: str = ""  # the message's
    meaning: str = ""  # what was answered, in short: an edited question with the same meaning needs no other answer
    revises: DeliveryKey | None = None  # the reply that this one takes the place of
    instead_of: str | None = None  # what the server calls that reply, once it is there
    offers: int = 0  # how many choices it gives a number


@dataclass(frozen=True, slots=True)
class Wording:
    """A post's words in one language."""

    language: str
    text: str
    warning: str = ""  # stands above the text until somebody opens it, where the network can
    alt: str = ""  # what the post's picture shows


@dataclass(frozen=True, slots=True)
class Post:
    """Words sent unasked, in one language or several. Without any words it takes away the one it stands in place of."""

    asker: ClassVar[str] = ""  # nobody asked

    key: DeliveryKey
    place: Place
    wordings: tuple[Wording, ...] = ()
    picture: str = ""  # a file's absolute path
    changes_picture: bool = False  # of the one it takes the place of, whose picture stays as it is else
    visibility: str = ""  # where the network has such a thing; of the first wording, the others are more quiet
    calls_everybody: bool = False  # "@room", where the account may
    calls: str = ""  # the one person whom it is for, where the network has no rooms
    follows: DeliveryKey | None = None  # the post in whose thread this one stands
    to: str | None = None  # what the server calls that one, once it is there
    revises: DeliveryKey | None = None  # the post that this one takes the place of
    instead_of: str | None = None  # what the server calls that one, once it is there

    @property
    def text(self) -> str:
        """All of its words, one language under the other."""
        words = (part for wording in self.wordings for part in (wording.warning, wording.text))
        return "\n\n".join(part for part in words if part)


Outgoing: TypeAlias = Reply | Post


@dataclass(frozen=True, slots=True)
class Delivery:
    """Words on their way out."""

    outgoing: Outgoing
    first_tried_at: datetime | None = None  # from then on the outcome is unknown until the store says otherwise
    tries: int = 0
