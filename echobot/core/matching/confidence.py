"""From evidence to a probability: logistic regression, with weights that suit most knowledge bases to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from echobot.core.matching.phrasebook import Evidence
from echobot.core.matching.sparse import Bools, Floats

_USUAL = np.array([-4.0, 4.0, 4.0, -0.3, -1.0, 2.2, -0.6, 0.6])  # the constant, then as in `Evidence.row`
_HOLD = np.array([0.2, 4, 4, 4, 4, 4, 4, 4])  # how strongly each is drawn towards its usual value
_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure to be, given the evidence."""

    weights: Floats

    @classmethod
    def learnt(cls, evidence: Sequence[Evidence], right: Bools, importance: Floats) -> Confidence:
        """Newton's method on the logistic loss, with a Gaussian prior around the usual weights."""
        rows, weights = _rows(evidence), _USUAL
        for _ in range(_ROUNDS):
            chance = _chance(rows @ weights)
            slope = rows.T @ (importance * (chance - right)) + _HOLD * (weights - _USUAL)
            bend = (rows.T * (importance * chance * (1 - chance))) @ rows + np.diag(_HOLD)
            weights = weights - np.linalg.solve(bend, slope)
        return cls(weights)

    def of(self, evidence: Sequence[Evidence]) -> Floats:
        """For each piece of evidence the probability that the entry is the answer."""
        return _chance(_rows(evidence) @ self.weights)


def _rows(evidence: Sequence[Evidence]) -> Floats:
    return np.array([[1.0, *piece.row()] for piece in evidence]).reshape(len(evidence), len(_USUAL))


def _chance(odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
