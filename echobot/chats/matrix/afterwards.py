"""What people do to what was said before: they edit it, take it away, or put a sign under it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from nio import AsyncClient

from echobot.chats.matrix.earlier import Earlier
from echobot.chats.matrix.reading import Called, Event, is_mentioned, mapping, moment, read, text, thread
from echobot.core.message import AccountName, Address, Message, MessageId, Place
from echobot.core.reaction import PERSON_WANTED, said_by

_MOST_QUOTED = 1000  # characters


class Afterwards:
    """An event says by an id alone what it is about; the homeserver is asked for that."""

    def __init__(self, client: AsyncClient, account: AccountName) -> None:
        self._account = account
        self._user: str = client.user_id
        self._earlier = Earlier(client)

    async def read(self, event: Event, called: Called, room: str, *, alone: bool) -> Message | None:
        """What an event says to the bot that says something of an earlier one."""
        if event.get("sender") == called.user:
            return None
        if (id_ := about(event)) is None:
            return read_redaction(event, self._account, room)
        if (earlier := await self._earlier.event(room, id_)) is None:
            return None
        if event.get("type") == "m.reaction":
            sign = read_reaction(event, earlier, called.user, self._account, room)
            return await self._quoting(sign, earlier) if sign and sign.text == PERSON_WANTED else sign
        before = read(earlier, called, self._account, room, alone=alone)
        return read_edit(event, before, called) if before else None

    async def _quoting(self, sign: Message, answer: Event) -> Message:
        """With the question that was answered, and where it stands, for a person to read."""
        room, answered = sign.place.room, mapping(_relation(answer).get("m.in_reply_to")).get("event_id")
        question = await self._earlier.event(room, answered) if isinstance(answered, str) else None
        said = text(mapping((question or {}).get("content")).get("body"))
        server = self._user.partition(":")[2]
        link = f"https://matrix.to/#/{quote(room)}/{quote(text(answered))}?via={server}"
        return replace(sign, quoted=said[:_MOST_QUOTED], link=link)


def about(event: Event) -> str | None:
    """The id of what is edited, or of what a sign was put under that may say something to the bot."""
    relation = _relation(event)
    kind = (event.get("type"), relation.get("rel_type"))
    is_edit = kind == ("m.room.message", "m.replace")
    is_sign = kind == ("m.reaction", "m.annotation") and said_by(text(relation.get("key"))) is not None
    return text(relation.get("event_id")) or None if is_edit or is_sign else None


def read_edit(event: Event, before: Message, called: Called) -> Message | None:
    """The later form of a message to the bot, with its name or without; nobody edits what others said."""
    said = {**event, "content": mapping(mapping(event.get("content")).get("m.new_content"))}
    now = read(said, called, before.place.account, before.place.room, alone=True)
    if now is None or now.sender != before.sender:
        return None
    return replace(now, place=before.place, address=before.address, revises=before.id)


def read_reaction(event: Event, under: Event, user: str, account: AccountName, room: str) -> Message | None:
    """A sign under the user's own words: thumbs are everybody's, the others only of the one whom it answered."""
    relation, answer = _relation(event), mapping(under.get("content"))
    said = said_by(text(relation.get("key")))
    if under.get("sender") != user or said is None:
        return None
    if (said.isdecimal() or said == PERSON_WANTED) and not is_mentioned(answer, str(event["sender"])):
        return None
    return _message(event, Place(account, room, thread(answer)), said, reacts_to=text(relation.get("event_id")))


def read_redaction(event: Event, account: AccountName, room: str) -> Message | None:
    """That something was taken away, by whoever may; whether it was said to the bot, it tells no more."""
    redacted = text(event.get("redacts") or mapping(event.get("content")).get("redacts"))
    if event.get("type") != "m.room.redaction" or not redacted:
        return None
    return _message(event, Place(account, room), "", revises=MessageId(redacted))


def _message(
    event: Event, place: Place, said: str, revises: MessageId | None = None, reacts_to: str | None = None
) -> Message | None:
    if (sent_at := moment(event.get("origin_server_ts"))) is None:
        return None
    id_, sender = MessageId(str(event["event_id"])), str(event["sender"])
    return Message(id_, place, sender, said, sent_at, Address.NAMED, revises=revises, reacts_to=reacts_to)


def _relation(event: Event) -> Event:
    return mapping(mapping(event.get("content")).get("m.relates_to"))
