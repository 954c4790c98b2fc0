"""Single events from before, as the homeserver remembers them."""

from __future__ import annotations

from collections import Counter

import structlog
from nio import AsyncClient

from echobot.chats.matrix.homeserver import ask
from echobot.chats.matrix.reading import Event
from echobot.errors import ChatRefused, ChatUnavailable, LoginRefused

log = structlog.get_logger()

MOST_TRIES = 5  # at one event: it must not keep all others waiting


class Earlier:
    """What an edit, a reaction or a redaction is about is told by its id alone."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self._tries: Counter[str] = Counter()

    async def event(self, room: str, id_: str) -> Event | None:
        """None when the bot may not see it, or when the homeserver fails to tell it again and again."""
        try:
            found: Event = (await ask(self._client.room_get_event(room, id_))).event.source
        except LoginRefused:
            raise
        except (ChatUnavailable, ChatRefused) as error:
            if isinstance(error, ChatUnavailable) and self._may_try_again(id_):
                raise
            self._tries.pop(id_, None)
            log.warning("an earlier event cannot be read", room=room, event_id=id_, reason=str(error))
            return None
        self._tries.pop(id_, None)
        return found

    def _may_try_again(self, id_: str) -> bool:
        self._tries[id_] += 1
        return self._tries[id_] < MOST_TRIES
