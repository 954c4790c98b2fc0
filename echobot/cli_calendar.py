"""`echobot calendar`: visits and workshops as iCalendar, and drafts of them from it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from echobot.shipped import shipped_folder


class _ExportUnlessTold(TyperGroup):
    """`calendar OUT.ics` is short for `calendar export OUT.ics`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        understood = {*self.commands, *ctx.help_option_names}
        return super().parse_args(ctx, args if args and args[0] in understood else ["export", *args])


calendar = typer.Typer(
    cls=_ExportUnlessTold,
    help="Write visits and workshops as iCalendar (OUT.ics), or draft them from somebody else's calendar.",
    epilog="Each has options of its own: echobot calendar export --help.",
    subcommand_metavar="OUT.ics | import FILE.ics",
    rich_markup_mode=None,
)


@calendar.command()
def export(
    out: Annotated[Path, typer.Argument(metavar="OUT.ics", help="The file to write, or to bring up to date.")],
    knowledge: Annotated[
        Path | None,
        typer.Option("--knowledge", metavar="DIR", help="Whose visits and workshops; else those that echobot knows."),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option("--language", metavar="XX", help="Texts in this language; else in English, else in any."),
    ] = None,
) -> int:
    """Write or update OUT.ics; the word `export` may be left out.

    Calendars that subscribe to the file learn what has changed since, and what is cancelled.
    """
    from echobot.calendar.publishing import publish, spoken
    from echobot.content.knowledge_folder import load_or_refuse

    known = load_or_refuse(knowledge or shipped_folder())
    print(publish(known, spoken(known, language), out, datetime.now(UTC)))
    return 0


@calendar.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.ics", help="Somebody's calendar.")],
    language: Annotated[
        str, typer.Option("--language", metavar="XX", help="The language that its texts are in.")
    ] = "en",
) -> int:
    """Print drafts of visits from FILE.ics, to be finished by you.

    What is to be decided is marked with TO DO.
    """
    from echobot.calendar.drafting import draft
    from echobot.calendar.files import read

    print(draft(read(file), file.name, language))
    return 0
