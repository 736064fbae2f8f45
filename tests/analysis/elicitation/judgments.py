"""Comparisons with known figures, each with where it comes from."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def upper(text: str) -> Floats:
    """Fill a reciprocal matrix from its upper triangle, row by row; a dot is not compared."""
    cells = [None if cell == "." else Fraction(cell) for cell in text.split()]
    n = round((1 + (1 + 8 * len(cells)) ** 0.5) / 2)
    matrix = np.eye(n)
    for i, j, cell in zip(*np.triu_indices(n, 1), cells, strict=True):
        matrix[i, j] = np.nan if cell is None else float(cell)
        matrix[j, i] = np.nan if cell is None else float(1 / cell)
    return matrix


#: Order culture, family, house, jobs, transport: what makes a city worth living in, Saaty 2004, as
#: printed in the vignette of the R package ahpsurvey.
CITY = upper("1/5 3 1/2 5 7 1 7 1/4 3 7")

#: The same without the comparison of family and jobs.
CITY_GAP = upper("1/5 3 1/2 5 7 . 7 1/4 3 7")

#: Buying a house by eight criteria, Saaty 1990, European Journal of Operational Research 48:9-26.
HOUSE = upper(
    """
    5 3 7 6 6 1/3 1/4
    1/3 5 3 3 1/5 1/7
    6 3 4 6 1/5
    1/3 1/4 1/7 1/8
    1/2 1/5 1/6
    1/5 1/6
    1/2
    """
)

#: Three experts on three items, made up for this project.
THREE = np.array([upper("1/4 1/2 2"), upper("1/3 1/2 3"), upper("1/5 1/3 2")])

#: Best-to-others and others-to-worst of six experts on eight criteria: the example of the
#: repository BayesianBWM (Mohammadi & Rezaei 2020). The best and the worst are the first ones at 1.
SIX_BEST = np.array(
    [
        [3, 4, 6, 1, 5, 2, 9, 7],
        [1, 2, 8, 4, 5, 3, 9, 6],
        [2, 2, 3, 1, 5, 5, 9, 8],
        [2, 1, 8, 2, 9, 3, 8, 8],
        [2, 4, 9, 1, 4, 3, 5, 5],
        [1, 2, 9, 1, 3, 5, 5, 4],
    ],
    np.float64,
)
SIX_WORST = np.array(
    [
        [7, 6, 4, 9, 5, 8, 1, 3],
        [9, 8, 2, 5, 4, 5, 1, 3],
        [8, 8, 5, 9, 5, 5, 1, 2],
        [8, 9, 2, 8, 1, 8, 2, 2],
        [8, 6, 1, 9, 6, 7, 4, 4],
        [9, 8, 1, 9, 7, 5, 5, 6],
    ],
    np.float64,
)
