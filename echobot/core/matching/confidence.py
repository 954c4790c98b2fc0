"""From evidence to a probability: logistic regression, of which a knowledge base learns one number.

What each kind of evidence weighs is much the same in every knowledge base, and a rehearsal is too short to tell it
better; how readily any evidence comes together is not, and is learnt. So which of two matches is the surer one never
depends on the phrasings that happened to be asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from echobot.core.matching.phrasebook import Evidence
from echobot.core.matching.sparse import Bools, Floats

_WEIGHTS = np.array([5.25, 2.6, -1.05, -0.45, 2.1, -0.5, 0.45])  # as in `Evidence.row`
_CONSTANT = -3.2  # what is usual
_HOLD = 0.2  # how strongly the constant is drawn towards it, in cases
_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure to be, given the evidence."""

    constant: float = _CONSTANT

    @classmethod
    def learnt(cls, evidence: Sequence[Evidence], right: Bools, importance: Floats) -> Confidence:
        """Newton's method on the logistic loss, with a Gaussian prior around the usual constant."""
        weighed, constant = _weighed(evidence), _CONSTANT
        for _ in range(_ROUNDS):
            chance = _chance(weighed + constant)
            slope = (importance * (chance - right)).sum() + _HOLD * (constant - _CONSTANT)
            constant -= slope / ((importance * chance * (1 - chance)).sum() + _HOLD)
        return cls(float(constant))

    def of(self, evidence: Sequence[Evidence]) -> Floats:
        """For each piece of evidence the probability that the entry is the answer."""
        return _chance(_weighed(evidence) + self.constant)


def _weighed(evidence: Sequence[Evidence]) -> Floats:
    rows = np.array([piece.row() for piece in evidence]).reshape(len(evidence), len(_WEIGHTS))
    return np.asarray(rows @ _WEIGHTS)


def _chance(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))))
