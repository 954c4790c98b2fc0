"""The command line: arguments become a function that returns an exit code. The only place that prints."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from echobot.cli_announcements import announcements
from echobot.cli_calendar import calendar
from echobot.cli_login import login
from echobot.cli_upkeep import SettingsOption, StoreOption, settings_of, store_of, upkeep
from echobot.core.printable import printable
from echobot.errors import EchobotError
from echobot.shipped import shipped_folder

if TYPE_CHECKING:  # `ask` and `check` start quickly because each command imports only what it uses
    from echobot.core.answering import Answered, Answerer

app = typer.Typer(
    name="echobot",
    help="Answer people's questions from a knowledge base that volunteers edit: in the terminal, and in Matrix rooms.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(login, name="login")
app.add_typer(announcements, name="announcements")
app.add_typer(calendar, name="calendar")
app.add_typer(upkeep)

KnowledgeOption = Annotated[
    Path | None,
    typer.Option("--knowledge", metavar="DIR", help="The knowledge base; else the one that echobot comes with."),
]
LanguageOption = Annotated[
    str | None, typer.Option("--language", metavar="XX", help="Answer in this language; else in the question's own.")
]


def main(arguments: list[str] | None = None) -> int:
    """Run one command: 0 when it went well, 1 with one sentence when not, 130 after Ctrl-C, 3 for our own mistakes."""
    # Threads for matrices of sixty by sixty cost 6 MB and 40 ms at the start, and gain nothing.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        code = app(args=arguments, standalone_mode=False)
    except EchobotError as error:
        print(f"echobot: {printable(str(error))}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except BrokenPipeError:  # somebody closed the pipe: `echobot ask --help | head`
        sys.stderr.close()
        return 0
    except Exception as error:  # noqa: BLE001 - the last resort
        if sentence := _usage(error):
            print(f"echobot: {sentence}", file=sys.stderr)
            return 1
        traceback.print_exc()
        return 3
    return int(code or 0)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help='What to ask; "-" reads one question a line.')],
    language: LanguageOption = None,
    knowledge: KnowledgeOption = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say which words decided, and what the rivals were.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write one JSON object a question.")] = False,
) -> int:
    """Answer one question, or many."""
    answerer = _answerer(knowledge)
    for line in _lines() if question == "-" else [question]:
        started = time.perf_counter()
        answered = answerer.answer(line, language=_language(language, answerer), today=_today())
        elapsed_ms = (time.perf_counter() - started) * 1000
        if as_json:
            print(json.dumps(_as_json(answered, answerer, elapsed_ms), ensure_ascii=False), flush=True)
        else:
            print(answered.text, flush=True)
        if explain:
            from echobot.core.explaining import explain as explained

            print("\n" + explained(answered, answerer), file=sys.stderr if as_json else sys.stdout, flush=True)
    return 0


@app.command()
def chat(
    knowledge: KnowledgeOption = None,
    language: LanguageOption = None,
    store: Annotated[
        str | None, typer.Option("--store", metavar="URL", help="Where to remember the conversation: sqlite:///FILE.")
    ] = None,
) -> int:
    """Talk with the bot in this terminal."""
    from echobot.conversing import converse

    print("Starting ...", file=sys.stderr)
    converse(knowledge, language, store)
    return 0


@app.command()
def check(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[DIR]...", help="Knowledge bases; else the one that echobot comes with."),
    ] = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", metavar="FILE", help="Check this settings file as well.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Ask every phrasing, to see which entries are confused; takes seconds.")
    ] = False,
) -> int:
    """Say what is wrong in the knowledge and the settings."""
    from echobot.content.check import check as problems_in
    from echobot.core.problem import Severity

    looked_at = folders or [shipped_folder()]
    problems = problems_in(looked_at, settings, _today(), thorough=thorough, length=_post_length)
    for problem in problems:
        print(printable(str(problem)))
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    print(_count(errors, len(problems) - errors))
    return 1 if errors or (strict and problems) else 0


@app.command()
def evaluate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Questions, as YAML or JSON Lines.")],
    knowledge: KnowledgeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    details: Annotated[
        Path | None, typer.Option("--details", metavar="OUT", help="Write a JSON line for each question.")
    ] = None,
    at_least: Annotated[
        list[str] | None,
        typer.Option(
            "--at-least", metavar="NAME=SHARE", help="Exit with 1 below it: precision=0.95, coverage, helped, accuracy."
        ),
    ] = None,
) -> int:
    """Ask questions whose answers are known, and count."""
    from echobot.content.questions import read_questions
    from echobot.evaluation import judge, report
    from echobot.reporting import below, printed, required

    wanted = required(at_least or [])
    judged = judge(_answerer(knowledge), [question for file in files for question in read_questions(file)])
    result = report(judged)
    if details:
        _write_lines(details, (json.dumps(case.details(), ensure_ascii=False) for case in judged))
    print(json.dumps(result.as_json(), ensure_ascii=False) if as_json else printed(result))
    missed = below(result, wanted)
    for sentence in missed:
        print(f"echobot: {sentence}", file=sys.stderr)
    return 1 if missed else 0


@app.command()
def run(
    settings: Annotated[Path, typer.Option("--settings", metavar="FILE", help="The settings file.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Post nothing, answer nothing: say which announcements would be posted.")
    ] = False,
    log: Annotated[
        Literal["text", "json"], typer.Option("--log", help="How the log is written: for people or for programs.")
    ] = "text",
) -> int:
    """Be the bot, in the accounts that the settings name."""
    from echobot.content.settings_file import load_settings
    from echobot.in_force import InForce
    from echobot.logs import log_to_stderr
    from echobot.parts import newest_knowledge
    from echobot.rehearsing import rehearse
    from echobot.serving import serve

    log_to_stderr(logging.INFO, as_json=log == "json")
    if not dry_run:
        return serve(InForce(settings))
    wanted = load_settings(settings)
    from echobot.forthcoming import forthcoming

    print(forthcoming(newest_knowledge(wanted), wanted, datetime.now(UTC)).listed() + "\n", flush=True)
    return rehearse(wanted)


@app.command()
def gaps(
    settings: SettingsOption = None,
    store: StoreOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
    draft: Annotated[
        int | None, typer.Option("--draft", metavar="N", help="Print an entry for number N, to be finished by you.")
    ] = None,
    liked: Annotated[
        bool, typer.Option("--liked", help="List what people thought of the answers instead, what helped least first.")
    ] = False,
) -> int:
    """List the questions that had no answer, the most frequent first; the bot may be running."""
    from echobot import gaps as asked_in_vain
    from echobot import votes

    if liked:
        judged = votes.votes_in(store or store_of(settings))
        print(json.dumps(votes.as_json(judged)) if as_json else votes.listed(judged))
        return 0
    groups = asked_in_vain.gaps_in(store or store_of(settings))
    if draft is not None:
        print(asked_in_vain.draft(groups, draft, _today()))
    elif as_json:
        print(json.dumps(asked_in_vain.as_json(groups), ensure_ascii=False))
    else:
        print(printable(asked_in_vain.listed(groups)))
    return 0


@app.command()
def status(
    settings: SettingsOption = None,
    store: StoreOption = None,
) -> int:
    """Say what is wrong, what waits and which devices are signed; the bot may be running. 1 when something is wrong."""
    from echobot import condition
    from echobot.content.settings_file import load_settings

    told, is_well = condition.of_bot(settings_of(settings)) if store is None else condition.of_store(store)
    print(printable(told))
    if settings is not None:
        for line in condition.of_devices(load_settings(settings)):
            print(printable(line))
    return 0 if is_well else 1


@app.command()
def schema(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="knowledge, language, questions or settings.")
    ] = "knowledge",
) -> int:
    """Print the JSON Schema that makes editors help."""
    from echobot.content.schema import schema as schema_of

    print(json.dumps(schema_of(kind), indent=2, ensure_ascii=False))
    return 0


@app.callback(invoke_without_command=True)
def _first(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        print(f"echobot {installed('echobot')}")
    elif context.invoked_subcommand is None:
        print(context.get_help())


def _answerer(folder: Path | None) -> Answerer:
    from echobot.prepared import answerer

    return answerer(folder)


def _language(asked_for: str | None, answerer: Answerer) -> Any:
    known = answerer.languages
    if asked_for is not None and asked_for not in known:
        raise EchobotError(f"nothing here is written in {asked_for!r}; the languages are {', '.join(sorted(known))}")
    return asked_for


def _as_json(answered: Answered, answerer: Answerer, elapsed_ms: float) -> dict[str, Any]:
    """The public contract of `ask --json`; fields may be added, none renamed."""
    best = answered.matches[0] if answered.matches else None
    source = answerer.source(answered)
    return {
        "outcome": answered.outcome,
        "entries": list(answered.entries),
        "language": answered.question.language,
        "text": answered.text,
        "sources": list(source.sources),
        "reviewed": source.reviewed.isoformat() if source.reviewed else None,
        "score": round(best.score, 6) if best else 0.0,
        "matched": list(best.matched) if best else [],
        "unexplained": list(best.unexplained) if best else [],
        "elapsed_ms": round(elapsed_ms, 3),
    }


def _post_length(text: str, warning: str) -> int:
    """As Mastodon counts it; only asked where something is to be posted there, because it loads Mastodon.py."""
    from echobot.chats.mastodon.length import TextLimits, length

    return length(text, TextLimits(), warning)


def _today() -> date:
    return datetime.now(UTC).date()


def _lines() -> Iterator[str]:
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", errors="replace").rstrip("\r\n")


def _write_lines(file: Path, lines: Iterable[str]) -> None:
    try:
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise EchobotError(f"{file} cannot be written: {error.strerror}") from error


def _count(errors: int, warnings: int) -> str:
    if not errors and not warnings:
        return "Nothing is wrong."
    return f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}."


def _usage(error: Exception) -> str:
    """What is wrong with the arguments, when that is what it is."""
    show = getattr(error, "format_message", None)
    return f"{show()} (see echobot --help)" if show else ""
