"""From evidence to a probability, learnt from the knowledge base itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Evidence = NDArray[np.float64]

PRIOR = np.array([-4.5, 3.6, 4.0, 0.5, -0.5, 2.1, -0.5, 0.5])
_TRUST = 4.0  # how strongly the prior holds each weight, in units of one over variance
_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Logistic:
    """Weights of a logistic regression; the first is the constant."""

    weights: Evidence

    @classmethod
    def fitted(cls, evidence: Evidence, right: NDArray[np.bool_], importance: Evidence) -> Logistic:
        """Newton's method from, and drawn towards, weights that serve an average knowledge base."""
        weights = PRIOR.copy()
        rows = np.column_stack([np.ones(len(evidence)), evidence])
        hold = np.full(len(PRIOR), _TRUST)
        hold[0] = _TRUST / 20
        for _ in range(_ROUNDS):
            chance = _sigmoid(rows @ weights)
            slope = rows.T @ (importance * (chance - right)) + hold * (weights - PRIOR)
            bend = (rows * (importance * chance * (1 - chance))[:, None]).T @ rows + np.diag(hold)
            weights = weights - np.linalg.solve(bend, slope)
        return cls(weights)

    def chance(self, evidence: Evidence) -> Evidence:
        """The probability that the answer is right, for each row of evidence."""
        return _sigmoid(self.weights[0] + evidence @ self.weights[1:])


def _sigmoid(odds: Evidence) -> Evidence:
    return 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
