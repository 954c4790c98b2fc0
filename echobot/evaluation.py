"""How well a knowledge base answers questions whose right answers are known."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from echobot.core.answer import Choices, Found
from echobot.core.answering import Answered, Answerer
from echobot.core.expectation import Expectation
from echobot.core.knowledge import EntryId

WORST_CONFUSIONS = 10


class Verdict(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"  # another entry was given as the answer
    OFFERED = "offered"  # choices, with a right one among them
    MISSED = "missed"  # choices, without a right one
    UNKNOWN = "unknown"
    FALSE = "false"  # answered although it must not be
    DECLINED = "declined"  # rightly not answered


@dataclass(frozen=True, slots=True)
class Judged:
    """One question, what became of it, and what it took."""

    expectation: Expectation
    answered: Answered
    verdict: Verdict
    elapsed_ms: float

    def details(self) -> dict[str, Any]:
        """One line of `evaluate --details`."""
        best = self.answered.matches[0] if self.answered.matches else None
        return {
            "question": self.expectation.question,
            "expect": list(self.expectation.expect) or None,
            "best": best.entry if best else None,
            "score": round(best.score, 6) if best else 0.0,
            "outcome": self.answered.outcome,
            "entries": list(self.answered.entries),
            "language": self.answered.question.language,
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """Counts of verdicts, and what follows from them; shares are from 0 to 1, times in milliseconds."""

    questions: int
    counts: Mapping[str, int]
    precision: float  # of the answers given, those that were right
    coverage: float  # of the questions that have an answer, those answered rightly
    helped: float  # the same, answered rightly or with the right choice offered
    accuracy: float  # the same, the best match right whatever was decided
    false_rate: float  # of the questions that must not be answered, those answered
    p50_ms: float
    p99_ms: float
    confusions: Sequence[tuple[str, str, int]] = ()  # expected, given, how often
    languages: Mapping[str, Report] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def judge(answerer: Answerer, expectations: Iterable[Expectation]) -> list[Judged]:
    """Ask every question, without any conversation around it."""
    return [_judged(answerer, expectation) for expectation in expectations]


def report(judged: Sequence[Judged], *, by_language: bool = True) -> Report:
    counts = Counter(case.verdict for case in judged)
    answerable = [case for case in judged if case.expectation.expect]
    times = sorted(case.elapsed_ms for case in judged)
    given = counts[Verdict.RIGHT] + counts[Verdict.WRONG] + counts[Verdict.FALSE]
    return Report(
        questions=len(judged),
        counts={verdict.value: counts[verdict] for verdict in Verdict},
        precision=_share(counts[Verdict.RIGHT], given, of_none=1.0),
        coverage=_share(counts[Verdict.RIGHT], len(answerable)),
        helped=_share(counts[Verdict.RIGHT] + counts[Verdict.OFFERED], len(answerable)),
        accuracy=_share(sum(_best_is_right(case) for case in answerable), len(answerable)),
        false_rate=_share(counts[Verdict.FALSE], len(judged) - len(answerable)),
        p50_ms=_percentile(times, 0.50),
        p99_ms=_percentile(times, 0.99),
        confusions=_confusions(judged),
        languages=_by_language(judged) if by_language else {},
    )


def _judged(answerer: Answerer, expectation: Expectation) -> Judged:
    started = time.perf_counter()
    answered = answerer.answer(expectation.question, language=expectation.language)
    elapsed = (time.perf_counter() - started) * 1000
    return Judged(expectation, answered, _verdict(expectation.expect, answered), elapsed)


def _verdict(expect: Sequence[EntryId], answered: Answered) -> Verdict:
    match answered.answer:
        case Found() if not expect:
            return Verdict.FALSE
        case _ if not expect:
            return Verdict.DECLINED
        case Found(match):
            return Verdict.RIGHT if match.entry in expect else Verdict.WRONG
        case Choices():
            return Verdict.OFFERED if set(expect).intersection(answered.entries) else Verdict.MISSED
        case _:
            return Verdict.UNKNOWN


def _best_is_right(case: Judged) -> bool:
    return bool(case.answered.matches) and case.answered.matches[0].entry in case.expectation.expect


def _confusions(judged: Iterable[Judged]) -> list[tuple[str, str, int]]:
    pairs = Counter(
        (" or ".join(case.expectation.expect) or "no answer", case.answered.entries[0])
        for case in judged
        if case.verdict in (Verdict.WRONG, Verdict.FALSE)
    )
    return [(expected, given, times) for (expected, given), times in pairs.most_common(WORST_CONFUSIONS)]


def _by_language(judged: Iterable[Judged]) -> dict[str, Report]:
    groups: dict[str, list[Judged]] = {}
    for case in judged:
        groups.setdefault(case.expectation.language or case.answered.question.language, []).append(case)
    return {language: report(group, by_language=False) for language, group in sorted(groups.items())}


def _share(part: int, whole: int, of_none: float = 0.0) -> float:
    return part / whole if whole else of_none


def _percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
