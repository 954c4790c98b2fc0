"""Log lines for the operator: on the standard error, without anybody's words in them."""

from __future__ import annotations

import sys

import structlog


def log_to_stderr(level: int) -> None:
    """From this level of `logging` on, a line each: when, how bad, what, and its details by name."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
