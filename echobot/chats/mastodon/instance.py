"""What kind of server it is, as far as the bot has to know."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mastodon import Mastodon

from echobot.chats.mastodon.length import TextLimits
from echobot.chats.mastodon.server import Server

_MASTODON = re.compile(r"v?([2-9]|\d\d)\.\d+\.\d+[\w.+-]*")  # "2.7.2 (compatible; Pleroma 2.9.1)" is another


@dataclass(frozen=True, slots=True)
class Instance:
    """The defaults hold where a server does not say."""

    limits: TextLimits = field(default_factory=TextLimits)
    streaming: str | None = None  # where its streams are, when that is another address
    keeps_keys: bool = False  # whether it surely remembers the key of a post: GoToSocial does not
    description_characters: int = 1500  # of a picture
    picture_bytes: int = 10_000_000


async def instance_of(server: Server) -> Instance:
    """Ask the newer way, then the older one; some servers know neither."""
    ways: tuple[Callable[[Mastodon], Any], ...] = (Mastodon.instance_v2, Mastodon.instance_v1)
    for way in ways:
        if (said := await server.ask_if_there(way)) is not None:
            return _with_pictures(_read(said), said)
    return Instance()


def _read(said: Any) -> Instance:
    configuration, urls = _mapping(said, "configuration"), _mapping(said, "urls")
    statuses = _mapping(configuration, "statuses")
    characters = statuses.get("max_characters") or said.get("max_toot_chars")
    streaming = _mapping(configuration, "urls").get("streaming") or urls.get("streaming_api")
    is_mastodon = bool(_MASTODON.fullmatch(str(said.get("version") or "")))
    limits = _limits(characters, statuses.get("characters_reserved_per_url"), is_mastodon=is_mastodon)
    return Instance(limits, streaming if isinstance(streaming, str) else None, is_mastodon)


def _limits(characters: Any, per_link: Any, *, is_mastodon: bool) -> TextLimits:
    """GoToSocial says that it reserves 25 characters for a link, and counts it in full."""
    usual = TextLimits()
    most = _number(characters, usual.characters)
    if not is_mastodon:
        return TextLimits(most, per_link=0, in_code_points=True)
    return TextLimits(most, _number(per_link, usual.per_link))


def _with_pictures(instance: Instance, said: Any) -> Instance:
    media = _mapping(_mapping(said, "configuration"), "media_attachments")
    return replace(
        instance,
        description_characters=_number(media.get("description_limit"), instance.description_characters),
        picture_bytes=_number(media.get("image_size_limit"), instance.picture_bytes),
    )


def _mapping(said: Any, key: str) -> Mapping[str, Any]:
    value = said.get(key) if isinstance(said, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _number(value: Any, usual: int) -> int:
    return value if isinstance(value, int) and value > 0 else usual
