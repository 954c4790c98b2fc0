"""A reply's text as Mastodon posts, which mention nobody but the asker."""

from __future__ import annotations

import re
from itertools import accumulate, takewhile

from echobot.chats.mastodon.length import TextLimits, clusters, length
from echobot.chats.mastodon.parts import parts
from echobot.errors import ChatRefused

# One rule for all servers, wider than Mastodon's MENTION_RE: only a letter, a digit, "_" or "/" before "@" keeps it.
_AT = re.compile(r"(?P<link>https?://[^\s<>\"]+)|(?P<before>[^@]?)@+(?=\w)", re.IGNORECASE)
_AT_IN_LINK = re.compile(r"([^@]?)@+(?=\w)")
_ITEM_OR_LINK_LAST = re.compile(r"(?:^(?:-|\d{1,3}[.)])[ ].*|https?://\S+)\Z", re.MULTILINE)
_LEAST_ROOM = 20  # characters beside a link


def posts(text: str, asker: str, limits: TextLimits, warning: str = "", most: int = 6) -> tuple[str, ...]:
    """The texts of a thread's posts, each beginning with the asker's handle; none when there is nothing to say.

    Where nobody asked (""), none does.

    One post when all fits; else at most `most`, which end with "(1/3)". What does not fit into those is left out, and
    the last one ends with a sentence and "…". A `warning` counts in every post, because it goes above each.
    Raises ChatRefused when handle and warning leave no room; `short_warning` makes some.
    """
    said = without_mentions(_without_handle(text.strip(), asker)).strip()
    handle = f"@{asker} " if asker else ""
    if not said:
        return ()
    if length(handle + said, limits, warning) <= limits.characters:
        return (handle + said,)
    room = limits.characters - length(handle, limits, warning) - len(f" ({most}/{most})")
    if room < limits.per_link + _LEAST_ROOM:
        raise ChatRefused("the content warning leaves no room for the reply in a Mastodon post")
    found = parts(said, room, limits, most)
    return tuple(f"{handle}{part}{_mark(part, number, len(found))}" for number, part in enumerate(found, start=1))


def short_warning(warning: str, limits: TextLimits) -> str:
    """An asker's content warning, cut to a third of a post where it is longer."""
    most = limits.characters // 3
    if length("", limits, warning) <= most:
        return warning
    kept = takewhile(lambda end: end < most, accumulate(length(sign, limits) for sign in clusters(warning)))
    return "".join(clusters(warning)[: len([*kept])]) + "…"


def without_mentions(text: str) -> str:
    """The text with no "@" that a server would take for a mention. Those in links work still, written as "%40"."""
    return _AT.sub(_unmentioned, text)


def _unmentioned(found: re.Match[str]) -> str:
    if link := found["link"]:
        return _AT_IN_LINK.sub(lambda at: at[1] + ("@" if _keeps(at[1]) else "%40"), link)
    return found["before"] + ("@" if _keeps(found["before"]) else "")


def _keeps(before: str) -> bool:
    """Whether an "@" after this is part of an e-mail address or of a path."""
    return before.isalpha() or before.isdecimal() or before in {"_", "/"}


def _without_handle(text: str, asker: str) -> str:
    return re.sub(rf"\A@{re.escape(asker)}(?!\S)", "", text, flags=re.IGNORECASE)


def _mark(part: str, number: int, count: int) -> str:
    """On a line of its own where it would look like a part of an item or a link."""
    if count == 1:
        return ""
    return f"{chr(10) if _ITEM_OR_LINK_LAST.search(part) else ' '}({number}/{count})"
