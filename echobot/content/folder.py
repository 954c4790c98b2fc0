"""Which files of a folder are read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from echobot.content.yaml_text import shown
from echobot.core.problem import Problem

_SUFFIXES = frozenset({".yaml", ".yml"})


def yaml_files(folder: Path) -> tuple[list[Path], list[Problem]]:
    """All YAML files in the folder and below, sorted; neither hidden ones nor `tests/`, and no link leads out."""
    if not folder.is_dir():
        return [], [
            Problem(shown(folder), 1, 1, "", "there is no such folder", "write the path of a folder of YAML files")
        ]
    inside: list[Path] = []
    problems: list[Problem] = []
    for path in _found(folder, problems):
        if _leaves(path, folder):
            wrong = "this is a link that leads out of the folder, so it is not read"
            problems.append(Problem(shown(path), 1, 1, "", wrong, "put the file itself here"))
        else:
            inside.append(path)
    return inside, problems


def _found(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        wrong = f"this folder cannot be read ({error.strerror})"
        problems.append(Problem(shown(Path(error.filename)), 1, 1, "", wrong, "allow echobot to read it"))

    for here, folders, files in os.walk(folder, onerror=unreadable):
        named = [Path(here, name) for name in files + folders if Path(name).suffix in _SUFFIXES]
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "tests")
        yield from sorted(path for path in named if not path.name.startswith("."))


def _leaves(path: Path, folder: Path) -> bool:
    return path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
