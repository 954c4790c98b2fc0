"""Posts of the account's own: a thread with one language after the other, and the picture in its first post."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from mastodon import Mastodon

from echobot.chats.mastodon.attaching import Attachments
from echobot.chats.mastodon.instance import Instance
from echobot.chats.mastodon.reading import Status, moment, sound, writer
from echobot.chats.mastodon.server import Server
from echobot.chats.mastodon.thread import Part, chain, is_below, paired, parts_of, says
from echobot.chats.mastodon.verifying import Verifier, delete
from echobot.chats.outcome import after_a_part, before_sending
from echobot.core.message import DeliveryKey, Post
from echobot.errors import ChatRefused

_LATEST = 40  # own posts, when one is looked for
_LONGEST_AGO = timedelta(days=6)  # an older one with the same words is last week's
_UNSURE = timedelta(minutes=1)  # of the server's clock


class Announcing:
    """Sends posts, changes them, takes them away and finds them.

    `usual` is the visibility where a post has none, `pauses` are between two looks whether a picture is processed,
    `now` is by the server's clock; `doubted`: it may drop posts silently.
    """

    def __init__(  # noqa: PLR0913  (all that the account knows)
        self,
        server: Server,
        instance: Instance,
        me: str,
        usual: str,
        *,
        doubted: bool,
        pauses: Callable[[], Iterator[timedelta]],
        now: Callable[[], datetime],
    ) -> None:
        self._server = server
        self._instance = instance
        self._me = me
        self._usual = usual
        self._verifier = Verifier(server, me, doubted=doubted)
        self._attachments = Attachments(server, instance, pauses)
        self._now = now
        self._tried_at: dict[DeliveryKey, datetime] = {}

    async def send(self, post: Post) -> str:
        """The ids of its posts, with spaces between."""
        parts = parts_of(post, self._usual, self._instance.limits)
        if not post.instead_of:
            return await self._complete(post, parts, [])
        ids = post.instead_of.split()
        if parts:
            return await self._revise(post, parts, ids)
        await self._delete(reversed(ids))
        return post.instead_of

    async def find(self, post: Post) -> str | None:
        """Look for a post whose outcome is unknown, and complete it. A change looks for itself what is there."""
        parts = parts_of(post, self._usual, self._instance.limits)
        if post.instead_of or not parts:
            return None
        made = await self._made(post, parts)
        ids = [
            await self._verifier.verify(status, part.visibility, _called(post, status))
            for status, part in zip(made, parts, strict=False)
        ]
        return await self._complete(post, parts, ids) if ids else None

    async def _complete(self, post: Post, parts: Sequence[Part], made: Sequence[str]) -> str:
        """Post those parts that are not there yet."""
        ids = list(made)
        for part in parts[len(ids) :]:
            if ids:
                with after_a_part():
                    ids.append(await self._post(post, part, ids[-1]))
            else:
                ids.append(await self._begin(post, part))
        if not ids:
            raise ChatRefused("a post without words takes another one away, and this one names none")
        return " ".join(ids)

    async def _begin(self, post: Post, part: Part) -> str:
        with before_sending():
            picture = await self._attachments.of(post) if post.picture else None
        self._tried_at.setdefault(post.key, self._now())
        id_ = await self._post(post, part, _first(post.to), picture)
        self._attachments.attached(post.key)
        self._tried_at.pop(post.key, None)
        return id_

    async def _post(self, post: Post, part: Part, to: str | None, picture: str | None = None) -> str:
        status = await self._server.ask(_request(post.key, part, to, picture), "post")
        return await self._verifier.verify(status, part.visibility, _called(post, status))

    async def _revise(self, post: Post, parts: Sequence[Part], ids: Sequence[str]) -> str:
        """Change the posts that are there, each by the words of its language, and add and take away what is over."""
        there = [status for id_ in ids if (status := await self._server.ask_if_there(_status(id_)))]
        if not there:
            raise ChatRefused("the post that was to be changed is not there any more")
        pairs, left = paired(there, parts)
        media = await self._media(post, [status for status in there if status not in left])
        with after_a_part():
            kept = [await self._edit(status, part, media[str(status["id"])]) for part, status in pairs if status]
            self._attachments.attached(post.key)
            added = await self._add(post, [part.below(there) for part, status in pairs if not status], there)
            await self._delete(str(status["id"]) for status in left)
        return " ".join([*(id_ for id_ in ids if id_ in kept), *added])

    async def _media(self, post: Post, kept: Sequence[Status]) -> dict[str, list[str]]:
        """What is attached to each from now on: what was, but for another picture in the first of them."""
        media = {
            str(status["id"]): [str(each["id"]) for each in sound(status.get("media_attachments"))] for status in kept
        }
        if post.changes_picture:
            with before_sending():
                media[str(kept[0]["id"])] = [await self._attachments.of(post)] if post.picture else []
        return media

    async def _edit(self, status: Status, part: Part, media: Sequence[str]) -> str:
        edited = await self._server.ask(_change(status, part, media), "post")
        return await self._verifier.verify(edited, "public")  # as public as it was: no edit changes that

    async def _add(self, post: Post, parts: Sequence[Part], there: Sequence[Status]) -> list[str]:
        """Below the thread's last post; those that an earlier try has added are there."""
        to = str(there[-1]["id"])
        made = chain(await self._below(to), parts, to) if parts else []
        ids = [str(status["id"]) for status in made]
        for part in parts[len(ids) :]:
            ids.append(await self._post(post, part, ids[-1] if ids else to))
        return ids

    async def _delete(self, posts: Iterable[str]) -> None:
        for post in posts:
            await delete(self._server, post)

    async def _made(self, post: Post, parts: Sequence[Part]) -> list[Status]:
        """As many of its posts as are there, the first of the thread first."""
        if to := _first(post.to):
            return chain(await self._below(to), parts, to)
        latest = await self._server.ask(
            lambda client: client.account_statuses(self._me, exclude_replies=True, exclude_reblogs=True, limit=_LATEST)
        )
        since = self._tried_at.get(post.key, self._now() - _LONGEST_AGO) - _UNSURE
        for first in sound(latest):
            if is_below(first, "") and _is_since(first, since) and says(first, parts[0]):
                to = str(first["id"])
                return [first, *chain(await self._below(to), parts[1:], to)]
        return []

    async def _below(self, post: str) -> list[Status]:
        """What the account itself wrote below a post."""
        context = await self._server.ask_if_there(lambda client: client.status_context(post))
        return [status for status in sound((context or {}).get("descendants")) if writer(status) == self._me]


