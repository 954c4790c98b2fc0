"""Everything that is wrong in knowledge bases, their test questions and the settings, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from echobot.content.announced_lengths import Length, too_long
from echobot.content.announcements import beside
from echobot.content.folder import yaml_files
from echobot.content.items import Item
from echobot.content.knowledge_folder import Loaded, load_items
from echobot.content.questions import Asked, load_questions
from echobot.content.settings_file import read_settings
from echobot.content.tested import copied_phrasings, unknown_ids, untested
from echobot.content.upkeep import few_phrasings, overdue
from echobot.core.heralding import Herald
from echobot.core.knowledge import Knowledge
from echobot.core.problem import Problem
from echobot.settings import Settings


def check(
    folders: Iterable[Path],
    settings_file: Path | None,
    today: date | None = None,
    *,
    thorough: bool = False,
    length: Length = lambda text, _: len(text),
) -> list[Problem]:
    """All problems, in the order of the files; with settings, their own knowledge base is looked at as well.

    `length` is how long a text and the warning above it are where they are posted.
    """
    found: set[Problem] = set()
    looked_at = list(folders)
    settings: Settings | None = None
    if settings_file is not None:
        settings, problems = read_settings(settings_file)
        found.update(problems)
    if settings and isinstance(settings.knowledge, Path):
        looked_at.append(settings.knowledge)
    for folder in looked_at:
        loaded = load_items(folder)
        found.update(_check_folder(folder, loaded, today, thorough=thorough))
        if settings:  # else nobody knows what its destinations are
            found.update(_check_destinations(loaded, settings, today, length))
    return sorted(found)


def _check_folder(folder: Path, loaded: Loaded, today: date | None, *, thorough: bool) -> Iterator[Problem]:
    items, knowledge = loaded.items, loaded.knowledge
    yield from loaded.problems
    yield from few_phrasings(items)
    if today:
        yield from overdue(items, today)
    if (folder / "tests").is_dir():
        yield from _check_questions(folder / "tests", items, knowledge)
    if thorough and knowledge:
        from echobot.content.confusion import confusions  # noqa: PLC0415 - what only this needs to import

        yield from confusions(items, knowledge)


def _check_destinations(loaded: Loaded, settings: Settings, today: date | None, length: Length) -> Iterator[Problem]:
    for each in loaded.announced:
        yield from beside(settings.destinations, each)
    if loaded.knowledge and today:
        herald = Herald(loaded.knowledge)
        for each in loaded.announced:
            yield from too_long(each, herald, settings, today, length)


def _check_questions(folder: Path, items: Iterable[Item], knowledge: Knowledge | None) -> Iterator[Problem]:
    asked: list[Asked] = []
    files, problems = yaml_files(folder)
    for file in files:
        right, wrong = load_questions(file)
        asked += right
        problems += wrong
    yield from problems
    if knowledge:
        yield from unknown_ids(asked, knowledge)
        yield from copied_phrasings(asked, knowledge)
    if not problems:  # else an entry may be asked for in what could not be read
        yield from untested(items, asked)
