"""From values and weights to scores of all units: the one entry to the computing core."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from analysis.scoring.composition import (
    MINIMUM_COVERAGE,
    Composition,
    Hierarchy,
    compose,
)
from analysis.scoring.normalisation import cap, capped_cells, normalise

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class UnitScores:
    """Scores of all unit-years, plain and capped, on the scale 0 to 1."""

    #: shape (n_unit_years, n_leaves); NaN = missing
    normalised: Floats
    #: scores and index from `normalised`
    plain: Composition
    #: scores and index from cells cut at 1 (cost indicators at 0 also)
    capped: Composition
    #: shape (n_unit_years, n_leaves): cells above 1
    above: NDArray[np.bool_]


def score_units(
    values: Floats,
    hierarchy: Hierarchy,
    *,
    upper: Floats,
    lower: Floats | None = None,
    minimum_coverage: float | Fraction = MINIMUM_COVERAGE,
) -> UnitScores:
    """Normalise by thresholds and compose, plain and capped.

    Parameters
    ----------
    values
        Shape (n_unit_years, n_leaves), in the units of the data, columns in the order of
        `hierarchy.leaves`; NaN = missing.
    hierarchy
        The tree with local weights (`composition.build_hierarchy`).
    upper
        Thresholds, positive, shape (n_leaves,) or (n_unit_years, n_leaves).
    lower
        Shape (n_leaves,): value of a cost indicator that counts as 1, NaN for benefit indicators;
        None when there is no cost indicator.
    minimum_coverage
        Smallest share of the weight below a node that still gives it a score.

    Returns
    -------
    UnitScores
        `values` is not changed.

    Raises
    ------
    ValueError
        When the columns of `values` are not as many as the leaves of the tree.
    """
    if values.ndim != 2 or values.shape[1] != len(hierarchy.leaves):
        raise ValueError(
            f"values of shape {values.shape}, expected one column for each of"
            f" {len(hierarchy.leaves)} leaves"
        )
    bounds = np.full(values.shape[1], np.nan) if lower is None else lower
    normalised = normalise(values, upper, bounds)
    plain = compose(normalised, hierarchy, minimum_coverage=minimum_coverage)
    above = capped_cells(normalised)
    capped = plain
    if above.any() or lower is not None:
        cut = cap(normalised, bounds)
        capped = compose(cut, hierarchy, minimum_coverage=minimum_coverage)
    return UnitScores(normalised, plain, capped, above)
