"""What else papers print between two rounds: kappa, McNemar, rank correlations, KS, F, change in W.

None of these decides anything here. They describe, over the experts who answered both rounds; the
one p among them (McNemar's) is, like every p between rounds, no proof of stability when large.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum, isnan, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.answers import answer_matrix
from analysis.concordance import coefficient
from analysis.dispersion import dispersion
from analysis.item_movement import TIE, check_on_scale
from analysis.numerics.ordering import sum_over_experts
from analysis.numerics.ranks import midranks
from analysis.numerics.runs import Runs, equal_runs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
#: Cells looked at at once.
_BLOCK = 1 << 18
_LEAST = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, eq=False)
class RoundAgreement:
    """Figures between two rounds; NaN and None where undefined."""

    #: experts with an answer in both rounds
    experts: int
    #: of these, experts with a complete row in both rounds; the change in W rests on them
    experts_complete: int
    #: per item, experts who answered it in both rounds
    pairs: Ints
    #: weighted kappa over all pairs of answers, at most 1; distances as weights
    kappa_linear: float | None
    #: weighted kappa with squared distances as weights, at most 1
    kappa_quadratic: float | None
    #: Kendall's tau-b of the item means of both rounds, -1..1
    kendall_tau: float | None
    #: Spearman's rho of the item means of both rounds, -1..1
    spearman: float | None
    #: tie-corrected W of the earlier round, 0..1
    w_before: float | None
    #: tie-corrected W of the later round, 0..1
    w_after: float | None
    #: after minus before, -1..1
    w_change: float | None
    #: per item, largest distance of the two cumulative distributions, 0..1
    ks_distance: Floats
    #: per item, variance before over variance after; above 1 the answers came closer
    variance_ratio: Floats
    #: None, or figure → code of why it is undefined
    reason: dict[str, str] | None

    def records(self) -> list[dict[str, Any]]:
        """Return one dict an item: `pairs ks_distance variance_ratio reason`.

        Returns
        -------
        list of dict
            None where undefined, with `no_expert_in_both`, `one_pair` or `variance_0`.
        """
        columns = zip(
            self.pairs.tolist(),
            self.ks_distance.tolist(),
            self.variance_ratio.tolist(),
            strict=True,
        )
        return [_record(*row) for row in columns]


def _record(pairs: int, ks_distance: float, variance_ratio: float) -> dict[str, Any]:
    figures = {"ks_distance": ks_distance, "variance_ratio": variance_ratio}
    code = {0: "no_expert_in_both", 1: "one_pair"}.get(pairs, "variance_0")
    reason = {name: code for name, value in figures.items() if isnan(value)}
    known = {name: None if name in reason else value for name, value in figures.items()}
    return {"pairs": pairs, **known, "reason": reason or None}


def round_agreement(before: Floats, after: Floats, *, scale: tuple[float, float]) -> RoundAgreement:
    """Compare two rounds of the same experts by the figures that papers print.

    Weighted kappa = 1 - D/E over all N pairs of answers x, y: D is the mean of |x - y|^a, E the
    same mean over all N² combinations of an earlier and a later answer, a = 1 (linear) or 2
    (quadratic). Tau-b and rho correlate the item means of both rounds. The Kolmogorov-Smirnov
    distance of an item is max |F_after - F_before|, without a p: the two samples are the same
    people and the answers discrete. F = s²_before / s²_after, likewise without one.

    Parameters
    ----------
    before, after
        Shape (n_experts, n_items), rows and columns matched; NaN = no answer. An item is compared
        over the experts who answered it in both rounds. Not changed.
    scale
        Smallest and largest possible answer; its length cancels in kappa.

    Returns
    -------
    RoundAgreement
        W is that of the experts with a complete row in both rounds. Codes in `reason`:
        `no_expert_in_both`, `no_expected_disagreement` (kappa: everybody gave one and the same
        answer in both rounds), `fewer_than_2_items` and `constant_item_means` (tau and rho),
        `no_w_before` and `no_w_after` (see `concordance.coefficient`).

    Raises
    ------
    ValueError
        If shapes differ or an answer is off the scale.

    References
    ----------
    Cohen 1968 (weighted kappa); Holey et al. 2007 (kappa between Delphi rounds); Kendall 1945
    (tau-b); Kalaian & Kasim 2012 (F ratio between rounds).
    """
    first, second = _matched(before, after, scale)
    both = ~(np.isnan(first) | np.isnan(second))
    reason: dict[str, str] = {}
    spread = [
        dispersion(values if both.all() else np.where(both, values, np.nan), scale)
        for values in (first, second)
    ]
    pooled = _pool(first, second, both, TIE * max(abs(scale[0]), abs(scale[1])))
    return RoundAgreement(
        experts=len(first),
        pairs=both.sum(axis=0),
        ks_distance=pooled.ks_distance,
        variance_ratio=_variance_ratio(spread[0].sd, spread[1].sd),
        **_kappas(pooled, reason),
        **_correlations(spread[0].mean, spread[1].mean, scale, reason),
        **_change_in_w(first, second, both, reason),
        reason=reason or None,
    )


def _matched(before: Floats, after: Floats, scale: tuple[float, float]) -> tuple[Floats, Floats]:
    if np.shape(before) != np.shape(after) or np.ndim(before) != 2:
        raise ValueError("both rounds must be matrices of the same experts and items")
    first, second = answer_matrix(before), answer_matrix(after)
    present = ~(np.isnan(first).all(axis=1) | np.isnan(second).all(axis=1))
    for values in (first, second):
        check_on_scale(values, scale)
    return (first, second) if present.all() else (first[present], second[present])


@dataclass(frozen=True, eq=False)
class _Pool:
    """What all pairs of answers together look like."""

    ks_distance: Floats
    #: sums over all pairs of the distance and of its square
    linear: float
    quadratic: float
    #: distinct answers ascending, and how often each was given before and after
    answers: Floats
    earlier: Ints
    later: Ints


def _pool(first: Floats, second: Floats, both: Flags, tie: float) -> _Pool:
    step = max(1, _BLOCK // max(1, len(first)))
    distances, sums, runs = [np.zeros(0)], [np.zeros((2, 0))], []
    for start in range(0, first.shape[1], step):
        block = (slice(None), slice(start, start + step))
        paired = both[block]
        rows = np.concatenate(
            [np.where(paired, values[block], np.nan) for values in (first, second)]
        )
        later = np.arange(len(rows)) >= len(paired)
        found = equal_runs(np.ascontiguousarray(rows.T), later, tie=tie)
        runs.append(found)
        distances.append(_ks_distance(found, paired.sum(axis=0)))
        moves = np.abs(np.where(paired, rows[len(paired) :] - rows[: len(paired)], 0.0))
        sums.append(np.stack([sum_over_experts(moves), sum_over_experts(moves * moves)]))
    linear, quadratic = (fsum(row) for row in np.concatenate(sums, axis=1).tolist())
    return _Pool(np.concatenate(distances), linear, quadratic, *_counts(runs, tie))


def _ks_distance(runs: Runs, pairs: Ints) -> Floats:
    result = np.full(len(pairs), np.nan)
    if runs.length.size:
        # Each item's differences add up to 0, so one running sum serves all of them.
        apart = np.abs(np.cumsum(2 * runs.marked - runs.length))
        items = np.flatnonzero(pairs)
        largest = np.maximum.reduceat(apart, np.searchsorted(runs.row, items))
        result[items] = largest / pairs[items]
    return result


def _counts(runs: list[Runs], tie: float) -> tuple[Floats, Ints, Ints]:
    """Distinct answers over all items, and how often each was given before and after."""
    values = np.concatenate([np.zeros(0), *(found.value for found in runs)])
    distinct, at = np.unique(values, return_inverse=True)
    apart = np.diff(distinct, prepend=-np.inf) > tie
    answers, where = distinct[apart], (np.cumsum(apart) - 1)[at]
    none = np.zeros(0, np.int64)
    length = np.concatenate([none, *(found.length for found in runs)])
    marked = np.concatenate([none, *(found.marked for found in runs)])
    later = np.bincount(where, marked, len(answers)).astype(np.int64)
    earlier = np.bincount(where, length - marked, len(answers)).astype(np.int64)
    return answers, earlier, later


def _kappas(pool: _Pool, reason: dict[str, str]) -> dict[str, Any]:
    names, pairs = ("kappa_linear", "kappa_quadratic"), int(pool.later.sum())
    if len(pool.answers) < 2:
        code = "no_expected_disagreement" if pairs else "no_expert_in_both"
        reason |= dict.fromkeys(names, code)
        return dict.fromkeys(names)
    below = np.stack([np.cumsum(pool.earlier), np.cumsum(pool.later)])[:, :-1] / pairs
    apart = below[0] * (1 - below[1]) + below[1] * (1 - below[0])
    linear = float(np.diff(pool.answers) @ apart)
    above = pool.answers - pool.answers[0]
    means = [float(above @ counts) / pairs for counts in (pool.earlier, pool.later)]
    squares = [
        float((above - mean) ** 2 @ counts) / pairs
        for mean, counts in zip(means, (pool.earlier, pool.later), strict=True)
    ]
    quadratic = squares[0] + squares[1] + (means[0] - means[1]) ** 2
    return {
        "kappa_linear": 1 - pool.linear / pairs / linear,
        "kappa_quadratic": 1 - pool.quadratic / pairs / quadratic,
    }


def _variance_ratio(before: Floats, after: Floats) -> Floats:
    """Divide the variances; NaN where one is 0, because nothing can be compared with it."""
    ratio = np.full(len(before), np.nan)
    np.divide(before, after, out=ratio, where=(before > 0) & (after > 0))
    result: Floats = ratio**2
    return result


def _correlations(
    before: Floats, after: Floats, scale: tuple[float, float], reason: dict[str, str]
) -> dict[str, Any]:
    names = ("kendall_tau", "spearman")
    known = ~(np.isnan(before) | np.isnan(after))
    tie = TIE * max(abs(scale[0]), abs(scale[1]))
    first, second = _codes(before[known], tie), _codes(after[known], tie)
    code = "no_expert_in_both"
    if known.any():
        code = "fewer_than_2_items" if known.sum() < 2 else "constant_item_means"
    if not (first.any() and second.any()):
        reason |= dict.fromkeys(names, code)
        return dict.fromkeys(names)
    signs = [np.sign(codes[:, None] - codes) for codes in (first, second)]
    ranks = [midranks(codes[None, :].astype(np.float64)).doubled[0] for codes in (first, second)]
    return {
        "kendall_tau": _correlation(signs[0].ravel(), signs[1].ravel()),
        "spearman": _correlation(*(doubled - (len(first) + 1) for doubled in ranks)),
    }


def _codes(means: Floats, tie: float) -> Ints:
    """Give each distinct mean a number from 0 up; what floats add makes no mean distinct."""
    order = np.argsort(means)
    codes = np.zeros(len(means), np.int64)
    codes[order[1:]] = np.cumsum(np.diff(means[order]) > tie)
    return codes


def _correlation(first: Ints, second: Ints) -> float:
    """Correlate whole numbers whose mean is 0; the sums are exact in any order."""
    return int(first @ second) / sqrt(int(first @ first) * int(second @ second))


def _change_in_w(
    first: Floats, second: Floats, both: Flags, reason: dict[str, str]
) -> dict[str, Any]:
    complete = np.asarray(both.all(axis=1))
    before, after = coefficient(first[complete]), coefficient(second[complete])
    codes = {"w_before": before, "w_after": after}
    reason |= {name: f"no_{name}" for name, value in codes.items() if value is None}
    change = None if before is None or after is None else after - before
    if change is None:
        reason["w_change"] = "no_w_before" if before is None else "no_w_after"
    return {"experts_complete": int(complete.sum()), **codes, "w_change": change}


@dataclass(frozen=True, eq=False)
class McNemar:
    """Crossings of a limit or of the edge of a band, per item; every field has shape (n_items,)."""

    #: experts who answered the item in both rounds
    pairs: Ints
    #: of these, inside in the earlier round
    inside_before: Ints
    #: of these, inside in the later round
    inside_after: Ints
    #: experts who went out
    left: Ints
    #: experts who came in
    entered: Ints
    #: exact two-sided p, in (0, 1]; NaN where nobody crossed
    p: Floats

    def records(self) -> list[dict[str, Any]]:
        """Return one dict an item, with every figure and `reason`.

        Returns
        -------
        list of dict
            `p` is None with `no_expert_in_both` or `nobody_crossed` where it is undefined.
        """
        names = ("pairs", "inside_before", "inside_after", "left", "entered", "p")
        columns = zip(*(getattr(self, name).tolist() for name in names), strict=True)
        records = [dict(zip(names, row, strict=True)) for row in columns]
        for record in records:
            record["reason"] = None
            if isnan(record["p"]):
                code = "nobody_crossed" if record["pairs"] else "no_expert_in_both"
                record |= {"p": None, "reason": {"p": code}}
        return records


def mcnemar(
    before: Floats, after: Floats, *, low: float | None = None, high: float | None = None
) -> McNemar:
    """Test per item whether more experts came into a band than went out of it, exactly.

    With b experts who left and c who entered, p = min(1, 2 P(Bin(b + c, 1/2) <= min(b, c))).

    Parameters
    ----------
    before, after
        Shape (n_experts, n_items), rows and columns matched; NaN = no answer. Not changed.
    low, high
        Inside are answers from `low` to `high`, both included; without one of them the band is
        open on that side.

    Returns
    -------
    McNemar
        At least 6 crossings all one way are needed for a p below 0.05.

    Raises
    ------
    ValueError
        If shapes differ, neither bound is given, or they leave nothing between them.

    References
    ----------
    McNemar 1947; exact form after Mosteller 1952.
    """
    if np.shape(before) != np.shape(after) or np.ndim(before) != 2:
        raise ValueError("both rounds must be matrices of the same experts and items")
    if low is None and high is None:
        raise ValueError("a band needs at least one bound")
    before, after = answer_matrix(before), answer_matrix(after)
    bounds = (-np.inf if low is None else low, np.inf if high is None else high)
    if not bounds[0] <= bounds[1]:
        raise ValueError(f"nothing lies between {bounds[0]} and {bounds[1]}")
    both = ~(np.isnan(before) | np.isnan(after))
    inside = [both & (values >= bounds[0]) & (values <= bounds[1]) for values in (before, after)]
    left = (inside[0] & ~inside[1]).sum(axis=0)
    entered = (inside[1] & ~inside[0]).sum(axis=0)
    return McNemar(
        pairs=both.sum(axis=0),
        inside_before=inside[0].sum(axis=0),
        inside_after=inside[1].sum(axis=0),
        left=left,
        entered=entered,
        p=_sign_test(left, entered),
    )


def _sign_test(left: Ints, entered: Ints) -> Floats:
    from scipy import special  # loading it takes longer than any figure here

    crossed = left + entered
    p = 2 * special.bdtr(np.minimum(left, entered).astype(np.float64), crossed, 0.5)
    result: Floats = np.where(crossed > 0, np.clip(p, _LEAST, 1.0), np.nan)
    return result
