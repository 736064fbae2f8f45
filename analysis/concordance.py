"""Kendall's coefficient of concordance W: how far the experts put the items in one order.

W speaks about order and not about sizes; on ratings, which always have ties, only the tie-corrected
form means anything. Rank sums are kept as whole numbers (twice the mid-ranks), so that W, the exact
p and every comparison of S are free of rounding and of the order of experts and items.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.answers import answer_matrix
from analysis.numerics.ranks import (
    Ints,
    arrangements,
    count_all_shuffles,
    count_drawn_shuffles,
    midranks,
)

#: Up to this many arrangements the permutation distribution is enumerated.
EXACT_ARRANGEMENTS = 10**6
#: Permutations drawn where it is not.
PERMUTATIONS = 99_999
#: Ranks drawn at most (experts x items x permutations); above, only the chi-square p is given.
MOST_CELLS = 2 * 10**8
#: Items from which the interval of W covers as it should.
FEWEST_ITEMS = 4
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Concordance:
    """Kendall's W of a panel with its tests; a figure is None where `reason` has its key."""

    #: rows given
    experts: int
    #: columns given
    items: int
    #: rows without a missing answer; everything below rests on these
    experts_used: int
    #: used rows whose answers are all equal: they carry no order
    constant_experts: int
    #: S, the sum of squared deviations of the rank sums
    s: float
    #: T, the sum of t³ - t over all groups of tied ranks
    ties: int
    #: tie-corrected W, 0..1
    w: float | None
    #: W as if there were no ties
    w_uncorrected: float | None
    #: tie-corrected W of the experts that are not constant
    w_without_constant: float | None
    #: lower end of the 95 % interval of W by jackknife-t, 0..1
    w_low: float | None
    #: upper end of that interval, 0..1
    w_high: float | None
    #: m(n-1)W
    chi2: float | None
    #: n-1
    df: int
    #: p of `chi2` on `df` degrees of freedom, 0..1
    p_chi2: float | None
    #: (m-1)W/(1-W)
    f: float | None
    #: n-1-2/m
    nu1: float | None
    #: (m-1) `nu1`
    nu2: float | None
    #: p of `f` on `nu1` and `nu2` degrees of freedom, 0..1
    p_f: float | None
    #: p of the permutation test, conditional on the ties
    p_permutation: float | None
    #: `exact`, `monte_carlo`, or `chi2` where the panel is too large to permute
    p_method: str | None
    #: arrangements that `p_permutation` rests on: all of them, or as many as were drawn
    permutations: int | None
    #: seed of the draws
    seed: int
    #: (mW-1)/(m-1), the mean rank correlation between experts
    mean_spearman: float | None
    #: None, or figure → code of why not to rely on it: `few_items` (fewer than four: the interval
    #: covers too seldom), `no_spread` (no single expert changes W: the interval is a point)
    caution: dict[str, str] | None
    #: None, or figure → code of why it is undefined
    reason: dict[str, str] | None


@dataclass(frozen=True, eq=False)
class _Panel:
    """Ranks of the used experts: m rows, n columns, m and n at least 1."""

    #: twice the mid-ranks, shape (m, n)
    doubled: Ints
    #: T_i of each expert, shape (m,)
    ties: Ints

    @property
    def m(self) -> int:
        return len(self.doubled)

    @property
    def n(self) -> int:
        return int(self.doubled.shape[1])

    @cached_property
    def deviations(self) -> Ints:
        """Twice the deviation of each rank sum from its expectation."""
        result: Ints = self.doubled.sum(axis=0) - self.m * (self.n + 1)
        return result

    @cached_property
    def four_s(self) -> int:
        return int(self.deviations @ self.deviations)

    @cached_property
    def all_ties(self) -> int:
        return int(self.ties.sum())

    @property
    def untied(self) -> int:
        """m²(n³-n), twelve times the largest S without ties."""
        return self.m**2 * (self.n**3 - self.n)

    @property
    def largest(self) -> int:
        """Twelve times the largest S that these ties allow; 0 if every expert is constant."""
        return self.untied - self.m * self.all_ties

    @property
    def w(self) -> float:
        return 3 * self.four_s / self.largest


