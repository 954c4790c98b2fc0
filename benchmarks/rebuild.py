"""How long an edit takes: one entry changed in a large knowledge base; and the shipped one read without a cache.

    python -m benchmarks.rebuild [15000]

"edit": from the changed knowledge to a matcher that answers, going on with what the one before had learnt about itself.
"anew": the same with nothing to go on with. "taken over": what the process that answers then does with the result,
during which it answers nobody. Medians, measured in turn.
"""

from __future__ import annotations

import pickle
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from benchmarks.matcher_speed import AN_ENTRY, LANGUAGE, Sayings
from echobot.content.knowledge_folder import load_or_refuse
from echobot.core.answering import Answerer
from echobot.core.knowledge import Entry, EntryId, Knowledge
from echobot.core.matching import Matcher
from echobot.shipped import shipped_folder

ROUNDS = 7


def made_up(sayings: Sayings, phrasings: int) -> Knowledge:
    return Knowledge(entries={entry.id: entry for entry in (new(sayings, n) for n in range(phrasings // AN_ENTRY))})


def new(sayings: Sayings, number: int) -> Entry:
    topic = sayings.topic()
    asked = {LANGUAGE: tuple(sayings.phrasing(topic) for _ in range(AN_ENTRY))}
    return Entry(EntryId(str(number)), asked, {LANGUAGE: "…"})


def edited(knowledge: Knowledge, sayings: Sayings, number: int) -> Knowledge:
    entry = new(sayings, number)
    return replace(knowledge, entries={**knowledge.entries, entry.id: entry})


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def edits(phrasings: int) -> dict[str, list[float]]:
    sayings = Sayings(phrasings)
    knowledge = made_up(sayings, phrasings)
    learnt = Matcher(knowledge).rehearse()
    times: dict[str, list[float]] = {"edit": [], "anew": [], "taken over": []}
    for number in range(ROUNDS):
        changed = edited(knowledge, sayings, number)
        times["edit"].append(seconds(lambda changed=changed: Matcher(changed).rehearse([learnt])))
        times["anew"].append(seconds(lambda changed=changed: Matcher(changed).rehearse()))
        kept = pickle.dumps(Answerer(changed), pickle.HIGHEST_PROTOCOL)
        times["taken over"].append(seconds(lambda kept=kept: pickle.loads(kept)))
    return times


def loads() -> dict[str, list[float]]:
    times: dict[str, list[float]] = {"YAML": [], "index": [], "rehearsal": [], "all": []}
    for _ in range(ROUNDS):
        start = time.perf_counter()
        knowledge = load_or_refuse(shipped_folder())
        read = time.perf_counter()
        answerer = Answerer(knowledge)
        indexed = time.perf_counter()
        answerer.matcher.rehearse()
        ready = time.perf_counter()
        for name, took in zip(times, (read - start, indexed - read, ready - indexed, ready - start), strict=True):
            times[name].append(took)
    return times


def show(title: str, times: dict[str, list[float]]) -> None:
    print(title)
    for name, took in times.items():
        print(f"  {name:12s} {statistics.median(took):6.3f} s, worst {max(took):6.3f}")


def main(arguments: list[str]) -> None:
    phrasings = int(arguments[0]) if arguments else 15_000
    show(f"one entry edited among {phrasings:,} phrasings", edits(phrasings))
    show("the shipped knowledge, nothing kept of it", loads())


if __name__ == "__main__":
    main(sys.argv[1:])
