"""What a failure says about whether anything was sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from echobot.errors import ChatUnavailable, LoginRefused


@contextmanager
def before_sending() -> Iterator[None]:
    """What fails in here fails before anything is sent."""
    try:
        yield
    except ChatUnavailable as error:
        raise ChatUnavailable(str(error), error.retry_after, not_sent=True) from error


@contextmanager
def after_a_part() -> Iterator[None]:
    """What fails in here leaves a part of a post behind: nobody may think that nothing was sent."""
    try:
        yield
    except (ChatUnavailable, LoginRefused) as error:
        retry_after = getattr(error, "retry_after", None)
        raise ChatUnavailable(f"{error}, after a part of the post", retry_after) from error
