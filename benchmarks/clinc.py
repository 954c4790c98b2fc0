"""How well the ranking does on CLINC150 (Larson et al., EMNLP 2019, https://github.com/clinc/oos-eval).

    python benchmarks/clinc.py FOLDER [--sensitivity]

FOLDER holds data_full.json and data_small.json. English only, no small words given.
"in, out": the paper's protocol; the share of in-scope test rows whose intent is right, and of out-of-scope rows that
are rejected, with the score threshold that makes most validation rows right.
"acc": right intent, nothing rejected. "cov@95": share of in-scope rows answered rightly at the loosest threshold whose
precision is 95 %, out-of-scope rows counted as wrong (read off the test rows: an upper bound).
"P, C, false": precision, coverage and the share of out-of-scope rows answered, with the threshold and the veto that the
ranking derived by itself.
Ten phrasings: `random.Random(seed).sample` of ten training rows for each intent, intents in alphabetical order.
Typo: one letter left out, swapped with the next, doubled by a random one or replaced by one, never the first or last.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np

from echobot.core.knowledge import EntryId, Language, Phrasing
from echobot.core.matching import bayes, index, phrasebook
from echobot.core.matching.ranking import Ranker

Row: TypeAlias = Sequence[str]  # the text, the intent
_OUT = "oos"
_LANGUAGE = Language("en")
_SENSITIVITY = [
    (phrasebook, "_RIDGE", (0.03, 0.3)),
    (phrasebook, "_SECOND_OPINION", (0.0, 0.1, 0.4)),
    (index, "NEAREST", (40, 60)),
    (index, "_RARITY", (0.0, 0.5)),
    (bayes, "_SMOOTHING", (0.02, 0.2)),
]


class Answered(NamedTuple):
    """One line for each row: the score, whether it may be an answer, whether it is right, whether one exists."""

    score: np.ndarray
    allowed: np.ndarray
    right: np.ndarray
    inside: np.ndarray


def learn(rows: Sequence[Row]) -> Ranker:
    return Ranker([Phrasing.of(EntryId(intent), _LANGUAGE, text) for text, intent in rows], {})


def ten_phrasings(rows: Sequence[Row], seed: int) -> list[Row]:
    chance = random.Random(seed)
    intents = sorted({intent for _, intent in rows})
    return [row for intent in intents for row in chance.sample([row for row in rows if row[1] == intent], 10)]


def misspell(text: str, chance: random.Random) -> str:
    if len(text) < 4:
        return text
    place, letter = chance.randrange(1, len(text) - 2), chance.choice("abcdefghijklmnopqrstuvwxyz")
    before, here, after = text[:place], text[place], text[place + 1 :]
    return before + chance.choice([after, after[0] + here + after[1:], letter + here + after, letter + after])


def ask(ranker: Ranker, rows: Sequence[Row]) -> Answered:
    best = [(ranker.rank(text, _LANGUAGE, limit=1), intent) for text, intent in rows]
    return Answered(
        np.array([found[0].score if found else 0 for found, _ in best]),
        np.array([bool(found) and not found[0].vetoed for found, _ in best]),
        np.array([bool(found) and found[0].entry == intent for found, intent in best]),
        np.array([intent != _OUT for _, intent in best]),
    )


def paper(ranker: Ranker, data: dict[str, list[Row]]) -> str:
    valid, test = ask(ranker, data["val"] + data["oos_val"]), ask(ranker, data["test"] + data["oos_test"])
    thresholds = np.unique(valid.score)
    correct = [np.where(valid.inside, valid.right & (valid.score >= t), valid.score < t).sum() for t in thresholds]
    kept = test.score >= thresholds[int(np.argmax(correct))]
    return f"in {share((test.right & kept)[test.inside])}  out {share(~kept[~test.inside])}  {own(ranker, test)}"


def few(ranker: Ranker, rows: Sequence[Row]) -> str:
    answered = ask(ranker, rows)
    order = np.argsort(-answered.score, kind="stable")
    right = answered.right[order].cumsum()
    enough = np.flatnonzero(right / np.arange(1, len(order) + 1) >= 0.95)
    covered = right[enough[-1]] / answered.inside.sum() if len(enough) else 0.0
    return f"acc {share(answered.right[answered.inside])}  cov@95 {100 * covered:5.1f}  {own(ranker, answered)}"


def own(ranker: Ranker, answered: Answered) -> str:
    given = (answered.score >= ranker.found_at) & answered.allowed
    without_veto = answered.score >= ranker.found_at
    return (
        f"P {share(answered.right[given])}  C {share((given & answered.right)[answered.inside])}  "
        f"false {share(given[~answered.inside])}  (without veto: P {share(answered.right[without_veto])}  "
        f"C {share((without_veto & answered.right)[answered.inside])}  false {share(without_veto[~answered.inside])})"
    )


def share(which: np.ndarray) -> str:
    return f"{100 * which.mean():5.1f}" if len(which) else "    –"


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description="How well the ranking does on CLINC150.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sensitivity", action="store_true", help="other samples, other constants: some minutes")
    options = parser.parse_args(arguments)
    full, small = (json.loads((options.folder / f"data_{size}.json").read_text()) for size in ("full", "small"))
    test, chance = full["test"] + full["oos_test"], random.Random(0)
    for name, data in (("full", full), ("small", small)):
        start = time.perf_counter()
        print(f"{name:28}", paper(learn(data["train"]), data), f"{time.perf_counter() - start:.0f} s", flush=True)
    ranker = learn(ten_phrasings(full["train"], 0))
    print(f"{'ten phrasings':28}", few(ranker, test), flush=True)
    print(f"{'ten phrasings, a typo':28}", few(ranker, [(misspell(text, chance), intent) for text, intent in test]))
    if options.sensitivity:
        sensitivity(full["train"], test)


def sensitivity(train: Sequence[Row], test: Sequence[Row]) -> None:
    for seed in range(1, 5):
        print(f"{f'ten phrasings, seed {seed}':28}", few(learn(ten_phrasings(train, seed)), test), flush=True)
    for module, name, values in _SENSITIVITY:
        usual = getattr(module, name)
        for value in values:
            setattr(module, name, value)
            print(f"{f'{name} {value} (usual: {usual})':28}", few(learn(ten_phrasings(train, 0)), test), flush=True)
        setattr(module, name, usual)


if __name__ == "__main__":
    main(sys.argv[1:])
