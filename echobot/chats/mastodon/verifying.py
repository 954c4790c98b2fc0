"""What a server made of a post is looked at, and taken away again if it reached more people than it was meant for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import structlog

from echobot.chats.mastodon.envelope import narrowness
from echobot.chats.mastodon.reading import Status, sound
from echobot.chats.mastodon.server import GONE, Server
from echobot.errors import ChatError, ChatUnavailable, LoginRefused, NotAsMeant

log = structlog.get_logger()

_ATTEMPTS = 3  # to delete what should not be there


class Verifier:
    """`me` is the id of the bot's account; `doubted`: the server may drop its posts silently."""

    def __init__(self, server: Server, me: str, *, doubted: bool) -> None:
        self._server = server
        self._me = me
        self._doubted = doubted

    async def verify(self, status: Any, widest: str, mentioned: Collection[str] = ()) -> str:
        """The id of a post that is as it should be. Raises `NotAsMeant` when it was not, and is gone.

        `mentioned` are the handles that it may be sent to; `widest` is how public it may be.
        """
        if not isinstance(status, Mapping) or not status.get("id"):
            raise ChatUnavailable("the server's answer cannot be read")
        post = str(status["id"])
        if wrong := await self._wrong(status, widest, mentioned):
            log.error("a post is taken away again", post=post, reason=wrong)
            if not await self._take_away(post):
                raise ChatUnavailable(f"{wrong}, and it could not be deleted yet")
            raise NotAsMeant(f"a post was deleted again: {wrong}")
        if {handle.lower() for handle in mentioned} - _mentioned(status, but=self._me):
            log.warning("the server did not tell the asker of a reply", post=post)
        return post

    async def _wrong(self, status: Status, widest: str, mentioned: Collection[str]) -> str:
        visibility = str(status.get("visibility"))
        if narrowness(visibility) < narrowness(widest):
            return f"the server made it {visibility} and not {widest}"
        if others := _mentioned(status, but=self._me) - {handle.lower() for handle in mentioned}:
            return f"the server sent it to {len(others)} more than it was meant for"
        if self._doubted and await self._is_gone(str(status["id"])):
            return "the server took it and threw it away, as it does with what it holds for spam"
        return ""

    async def _is_gone(self, post: str) -> bool:
        try:
            return await self._server.ask_if_there(lambda client: client.status(post)) is None
        except ChatUnavailable:
            return False

    async def _take_away(self, post: str) -> bool:
        """Whether it is gone."""
        for _ in range(_ATTEMPTS):
            try:
                await delete(self._server, post)
            except LoginRefused:
                raise
            except ChatError as error:
                log.error("a post could not be deleted", post=post, reason=str(error))
            else:
                return True
        return False


async def delete(server: Server, post: str) -> None:
    """Make sure that it is not there."""
    await server.ask_if_there(lambda client: client.status_delete(post), "delete", GONE)


def _mentioned(status: Status, but: str) -> set[str]:
    """Handles; some servers list the author of what is answered, and so the bot itself below its own post."""
    return {str(each.get("acct", "")).lower() for each in sound(status.get("mentions")) if str(each["id"]) != but}
