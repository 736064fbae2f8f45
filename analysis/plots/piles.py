"""Equal and nearly equal values side by side instead of on top of each other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: Dots of a pile that stand clear of one another.
_HIGHEST = 5


class Pile(NamedTuple):
    """Where the dots of one row stand."""

    #: the values, ascending
    x: Floats
    #: where each stood among the values given; equal ones stay in their order
    order: NDArray[np.int64]
    #: distances from the middle of the row
    y: Floats
    #: from one dot of a pile to the next, in diameters: 1, or less in a row with high piles
    step: float


def piles(values: Floats, reach: float, room: float) -> Pile:
    """Spread the dots of one row upwards and downwards.

    From the smallest value on, those less than one diameter above the first make a pile; its dots
    stand symmetrically about the row. Their x stays as it is.

    Parameters
    ----------
    values
        Shape (n,), no infinities; NaN is left out. Not changed.
    reach
        Diameter of a dot in the unit of the values, above 0.
    room
        Diameter of a dot in the unit of the row's height, above 0.

    Returns
    -------
    Pile
        No pile is higher than five diameters.
    """
    order = np.argsort(values, kind="stable")[: np.isfinite(values).sum()]
    x = values[order]
    starts: list[int] = []
    for at, value in enumerate(x.tolist()):
        if not starts or value - x[starts[-1]] >= reach:
            starts.append(at)
    sizes = np.diff(np.array([*starts, x.size]))
    within = np.arange(x.size) - np.repeat(np.array(starts, np.int64), sizes)
    levels = within - (np.repeat(sizes, sizes) - 1) / 2
    gaps = int(sizes.max(initial=1)) - 1
    step = min(1.0, (_HIGHEST - 1) / gaps) if gaps else 1.0
    return Pile(x, order, levels * room * step, step)