def coefficient(ratings: NDArray[np.float64]) -> float | None:
    """Return the tie-corrected W alone: 12 S / (m²(n³-n) - mT).

    Parameters
    ----------
    ratings
        Shape (n_experts, n_items); NaN = no answer. Experts with a missing answer are left out.

    Returns
    -------
    float or None
        In [0, 1]; None with fewer than two complete experts or items, or if all are constant.
    """
    panel = _panel(ratings)
    return None if _nothing_to_say(panel) else panel.w


def kendall_w(
    ratings: NDArray[np.float64], *, permutations: int | None = None, seed: int = 1
) -> Concordance:
    """Return W of a panel, its interval and its tests.

    W = 12 S / (m²(n³-n) - mT), X² = m(n-1)W on n-1 degrees of freedom, F = (m-1)W/(1-W) on
    n-1-2/m and m-1 times as many. The permutation p keeps each expert's ranks and shuffles them
    over the items: the share of all (n!)^(m-1) arrangements with at least this S where they are at
    most a million, else (1 + #)/(B + 1) of B draws; where mW is so large that none of them can
    count, they are not made (`count_drawn_shuffles`). The interval is a jackknife over experts on
    the mean rank correlation, t with m-1 degrees of freedom, mapped back to W and cut to [0, 1].

    Parameters
    ----------
    ratings
        Shape (n_experts, n_items); NaN = no answer. Experts with a missing answer are left out,
        items never. Any scale: only the order within a row counts. It is not changed.
    permutations
        B; 99,999 if not given.
    seed
        Seed of the draws.

    Returns
    -------
    Concordance
        Figures that the data do not define are None with a code in `reason`.

    Raises
    ------
    ValueError
        If `ratings` is not a matrix or `permutations` is not positive.

    References
    ----------
    Kendall & Babington Smith 1939; Legendre 2005 (permutation and F); Tukey 1958 (jackknife).
    """
    draws = PERMUTATIONS if permutations is None else permutations
    if draws < 1:
        raise ValueError(f"{draws} permutations: at least one is needed")
    panel = _panel(ratings)
    figures = _counts(panel, ratings) | {"seed": seed}
    undefined = _nothing_to_say(panel)
    if undefined is not None:
        figures |= dict.fromkeys(_STATISTICS)
        return Concordance(**figures, caution=None, reason=dict.fromkeys(_STATISTICS, undefined))
    reason: dict[str, str] = {}
    figures |= _coefficients(panel, reason)
    figures |= _interval(panel, reason)
    figures |= _closed_forms(panel, reason)
    figures |= _permutation_test(panel, draws, seed, reason)
    return Concordance(**figures, caution=_caution(panel, figures), reason=reason or None)


_STATISTICS = (
    "w",
    "w_uncorrected",
    "w_without_constant",
    "w_low",
    "w_high",
    "chi2",
    "p_chi2",
    "f",
    "nu1",
    "nu2",
    "p_f",
    "p_permutation",
    "p_method",
    "permutations",
    "mean_spearman",
)


def _panel(ratings: NDArray[np.float64]) -> _Panel:
    values = answer_matrix(ratings)
    complete = ~np.isnan(values).any(axis=1)
    return _Panel(*midranks(values if complete.all() else values[complete]))


def _nothing_to_say(panel: _Panel) -> str | None:
    if panel.m < 2:
        return "fewer_than_2_experts"
    if panel.n < 2:
        return "fewer_than_2_items"
    return None if panel.largest else "all_constant"


def _counts(panel: _Panel, ratings: NDArray[np.float64]) -> dict[str, Any]:
    experts, items = np.shape(ratings)
    return {
        "experts": experts,
        "items": items,
        "experts_used": panel.m,
        "constant_experts": int(_constant(panel).sum()),
        "s": panel.four_s / 4,
        "ties": panel.all_ties,
        "df": max(0, panel.n - 1),
    }


def _constant(panel: _Panel) -> NDArray[np.bool_]:
    result: NDArray[np.bool_] = panel.ties == panel.n**3 - panel.n
    return result


