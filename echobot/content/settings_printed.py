"""The settings that are in force, every default included, as YAML that can be read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from echobot.content.settings_shapes import SettingsShape
from echobot.core.hours import Hours
from echobot.settings import Account, Destination, MastodonAccount, MatrixAccount, Repository, Settings
from echobot.shipped import shipped_folder

_UNITS = {
    "days": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
_KINDS: dict[type, dict[str, Any]] = {MatrixAccount: {"kind": "matrix"}, MastodonAccount: {"kind": "mastodon"}}
_CALLED = {(Repository, "address"): "repository", (Hours, "start"): "from", (Hours, "end"): "to"}
_ONLY_ON: dict[str, type] = {
    "room": MatrixAccount,
    "mention_room": MatrixAccount,
    "visibility": MastodonAccount,
    "characters": MastodonAccount,
}


def printed(settings: Settings) -> str:
    """The whole file; nothing secret is in it, because nothing secret is in the settings."""
    return yaml.dump(as_written(settings), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


def as_written(settings: Settings) -> dict[str, Any]:
    """What the file would hold, in the order in which the settings are explained."""
    in_force = replace(settings, knowledge=settings.knowledge or shipped_folder())
    places = {
        name: destination(each, settings.accounts.get(each.account)) for name, each in settings.destinations.items()
    }
    return _of(in_force, SettingsShape.model_fields) | {"destinations": places}


def destination(place: Destination, account: Account | None) -> dict[str, Any]:
    """Without what there is on other networks only."""
    names = [field.name for field in fields(place) if isinstance(account, _ONLY_ON.get(field.name, object))]
    return _of(place, names)


class _Dumper(yaml.SafeDumper):
    """The settings are read without aliases, so none are written."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the base's signature
        return True


def _of(value: Any, names: Iterable[str]) -> dict[str, Any]:
    """Its members by name; what is not set and has no default has nothing to be printed."""
    given = {_CALLED.get((type(value), name), name): _plain(getattr(value, name)) for name in names}
    return {name: each for name, each in given.items() if each is not None and each != ""}


def _plain(value: Any) -> Any:
    match value:
        case timedelta() | time():
            return f"{value:%H:%M}" if isinstance(value, time) else _length_of_time(value)
        case Path() | ZoneInfo():
            return str(value)
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case tuple():
            return [_plain(each) for each in value]
        case _ if is_dataclass(value):
            return _KINDS.get(type(value), {}) | _of(value, [field.name for field in fields(value)])
        case _:
            return value


def _length_of_time(time: timedelta) -> str:
    unit, length = next((unit, length) for unit, length in _UNITS.items() if time % length == timedelta(0))
    return f"{time // length} {unit}" if len(unit) > 1 else f"{time // length}{unit}"
