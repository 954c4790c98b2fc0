"""Why the bot decided as it did, in plain words, for the person who edits the knowledge base."""

from __future__ import annotations

from collections.abc import Iterable

from echobot.core.answer import Choices, Found, Match
from echobot.core.answering import Answered, Answerer


def explain(answered: Answered, answerer: Answerer) -> str:
    """The language, the decision and its thresholds, then every match with its words."""
    matcher = answerer.matcher
    lines = [
        f"Language: {answered.question.language}.",
        _decision(answered, matcher.found_at, matcher.choices_in(answered.question.text)),
        *(line for place, match in enumerate(answered.matches) for line in _match(place, match)),
    ]
    return "\n".join(lines)


def _decision(answered: Answered, found_at: float, choices_at: float) -> str:
    best = answered.matches[0] if answered.matches else None
    match answered.answer:
        case Found(found, also):
            rest = f" Asked as well: {', '.join(match.entry for match in also)}." if also else ""
            return f"Found: {found.entry} scores {found.score:.3f}; from {found_at:.3f} on a match is the answer.{rest}"
        case Choices(matches):
            why = _why_not_found(matches[0], found_at)
            return f"Choices: {', '.join(match.entry for match in matches)}, because {why}."
        case _ if best is None:
            return "Unknown: no word of the question is in the knowledge base."
        case _:
            return f"Unknown: the best, {best.entry}, scores {best.score:.3f}; choices begin at {choices_at:.3f}."


def _why_not_found(best: Match, found_at: float) -> str:
    if best.vetoed and best.unexplained:
        return f"nothing explains {_quoted(best.unexplained)}"
    if best.vetoed:
        return best.reason or "what is wanted is not clear"
    return f"{best.entry} scores {best.score:.3f}, and an answer needs {found_at:.3f}"


def _match(place: int, match: Match) -> list[str]:
    title = "Best" if place == 0 else "Rival"
    lines = [f"{title}: {match.entry}, {match.score:.3f}" + (f" ({match.reason})" if match.reason else "")]
    if match.matched:
        lines.append(f"  spoke for it: {_quoted(match.matched)}")
    if match.need:
        lines.append(f"  for this need: {match.need}")
    if match.unexplained:
        lines.append(f"  left unexplained: {_quoted(match.unexplained)}")
    return lines


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)
