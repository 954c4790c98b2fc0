"""What the bot asks of a chat and of a store. Implementations are in `chats` and `stores`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Protocol, TypeAlias

from echobot.core.conversation import Conversation
from echobot.core.gap import Gap
from echobot.core.ledger import Ledger, Posting, Slot
from echobot.core.message import (
    AccountName,
    Delivery,
    DeliveryKey,
    Message,
    MessageId,
    Outgoing,
    Place,
    Post,
    Reply,
    Wish,
)
from echobot.core.oversight import Deed, Draft, Erasure, Hush, Use
from echobot.core.reaction import Votes

Keep: TypeAlias = Callable[[Sequence[Message], str], Awaitable[None]]
"""Keeps messages and the cursor behind them, both or neither; what leads to nothing may be kept a little later."""

Note: TypeAlias = Callable[[str, str | None], Awaitable[None]]
"""Notes about something what is wrong with it and what to do, in a sentence; None: it is well again."""

IN_A_ROOM = "room "
"""How the name of a trouble begins that is about one room only: strangers can cause it, and all others go on."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """Messages that are dealt with, and what they lead to."""

    messages: Sequence[Message] = ()
    replies: Sequence[Reply] = ()
    conversations: Sequence[Conversation] = ()
    gaps: Sequence[Gap] = ()
    wishes: Sequence[Wish] = ()
    votes: Sequence[Votes] = ()
    erasures: Sequence[Erasure] = ()
    uses: Sequence[Use] = ()
    posts: Sequence[Post] = ()
    drafts: Sequence[Draft] = ()
    hushes: Sequence[Hush] = ()
    deeds: Sequence[Deed] = ()

    @classmethod
    def together(cls, settlements: Sequence[Settlement]) -> Settlement:
        """All of them as one."""
        return cls(*([each for one in settlements for each in getattr(one, field.name)] for field in fields(cls)))


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong until somebody mends it."""

    about: str
    text: str
    since: datetime

    @property
    def is_in_a_room(self) -> bool:
        """The bot as a whole is well."""
        return self.about.startswith(IN_A_ROOM)


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much one account has still to do."""

    account: AccountName
    questions: int = 0
    replies: int = 0


@dataclass(frozen=True, slots=True)
class Filled:
    """Slots that are due, and what fills them; without a posting they stay empty for ever."""

    slots: Sequence[Slot]
    until: datetime  # from then on nobody needs to know any more
    posting: Posting | None = None
    post: Post | None = None
    unsure_since: datetime | None = None  # it may have been posted since then, by a store that is lost


@dataclass(frozen=True, slots=True)
class Revision:
    """A posting as it is to be from now on, and the posts that bring that about."""

    posting: Posting  # its revision is the next one
    posts: Sequence[Post] = ()


ANNOUNCEMENT = "announcement "
"""How the name of a trouble begins that is about something that was not posted: it is told for a while."""

MOST_GAPS = 5000
"""How many gaps a store keeps: enough to read, and somebody who asks nonsense for weeks does not fill the disk."""


class Chat(Protocol):
    """One account on one network."""

    account: AccountName

    @property
    def key_lifetime(self) -> timedelta:
        """How long the server remembers a delivery key: within it a repeated `send` is harmless."""

    @property
    def last_contact_at(self) -> datetime | None:
        """When the server last gave what was asked of it; None: not yet."""

    @property
    def contact_every(self) -> timedelta:
        """How often that happens when all is well, even if nothing is said."""

    @property
    def unreadable(self) -> int:
        """How many messages cannot be decrypted and wait for their keys."""

    async def listen(self, cursor: str | None, keep: Keep, note: Note) -> None:
        """Read what is said, forward from `cursor` (None: from now on), until cancelled.

        Each batch is given to `keep` in the order it was said, together with the cursor behind it, and nothing is
        acknowledged to the server before `keep` has returned. A batch without messages still moves the cursor.
        A message may be given twice; it may not be left out. What the bot itself or another bot said and what was said
        before the bot came are left out here; an edit is left out, or comes after the first message as one of its own
        that `revises` it; what was taken away comes as one without a text, whoever it was said to.
        The server being away is waited for, with growing pauses. What else is wrong, with a room or with keys, is
        given to `note` when it begins, and when it is over, also if that is after a restart.
        Returns normally when the chat is over (the console's end of input). Raises `LoginRefused` when the account's
        token is no longer accepted, and never tries again on its own.
        """

    async def send(self, outgoing: Outgoing) -> str:
        """Send a reply or a post and return what the server calls it.

        One `key` makes one of it, however often it is sent. What stands `instead_of` something earlier changes that
        and makes nothing new; without words it takes the earlier one away.
        Raises `ChatUnavailable` when the outcome is unknown or later may help, `ChatRefused` when it never will; of
        those `NotAsMeant` when the server did something else, such as to show the reply to others.
        It does not wait and does not try again: `delivery` does both.
        """

    def expect(self, replies: Sequence[Reply]) -> None:
        """These replies are going to be sent soon; a network may show people that the bot is writing."""

    async def find(self, outgoing: Outgoing, since: datetime | None = None) -> str | None:
        """What the server calls what may have been sent before, longer ago than a key lives; None: never sent.

        `since` is when it was tried first, if that is known: the chat need not look further back.
        Raises `ChatUnavailable` when it cannot be known now, `ChatRefused` when it never can.
        """

    async def close(self) -> None:
        """Let go of connections. The account stays logged in."""


class Store(Protocol):
    """What is remembered. Every method is one transaction: all of it happened, or none, whatever dies when.

    It outlives the process. A power cut may undo a `settle`, a `sent` or a `keep` without messages, as long as none of
    the others has returned since. What it undoes is done again: nothing is sent before `attempting` has returned.
    Raises `StoreError` when the database cannot be read or written.
    """

    async def cursor(self, account: AccountName) -> str | None:
        """The cursor behind the last batch that was kept, or None at the first start."""

    async def keep(
        self,
        account: AccountName,
        messages: Sequence[Message],
        cursor: str,
        now: datetime,
        settled: Sequence[Message] = (),
    ) -> None:
        """Put messages into the inbox and move the cursor. A message whose id was ever kept is ignored.

        Nothing follows from `settled` ones: only their ids are kept.
        """

    async def waiting(self, account: AccountName, limit: int) -> list[Message]:
        """Messages that are not settled yet: of everybody the oldest, in their order, then of everybody the next.

        What revises a message that is not settled is left out until that one is.
        """

    async def settle(self, settlement: Settlement, now: datetime) -> None:
        """Messages are dealt with: replies enter the outbox, texts are forgotten, the conversations go on.

        What the knowledge lacks is added to the gaps; a text that is among them in that language is counted up.
        A wish for silence is kept until the same person takes it back; votes and uses are added up. Of who is to be
        forgotten goes all that has their name: conversations, what they said before that is not settled, and replies
        that are not sent but these ones; what stays is a wish for silence. Posts enter the outbox as replies do, and
        a draft is put away until then.
        """

    async def outbox(self, account: AccountName, now: datetime, limit: int) -> list[Delivery]:
        """Replies and posts to send now, oldest first; those that wait for a later time are left out.

        What `revises` another comes when that one is done, with what the server calls it as `instead_of`; and so does
        a post that `follows` another, with what the server calls it as `to`.
        """

    async def attempting(self, keys: Sequence[DeliveryKey], now: datetime) -> None:
        """Note, before the first request goes out, that from now on the outcome is unknown until noted."""

    async def sent(self, key: DeliveryKey, remote_id: str, now: datetime) -> None:
        """The server has the reply; its text is forgotten."""

    async def postpone(self, key: DeliveryKey, until: datetime, reason: str, unknown_since: datetime | None) -> None:
        """Try again at `until`; no later reply to the same person in the room overtakes it meanwhile.

        `unknown_since`: when the first request went out whose outcome is unknown; None when none ever was.
        """

    async def give_up(self, key: DeliveryKey, reason: str, now: datetime) -> None:
        """It will never be sent; the reason is kept, the text is forgotten."""

    async def conversation(self, place: Place, person: str) -> Conversation | None:
        """What was last said between the bot and this person at this place."""

    async def meaning(self, key: DeliveryKey) -> str | None:
        """What was last answered under this key or in place of it; None when nothing was, or nobody knows any more."""

    async def meaning_of(self, account: AccountName, remote_id: str) -> str | None:
        """What the bot's words that the server calls so answer by now; None when they are no answer, or forgotten."""

    async def is_silenced(self, account: AccountName, person: str) -> bool:
        """Whether this person wants no answers from the account."""

    async def note_trouble(self, about: str, trouble: str | None, now: datetime) -> None:
        """Something is wrong; None: it is well again. `about` names it: "knowledge", an account."""

    async def troubles(self) -> list[Trouble]:
        """What is wrong now, longest first."""

    async def told(self) -> dict[str, str]:
        """What those who look after the bot were last told, by what it is about."""

    async def report(self, told: Mapping[str, str | None], posts: Sequence[Post], now: datetime) -> None:
        """They are told this by these posts; None: there is nothing to be told of it any more."""

    async def draft(self, id_: MessageId) -> Draft | None:
        """The post that was written in this message, as long as it waits."""

    async def is_hushed(self, account: AccountName, room: str, now: datetime) -> bool:
        """Whether nobody is answered in this room, because of the room itself or because of all."""

    async def deeds(self, limit: int) -> list[Deed]:
        """What people had the bot do, the latest first."""

    async def uses(self, since: date, before: date) -> list[Use]:
        """How often each thing was answered in weeks that began between two days, together, most often first."""

    async def backlog(self) -> list[Backlog]:
        """What waits to be answered or sent, by account; accounts where nothing waits are left out."""

    async def gaps(self) -> list[Gap]:
        """What could not be answered, most frequent first."""

    async def votes(self) -> list[Votes]:
        """What people thought of each entry that was judged, what helped least first."""

    async def forget(
        self, ids_before: datetime, conversations_before: datetime, gaps_before: datetime, deeds_before: datetime
    ) -> None:
        """Remove the ids of what was settled or sent before then, conversations and gaps that were last met before.

        Drafts go with conversations, and deeds and uses from before `deeds_before`.

        Of more than `MOST_GAPS` gaps the rarest go, too.
        An id that is forgotten may be answered again if its message is ever given once more.
        """

    async def ledger(self) -> Ledger:
        """What is known of announcements."""

    async def fill(self, filled: Filled, now: datetime) -> bool:
        """Fill slots and put the post into the outbox; False, and nothing happened, if one of them is filled."""

    async def revise(self, revision: Revision, now: datetime) -> bool:
        """Change a posting and put the posts into the outbox; False, and nothing happened, if somebody else did."""

    async def settled(self, until: datetime) -> None:
        """What was due until then is posted, or told to the operator."""

    async def to_withdraw(self) -> list[str]:
        """Announcements that somebody wants taken away, wherever they were posted."""

    async def withdraw(self, announcement: str) -> None:
        """Note that wish."""

    async def withdrawn(self, announcement: str) -> None:
        """It is fulfilled."""

    async def forget_slots(self, until_before: datetime) -> None:
        """Remove the slots that nobody needs any more, and the postings that fill none that is left."""

    async def close(self) -> None:
        """Finish what is under way and close the database."""
