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
from analysis.scoring.normalisation import cap, normalise

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class UnitScores:
    """Scores of all unit-years on the scale 0 to 1."""

    #: shape (n_unit_years, n_leaves), before any cap; NaN = missing
    normalised: Floats
    #: scores of all inner nodes and the index, from `normalised` or from its capped cells
    composition: Composition


def score_units(
    values: Floats,
    hierarchy: Hierarchy,
    *,
    upper: Floats,
    lower: Floats | None = None,
    capped: bool = False,
    minimum_coverage: float | Fraction = MINIMUM_COVERAGE,
) -> UnitScores:
    """Normalise by thresholds and compose.

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
    capped
        Whether cells are cut at 1 (those of cost indicators at 0 also) before they are composed.
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
    cells = cap(normalised, bounds) if capped else normalised
    return UnitScores(normalised, compose(cells, hierarchy, minimum_coverage=minimum_coverage))
