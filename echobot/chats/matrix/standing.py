"""How the bot's device looks to everybody: whether it has these keys, and whether its account has signed it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from echobot.chats.matrix.client import Client
from echobot.chats.matrix.homeserver import LOG_IN_AGAIN
from echobot.chats.matrix.notes import LOST, UNSIGNED
from echobot.chats.matrix.requests import told_about
from echobot.chats.matrix.signatures import device_keys, is_vouched_for
from echobot.errors import ChatRefused, ChatUnavailable, LoginRefused

log = structlog.get_logger()

EVERY = timedelta(days=1)
SOON = timedelta(minutes=10)  # when the homeserver did not tell

GONE = (
    "The homeserver does not know the bot's device any more, so nobody can send it anything readable in encrypted "
    f"rooms: {LOG_IN_AGAIN}."
)


class Standing:
    """Looks at it at the start and once a day."""

    def __init__(self, client: Client, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._clock = clock
        self._next: datetime | None = None
        self.trouble: str | None = None

    @property
    def is_known(self) -> bool:
        """Before it is, the bot's keys must not be brought to the homeserver: it may have others."""
        return self._next is not None

    @property
    def is_lost(self) -> bool:
        return self.trouble == LOST

    async def look(self) -> None:
        now = self._clock()
        if self._next is not None and now < self._next:
            return
        try:
            told = await told_about(self._client, self._client.user_id)
        except LoginRefused:
            raise
        except (ChatUnavailable, ChatRefused) as error:
            log.warning("how the bot's device looks to others cannot be seen now", reason=str(error))
            self._next = self._next and now + SOON
        else:
            self.trouble, self._next = self._trouble(told), now + (EVERY if self._account.shared else timedelta(0))

    @property
    def _account(self) -> Any:
        return self._client.olm.account

    def _trouble(self, told: Mapping[str, Any]) -> str | None:
        user, device, account = self._client.user_id, self._client.device_id, self._account
        shown = device_keys(told, user, device).get("keys")
        if shown is None:
            return GONE if account.shared else None  # they are brought there in a moment
        if shown != {f"{kind}:{device}": account.identity_keys[kind] for kind in ("curve25519", "ed25519")}:
            return LOST
        return None if is_vouched_for(told, user, device) else UNSIGNED
