"""How sure the weights of a group are: intervals, and how often the rounding would come out alike.

The seed is the same for everybody and always, so that nobody can look for a draw that pleases.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.decimals import decimal_string
from analysis.uncertainty import RESAMPLES, WeightUncertainty, bootstrap_weights

SEED = 1
#: Significant digits of what is stored.
DIGITS = 10
_INTERVALS = ("low", "high", "standard_error", "t_low", "t_high")


def weight_uncertainty(
    values: NDArray[np.float64],
    weights: Sequence[Fraction],
    *,
    method: str,
    rule: str,
    step: Fraction | None,
) -> dict[str, Any]:
    """Return the intervals of a group's weights as they are stored.

    Parameters
    ----------
    values
        Points, ratings or places, shape (n_respondents, n_items); a row of NaN abstained.
    weights
        The exact weights of these answers, shares of 1.
    method, rule
        What the rows are, `constant_sum`, `rating` or `ranking`, and the aggregation rule that gave
        the weights.
    step
        Publishing step in percent, or None.

    Returns
    -------
    dict
        `resamples`, `seed`, `undefined_resamples`; `low high` (2.5 and 97.5 percentile of the
        bootstrap), `standard_error`, `t_low t_high` (jackknife-t, 95 %): shares of 1 as decimal
        strings in item order, None where undefined; `rounded_probability`, and `most_frequent`
        rounded vectors with their share; `reason`, None or figure → code.
    """
    found = bootstrap_weights(
        values,
        method=method,
        rule=rule,
        resamples=RESAMPLES,
        seed=SEED,
        step=step,
        weights=weights,
    )
    return {
        "resamples": found.resamples,
        "seed": found.seed,
        "undefined_resamples": found.undefined_resamples,
        **{name: _shares(getattr(found, name)) for name in _INTERVALS},
        "rounded_probability": _share(found.rounded_probability),
        "most_frequent": _frequent(found),
        "reason": found.reason,
    }


def _shares(figures: NDArray[np.float64]) -> list[str | None]:
    return [_share(None if isnan(figure) else figure) for figure in figures.tolist()]


def _share(figure: float | None) -> str | None:
    return None if figure is None else decimal_string(Fraction(figure), DIGITS)


def _frequent(found: WeightUncertainty) -> list[dict[str, Any]]:
    return [
        {"rounded": list(one.rounded), "share": _share(one.share)} for one in found.most_frequent
    ]