def _called(post: Post, status: Any) -> list[str]:
    """The one whom it calls, as the server calls them: somebody of its own has no domain there."""
    if not post.calls:
        return []
    handles = {post.calls.lower(), post.calls.lower().partition("@")[0]}
    mentioned = [str(each.get("acct", "")) for each in sound(status.get("mentions"))] if status else []
    return [handle for handle in mentioned if handle.lower() in handles] or [post.calls]


def _is_since(status: Status, earliest: datetime) -> bool:
    made_at = moment(status.get("created_at"))
    return made_at is None or made_at >= earliest


def _first(ids: str | None) -> str | None:
    return ids.split()[0] if ids else None


def _request(key: DeliveryKey, part: Part, to: str | None, picture: str | None) -> Callable[[Mastodon], Any]:
    own_key = hashlib.sha256(f"{key}#{part.number}".encode()).hexdigest()
    return lambda client: client.status_post(
        part.text,
        in_reply_to_id=to,
        media_ids=[picture] if picture else None,
        visibility=part.visibility,
        spoiler_text=part.warning or None,
        sensitive=bool(part.warning),
        language=part.language,
        idempotency_key=own_key,
    )


def _change(status: Status, part: Part, media: Sequence[str]) -> Callable[[Mastodon], Any]:
    """Everything is given, for an edit replaces everything; `status_update` of Mastodon.py takes no language."""
    return lambda client: client._Mastodon__status_internal(  # type: ignore[attr-defined]  # noqa: SLF001
        part.text,
        spoiler_text=part.warning,
        sensitive=bool(part.warning),
        language=part.language,
        media_ids=[*media] or None,
        edit=str(status["id"]),
    )


def _status(post: str) -> Callable[[Mastodon], Any]:
    return lambda client: client.status(post)
