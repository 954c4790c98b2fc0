"""Whom a link or a handle in a status stands for, among those whom it mentions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

_HANDLE_PATH = re.compile(r"(?:/web)?/@([^/@]+@[^/@]+)")


@dataclass(frozen=True, slots=True)
class Person:
    """An entry of `mentions[]`: https://docs.joinmastodon.org/entities/Status/#Mention."""

    id: str
    username: str
    acct: str  # without a domain for accounts of the bot's own server
    url: str

    @property
    def _domains(self) -> set[str]:
        """The one in the handle and the one in the address may differ."""
        return {_place(self.url)[0], self.acct.partition("@")[2].lower()} - {""}

    @property
    def places(self) -> set[tuple[str, str]]:
        """Hosts and paths of the profile: servers link to its page or to what they call the account between them."""
        host, path = _place(self.url)
        names = [f"/@{self.username}", f"/users/{self.username}", f"/profile/{self.username}"]
        numbered = [] if "@" in self.acct else [f"/ap/users/{self.id}"]
        on_host = {(host, place.lower()) for place in (path, *names, *numbered)} if host and path else set()
        return on_host | {("", f"{self.username}@{domain}".lower()) for domain in self._domains}

    @property
    def handle(self) -> re.Pattern[str]:
        """The account in plain text; its username alone only where that is the whole of it."""
        domains = "|".join(re.escape(domain) for domain in sorted(self._domains, key=len, reverse=True))
        with_domain = f"@(?:{domains})" if domains else "(?!)"
        local = "?" if "@" not in self.acct else ""
        name = re.escape(self.username)
        return re.compile(rf"(?<![\w@/=&+%#~])@{name}(?:{with_domain}){local}(?![\w@/]|[.-]\w)", re.IGNORECASE)


class People:
    """The mentioned of one status. Entries that are not as they should be are passed over."""

    def __init__(self, listed: Any) -> None:
        people = [person for each in listed if (person := _person(each))] if isinstance(listed, list) else []
        self._by_id = {person.id: person for person in people}
        self._by_place = {place: person for person in reversed(people) for place in person.places}

    def with_id(self, account: str) -> Person | None:
        return self._by_id.get(account)

    def at(self, href: str) -> Person | None:
        """Whose profile the address is, wherever it shows it: https://a.example/@name@b.example is on b.example."""
        place = _place(href)
        elsewhere = _HANDLE_PATH.fullmatch(place[1])
        return self._by_place.get(place) or (self._by_place.get(("", elsewhere[1])) if elsewhere else None)


def _person(entry: Any) -> Person | None:
    if not isinstance(entry, Mapping) or not entry.get("id"):
        return None
    username, acct, url = (
        value if isinstance(value := entry.get(key), str) else "" for key in ("username", "acct", "url")
    )
    username = username or acct.partition("@")[0]
    return Person(str(entry["id"]), username, acct or username, url) if username else None


def _place(address: str) -> tuple[str, str]:
    """Host and path, alike for http and https, any case and a slash at the end; nothing for no address."""
    try:
        parts = urlsplit(address)
    except ValueError:  # "http://["
        return "", ""
    host = parts.netloc.rpartition("@")[2].lower().removesuffix(":443").removesuffix(":80")
    path = unquote(parts.path).rstrip("/").lower()
    return host, f"{path}?{parts.query}" if parts.query else path
