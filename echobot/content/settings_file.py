"""The settings file becomes `Settings`, or the list of what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from echobot.content.destination_shapes import DestinationShape
from echobot.content.room_shape import RoomShape
from echobot.content.sentences import problems
from echobot.content.settings_shapes import MastodonAccountShape, MatrixAccountShape, RepositoryShape, SettingsShape
from echobot.content.yaml_reading import read_tree
from echobot.core.hours import Hours
from echobot.core.problem import Problem
from echobot.errors import ProblemsFound
from echobot.secrets import read_secret
from echobot.settings import (
    Account,
    Destination,
    HealthPages,
    Invites,
    Limits,
    MastodonAccount,
    MatrixAccount,
    Repository,
    Room,
    Settings,
)

__all__ = ["load_settings", "read_secret", "read_settings"]

_RELATIVE_FILE = re.compile(r"(sqlite(?:\+\w+)?:///)(?!/|:memory:|file:)(.+)")
_RELATIVE_PASSWORD_FILE = re.compile(r"(postgresql://.*[?&]password_file=)(?!/|~|%)([^&]+)")


def load_settings(file: Path) -> Settings:
    """The settings; raises `ProblemsFound`."""
    settings, found = read_settings(file)
    if settings is None:
        raise ProblemsFound(found)
    return settings


def read_settings(file: Path) -> tuple[Settings | None, list[Problem]]:
    """The settings, with paths that hold from anywhere; None when something is wrong."""
    tree, found = read_tree(file)
    if tree is None:
        return None, found
    try:
        shape = SettingsShape.model_validate(tree.root)
    except ValidationError as error:
        return None, sorted([*found, *problems(error, SettingsShape, tree)])
    return (None, sorted(found)) if found else (_settings(shape, file.absolute().parent), [])


def _settings(shape: SettingsShape, folder: Path) -> Settings:
    given: dict[str, Any] = {
        **_given(shape),
        "accounts": {name: _account(account, folder) for name, account in shape.accounts.items()},
        "store": _store(shape.store, folder),
    }
    if shape.state:
        given["state"] = _path(shape.state, folder)
    if shape.knowledge:
        given["knowledge"] = _knowledge(shape.knowledge, folder)
    if "destinations" in given:
        given["destinations"] = {name: _destination(each) for name, each in shape.destinations.items()}
    if shape.limits:
        given["limits"] = Limits(**_given(shape.limits))
    if shape.health:
        given["health"] = HealthPages(**_given(shape.health))
    return Settings(**given)


def _account(shape: MatrixAccountShape | MastodonAccountShape, folder: Path) -> Account:
    given = {**_given(shape), "token_file": _path(shape.token_file, folder)}
    del given["kind"]
    if isinstance(shape, MastodonAccountShape):
        return MastodonAccount(**given)
    rooms = {name: _room(room) for name, room in shape.rooms.items()}
    return MatrixAccount(**{**given, "invites": Invites(**_given(shape.invites)), "rooms": rooms})


def _room(shape: RoomShape) -> Room:
    quiet = shape.quiet and Hours(shape.quiet.start, shape.quiet.end, ZoneInfo(shape.quiet.zone))
    return Room(**{**_given(shape), "quiet": quiet})


def _destination(shape: DestinationShape) -> Destination:
    return Destination(**{**_given(shape), "zones": tuple(map(ZoneInfo, shape.zones))})


def _knowledge(place: RepositoryShape | str, folder: Path) -> Path | Repository:
    if isinstance(place, str):
        return _path(place, folder)
    given = {key: value for key, value in _given(place).items() if key != "repository" and value is not None}
    local = place.repository.startswith(("/", ".", "~"))
    return Repository(str(_path(place.repository, folder)) if local else place.repository, **given)


def _given(shape: Any) -> Mapping[str, Any]:
    """What the file says; the rest keeps its default."""
    return {key: getattr(shape, key) for key in shape.model_fields_set}


def _path(written: str, folder: Path) -> Path:
    return folder / Path(written).expanduser()


def _store(url: str, folder: Path) -> str:
    """An SQLite file is found beside the settings, from wherever the bot is started, and so is a password's file."""
    found = _RELATIVE_FILE.match(url) or _RELATIVE_PASSWORD_FILE.match(url)
    return f"{found[1]}{folder / found[2]}{url[found.end() :]}" if found else url
