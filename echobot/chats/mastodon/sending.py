"""From a reply to posts on the server: each once, to nobody but the asker, never more public than the question."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog
from mastodon import Mastodon

from echobot.chats.mastodon.envelope import Envelope, narrower, narrowness
from echobot.chats.mastodon.instance import Instance
from echobot.chats.mastodon.posts import posts, short_warning
from echobot.chats.mastodon.reading import Status, sound, writer
from echobot.chats.mastodon.server import GONE, Server
from echobot.core.message import Reply
from echobot.errors import ChatError, ChatUnavailable, LoginRefused, NotAsMeant

log = structlog.get_logger()

KEY_LIFETIME = timedelta(minutes=55)  # Mastodon remembers keys for an hour

_LATEST = 40  # own statuses, when a reply is looked for
_ATTEMPTS = 3  # to delete what should not be there


class Posting:
    """Sends replies as threads: the first post answers the question, each further one the post before it."""

    def __init__(self, server: Server, instance: Instance, me: str, widest: str, *, doubted: bool) -> None:
        """`widest` is the visibility of a reply to a public question; `doubted`: the server may drop posts silently."""
        self._server = server
        self._instance = instance
        self._me = me
        self._widest = widest
        self._doubted = doubted

    async def send(self, reply: Reply) -> str:
        """Post the reply, or change the one it stands in the place of; the ids of its posts, with spaces between."""
        if reply.instead_of:
            return await self._revise(reply, reply.instead_of.split())
        return await self._post(reply, self._texts(reply), [])

    async def find(self, reply: Reply) -> str | None:
        """Look for a reply whose outcome is unknown, and complete it; None when none of it is there."""
        known = (reply.instead_of or "").split()
        made = await self._made_after(known[-1] if known else reply.to)
        for status in made:
            await self._verify(status, reply)
        ids = [*known, *(str(status["id"]) for status in made)]
        if known:
            return await self._revise(reply, ids)
        return await self._post(reply, self._texts(reply), ids) if made else None

    async def _post(self, reply: Reply, texts: Sequence[str], made: Sequence[str]) -> str:
        """Post those parts that are not there yet."""
        ids = list(made)
        for number in range(len(ids), len(texts)):
            to = ids[-1] if ids else reply.to
            try:
                status = await self._server.ask(self._request(reply, texts[number], number, to), "post")
            except (ChatUnavailable, LoginRefused) as error:
                raise _later(error) if ids else error from error
            await self._verify(status, reply)
            ids.append(str(status["id"]))
        return " ".join(ids)

    def _request(self, reply: Reply, text: str, number: int, to: str) -> Callable[[Mastodon], Any]:
        envelope = Envelope.read(reply.envelope)
        key = hashlib.sha256(f"{reply.key}#{number}".encode()).hexdigest()
        return lambda client: client.status_post(
            text,
            in_reply_to_id=to,
            visibility=narrower(envelope.visibility, self._widest),
            spoiler_text=self._warning(envelope),
            sensitive=bool(envelope.warning),
            language=reply.language,
            idempotency_key=key,
        )

    async def _revise(self, reply: Reply, ids: Sequence[str]) -> str:
        """Change the posts that are there, add what is missing, take away what is left over."""
        texts = self._texts(reply)
        warning = self._warning(Envelope.read(reply.envelope))
        for post, text in zip(ids, texts, strict=False):
            status = await self._server.ask(_edit(post, text, warning, reply.language), "post")
            await self._verify(status, reply)
        for post in ids[len(texts) :]:
            await self._delete(post)
        return await self._post(reply, texts, ids[: len(texts)])

    def _texts(self, reply: Reply) -> tuple[str, ...]:
        warning = self._warning(Envelope.read(reply.envelope))
        return posts(reply.text, reply.asker, self._instance.limits, warning or "")

    def _warning(self, envelope: Envelope) -> str | None:
        return short_warning(envelope.warning, self._instance.limits) or None

    async def _verify(self, status: Any, reply: Reply) -> None:
        """Take away what the server made too public or sent to others, and say so."""
        if wrong := await self._wrong(status, reply):
            post = status.get("id")
            log.error("a reply is taken away again", post=post, reason=wrong)
            if not await self._take_away(str(post)):
                raise ChatUnavailable(f"{wrong}, and it could not be deleted yet")
            raise NotAsMeant(f"a reply was deleted again: {wrong}")
        if reply.asker.lower() not in _mentioned(status, but=self._me):
            log.warning("the server did not tell the asker of a reply", post=status["id"])

    async def _wrong(self, status: Any, reply: Reply) -> str:
        if not isinstance(status, Mapping) or not status.get("id"):
            raise ChatUnavailable("the server's answer cannot be read")
        wanted = narrower(Envelope.read(reply.envelope).visibility, self._widest)
        if narrowness(str(status.get("visibility"))) < narrowness(wanted):
            return f"the server made it {status.get('visibility')} and not {wanted}"
        if others := _mentioned(status, but=self._me) - {reply.asker.lower()}:
            return f"the server sent it to {len(others)} more than the asker"
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
                await self._delete(post)
            except LoginRefused:
                raise
            except ChatError as error:
                log.error("a post could not be deleted", post=post, reason=str(error))
            else:
                return True
        return False

    async def _delete(self, post: str) -> None:
        await self._server.ask_if_there(lambda client: client.status_delete(post), "delete", GONE)

    async def _made_after(self, post: str) -> list[Status]:
        """The bot's own post that answers this one, the one that answers that, and so on.

        They are among its latest; or else below the post, in its thread.
        """
        latest = await self._server.ask(lambda client: client.account_statuses(self._me, limit=_LATEST))
        if made := _chain(sound(latest), post):
            return made
        context = await self._server.ask_if_there(lambda client: client.status_context(post))
        below = sound((context or {}).get("descendants"))
        return _chain([status for status in below if writer(status) == self._me], post)


def _edit(post: str, text: str, warning: str | None, language: str) -> Callable[[Mastodon], Any]:
    """Everything is given, for an edit replaces everything; `status_update` of Mastodon.py takes no language."""
    return lambda client: client._Mastodon__status_internal(  # type: ignore[attr-defined]  # noqa: SLF001
        text, spoiler_text=warning or "", sensitive=bool(warning), language=language, edit=post
    )


def _later(error: ChatError) -> ChatUnavailable:
    """When a part of a thread is there, nobody may think that nothing was sent."""
    return ChatUnavailable(f"{error}, after a part of the reply", getattr(error, "retry_after", None))


def _chain(own: Iterable[Status], to: str) -> list[Status]:
    answers = {str(status.get("in_reply_to_id")): status for status in own}
    made: list[Status] = []
    while (answer := answers.pop(to, None)) is not None:
        made.append(answer)
        to = str(answer["id"])
    return made


def _mentioned(status: Status, but: str) -> set[str]:
    """Handles; some servers list the author of what is answered, and so the bot itself in the second part."""
    return {str(each.get("acct", "")).lower() for each in sound(status.get("mentions")) if str(each["id"]) != but}
