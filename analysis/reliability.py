"""Reliability and agreement: ICC, Krippendorff's alpha, r_WG and a_WG.

W asks for one order. These ask for equal values: of the whole form (ICC, alpha) or item by item
(r_WG, a_WG). Items are what is measured, experts are the instruments.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.krippendorff import METRICS, Alpha, krippendorff_alpha
from analysis.numerics.ordering import expert_order
from analysis.numerics.squares import Answers, item_squares, look_at, row_blocks

__all__ = [
    "METRICS",
    "Alpha",
    "IntraclassCorrelation",
    "WithinGroupAgreement",
    "intraclass_correlation",
    "krippendorff_alpha",
    "within_group_agreement",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: A sum of squares this small against the largest deviation is what rounding leaves of 0.
_ZERO = (64 * float(np.finfo(np.float64).eps)) ** 2


@dataclass(frozen=True)
class IntraclassCorrelation:
    """ICC of a form with the test of ICC(2,1); a figure is None where `reason` has its key."""

    #: rows given
    experts: int
    #: columns given: the targets
    items: int
    #: rows without a missing answer: the judges
    experts_used: int
    #: mean square between items, in squared units of the ratings; 0 or more, as all of them
    ms_items: float | None
    #: mean square between experts
    ms_experts: float | None
    #: mean square of what items and experts leave
    ms_residual: float | None
    #: mean square within items: experts and residual together
    ms_within: float | None
    #: ICC(1), one-way random, single expert: -1/(m-1)..1
    icc_1: float | None
    #: ICC(2,1), two-way random, absolute agreement, single expert; at most 1
    icc_2_1: float | None
    #: ICC(3,1), two-way mixed, consistency, single expert: -1/(m-1)..1
    icc_3_1: float | None
    #: ICC(1,m), mean of the panel; at most 1, not bounded below
    icc_1_m: float | None
    #: ICC(2,m), mean of the panel, absolute agreement; bounded on neither side
    icc_2_m: float | None
    #: ICC(3,m), mean of the panel, consistency (Cronbach's alpha); at most 1, not bounded below
    icc_3_m: float | None
    #: MS of items / MS of the residual: test that ICC(2,1) is 0
    f: float | None
    #: n-1
    df1: int | None
    #: Satterthwaite's degrees of freedom
    df2: float | None
    #: upper-tail p of `f`, 0..1
    p: float | None
    #: lower end of the interval of ICC(2,1)
    low: float | None
    #: upper end of the interval of ICC(2,1)
    high: float | None
    #: None, or figure → code of why it is undefined
    reason: dict[str, str] | None


def intraclass_correlation(ratings: Floats, *, confidence: float = 0.95) -> IntraclassCorrelation:
    """Return the six intraclass correlations of Shrout & Fleiss, items as targets.

    From the two-way analysis of variance of n items by m experts, with mean squares R (items), C
    (experts), E (residual) and W (within items): ICC(1) = (R-W)/(R+(m-1)W), ICC(2,1) =
    (R-E)/(R+(m-1)E+m(C-E)/n), ICC(3,1) = (R-E)/(R+(m-1)E), ICC(1,m) = (R-W)/R, ICC(2,m) =
    (R-E)/(R+(C-E)/n), ICC(3,m) = (R-E)/R. None is clipped: on weak data the forms for the mean of
    the panel leave [0, 1] on both sides, and cutting them would hide it.

    Parameters
    ----------
    ratings
        Shape (n_experts, n_items), on one scale; NaN = no answer. Experts with a missing answer are
        left out, items never. Not changed.
    confidence
        Coverage of the interval of ICC(2,1), between 0 and 1.

    Returns
    -------
    IntraclassCorrelation
        Codes in `reason`: `fewer_than_2_experts`, `fewer_than_2_items`, `no_variation` (all answers
        equal, or 0 to divide by in this form), `no_residual` (experts differ by a constant only: F
        would be infinite), `no_degrees_of_freedom` (Satterthwaite's are 0 or 0/0).

    Raises
    ------
    ValueError
        If `ratings` is not a matrix of finite values or `confidence` no share.

    References
    ----------
    Shrout & Fleiss 1979; McGraw & Wong 1996 (interval); as R's irr prints them.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence of {confidence}")
    used = look_at(ratings)
    figures: dict[str, Any] = dict(zip(("experts", "items"), used.values.shape, strict=True))
    if used.given is not None:
        used = look_at(used.values[used.given.all(axis=1)])
    m, n = used.values.shape
    figures["experts_used"] = m
    code = "fewer_than_2_experts" if m < 2 else "fewer_than_2_items" if n < 2 else None
    if code is None and used.low == used.high:
        code = "no_variation"
    if code is not None:
        figures |= dict.fromkeys(_ICC)
        return IntraclassCorrelation(**figures, reason=dict.fromkeys(_ICC, code))
    squares = _mean_squares(used)
    reason: dict[str, str] = {}
    figures |= dict(zip(_ICC[:4], squares, strict=True))
    figures |= _coefficients(squares, m, n, reason)
    figures |= _agreement_test(squares, (m, n), figures["icc_2_1"], confidence, reason)
    return IntraclassCorrelation(**figures, reason=reason or None)


_ICC = (
    *("ms_items", "ms_experts", "ms_residual", "ms_within"),
    *("icc_1", "icc_2_1", "icc_3_1", "icc_1_m", "icc_2_m", "icc_3_m"),
    *("f", "df1", "df2", "p", "low", "high"),
)


def _mean_squares(used: Answers) -> tuple[float, float, float, float]:
    m, n = used.values.shape
    add = _exact_squares if used.add_exactly() else _rounded_squares
    items, experts, residual = add(used.values)
    within = (experts + residual) / (n * (m - 1))
    return items / (n - 1), experts / (m - 1), residual / ((m - 1) * (n - 1)), within


def _exact_squares(values: Floats) -> tuple[float, float, float]:
    """Add squares of whole numbers, without rounding before the last division."""
    m, n = values.shape
    of_items, of_experts = values.sum(axis=0), values.sum(axis=1)
    total = int(of_items.sum())
    items = n * int(of_items @ of_items) - total**2
    experts = m * int(of_experts @ of_experts) - total**2
    everything = m * n * int(np.vdot(values, values)) - total**2
    return items / (m * n), experts / (m * n), (everything - items - experts) / (m * n)


def _rounded_squares(values: Floats) -> tuple[float, float, float]:
    """Add squares of deviations from the means of experts and items, experts in one order."""
    m, n = values.shape
    order = expert_order(values)
    # Each expert from the own smallest answer: experts who are flat stay exactly flat.
    lowest = values.min(axis=1)[order]
    own_means = np.empty(m)
    of_items, residual = np.zeros(n), 0.0
    for part in row_blocks(m, n):
        rows = values[order[part]] - lowest[part, None]
        own_means[part] = rows.mean(axis=1)
        of_items += (rows - own_means[part, None]).sum(axis=0) / m
    for part in row_blocks(m, n):
        rows = values[order[part]] - lowest[part, None]
        rows -= own_means[part, None]
        rows -= of_items
        residual += float(np.vdot(rows, rows))
    level = (lowest - lowest.min()) + own_means
    sums = m * float(of_items @ of_items), n * float(((level - level.mean()) ** 2).sum()), residual
    least = _ZERO * m * n * max(values.max(), -lowest.min()) ** 2
    items, experts, residual = (one if one > least else 0.0 for one in sums)
    return items, experts, residual


def _coefficients(
    squares: tuple[float, float, float, float], m: int, n: int, reason: dict[str, str]
) -> dict[str, float | None]:
    r, c, e, w = squares
    parts = {
        "icc_1": (r - w, r + (m - 1) * w),
        "icc_2_1": (r - e, r + (m - 1) * e + m * (c - e) / n),
        "icc_3_1": (r - e, r + (m - 1) * e),
        "icc_1_m": (r - w, r),
        "icc_2_m": (r - e, r + (c - e) / n),
        "icc_3_m": (r - e, r),
    }
    reason |= {name: "no_variation" for name, (_, below) in parts.items() if below == 0}
    return {name: above / below if below else None for name, (above, below) in parts.items()}


def _agreement_test(
    squares: tuple[float, float, float, float],
    shape: tuple[int, int],
    icc: float | None,
    confidence: float,
    reason: dict[str, str],
) -> dict[str, float | None]:
    from scipy import special  # loading it takes longer than any figure here

    (r, c, e, _), (m, n) = squares, shape
    if icc is None or e == 0:
        return _untested("no_variation" if icc is None else "no_residual", reason)
    # In units of the residual: squares of squares of large ratings would overflow.
    by_experts = m * icc * (c / e) / (n * (1 - icc))
    by_residual = 1 + m * icc * (n - 1) / (n * (1 - icc))
    spread = by_experts**2 / (m - 1) + by_residual**2 / ((n - 1) * (m - 1))
    df2 = (by_experts + by_residual) ** 2 / spread if spread else 0.0
    upper = float(special.fdtri(n - 1, df2, (1 + confidence) / 2)) if df2 else math.inf
    lower = float(special.fdtri(df2, n - 1, (1 + confidence) / 2)) if df2 else math.inf
    if not math.isfinite(upper + lower):
        return _untested("no_degrees_of_freedom", reason)
    rest = m * c + (m * n - m - n) * e
    return {
        "f": r / e,
        "df1": n - 1,
        "df2": df2,
        "p": float(special.fdtrc(n - 1, df2, r / e)),
        "low": n * (r - upper * e) / (upper * rest + n * r),
        "high": n * (lower * r - e) / (rest + n * lower * r),
    }


def _untested(code: str, reason: dict[str, str]) -> dict[str, float | None]:
    names = ("f", "df1", "df2", "p", "low", "high")
    reason |= dict.fromkeys(names, code)
    return dict.fromkeys(names)


@dataclass(frozen=True, eq=False)
class WithinGroupAgreement:
    """Agreement on each item, each an array of shape (n_items,); NaN where undefined."""

    #: answers given
    n: Ints
    #: 1 - variance / variance of answers spread evenly over the categories, floored at 0: 0..1
    r_wg: Floats
    #: 1 - 2 variance / largest variance that this mean allows: -1..1
    a_wg: Floats

    def records(self) -> list[dict[str, Any]]:
        """Return one dict an item: `n`, `r_wg`, `a_wg`, None where undefined, and `reason`.

        Returns
        -------
        list of dict
            `reason` is None, or figure → code: `no_answers`, `one_answer`, `mean_out_of_range`.
        """
        columns = zip(self.n.tolist(), self.r_wg.tolist(), self.a_wg.tolist(), strict=True)
        return [_record(*row) for row in columns]


def _record(n: int, r_wg: float, a_wg: float) -> dict[str, Any]:
    figures = {"r_wg": r_wg, "a_wg": a_wg}
    code = {0: "no_answers", 1: "one_answer"}.get(n, "mean_out_of_range")
    reason = {name: code for name, value in figures.items() if math.isnan(value)}
    known = {name: None if name in reason else value for name, value in figures.items()}
    return {"n": n, **known, "reason": reason or None}


def within_group_agreement(
    ratings: Floats, *, scale: tuple[float, float], categories: int | None = None
) -> WithinGroupAgreement:
    """Return r_WG and a_WG of each item.

    r_WG = 1 - s²/σ² with σ² the variance of answers spread evenly over A categories, (A²-1)/12 in
    steps of the scale. a_WG = 1 - 2s²/{[(H+L)M - M² - HL] n/(n-1)} with L and H the ends of the
    scale and M the mean: the yardstick is the largest variance that this mean allows. Near the ends
    of the scale that yardstick is too short for the number of answers, so a_WG stands only while
    L(n-1)+H ≤ nM ≤ H(n-1)+L.

    Parameters
    ----------
    ratings
        Shape (n_experts, n_items); NaN = no answer, left out of that item. Not changed.
    scale
        Smallest and largest possible answer.
    categories
        A; one for each whole step of the scale if not given.

    Returns
    -------
    WithinGroupAgreement
        Undefined with fewer than two answers; a_WG also where the mean is out of its range. Equal
        answers give 1: agreement on one item needs no variation between items.

    Raises
    ------
    ValueError
        For a value off the scale, a scale that is no interval, or fewer than two categories.

    References
    ----------
    James, Demaree & Wolf 1984; Brown & Hauenstein 2005.
    """
    answers = look_at(ratings)
    low, high = scale
    steps = high - low if categories is None else categories - 1
    if not low < high or answers.low < low or answers.high > high:
        raise ValueError(f"a value off the scale from {low} to {high}, or no such scale")
    if steps < 1 or steps != round(steps):
        raise ValueError(f"a scale from {low} to {high} needs its number of categories")
    values, given = answers.values, answers.given
    n = np.full(values.shape[1], len(values)) if given is None else given.sum(axis=0)
    r_wg, a_wg = np.full((2, n.size), np.nan)
    several = n > 1
    if several.any():
        if given is not None and not several.all():
            answers = look_at(values[:, several])
        found = item_squares(answers)
        evenly = ((high - low) / steps) ** 2 * ((steps + 1) ** 2 - 1) / 12
        r_wg[several] = np.maximum(1 - found.squares / (n[several] - 1) / evenly, 0.0)
        above = found.means + (found.base - low)
        a_wg[several] = _a_wg(above, high - low, found.squares, n[several])
    return WithinGroupAgreement(n, r_wg, a_wg)


def _a_wg(above: Floats, width: float, squares: Floats, answers: Ints) -> Floats:
    """Return a_WG from the means above the scale's lower end; NaN where they are out of range."""
    # (H+L)M - M² - HL = (M-L)(H-M); times n, times 1/(n-1) on both sides of the quotient.
    room = answers * above * (width - above)
    edge = width * (1 - 1e-12)  # what floats leave of a mean exactly at the edge
    valid = (answers * above >= edge) & (answers * (width - above) >= edge)
    result = np.full(len(above), np.nan)
    np.divide(2 * squares, room, out=result, where=valid)
    return 1 - result
