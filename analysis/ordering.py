"""One order of experts, whatever the order of the rows: so that no digit depends on it.

Adding floats in another order changes their last digits. Whatever sums over experts sorts them by
their answers first; experts with equal answers are interchangeable.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def expert_order(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the positions of the rows in an order that depends on their content only.

    Parameters
    ----------
    values
        Answers, shape (n_experts, n_items); NaN = no answer. Not changed.

    Returns
    -------
    ndarray of int64, shape (n_experts,)
        `values[expert_order(values)]` is the same matrix for every permutation of the rows. The
        order is fixed but has no meaning: it is that of the bytes, not of the numbers.
    """
    rows, columns = np.shape(values)
    if not columns:
        return np.arange(rows)
    # Adding 0 turns -0.0 into 0.0; every NaN becomes the same one.
    cells = np.ascontiguousarray(np.asarray(values, np.float64) + 0.0)
    cells[np.isnan(cells)] = np.nan
    keys = cells.view(f"V{cells.itemsize * columns}").ravel()
    order: NDArray[np.int64] = np.argsort(keys, kind="stable")
    return order
