"""All links of a knowledge base, and what is wrong with them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import chain, groupby
from pathlib import Path

from echobot.content.links import Link, links_in
from echobot.core.problem import Problem, Severity
from echobot.errors import EchobotError
from echobot.links.looking import Gone, Moved, Unsure, Verdict, look_at
from echobot.links.memory import remember, remembered
from echobot.links.web import Web

AT_ONCE = 8
LASTING = timedelta(days=7)
"""Trouble at every look for so long is worth a person's time."""


async def dead_links(
    folders: Iterable[Path], today: date, memory: Path, web: Web | None = None, *, everything: bool = False
) -> list[Problem]:
    """What is wrong with the links in folders of knowledge, in the order of its files. Raises `EchobotError`.

    `memory` is the file that keeps which links could not be looked at; `everything` tells of these on the first day.
    """
    read = [links_in(folder) for folder in folders]
    links, unread = (list(chain.from_iterable(part)) for part in zip(*read, strict=True))
    async with web or Web() as opened:
        verdicts = await _looked_at(opened, {link.address for link in links})
        if links and not opened.has_answered:
            raise EchobotError("no server at all could be reached: is this machine connected to the internet?")
    since = _since(verdicts, remembered(memory), today)
    remember(memory, since)
    told = {address: day for address, day in since.items() if everything or today - day >= LASTING}
    return sorted({*unread, *_problems(links, verdicts, told)})


async def _looked_at(web: Web, addresses: Iterable[str]) -> dict[str, Verdict]:
    """Several hosts at once, and each host's links one after the other."""
    room = asyncio.Semaphore(AT_ONCE)

    async def looked_at(of_one_host: list[str]) -> list[tuple[str, Verdict]]:
        async with room:
            return [(address, await look_at(web, address)) for address in of_one_host]

    groups = [list(group) for _, group in groupby(sorted(addresses, key=_host), key=_host)]
    return dict(chain.from_iterable(await asyncio.gather(*map(looked_at, groups))))


def _host(address: str) -> str:
    """Good enough to sort by; what is no address at all stays by itself."""
    return address.partition("://")[2].partition("/")[0]


def _since(verdicts: Mapping[str, Verdict], before: Mapping[str, date], today: date) -> dict[str, date]:
    return {address: before.get(address, today) for address, found in verdicts.items() if isinstance(found, Unsure)}


def _problems(links: Iterable[Link], verdicts: Mapping[str, Verdict], told: Mapping[str, date]) -> Iterator[Problem]:
    for link in links:
        match verdicts[link.address]:
            case Gone(reason):
                yield link.problem(f"{link.address} is gone: {reason}", "find where it is now, or take it out")
            case Moved(to):
                yield link.problem(f"{link.address} has moved for good", f"write {to}", Severity.WARNING)
            case Unsure(reason) if link.address in told:
                wrong = f"{link.address} {reason}, since {told[link.address]}"
                instead = "open it in a browser; if it shows what it should, all is well"
                yield link.problem(wrong, instead, Severity.WARNING)
            case _:
                pass
