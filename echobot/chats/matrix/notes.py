"""What is wrong with rooms and keys, noted when it begins and when it is over."""

from __future__ import annotations

import structlog

from echobot.chats.matrix.homeserver import LOG_IN_AGAIN
from echobot.core.message import AccountName
from echobot.ports import IN_A_ROOM, Note

log = structlog.get_logger()

LOST = f"The homeserver knows other keys of the bot's device, so the bot cannot read encrypted rooms: {LOG_IN_AGAIN}."
UNSIGNED = (
    "The bot's device is not signed by its account, so people's programs may refuse to talk with it in "
    f"encrypted rooms: {LOG_IN_AGAIN}."
)
READ_ONLY = (
    "The bot may not write in this room, so it answers nobody there. Give it a power level that is enough to send "
    "messages, or remove it from the room."
)
NO_KEYS = (
    "This room is encrypted, and the bot has no keys, so it can read nothing there. Let the bot in with `echobot login "
    "matrix`, or remove it from the room."
)
KEY_MISSING = (
    "A message in this room cannot be read, because the sender's program has not given the bot its key. It is answered "
    "when the key comes. If that happens again, see whether `echobot status` calls the bot's device signed, and ask "
    "the sender to log out and in again."
)


def not_followed(successor: str) -> str:
    return f"This room was replaced by {successor}, and the bot may not come in there: invite it."


class Notes:
    """Remembers what it said, so that each thing is said once."""

    def __init__(self, account: AccountName, note: Note) -> None:
        self._account = account
        self._note = note
        self._said: dict[str, str | None] = {}
        self.rooms: set[str] = set()  # where something is wrong

    async def of_keys(self, trouble: str | None) -> None:
        await self._say(f"keys of {self._account}", trouble)

    async def of_room(self, room: str, trouble: str | None) -> None:
        await self._say(f"{IN_A_ROOM}{room} of {self._account}", trouble)
        (self.rooms.discard if trouble is None else self.rooms.add)(room)

    async def _say(self, about: str, trouble: str | None) -> None:
        if about in self._said and self._said[about] == trouble:
            return
        if trouble is not None:
            log.warning("something is wrong", about=about, trouble=trouble)
        await self._note(about, trouble)
        self._said[about] = trouble