def _coefficients(panel: _Panel, reason: dict[str, str]) -> dict[str, Any]:
    m = panel.m
    ordered = m - int(_constant(panel).sum())
    # A constant expert adds nothing to S and takes itself out of the denominator: W grows by
    # m / (m - c). Written in whole numbers so that it is the very W of the smaller panel.
    without = None
    if ordered >= 2:
        without = 3 * panel.four_s * m / (panel.largest * ordered)
    else:
        reason["w_without_constant"] = "fewer_than_2_experts"
    return {
        "w": panel.w,
        "w_uncorrected": 3 * panel.four_s / panel.untied,
        "w_without_constant": without,
        "mean_spearman": (3 * panel.four_s * m - panel.largest) / (panel.largest * (m - 1)),
    }


def _interval(panel: _Panel, reason: dict[str, str]) -> dict[str, Any]:
    m = panel.m
    code = "fewer_than_3_experts" if m < 3 else None
    largest = (m - 1) ** 2 * (panel.n**3 - panel.n) - (m - 1) * (panel.all_ties - panel.ties)
    if code is None and not largest.all():
        code = "constant_without_one_expert"
    if code is not None:
        reason |= {"w_low": code, "w_high": code}
        return {"w_low": None, "w_high": None}
    others = panel.deviations - (panel.doubled - (panel.n + 1))
    w = 3 * np.einsum("ij,ij->i", others, others) / largest
    left_out = ((m - 1) * w - 1) / (m - 2)
    # fsum: the sum is the same in whatever order the experts stand.
    middle = math.fsum(left_out) / m
    spread = math.fsum((left_out - middle) ** 2)
    from scipy import special  # loading it takes longer than any figure here

    reach = float(special.stdtrit(m - 1, (1 + _CONFIDENCE) / 2)) * math.sqrt(spread * (m - 1) / m)
    reach *= (m - 1) / m  # from the mean correlation back to W
    return {"w_low": max(0.0, panel.w - reach), "w_high": min(1.0, panel.w + reach)}


def _caution(panel: _Panel, figures: dict[str, Any]) -> dict[str, str] | None:
    if figures["w_low"] is None:
        return None
    code = "few_items" if panel.n < FEWEST_ITEMS else None
    if figures["w_low"] == figures["w_high"]:
        code = "no_spread"
    return None if code is None else dict.fromkeys(("w_low", "w_high"), code)


def _closed_forms(panel: _Panel, reason: dict[str, str]) -> dict[str, Any]:
    from scipy import special  # loading it takes longer than any figure here

    m, n, found = panel.m, panel.n, 3 * panel.four_s
    chi2 = found * m * (n - 1) / panel.largest
    result = {"chi2": chi2, "p_chi2": float(special.chdtrc(n - 1, chi2))}
    nu1 = (m * (n - 1) - 2) / m
    if found == panel.largest or nu1 <= 0:
        code = "w_is_1" if found == panel.largest else "no_degrees_of_freedom"
        reason |= dict.fromkeys(("f", "nu1", "nu2", "p_f"), code)
        return result | dict.fromkeys(("f", "nu1", "nu2", "p_f"))
    nu2 = (m - 1) * (m * (n - 1) - 2) / m
    f = (m - 1) * found / (panel.largest - found)
    return result | {"f": f, "nu1": nu1, "nu2": nu2, "p_f": float(special.fdtrc(nu1, nu2, f))}


def _permutation_test(
    panel: _Panel, draws: int, seed: int, reason: dict[str, str]
) -> dict[str, Any]:
    total = arrangements(panel.m, panel.n, at_most=EXACT_ARRANGEMENTS)
    if total is not None:
        share = count_all_shuffles(panel.doubled, panel.four_s) / total
        return {"p_permutation": share, "p_method": "exact", "permutations": total}
    if panel.doubled.size * draws > MOST_CELLS:
        reason |= dict.fromkeys(("p_permutation", "permutations"), "too_many_cells")
        return {"p_permutation": None, "p_method": "chi2", "permutations": None}
    found = count_drawn_shuffles(panel.doubled, panel.four_s, draws=draws, seed=seed)
    share = (1 + found) / (draws + 1)
    return {"p_permutation": share, "p_method": "monte_carlo", "permutations": draws}
