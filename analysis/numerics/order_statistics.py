"""Order statistics of panels that differ only in how often each expert is in.

Every column is sorted once. In a resample the place of a value follows from counts added up along
that order, so nothing is sorted again: the counts up to a few cuts of each column come from one
matrix product, and what lies between two cuts is added up one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Cuts of a column at most, a power of two; more make the product dearer than what they save.
_MOST_CUTS = 32
#: Cells of the matrix of cuts at most: 16 MB.
_MOST_CELLS = 1 << 22


class SortedColumns:
    """The columns of a matrix of answers, each sorted once.

    Parameters
    ----------
    values
        Shape (n_experts, n_items); NaN = no answer, sorted behind all others. Not changed.
    """

    def __init__(self, values: Floats) -> None:
        experts, items = values.shape
        order = np.argsort(values, axis=0, kind="stable")
        #: shape (n_experts, n_items), each column ascending
        self.values: Floats = np.take_along_axis(values, order, axis=0)
        #: experts of each item from the lowest to the highest answer, shape (n_items, n_experts)
        self._experts = np.ascontiguousarray(order.T, np.int32)
        cuts = 1 << max(0, min(_MOST_CUTS, experts) - 1).bit_length()
        while cuts > 1 and cuts * experts * items > _MOST_CELLS:
            cuts //= 2
        #: experts between two cuts, the last group may be smaller
        self._width = -(-experts // cuts)
        self._cuts = cuts

    @property
    def cells(self) -> int:
        """Cells that one resample needs in `of_counts`."""
        return int(max(self.values.shape[0], self.values.shape[1] * self._cuts))

    @cached_property
    def _places(self) -> NDArray[np.int32]:
        """Place of each expert in each sorted column, shape (n_experts, n_items)."""
        items, experts = self._experts.shape
        places = np.empty((experts, items), np.int32)
        np.put_along_axis(places, self._experts.T, np.arange(experts, dtype=np.int32)[:, None], 0)
        return places

    @cached_property
    def _up_to_cut(self) -> NDArray[np.float32]:
        """1 where an expert's answer lies up to a cut, shape (n_experts, n_items * cuts)."""
        group = self._places // self._width
        below = group[:, :, None] <= np.arange(self._cuts, dtype=np.int32)
        result: NDArray[np.float32] = below.reshape(len(group), -1).astype(np.float32)
        return result

    def without(self, start: int, stop: int) -> Callable[[Ints], Floats]:
        """Prepare look-ups in the panels without one of the experts `start` to before `stop`.

        Parameters
        ----------
        start, stop
            Rows of the matrix that are left out, one in each panel.

        Returns
        -------
        callable
            Takes places counted from 0, of a shape that broadcasts to (stop - start, n_items), and
            returns the values there.
        """
        own = self._places[start:stop]
        items = np.arange(own.shape[1])

        def find(place: Ints) -> Floats:
            # Behind the own answer everybody moves up by one.
            found: Floats = self.values[place + (own <= place), items]
            return found

        return find

    def of_counts(self, counts: Floats) -> Callable[[Ints], Floats]:
        """Prepare look-ups in resampled panels.

        Parameters
        ----------
        counts
            How often each expert is in, shape (n_panels, n_experts), whole numbers. Not changed.

        Returns
        -------
        callable
            Takes places counted from 0, of a shape that broadcasts to (n_panels, n_items), and
            returns the values there. A place must be below the number of answers in the panel.
        """
        # Whole numbers below 2^24 are exact in single precision, whatever the order of adding.
        often = counts.astype(np.float32)
        shape = (len(counts), self.values.shape[1])
        reached = (often @ self._up_to_cut).ravel()
        base = np.arange(0, reached.size, self._cuts).reshape(shape)

        def find(place: Ints) -> Floats:
            wanted = np.broadcast_to(place, shape).astype(np.float32)
            cut = self._first_cut_above(reached, base, wanted)
            rank = cut * self._width
            if self._width > 1:
                before = np.where(cut > 0, reached[base + np.maximum(cut - 1, 0)], np.float32(0))
                rank += self._steps(often, rank, wanted - before)
            found: Floats = self.values[rank, np.arange(shape[1])]
            return found

        return find

    def _first_cut_above(
        self, reached: NDArray[np.float32], base: Ints, wanted: NDArray[np.float32]
    ) -> Ints:
        """Bisect for the first cut up to which more than `wanted` answers lie."""
        at = base.copy()
        step = self._cuts // 2
        while step:
            at += step * (reached[at + (step - 1)] <= wanted)
            step //= 2
        return at - base

    def _steps(self, often: NDArray[np.float32], first: Ints, wanted: NDArray[np.float32]) -> Ints:
        """Count the experts from `first` on until more than `wanted` answers are passed."""
        items, experts = self._experts.shape
        columns = np.arange(0, items * experts, experts)
        panels = np.arange(0, often.size, experts)[:, None]
        order, counts = self._experts.ravel(), often.ravel()
        passed, steps = np.zeros(first.shape, np.float32), np.zeros(first.shape, np.int64)
        for ahead in range(self._width - 1):
            at = np.minimum(first + ahead, experts - 1)
            passed += counts[panels + order[columns + at]]
            steps += passed <= wanted
        return steps
