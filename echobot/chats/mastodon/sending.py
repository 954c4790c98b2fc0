"""From a reply to posts on the server: each once, to nobody but the asker, never more public than the question."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

from mastodon import Mastodon

from echobot.chats.mastodon.envelope import Envelope, narrower
from echobot.chats.mastodon.instance import Instance
from echobot.chats.mastodon.posts import posts, short_warning
from echobot.chats.mastodon.reading import Status, sound, writer
from echobot.chats.mastodon.server import Server
from echobot.chats.mastodon.verifying import Verifier, delete
from echobot.core.message import Reply
from echobot.errors import ChatError, ChatUnavailable, LoginRefused

KEY_LIFETIME = timedelta(minutes=55)  # Mastodon remembers keys for an hour

_LATEST = 40  # own statuses, when a reply is looked for


class Posting:
    """Sends replies as threads: the first post answers the question, each further one the post before it."""

    def __init__(self, server: Server, instance: Instance, me: str, widest: str, *, doubted: bool) -> None:
        """`widest` is the visibility of a reply to a public question; `doubted`: the server may drop posts silently."""
        self._server = server
        self._instance = instance
        self._me = me
        self._widest = widest
        self._verifier = Verifier(server, me, doubted=doubted)

    async def send(self, reply: Reply) -> str:
        """Post the reply, or change the one it stands in the place of; the ids of its posts, with spaces between."""
        if reply.instead_of:
            return await self._revise(reply, reply.instead_of.split())
        return await self._post(reply, self._texts(reply), [])

    async def find(self, reply: Reply) -> str | None:
        """Look for a reply whose outcome is unknown, and complete it; None when none of it is there."""
        known = (reply.instead_of or "").split()
        made = await self._made_after(known[-1] if known else reply.to)
        ids = [*known, *[await self._verify(status, reply) for status in made]]
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
            ids.append(await self._verify(status, reply))
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
            await delete(self._server, post)
        return await self._post(reply, texts, ids[: len(texts)])

    def _texts(self, reply: Reply) -> tuple[str, ...]:
        """None for a reply that takes another away."""
        if not reply.text:
            return ()
        warning = self._warning(Envelope.read(reply.envelope))
        return posts(reply.text, reply.asker, self._instance.limits, warning or "")

    def _warning(self, envelope: Envelope) -> str | None:
        return short_warning(envelope.warning, self._instance.limits) or None

    async def _verify(self, status: Any, reply: Reply) -> str:
        """The id of one of its posts, which nobody but the asker was told of."""
        widest = narrower(Envelope.read(reply.envelope).visibility, self._widest)
        return await self._verifier.verify(status, widest, [reply.asker])

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
