"""A text as HTML, as Mastodon writes it (app/lib/text_formatter.rb)."""

import re
from collections.abc import Sequence

from tests.servers.fake_mastodon.entities import Account
from tests.servers.fake_mastodon.text import Entity, rewritten

_SHOWN = 30  # characters of an address


def rendered(text: str, mentions: Sequence[Account], writer: Account) -> str:
    """Handles of the mentioned and of the writer become links; others stay plain."""
    if not text.strip():
        return ""
    return _paragraphs(rewritten(text, lambda entity: _entity(entity, [*mentions, writer], writer), _escaped))


def _paragraphs(html: str) -> str:
    paragraphs = re.split(r"\n\n+", html.replace("\r\n", "\n").replace("\r", "\n").strip("\n"))
    return "".join(f"<p>{paragraph.replace(chr(10), '<br />')}</p>" for paragraph in paragraphs)


def _entity(entity: Entity, known: Sequence[Account], writer: Account) -> str:
    match entity.kind:
        case "url":
            return _link(entity.text)
        case "hashtag":
            url = f"https://{writer.domain or writer.home}/tags/{entity.text}"
            return f'<a href="{_escaped(url)}" class="mention hashtag" rel="tag">#<span>{entity.text}</span></a>'
        case _:
            return _mention(entity.text, known, writer)


def _link(url: str) -> str:
    prefix = re.match(r"https?://(www\.)?", url, re.IGNORECASE)
    start = prefix.end() if prefix else 0
    shown, rest = url[start : start + _SHOWN], url[start + _SHOWN :]
    return (
        f'<a href="{_escaped(url)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{_escaped(url[:start])}</span>'
        f'<span class="{"ellipsis" if rest else ""}">{_escaped(shown)}</span>'
        f'<span class="invisible">{_escaped(rest)}</span></a>'
    )


def _mention(handle: str, known: Sequence[Account], writer: Account) -> str:
    username, _, domain = handle.lower().partition("@")
    namesakes = [account for account in dict.fromkeys(known) if account.username.lower() == username]
    host = domain or writer.domain or writer.home
    meant = [account for account in namesakes if (account.domain or account.home) == host]
    meant = meant or (namesakes if not domain else [])  # a test names whom it means by `mentions`
    if not meant:
        return f"@{_escaped(handle)}"
    name = meant[0].acct if len(namesakes) > 1 else meant[0].username
    return (
        f'<span class="h-card" translate="no"><a href="{meant[0].url}" class="u-url mention">'
        f"@<span>{name}</span></a></span>"
    )


def _escaped(text: str) -> str:
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        text = text.replace(character, entity)
    return text
