"""Log lines for the operator: on the standard error, without anybody's words in them."""

from __future__ import annotations

import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from echobot.core.printable import printable

_NEXT_LINE = "\n    "  # what goes on is no line of its own


def log_to_stderr(level: int, *, as_json: bool = False) -> None:
    """From this level of `logging` on, a line each: when, how bad, what, and its details by name; or the same as JSON.

    In JSON what happened is called `event`.
    """
    for_people = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _harmless("\n" if as_json else _NEXT_LINE),
            structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else for_people,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _harmless(line_end: str) -> Processor:
    """Reasons come from servers and names from people: none passes for a line of the log, or commands a terminal."""

    def harmless(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {name: printable(value, line_end) if isinstance(value, str) else value for name, value in event.items()}

    return harmless
