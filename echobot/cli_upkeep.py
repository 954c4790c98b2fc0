"""What somebody needs who looks after a bot: `echobot settings`, `backup`, `restore` and `links`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echobot.core.printable import printable
from echobot.errors import EchobotError
from echobot.places import state_folder
from echobot.shipped import shipped_folder

if TYPE_CHECKING:  # each command imports only what it uses
    from echobot.settings import Settings

upkeep = typer.Typer(rich_markup_mode=None)

SettingsOption = Annotated[Path | None, typer.Option("--settings", metavar="FILE", help="The bot's settings.")]
StoreOption = Annotated[str | None, typer.Option("--store", metavar="URL", help="Its store, in place of that.")]


@upkeep.command("settings")
def in_force(
    settings: Annotated[Path, typer.Option("--settings", metavar="FILE", help="The settings file.")],
) -> int:
    """Print the settings that are in force, every default included, as YAML; nothing secret is in it."""
    from echobot.content.settings_file import load_settings
    from echobot.content.settings_printed import printed

    print(printed(load_settings(settings)), end="")
    return 0


@upkeep.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; an earlier backup is replaced.")],
    settings: SettingsOption = None,
    store: StoreOption = None,
) -> int:
    """Copy what the bot remembers into FILE, whole and as of one moment; the bot may be running."""
    from echobot.stores.copying import back_up

    written = back_up(store or store_of(settings), file)
    print(f"{written} holds what the bot remembers ({written.stat().st_size // 1024} kB).")
    return 0


@upkeep.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `echobot backup` wrote.")],
    settings: SettingsOption = None,
    store: StoreOption = None,
) -> int:
    """Let the bot remember what is in FILE, and nothing else; it has to be stopped, and a store on a server empty."""
    from echobot.stores.copying import restore as bring_back

    kept = bring_back(store or store_of(settings), file, datetime.now(UTC))
    print(f"The bot remembers what is in {file}.")
    if kept:
        print(f"What it remembered before is kept in {kept}: delete that file as soon as all is well.")
    return 0


@upkeep.command()
def links(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[DIR]...", help="Knowledge bases; else the one that echobot comes with."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what may be there for people: it is said after a week otherwise.")
    ] = False,
) -> int:
    """Ask for every link in the knowledge, and say which are dead or have moved; takes minutes. 1 when one is dead."""
    import asyncio

    from echobot.core.problem import Severity
    from echobot.links import dead_links

    today, memory = datetime.now(UTC).date(), state_folder() / "links.json"
    found = asyncio.run(dead_links(folders or [shipped_folder()], today, memory, everything=everything))
    for problem in found:
        print(printable(str(problem)))
    dead = sum(problem.severity is Severity.ERROR for problem in found)
    print(f"{dead} dead, {len(found) - dead} to look at." if found else "No link is dead.")
    return 1 if dead else 0


def store_of(file: Path | None) -> str:
    """The address of the store that the settings name; raises `EchobotError`."""
    return settings_of(file).store


def settings_of(file: Path | None) -> Settings:
    """The settings, where a store would have done as well; raises `EchobotError`."""
    from echobot.content.settings_file import load_settings

    if file is None:
        raise EchobotError("say which bot: --settings FILE, or --store URL")
    return load_settings(file)
