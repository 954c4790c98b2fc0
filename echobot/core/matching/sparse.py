"""Rows of numbers of different lengths in two flat arrays: what the whole ranking is kept in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.integer[Any]]
Floats: TypeAlias = NDArray[np.floating[Any]]
Bools: TypeAlias = NDArray[np.bool_]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rows:
    """Row `i` is `values[starts[i]:starts[i + 1]]`."""

    values: Ints
    starts: Ints

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> Rows:
        return cls.each(rows, int)

    @classmethod
    def each(cls, rows: Sequence[Sequence[T]], number: Callable[[T], int]) -> Rows:
        """The number of each thing in each row."""
        lengths = np.fromiter(map(len, rows), np.int64, len(rows))
        values = np.fromiter(map(number, chain.from_iterable(rows)), np.int32, int(lengths.sum()))
        return cls(values, _starts(lengths))

    @classmethod
    def gathered(cls, values: Ints, owners: Ints, count: int) -> Rows:
        """`count` rows from values in any order and the row that each belongs to."""
        order = np.argsort(owners, kind="stable")
        return cls(values[order].astype(np.int32), _starts(np.bincount(owners, minlength=count)))

    @classmethod
    def joined(cls, parts: Sequence[Rows]) -> Rows:
        """The rows of all parts."""
        if not parts:
            return cls.of([])
        lengths = np.concatenate([part.lengths for part in parts])
        return cls(np.concatenate([part.values for part in parts]), _starts(lengths))

    def parts(self, size: int) -> Iterator[Rows]:
        """The same rows, so many at a time."""
        return (self.take(np.arange(start, min(start + size, len(self)))) for start in range(0, len(self), size))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> Ints:
        return self.values[self.starts[row] : self.starts[row + 1]]

    @property
    def lengths(self) -> Ints:
        return self.starts[1:] - self.starts[:-1]

    def owners(self) -> Ints:
        """For each value the row that it is in."""
        return np.repeat(np.arange(len(self), dtype=np.int32), self.lengths)

    def places(self, rows: Ints) -> Ints:
        """Where in `values` the values of some rows are."""
        starts = self.starts[rows]
        lengths = self.starts[rows + 1] - starts
        ends = lengths.cumsum()
        return np.asarray(np.arange(lengths.sum()) + (starts - ends + lengths).repeat(lengths))

    def take(self, rows: Ints) -> Rows:
        """Some rows, in the order asked for."""
        return Rows(self.values[self.places(rows)], _starts(self.starts[rows + 1] - self.starts[rows]))

    def distinct(self) -> Rows:
        """Each row sorted, without repetitions."""
        width = int(self.values.max(initial=0)) + 1
        owners, values = np.divmod(distinct(self.owners().astype(np.int64) * width + self.values), width)
        return Rows(values.astype(np.int32), _starts(np.bincount(owners, minlength=len(self))))

    def turned(self, width: int) -> Rows:
        """For each number below `width` the rows that hold it."""
        return Rows.gathered(self.owners(), self.values, width)

    def sums(self, weights: Floats) -> Floats:
        """For each row the sum of its values' weights."""
        return np.asarray(np.bincount(self.owners(), weights=weights[self.values], minlength=len(self)), np.float64)


def distinct(numbers: Ints) -> Ints:
    """The numbers sorted, without repetitions; for our sizes several times faster than `np.unique`."""
    ordered: Ints = np.sort(numbers, kind="stable")  # ours come in long runs that are sorted already
    return np.asarray(ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]])


def _starts(lengths: Ints) -> Ints:
    starts = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    return starts
