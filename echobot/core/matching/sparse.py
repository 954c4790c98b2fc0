"""Rows of numbers of different lengths, kept in two arrays: the one data structure of the ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rows:
    """Row `i` is `values[starts[i]:starts[i + 1]]`."""

    values: Ints
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> Rows:
        lengths = np.fromiter(map(len, rows), np.int64, len(rows))
        values = np.fromiter((value for row in rows for value in row), np.int32, int(lengths.sum()))
        return cls(values, _starts(lengths))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> Ints:
        return self.values[self.starts[row] : self.starts[row + 1]]

    @property
    def lengths(self) -> NDArray[np.int64]:
        return np.diff(self.starts)

    def owners(self) -> Ints:
        """For each value, the row that it is in."""
        return np.repeat(np.arange(len(self), dtype=np.int32), self.lengths)

    def take(self, rows: Ints) -> Rows:
        """Some rows, in the order asked for."""
        return Rows(self.values[self.places(rows)], _starts(self.starts[rows + 1] - self.starts[rows]))

    def places(self, rows: Ints) -> NDArray[np.int64]:
        """Where in `values` those rows are."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        ends = np.cumsum(lengths)
        return np.arange(lengths.sum()) + np.repeat(self.starts[rows] - (ends - lengths), lengths)

    def distinct(self) -> Rows:
        """Each row sorted, without repetitions."""
        if not len(self.values):
            return self
        width = int(self.values.max()) + 1
        keys = np.unique(self.owners().astype(np.int64) * width + self.values)
        owners, values = np.divmod(keys, width)
        return Rows(values.astype(np.int32), _starts(np.bincount(owners, minlength=len(self))))

    def turned(self, width: int) -> Rows:
        """For each of the values below `width`, the rows that hold it."""
        order = np.argsort(self.values, kind="stable")
        return Rows(self.owners()[order], _starts(np.bincount(self.values, minlength=width)))


def _starts(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    starts = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    return starts
