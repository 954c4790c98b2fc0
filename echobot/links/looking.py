"""What becomes of somebody who follows a link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from yarl import URL

from echobot.links.web import Answer, NoAnswer, NoSuchName, Web

MOST_REDIRECTS = 6
_LONGEST = 500  # characters of an address that a person may copy
_FOR_GOOD = frozenset([301, 308])
_GONE = frozenset([404, 410])


@dataclass(frozen=True, slots=True)
class Fine:
    pass


@dataclass(frozen=True, slots=True)
class Gone:
    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    to: str


@dataclass(frozen=True, slots=True)
class Unsure:
    """It may be there for people all the same: many servers turn programs away."""

    reason: str


Verdict: TypeAlias = Fine | Gone | Moved | Unsure


async def look_at(web: Web, address: str) -> Verdict:
    """Follow a link to its end, in bounded time."""
    try:
        return await _follow(web, URL(address))
    except NoSuchName:
        return Gone("the name of its server does not exist")
    except (NoAnswer, ValueError) as error:
        return Unsure(str(error) if isinstance(error, NoAnswer) else "is no address that can be read")


async def _follow(web: Web, link: URL) -> Verdict:
    here, moved, for_good = link, link, True
    for _ in range(MOST_REDIRECTS):
        answer = await _asked(web, here)
        if answer.leads_to is None:
            return _judged(answer.status, link, moved)
        here, for_good = answer.leads_to, for_good and answer.status in _FOR_GOOD
        moved = here if for_good else moved
    return Unsure("leads from one address to the next without end")


async def _asked(web: Web, url: URL) -> Answer:
    """Many servers only know how to answer GET; whatever is wrong with the answer to HEAD is nothing yet."""
    try:
        answer = await web.ask("HEAD", url)
    except NoAnswer:
        return await web.ask("GET", url)
    return answer if answer.status < 400 or answer.status == 429 else await web.ask("GET", url)


def _judged(status: int, link: URL, moved: URL) -> Verdict:
    if status in _GONE:
        return Gone(f"its server answers {status}")
    if not 200 <= status < 300:
        return Unsure(f"is answered with {status}")
    target = moved if moved.fragment else moved.with_fragment(link.fragment or None)
    return Fine() if _is_the_same(link, moved) or len(str(target)) > _LONGEST else Moved(str(target))


def _is_the_same(old: URL, new: URL) -> bool:
    """A slash more, a "www." less, or the page that a server shows first, which changes often."""
    same_host = _bare(old) == _bare(new) and old.scheme == new.scheme
    return same_host and old.path.rstrip("/") in {new.path.rstrip("/"), ""} and not old.query_string


def _bare(url: URL) -> str:
    return str(url.host).removeprefix("www.")
