"""The mentions of one account, read forward from where the bot was, and the latest again to see what was edited."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from echobot.chats.mastodon.reading import Status, moment, sound
from echobot.chats.mastodon.rhythm import Pages
from echobot.chats.mastodon.server import Server
from echobot.chats.mastodon.trail import Trail

_PAGE = 80  # the most that Mastodon gives; others give fewer
_SHORT = 15  # fewer than any server gives when there is more
_LATEST = 40
BEGINNING = "0"  # before any id, on every server

_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Page:
    """What the reading comes by for the first time, oldest first, and the cursor behind it."""

    mentions: Sequence[Status]
    cursor: str


class Mentions:
    """Notifications are opaque to everybody but the server: their ids are only given back to it."""

    def __init__(self, server: Server, clock: Callable[[], datetime]) -> None:
        self._server = server
        self._trail = Trail(clock)
        self._pages = Pages(clock)

    async def newest(self) -> str:
        """The cursor behind all that was said so far."""
        page = sound(await self._server.ask(lambda client: client.notifications(types=["mention"], limit=1)))
        return str(page[0]["id"]) if page else BEGINNING

    async def after(self, cursor: str) -> AsyncIterator[Page]:
        """Page after page until there is nothing new; each has to be `kept` before the next one.

        A server that does not understand the cursor gives the same page again and again: once is enough.
        """
        at, known = self._trail.start(cursor), set[str]()
        while page := await self._page(at):
            ids = [str(mention["id"]) for mention in page]
            if known.issuperset(ids):
                return
            known, at = set(ids), ids[-1]
            new = [mention for mention in page if not self._trail.is_passed(str(mention["id"]))]
            if new:
                cursor = at if new[-1] is page[-1] else cursor  # what comes late is not what to go on from
                yield Page(new, cursor)
            if len(page) < _SHORT:  # were there more after all, the next look finds it
                return

    def is_known(self, mention: Status) -> bool:
        """Whether it is kept; what was kept some time ago may have been forgotten here."""
        id_ = str(mention["id"])
        return self._trail.is_ahead(id_) or self._trail.is_passed(id_)

    def kept(self, page: Page) -> None:
        self._trail.gave([str(mention["id"]) for mention in page.mentions], page.cursor)

    def kept_ahead(self, ids: Iterable[str]) -> None:
        """Of what no page has brought yet."""
        self._trail.gave_ahead(ids)

    async def _page(self, cursor: str) -> list[Any]:
        await self._pages.one_more()
        page = await self._server.ask(
            lambda client: client.notifications(types=["mention"], min_id=cursor, limit=_PAGE), "page"
        )
        oldest_first = list(reversed(sound(page)))
        return sorted(oldest_first, key=_said_at)  # some servers give them in another order

    async def edited(self) -> list[Any]:
        """Those among the latest whose text was changed, oldest first."""
        latest = await self._server.ask(lambda client: client.notifications(types=["mention"], limit=_LATEST))
        return [each for each in reversed(sound(latest)) if (each.get("status") or {}).get("edited_at")]

    async def above(self, status: Status) -> list[Status]:
        """The statuses above this one in its thread that the bot may see, the first of the thread first."""
        if not status.get("in_reply_to_id"):
            return []
        context = await self._server.ask_if_there(lambda client: client.status_context(status["id"]))
        return sound((context or {}).get("ancestors"))  # none when it was deleted meanwhile


def _said_at(notification: Any) -> datetime:
    return moment(notification.get("created_at")) or _EPOCH
