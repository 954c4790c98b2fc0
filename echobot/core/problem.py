"""One thing wrong in a file, told to the person who can mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    ERROR = 0
    WARNING = 1


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong, where (line and column count from 1), and what to write instead."""

    file: str
    line: int
    column: int
    entry: str  # the id of the entry it is in; "" when it is in none
    wrong: str
    instead: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}: "
        entry = f"{self.entry}: " if self.entry else ""
        level = "warning: " if self.severity is Severity.WARNING else ""
        return f"{where}{entry}{level}{self.wrong} — {self.instead}"
