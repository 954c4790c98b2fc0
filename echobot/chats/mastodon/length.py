"""How many characters a post has, as Mastodon counts them.

Where this and the server could differ, this counts more: a post that is too long is refused, a shorter one is not.
`Mastodon.get_status_length` reads a link as the web interface does, always as 23 characters, and counts less than the
server for a few odd texts; so it is only asked which top-level domains there are.

The rule: app/validators/status_length_validator.rb, app/lib/extractor.rb, config/initializers/twitter_regex.rb.
Other servers have other rules, all of which count links in full; GoToSocial counts code points besides.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import grapheme  # type: ignore[import-untyped]
from mastodon import Mastodon

PROTOCOL = r"(?:https?|dat|dweb|ipfs|ipns|ssb|gopher|gemini)://"
"""How what the server may take for a link begins."""

_LONGEST_LINK = 4096  # a longer one is text to the server
_VIRAMA = 9  # the combining class of the sign that joins Indic consonants

# After a space or one opening sign only: what precedes may be a domain without "https://", which swallows the link.
_LINK = re.compile(
    r"""(?:(?<!\S)|(?<=\s[(\["'«„“])|(?<=\A[(\["'«„“]))
    (?a:https?://(?!t\.co\b)                                # t.co has a rule of its own
        (?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+
        (?P<top_level>[a-z]{2,63})(?![a-z0-9@+-])
        (?::\d{1,5})?
        (?:/(?:[a-z0-9!*';:=+,.$/%\#\[\]\-_~@|&]|\([a-z0-9!*';:=+,.$/%\#\[\]\-_~@|&]+\))*(?<=[a-z0-9+\-_\#/)]))?
        (?:\?[a-z0-9!?*'@();:&=+$/%\#\[\]\-_.,~|]*(?<=[a-z0-9\-_&=\#/]))?)""",
    re.IGNORECASE | re.VERBOSE,
)
_PROTOCOL = re.compile(PROTOCOL, re.IGNORECASE)
_HANDLE = re.compile(r"(?<!\S)(?a:(@[a-z0-9_]+)@[a-z0-9]+(?:[.-]+[a-z0-9]+)*)(?=[\s.,;!?)]|\Z)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TextLimits:
    """How long a post may be, as the instance says under `configuration.statuses`."""

    characters: int = 500  # `max_characters`
    per_link: int = 23  # `characters_reserved_per_url`; 0: links and handles count in full
    in_code_points: bool = False  # and not as a reader sees them, where a family of emoji is one


def length(text: str, limits: TextLimits, warning: str = "") -> int:
    """What counts against `limits.characters`, in user-perceived characters (grapheme clusters) or code points."""
    count = len if limits.in_code_points else _visible
    return count(warning) + count(_shortened(text, limits.per_link))


def links(text: str) -> list[tuple[int, int]]:
    """Where the links are that the server counts as links: with a protocol, on a top-level domain that exists."""
    return [found.span() for found in _LINK.finditer(text) if _is_link(found)]


def clusters(text: str) -> list[str]:
    """The user-perceived characters: a flag, a family of emoji or a letter with its accents is one."""
    return list(text) if _is_plain(text) else list(grapheme.graphemes(text))


def _shortened(text: str, per_link: int) -> str:
    """With a place for each link; what may be one to the server counts as a link's place and the rest of it."""
    if not per_link:
        return text
    done, last = "", 0
    for start, end in links(text):
        done += _reserved(text[last:start], per_link) + "x" * per_link
        last = end
    return _HANDLE.sub(r"\1", done + _reserved(text[last:], per_link))


def _reserved(text: str, per_link: int) -> str:
    return _PROTOCOL.sub(lambda found: found[0].ljust(per_link, "x"), text)


def _is_link(found: re.Match[str]) -> bool:
    return len(found[0]) <= _LONGEST_LINK and _exists(found["top_level"].lower())


@lru_cache(maxsize=1000)
def _exists(top_level: str) -> bool:
    """Mastodon.py keeps the list of top-level domains: on one of them, an address of any length counts as 23."""
    return Mastodon.get_status_length(f"https://{'x' * 50}.{top_level}") == 23


def _visible(text: str) -> int:
    return len(text) if _is_plain(text) else sum(map(_most_signs, grapheme.graphemes(text)))


def _most_signs(cluster: str) -> int:
    """One; but consonants joined by a virama are one only since Unicode 15.1, which a server's Ruby may not know."""
    return 1 + sum(unicodedata.combining(sign) == _VIRAMA for sign in cluster[:-1])


def _is_plain(text: str) -> bool:
    return text.isascii() and "\r" not in text  # "\r\n" is one
