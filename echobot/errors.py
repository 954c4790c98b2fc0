"""The tree of errors that a person may meet.

EchobotError                expected: `cli.main` prints its sentence and exits with 1
├── ProblemsFound           files with mistakes in them; carries every `Problem`
├── KnowledgeRefused        an edit of the knowledge base has mistakes; its text names them
├── RepositoryError         the git repository of the knowledge cannot be fetched
├── SettingsError           settings that cannot be used as they are
├── StoreError              the store cannot be opened, read or written
│   ├── StoreUnavailable    trying again later may help
│   └── LeadershipLost      another machine uses the store now, or may
├── CalendarError           a calendar's file cannot be read or written
└── ChatError               a chat's server did not do what it was asked
    ├── ChatUnavailable     asking again later may help
    └── ChatRefused         asking again will not help
        ├── NotAsMeant      the server did something else, and that was taken back
        └── LoginRefused    the account's token is not accepted (any more)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from echobot.core.problem import Problem


class EchobotError(Exception):
    """Something expected went wrong; its text is one sentence for the person who reads it."""


class SettingsError(EchobotError):
    """The settings cannot be used as they are."""


class StoreError(EchobotError):
    """The store cannot be opened, read or written."""


class StoreUnavailable(StoreError):
    """The disk is full or away, or somebody else has the store: trying again later may help; nothing was changed."""


class LeadershipLost(StoreError):
    """Another machine uses the store now, or may; this one has to leave everything as it is."""


class CalendarError(EchobotError):
    """A calendar's file cannot be read or written."""


class ProblemsFound(EchobotError):
    """Files with mistakes in them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class KnowledgeRefused(EchobotError):
    """An edit of the knowledge base has mistakes; the text names each of them."""


class RepositoryError(EchobotError):
    """The git repository of the knowledge cannot be fetched."""


class ChatError(EchobotError):
    """A chat's server did not do what it was asked."""


class ChatUnavailable(ChatError):
    """The server is away, busy or slow; unless it was surely `not_sent`, what became of the request is unknown."""

    def __init__(self, reason: str, retry_after: timedelta | None = None, *, not_sent: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.not_sent = not_sent  # no connection, or the server said that it did nothing (too many requests)


class ChatRefused(ChatError):
    """The server understood and refused; asking again will not help."""


class NotAsMeant(ChatRefused):
    """The server did something else than it was asked, which was taken back; somebody has to look after that."""


class LoginRefused(ChatRefused):
    """The account's token is not accepted (any more)."""
