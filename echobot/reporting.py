"""An evaluation's report for people, and the shares that somebody may demand of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from echobot.errors import EchobotError
from echobot.evaluation import Report

_DEMANDABLE = ("precision", "coverage", "helped", "accuracy")
_COLUMNS = ("asked", "right", "wrong", "offered", "missed", "unknown", "false", "declined")


def printed(report: Report) -> str:
    """A table by language, the shares, the worst confusions, the times."""
    rows: list[tuple[str, ...]] = [("", *_COLUMNS)]
    rows += [(language, *_counts(part)) for language, part in report.languages.items()]
    rows.append(("all", *_counts(report)))
    lines = [
        *_table(rows),
        "",
        f"precision {_percent(report.precision)} of the answers given were right",
        f"coverage  {_percent(report.coverage)} of the answerable questions were answered rightly",
        f"helped    {_percent(report.helped)} were answered rightly or offered the right choice",
        f"accuracy  {_percent(report.accuracy)} had the right entry in first place, whatever was decided",
        f"false     {_percent(report.false_rate)} of the questions that must not be answered were answered",
        f"time      p50 {report.p50_ms:.2f} ms, p99 {report.p99_ms:.2f} ms",
    ]
    if report.confusions:
        lines += ["", "worst confusions (expected -> given, times):"]
        lines += [f"  {expected} -> {given}, {times}" for expected, given, times in report.confusions]
    return "\n".join(lines)


def required(demands: Iterable[str]) -> dict[str, float]:
    """Read `precision=0.95`; raise `EchobotError` for anything else."""
    wanted: dict[str, float] = {}
    for demand in demands:
        name, _, share = demand.partition("=")
        try:
            wanted[name] = float(share)
        except ValueError:
            wanted[name] = -1.0
        if name not in _DEMANDABLE or not 0 <= wanted[name] <= 1:
            raise EchobotError(
                f"--at-least {demand}: write a name ({', '.join(_DEMANDABLE)}), = and a share from 0 to 1"
            )
    return wanted


def below(report: Report, wanted: Mapping[str, float]) -> list[str]:
    """A sentence for each share that is smaller than it must be."""
    shares = {name: float(getattr(report, name)) for name in wanted}
    return [
        f"{name} is {shares[name]:.3f}, below {share:.3f}" for name, share in wanted.items() if shares[name] < share
    ]


def _counts(report: Report) -> list[str]:
    return [str(report.questions), *(str(report.counts[column]) for column in _COLUMNS[1:])]


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def _percent(share: float) -> str:
    return f"{share * 100:5.1f} %"
