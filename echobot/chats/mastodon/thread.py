"""A post's wordings as the posts of a thread, and which of them are there already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from echobot.chats.mastodon.envelope import narrower
from echobot.chats.mastodon.length import TextLimits
from echobot.chats.mastodon.people import People
from echobot.chats.mastodon.posts import posts, short_warning
from echobot.chats.mastodon.reading import Status
from echobot.chats.mastodon.rendering import rendered
from echobot.core.message import Post


@dataclass(frozen=True, slots=True)
class Part:
    """One of its posts."""

    number: int  # from 0
    text: str
    language: str
    warning: str
    visibility: str

    def below(self, thread: Sequence[Status]) -> Part:
        """As public as it may be when it is added to a thread."""
        as_thread = narrower("unlisted", str(thread[0].get("visibility")))
        return replace(self, visibility=narrower(self.visibility, as_thread))


def parts_of(post: Post, usual: str, limits: TextLimits) -> tuple[Part, ...]:
    """One after the other: each wording, in several parts where it is long. Only what begins a thread is public.

    `usual` is the visibility where the post has none.
    """
    first = narrower(post.visibility or usual, post.visibility or usual)
    said = [
        (text, wording.language, warning)
        for wording in post.wordings
        for warning in [short_warning(wording.warning, limits)]
        for text in posts(wording.text, post.calls, limits, warning)
    ]
    return tuple(
        Part(number, *each, first if number == 0 and not post.to else narrower(first, "unlisted"))
        for number, each in enumerate(said)
    )


def chain(own: Sequence[Status], parts: Iterable[Part], to: str) -> list[Status]:
    """The posts that say these parts, the first below `to` and each further one below the one before it."""
    made: list[Status] = []
    for part in parts:
        found = next((status for status in own if is_below(status, to) and says(status, part)), None)
        if found is None:
            break
        made.append(found)
        to = str(found["id"])
    return made


def paired(there: Iterable[Status], parts: Sequence[Part]) -> tuple[list[tuple[Part, Status | None]], list[Status]]:
    """For each part the post that it is to change, or none; and the posts that are left over.

    Those in its language come first, so that nobody finds another language in what they have read or boosted.
    """
    left, found = list(there), dict[int, Status]()
    for wanted in ("language", ""):
        for part in parts:
            match = next((post for post in left if not wanted or post.get(wanted) == part.language), None)
            if part.number not in found and match is not None:
                left.remove(match)
                found[part.number] = match
    return [(part, found.get(part.number)) for part in parts], left


def is_below(status: Status, to: str) -> bool:
    return str(status.get("in_reply_to_id") or "") == to


def says(status: Status, part: Part) -> bool:
    """Whether its text is the part's, whatever the server made of the white space and of its own people's handles."""
    content = status.get("content")
    shown = rendered(content, People(status.get("mentions")), "").text if isinstance(content, str) else ""
    return _words(shown) == _words(part.text)


def _words(text: str) -> list[str]:
    first, *others = text.split() or [""]
    return [first if not first.startswith("@") else "@".join(first.split("@")[:2]), *others]
