"""One account on a Matrix homeserver, as the bot sees it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from nio import SyncResponse, Timeline

from echobot.chats.matrix.afterwards import Afterwards
from echobot.chats.matrix.announcing import Announcing
from echobot.chats.matrix.attention import Attention
from echobot.chats.matrix.cursor import Cursor
from echobot.chats.matrix.homeserver import ask, connect
from echobot.chats.matrix.invites import Door, inviter_of
from echobot.chats.matrix.lookback import Lookback
from echobot.chats.matrix.named import Named
from echobot.chats.matrix.notes import READ_ONLY, Notes, not_followed
from echobot.chats.matrix.reading import Called, Event, is_own_join, new_thread, read, since_own_join
from echobot.chats.matrix.replying import Replying
from echobot.chats.matrix.rhythm import USUAL, Rhythm
from echobot.chats.matrix.secrecy import Secrecy
from echobot.chats.matrix.state import States
from echobot.chats.matrix.sync import Gaps, Sync
from echobot.chats.patience import patiently
from echobot.core.message import AccountName, Message, Outgoing, Post, Reply
from echobot.errors import ChatRefused, SettingsError
from echobot.ports import Keep, Note
from echobot.settings import MatrixAccount, Room

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Ears:
    """What listening leads to."""

    keep: Keep
    notes: Notes
    door: Door


class MatrixChat:
    """Reads rooms with its own sync loop: nio's own acknowledges before anything is kept and never fills a gap."""

    def __init__(  # noqa: PLR0913  (the last is for tests)
        self,
        account: AccountName,
        settings: Callable[[], MatrixAccount],
        token: str,
        answer_within: timedelta,
        clock: Callable[[], datetime],
        *,
        keys: Path | None = None,
        rhythm: Rhythm = USUAL,
        may_send: Callable[[], None] | None = None,
    ) -> None:
        """`settings` gives those that count now; only who the bot is, and where, has to stay.

        `keys` is the folder for those of encrypted rooms; without one the bot reads and writes plain rooms only.
        """
        self.account = account
        self.key_lifetime = timedelta(hours=20)  # Synapse forgets transaction ids after 24
        self.last_contact_at: datetime | None = None
        self.contact_every = rhythm.poll
        self._settings = settings
        self._user = settings().user
        self._answer_within = answer_within
        self._clock = clock
        self._rhythm = rhythm
        self._client = connect(settings().homeserver, self._user, token)
        self._client.may_send = may_send or self._client.may_send
        self._sync = Sync(self._client, rhythm)
        self._states = States(self._user)
        self._named = Named(self._client, lambda: _rooms(settings()), self._states, clock)
        self._gaps = Gaps(self._client)
        self._lookback = Lookback(self._client)
        self._afterwards = Afterwards(self._client, account)
        self._replying = Replying(self._client, self._lookback)
        self._announcing = Announcing(self._client, self._lookback, self._states)
        self._attention = Attention(self._client)
        self._secrecy = Secrecy(self._client, keys, clock, answer_within)

    @property
    def unreadable(self) -> int:
        return self._secrecy.unreadable

    async def listen(self, cursor: str | None, keep: Keep, note: Note) -> None:
        door = Door(self._client, self._settings, self._rhythm, self._states)
        ears = _Ears(keep, Notes(self.account, note), door)
        try:
            with self._secrecy.on_disk():
                token = await self._patiently(self._arrive, cursor, ears)
                while True:
                    token = await self._patiently(self._go_on, token, ears)
        finally:
            await door.close()

    async def send(self, outgoing: Outgoing) -> str:
        if isinstance(outgoing, Post):
            return await self._announcing.send(outgoing)
        try:
            self._check_may_reply(outgoing.place.room)
            return await self._replying.send(outgoing)
        finally:
            self._attention.arrived(outgoing)

    def expect(self, replies: Sequence[Reply]) -> None:
        self._attention.expect(replies)

    async def find(self, outgoing: Outgoing, since: datetime | None = None) -> str | None:
        if isinstance(outgoing, Post):
            return await self._announcing.find(outgoing, since)
        return await self._replying.find(outgoing, since)

    async def close(self) -> None:
        await self._attention.close()
        await self._client.close()
        self._secrecy.close()

    async def _arrive(self, cursor: str | None, ears: _Ears) -> str:
        """Make sure who the bot is and where; without a cursor what was said so far is none of its business."""
        me, device = await self._sync.who_am_i()
        if me != self._user:
            raise SettingsError(f"account {self.account}: the token is one of {me}, not of {self._user}; change either")
        self._secrecy.begin(device)
        before = Cursor.read(cursor) if cursor is not None else None
        goes_on = before is not None and before.is_of(self._secrecy.device)
        here = await self._sync.look_around(for_the_first_time=not goes_on)
        self._note(here, ears.door)
        if before and not goes_on:
            await self._sync.fetch_keys(here.next_batch)
        await self._named.look()
        await self._secrecy.settle()
        if before is None:
            await ears.keep([], self._cursor(here))
        await self._tell_troubles(self._client.rooms, here, ears)
        log.info("listening", account=self.account, rooms=len(self._client.rooms))
        return before.token if before else here.next_batch

    async def _go_on(self, cursor: str, ears: _Ears) -> str:
        batch = await self._sync.after(cursor)
        self._note(batch, ears.door)
        await self._named.look()
        late = [message for room, said in self._secrecy.opened().items() for message in await self._read(room, said)]
        messages = [*late, *await self._messages(batch, cursor)]
        await ears.keep(messages, self._cursor(batch))
        await self._secrecy.settle()
        await self._tell_troubles(self._changed(batch, ears), batch, ears)
        self._attention.read(messages)
        return str(batch.next_batch)

    def _cursor(self, batch: SyncResponse) -> str:
        return str(Cursor(batch.next_batch, self._secrecy.device))

    async def _patiently(self, step: Callable[..., Awaitable[str]], *given: object) -> str:
        return await patiently(self.account, self._rhythm.pauses(), lambda: step(*given))

    def _note(self, batch: SyncResponse, door: Door) -> None:
        """What a sync says besides messages: that the homeserver is well, who invites, what was left."""
        self.last_contact_at = self._clock()
        self._states.note(batch)
        for room, invitation in batch.rooms.invite.items():
            if inviter := inviter_of(invitation, self._client.user_id):
                door.answer(room, inviter)
        for room, state in self._states.successors().items():
            door.follow(room, state.via)
        for room in batch.rooms.leave:
            self._client.rooms.pop(room, None)

    def _changed(self, batch: SyncResponse, ears: _Ears) -> set[str]:
        """Where something may be wrong now, or well again: not the hundreds of rooms in which nothing happened."""
        unsettled = {*ears.notes.rooms, *self._secrecy.rooms, *self._states.replaced()}
        return {room for room in (*batch.rooms.join, *unsettled) if room in self._client.rooms}

    async def _tell_troubles(self, rooms: Iterable[str], batch: SyncResponse, ears: _Ears) -> None:
        await ears.notes.of_keys(self._secrecy.trouble())
        for room in rooms:
            await ears.notes.of_room(room, self._trouble_in(room, ears.door))
        for room in batch.rooms.leave:
            await ears.notes.of_room(room, None)

    def _trouble_in(self, room: str, door: Door) -> str | None:
        state = self._states.of(room)
        if successor := state.successor:
            return not_followed(successor) if successor in door.refused - self._client.rooms.keys() else None
        if state.is_space:
            return None
        return self._secrecy.trouble_in(room) if self._may_say(room) else READ_ONLY

    def _check_may_reply(self, room: str) -> None:
        """Where the state says that no reply may be sent, nobody has to ask the homeserver for hours."""
        if why := self._states.why_left(room):
            raise ChatRefused(why)
        if successor := self._states.of(room).successor:
            raise ChatRefused(f"the room was replaced by {successor}")
        if not self._may_say(room):
            raise ChatRefused("the bot may not write in the room")

    def _may_say(self, room: str) -> bool:
        known = self._client.rooms.get(room)
        encrypted = bool(known and known.encrypted)
        return self._states.of(room).may_say(self._client.user_id, encrypted=encrypted)

    def _answers_in(self, room: str) -> bool:
        """Not where it may not speak, in no space, and not where people have moved on from."""
        state = self._states.of(room)
        return self._may_say(room) and not state.is_space and not state.successor

    async def _messages(self, batch: SyncResponse, since: str) -> list[Message]:
        messages: list[Message] = []
        for room, news in batch.rooms.join.items():
            events = await self._events(room, news.timeline, since)
            messages += await self._read(room, events)
        return messages

    async def _events(self, room: str, timeline: Timeline, since: str) -> Sequence[Event]:
        """Everything said since the token, or since the bot came into the room."""
        me, oldest = self._client.user_id, self._clock() - self._answer_within
        events: list[Event] = [event.source for event in timeline.events]
        if timeline.limited and timeline.prev_batch and not any(is_own_join(event, me) for event in events):
            self._client.rooms[room].members_synced = False  # a gap may hide who came and went
            events = [*await self._gaps.fill(room, timeline.prev_batch, since, oldest), *events]
        return since_own_join(events, me)

    async def _read(self, room: str, events: Sequence[Event]) -> list[Message]:
        if not self._answers_in(room):
            return []
        self._secrecy.put_aside(room, events)
        called, alone = self._called(room), await self._alone(room)
        oldest = self._clock() - self._answer_within
        messages = [await self._message(event, called, room, alone=alone) for event in events]
        return [message for message in messages if message and (message.takes_back or message.sent_at >= oldest)]

    async def _message(self, event: Event, called: Called, room: str, *, alone: bool) -> Message | None:
        said = read(event, called, self.account, room, alone=alone)
        said = said or await self._afterwards.read(event, called, room, alone=alone)
        return self._in_its_room(said, event, room) if said else None

    def _in_its_room(self, said: Message, event: Event, room: str) -> Message:
        """With what the room's state and the settings say about it."""
        name, settings = self._named.of(room)
        power = self._states.of(room).power(said.sender)
        place = new_thread(said, event) if settings.threads_only else said.place
        return replace(said, power=power, known_as=name, place=place)

    def _called(self, room: str) -> Called:
        member = self._client.rooms[room].users.get(self._client.user_id)
        prefix = self._named.of(room)[1].prefix or self._settings().prefix
        return Called(self._client.user_id, member.display_name if member else None, prefix)

    async def _alone(self, room: str) -> bool:
        """Whether the bot and one other are the only ones in the room."""
        known = self._client.rooms[room]
        if known.summary and known.summary.joined_member_count is not None:
            return bool(known.summary.joined_member_count == 2)
        if not known.members_synced:  # a homeserver that sends no summaries is asked
            await ask(self._client.joined_members(room))
        return sum(not member.invited for member in known.users.values()) == 2


def _rooms(settings: MatrixAccount) -> Mapping[str, Room]:
    """The admin room is known by name, too."""
    return settings.rooms if not settings.admin_room else {settings.admin_room: Room(), **settings.rooms}
