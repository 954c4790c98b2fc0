"""What is written in the place of a link, so that its address is not lost."""

from __future__ import annotations

import re
from urllib.parse import unquote

from echobot.chats.mastodon.markup import Opened

_SHOWN = re.compile(
    r"(?:https?|gemini|gopher|ftps?|sftp|ircs?|xmpp|matrix|mailto|tel|magnet|ipfs|ipns|dat|ssb):", re.IGNORECASE
)
_BEGINNING = re.compile(r"(?:[a-z][a-z0-9+.-]*://)?(?:www\.)?")
_TAG_PAGE = re.compile(r"\btags?\b", re.IGNORECASE)
_HANDLE = re.compile(r"@[\w.-]+(?:@[\w.:-]+)?")


def address(link: Opened) -> str:
    """Where it leads, in one piece; "" for what is none for people, as a script or a part of a page."""
    href = re.sub(r"[\t\n\r]", "", link.attributes.get("href", "")).strip()
    return re.sub(r"\s", "%20", href).removeprefix("mailto:") if _SHOWN.match(href) else ""


def is_tag(link: Opened, label: str) -> bool:
    """A hashtag is a word of the sentence: "#zoom"."""
    marked = "hashtag" in link.classes or "tag" in link.attributes.get("rel", "").split()
    return marked or (label.startswith("#") and bool(_TAG_PAGE.search(link.attributes.get("href", ""))))


def is_handle(link: Opened, label: str) -> bool:
    """Somebody's name, though the status does not say whose."""
    return "mention" in link.classes or bool(_HANDLE.fullmatch(label))


def is_its_own_label(target: str, label: str) -> bool:
    """Whether the label is the address, or as much of it as was to be shown."""
    shown = re.sub(r"(?:…|\.\.\.)$", "", label)
    likely = " " not in shown and ("." in shown or ":" in shown)
    return likely and any(_bare(read(target)).startswith(_bare(read(shown))) for read in (str, unquote))


def _bare(text: str) -> str:
    return _BEGINNING.sub("", text.casefold(), count=1).rstrip("/")
