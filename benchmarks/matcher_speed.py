"""How long the ranking takes and how much memory it needs, on phrasings made up of made-up words.

    python benchmarks/matcher_speed.py [1500 15000 100000]

Each size runs in a process of its own, so that the memory is its own.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import time

import numpy as np

from echobot.core.knowledge import EntryId, Language, Phrasing
from echobot.core.matching.ranking import Ranker

_SIZES = (1_500, 3_000, 15_000, 100_000)
_QUESTIONS = 1_000
AN_ENTRY = 10  # phrasings
_SYLLABLES = [consonant + vowel for consonant in "bcdfghjklmnprstvz" for vowel in "aeiou"]
LANGUAGE = Language("en")


class Sayings:
    """Phrasings: frequent words from everywhere, and a few that belong to the entry."""

    def __init__(self, phrasings: int) -> None:
        self._random = random.Random(0)
        count = max(500, int(60 * phrasings**0.55))  # Heaps' law; about what CLINC150 has
        self._words = list({self._word() for _ in range(count)})
        self._weights = np.cumsum([1 / (rank + 3) for rank in range(len(self._words))]).tolist()

    def _word(self) -> str:
        return "".join(self._random.choices(_SYLLABLES, k=self._random.choice((1, 2, 2, 3, 3, 4))))

    def topic(self) -> list[str]:
        return self._random.choices(self._words, k=5)

    def phrasing(self, topic: list[str]) -> str:
        common = self._random.choices(self._words, cum_weights=self._weights, k=self._random.randint(3, 8))
        said = common + self._random.sample(topic, 2)
        self._random.shuffle(said)
        return " ".join(said)


def measure(count: int) -> None:
    sayings = Sayings(count)
    topics = [sayings.topic() for _ in range(count // AN_ENTRY)]
    phrasings = [
        Phrasing.of(EntryId(str(entry)), LANGUAGE, sayings.phrasing(topic))
        for entry, topic in enumerate(topics)
        for _ in range(AN_ENTRY)
    ]
    questions = [sayings.phrasing(topics[number * 7919 % len(topics)]) for number in range(_QUESTIONS)]
    start = time.perf_counter()
    ranker = Ranker(phrasings, {})
    ranker.rehearse()
    built = time.perf_counter() - start
    times = []
    for question in questions:
        start = time.perf_counter()
        ranker.rank(question, LANGUAGE)
        times.append(time.perf_counter() - start)
    middle, slow = np.percentile(times, [50, 99]) * 1000
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count:>10,} {built:>9.2f} {middle:>9.2f} {slow:>9.2f} {memory:>9.0f}", flush=True)


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--one"]:
        measure(int(arguments[1]))
        return
    print(f"{'phrasings':>10} {'build s':>9} {'p50 ms':>9} {'p99 ms':>9} {'peak MB':>9}", flush=True)
    for size in arguments or map(str, _SIZES):
        subprocess.run([sys.executable, __file__, "--one", size], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
