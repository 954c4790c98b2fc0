"""`echobot announcements`: what is going to be posted, and how to take back what was."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echobot.errors import EchobotError

if TYPE_CHECKING:  # each command imports only what it uses
    from echobot.core.knowledge import Knowledge
    from echobot.forthcoming import Forthcoming
    from echobot.settings import Settings

announcements = typer.Typer(
    help="Say what is going to be posted: when, where, and in which words.",
    rich_markup_mode=None,
    invoke_without_command=True,
)

SettingsOption = Annotated[Path, typer.Option("--settings", metavar="FILE", help="The bot's settings.")]
AtOption = Annotated[
    str | None, typer.Option("--at", metavar="DATE", help="As of this day (2027-03-20), not of now; in UTC.")
]
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The id of the visit, workshop or announcement.")]


@announcements.callback()
def listed(
    context: typer.Context,
    settings: Annotated[Path | None, typer.Option("--settings", metavar="FILE", help="The bot's settings.")] = None,
    at: AtOption = None,
) -> int:
    """Say what is going to be posted: when, where, and in which words."""
    if context.invoked_subcommand is None:
        if settings is None:
            raise EchobotError("say which bot: --settings FILE")
        print(_forthcoming(settings, at).listed())
    return 0


@announcements.command("preview")
def preview(announcement: IdArgument, settings: SettingsOption, at: AtOption = None) -> int:
    """Show one announcement as it will look at each of its destinations."""
    print(_forthcoming(settings, at).previewed(announcement))
    return 0


@announcements.command("withdraw")
def withdraw(announcement: IdArgument, settings: SettingsOption) -> int:
    """Take away everything that was posted of one announcement, wherever it stands; it is not posted again."""
    from echobot.content.settings_file import load_settings
    from echobot.withdrawal import withdraw as take_back

    print(take_back(load_settings(settings).store, announcement))
    return 0


def _forthcoming(file: Path, at: str | None) -> Forthcoming:
    from echobot.content.settings_file import load_settings
    from echobot.forthcoming import forthcoming

    settings = load_settings(file)
    return forthcoming(_knowledge(settings), settings, _moment(at))


def _knowledge(settings: Settings) -> Knowledge:
    """As it is on this machine; of a repository that is followed, as the bot last took it over."""
    from echobot.parts import newest_knowledge

    return newest_knowledge(settings)


def _moment(at: str | None) -> datetime:
    if at is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise EchobotError(f'--at {at}: write a day, as in 2027-03-20, or "2027-03-20 09:00"') from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
