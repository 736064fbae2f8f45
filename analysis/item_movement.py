"""What moved in each item between two rounds, over the experts who answered it in both."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.answers import answer_matrix
from analysis.dispersion import grouped_cv
from analysis.numerics.runs import Runs, equal_runs
from analysis.numerics.signed_rank import signed_rank_p_values

Floats = NDArray[np.float64]
#: Differences this small, relative to the scale, are what floats add to equal decimals.
TIE = 1e-12
#: Cells compared at once.
_BLOCK = 1 << 17


def check_on_scale(values: Floats, limits: tuple[float, float]) -> None:
    """Refuse answers off the scale: rounds on different scales must not be compared unawares.

    Parameters
    ----------
    values
        Answers of any shape; NaN = no answer. Not changed.
    limits
        Smallest and largest possible answer.

    Raises
    ------
    ValueError
        If a value lies below the smallest or above the largest, or these are no finite interval.
    """
    if not -np.inf < limits[0] < limits[1] < np.inf:
        raise ValueError(f"a scale from {limits[0]} to {limits[1]}")
    if ((values < limits[0]) | (values > limits[1])).any():
        raise ValueError(f"a value off the scale from {limits[0]} to {limits[1]}")


def item_movement(first: Floats, second: Floats, limits: tuple[float, float]) -> dict[str, Any]:
    """Compare each item over the experts who answered it in both rounds.

    Parameters
    ----------
    first, second
        Answers of the earlier and the later round, shape (n_experts, n_items), experts and items
        matched; NaN = no answer. Not changed.
    limits
        Smallest and largest possible answer.

    Returns
    -------
    dict
        Arrays of shape (n_items,), NaN where undefined: `pairs`, experts who answered twice;
        `histogram_change`, half the sum of absolute differences of the shares of each answer,
        0..1; `cv_change`, CV after minus CV before; `wilcoxon_p`, in (0, 1], NaN where nobody
        changed; `changed`, experts whose answer changed.

    Raises
    ------
    ValueError
        If an answer is off the scale.

    References
    ----------
    Scheibe, Skutsch & Schofer 1975 (histogram change); Wilcoxon 1945.
    """
    first, second = answer_matrix(first), answer_matrix(second)
    check_on_scale(first, limits)
    check_on_scale(second, limits)
    tie = TIE * max(abs(limits[0]), abs(limits[1]))
    items = first.shape[1]
    step = max(1, _BLOCK // max(1, len(first)))
    parts = [
        _some_items(first[:, start : start + step], second[:, start : start + step], tie)
        for start in range(0, max(1, items), step)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _some_items(first: Floats, second: Floats, tie: float) -> dict[str, NDArray[Any]]:
    # Everything below goes item by item: let their answers stand together in memory.
    first, second = (np.ascontiguousarray(values.T).T for values in (first, second))
    both = ~(np.isnan(first) | np.isnan(second))
    if not both.all():
        first, second = np.where(both, first, np.nan), np.where(both, second, np.nan)
    change = second - first
    return {
        "pairs": both.sum(axis=0),
        **dict(
            zip(("histogram_change", "cv_change"), item_changes(first, second, tie), strict=True)
        ),
        "wilcoxon_p": signed_rank_p_values(change, tie=tie),
        "changed": (np.abs(change) > tie).sum(axis=0),
    }


def histogram_changes(first: Floats, second: Floats, *, tie: float = 0.0) -> Floats:
    """Return sum |f_after - f_before| / (2m) over the distinct answers of each item.

    Parameters
    ----------
    first, second
        Answers of the earlier and the later round, shape (n_experts, n_items), NaN in the same
        places. Not changed.
    tie
        Answers not further apart than this are equal.

    Returns
    -------
    ndarray
        Shape (n_items,), 0..1; NaN for an item without answers.
    """
    first, second = answer_matrix(first), answer_matrix(second)
    return _histogram_changes(_both_rounds(first, second, tie), first.shape[1])


def item_changes(first: Floats, second: Floats, tie: float = 0.0) -> tuple[Floats, Floats]:
    """Return histogram change and CV change of each item, from one look at the answers.

    Parameters
    ----------
    first, second, tie
        As for `histogram_changes`.

    Returns
    -------
    tuple of two ndarrays
        Histogram changes as `histogram_changes` gives them, and CV after minus CV before, NaN
        where one of them is undefined; shape (n_items,) each.
    """
    first, second = answer_matrix(first), answer_matrix(second)
    items = first.shape[1]
    runs = _both_rounds(first, second, tie)
    # The later round behind the earlier one, as if it were of other items.
    lengths = np.concatenate([runs.length - runs.marked, runs.marked])
    twice = runs.only(np.tile(np.arange(len(runs.row)), 2))
    twice.row[len(runs.row) :] += items
    groups = twice._replace(length=lengths).only(lengths > 0)
    answers = np.bincount(groups.row, groups.length, 2 * items).astype(np.int64)
    cv = grouped_cv(groups, answers)
    return _histogram_changes(runs, items), cv[items:] - cv[:items]


def _both_rounds(first: Floats, second: Floats, tie: float) -> Runs:
    """Group the equal answers of each item over both rounds; those of the later one are marked."""
    experts, items = first.shape
    rows = np.empty((items, 2 * experts))
    rows[:, :experts], rows[:, experts:] = first.T, second.T
    return equal_runs(rows, np.arange(2 * experts) >= experts, tie=tie)


def _histogram_changes(runs: Runs, items: int) -> Floats:
    moved = np.bincount(runs.row, np.abs(2 * runs.marked - runs.length), items)
    answers = np.bincount(runs.row, runs.length, items)
    result = np.full(items, np.nan)
    np.divide(moved, answers, out=result, where=answers > 0)
    return result
