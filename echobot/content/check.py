"""Everything that is wrong in knowledge bases, their test questions and the settings, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from echobot.content.folder import yaml_files
from echobot.content.knowledge_folder import load
from echobot.content.questions import load_questions
from echobot.content.settings_file import read_settings
from echobot.core.problem import Problem


def check(folders: Iterable[Path], settings_file: Path | None) -> list[Problem]:
    """All problems, in the order of the files; with settings, their own knowledge base is looked at as well."""
    found: set[Problem] = set()
    looked_at = list(folders)
    if settings_file is not None:
        settings, problems = read_settings(settings_file)
        found.update(problems)
        if settings and settings.knowledge:
            looked_at.append(settings.knowledge)
    for folder in looked_at:
        found.update(_check_folder(folder))
    return sorted(found)


def _check_folder(folder: Path) -> Iterator[Problem]:
    knowledge, problems = load(folder)
    yield from problems
    if (folder / "tests").is_dir():
        files, unread = yaml_files(folder / "tests")
        yield from unread
        for file in files:
            yield from load_questions(file, knowledge)[1]
