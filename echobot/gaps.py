"""What people asked in vain, for the curators: as a list, as JSON, as the beginning of an entry."""

from __future__ import annotations

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from echobot.core.gap import Gap, Group, alike, asked_times, last_asked, telling_words
from echobot.core.knowledge import Language
from echobot.core.text import words
from echobot.errors import EchobotError
from echobot.stores.sql import SqlStore

_MOST_WORDS, _LONGEST_ID = 5, 80  # words and characters of an entry's id


def gaps_in(store_url: str) -> list[Group]:
    """The gaps of a store, in groups that ask the same; a bot may be using it. Raises `StoreError`."""
    return alike(asyncio.run(_read(store_url)))


def listed(groups: Sequence[Group]) -> str:
    """A paragraph for each group, numbered for `draft`."""
    if not groups:
        return "Nothing was asked in vain."
    return "\n\n".join("\n".join(_paragraph(number, group)) for number, group in enumerate(groups, start=1))


def as_json(groups: Sequence[Group]) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "count": asked_times(group),
            "last_at": last_asked(group).isoformat(),
            "wordings": [_wording(gap) for gap in group],
        }
        for number, group in enumerate(groups, start=1)
    ]


def draft(groups: Sequence[Group], number: int, today: date) -> str:
    """A file with one entry that lacks nothing but its answer and where that comes from."""
    if not 1 <= number <= len(groups):
        raise EchobotError(f"there is no gap {number}; `echobot gaps` lists {len(groups)}")
    asked = _by_language(groups[number - 1])
    lines = ["entries:", f"  - id: {_id(groups[number - 1][0])}", "    asked:"]
    for language, wordings in asked.items():
        lines += [f"      {language}:", *(f"        - {_quoted(wording)}" for wording in wordings)]
    lines += ["    answer:", *(f'      {language}: ""' for language in asked)]
    return "\n".join([*lines, "    sources: []", f"    reviewed: {today.isoformat()}"])


async def _read(store_url: str) -> list[Gap]:
    store = SqlStore.open_to_read(store_url)
    try:
        return await store.gaps()
    finally:
        await store.close()


def _paragraph(number: int, group: Group) -> Iterator[str]:
    times = asked_times(group)
    yield f"{number}. asked {times} time{'s' * (times != 1)}, last on {last_asked(group).date().isoformat()}"
    for gap in group:
        yield f"{gap.count:6}  {gap.language}  {gap.text}"


def _wording(gap: Gap) -> dict[str, Any]:
    return {"text": gap.text, "language": gap.language, "count": gap.count, "last_at": gap.last_at.isoformat()}


def _by_language(group: Group) -> dict[Language, list[str]]:
    """The wordings, each but once whatever its capitals and marks."""
    wordings: dict[Language, dict[tuple[str, ...], str]] = defaultdict(dict)
    for gap in group:
        wordings[gap.language].setdefault(tuple(words(gap.text)), gap.text)
    return {language: list(texts.values()) for language, texts in wordings.items()}


def _id(gap: Gap) -> str:
    """One word alone may be the id of a tool or a service already."""
    latin = [word for word in dict.fromkeys(telling_words(gap.text)) if re.fullmatch("[a-z0-9]+", word)]
    if len(latin) < 2:
        latin = ["about", *latin] if latin else ["new", "entry"]
    return "-".join(latin[:_MOST_WORDS])[:_LONGEST_ID].rstrip("-")


def _quoted(text: str) -> str:
    """JSON's quotation marks are YAML's as well."""
    return json.dumps(text, ensure_ascii=False)
