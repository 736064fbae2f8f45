"""Comparison of declared subgroups of the panel, such as government, academia and industry.

A subgroup and its rest must each count five answers, for every figure by itself; otherwise nothing
is computed. That holds for the comparison as a whole: with one subgroup withheld and the others
shown, the panel's own figures would give the withheld one away by subtraction. Experts who declared
nothing are such a remainder too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, isnan, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.aggregation import combine, expert_rows
from analysis.answers import answer_matrix
from analysis.exact import RULES
from analysis.group_tests import RankTest, kruskal_wallis, mann_whitney, weight_test
from analysis.multiplicity import holm
from analysis.numerics.divisions import PERMUTATIONS
from analysis.numerics.ordering import expert_order
from analysis.simplex import closure, total_variation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Least number of answers in a subgroup, and in what is left of the panel without it.
SMALLEST = 5
#: Effects up to this size are commonly called at most medium (Romano et al. 2006).
LARGE_EFFECT = 0.474
_POINTS = 100.0
#: Normal quantiles of a two-sided test at 5 % and of a power of 80 %.
_QUANTILES = 1.959963984540054 + 0.8416212335729143
_LEVEL = 0.05


@dataclass(frozen=True, eq=False)
class SubgroupComparison:
    """Subgroups side by side; a figure is None or NaN where `reason` or `item_reason` says why."""

    #: names in alphabetical order; what has a direction goes from the first to the second
    subgroups: tuple[str, ...]
    #: experts in each subgroup with an answer that counts
    sizes: tuple[int, ...]
    #: such experts who declared no subgroup
    undeclared: int
    #: `mann_whitney` for two subgroups, `kruskal_wallis` for more
    test: str | None
    #: answers of each item in each subgroup, shape (n_items, n_subgroups)
    n: Ints
    #: U of the first subgroup, or H; shape (n_items,)
    statistic: Floats
    #: 2U/(m1·m2) - 1, -1..1, above 0 where the first subgroup gives higher numbers; or H/(N-1)
    effect: Floats
    #: p of each item by itself, conditional on the ties
    p: Floats
    #: p adjusted by Holm over the items that have one
    p_holm: Floats
    #: how each p was found: `exact`, `monte_carlo`, `normal`, `chi2`; None where undefined
    p_method: tuple[str | None, ...]
    #: why an item has an undefined figure, None where it has all
    item_reason: tuple[str | None, ...]
    #: mean weights of each subgroup in shares of 1, shape (n_subgroups, n_items)
    weights: Floats
    #: experts with a weight vector in each subgroup
    weight_sizes: tuple[int, ...]
    #: points of 100 that lie between the weights of two subgroups, shape (n_subgroups, n_subgroups)
    distances: Floats
    #: p of the permutation test on the distance between mean weights
    p_weights: float | None
    #: `exact` or `monte_carlo`
    p_weights_method: str | None
    #: divisions that `p_weights` rests on
    permutations: int | None
    #: seed of the draws
    seed: int
    #: effect that the two smallest subgroups would show with a probability of 80 %, at most 1
    detectable_effect: float | None
    #: smallest p that one item can reach with two subgroups of these sizes
    smallest_p: float | None
    #: `low_power`: a null result says next to nothing; `holm_out_of_reach`: no item can fall below
    #: 0.05 after adjustment, however far the subgroups lie apart
    limits: tuple[str, ...]
    #: None, or figure → `subgroup_too_small`, `fewer_than_2_subgroups` or `answers_below_0`
    reason: dict[str, str] | None

    def records(self) -> list[dict[str, Any]]:
        """Give the figures of the items as plain values.

        Returns
        -------
        list of dict
            One an item: `n` (subgroup → answers), `statistic effect p p_holm p_method`, None where
            undefined, and `reason`, a code or None.
        """
        return [self._record(item) for item in range(len(self.n))]

    def _record(self, item: int) -> dict[str, Any]:
        figures = {
            name: getattr(self, name)[item].item()
            for name in ("statistic", "effect", "p", "p_holm")
        }
        known = {name: None if isnan(value) else value for name, value in figures.items()}
        counts = dict(zip(self.subgroups, self.n[item].tolist(), strict=True))
        method, reason = self.p_method[item], self.item_reason[item]
        return {"n": counts, **known, "p_method": method, "reason": reason}


def compare_subgroups(
    values: Floats,
    subgroups: Sequence[str | None],
    *,
    method: str,
    permutations: int = PERMUTATIONS,
    seed: int = 1,
) -> SubgroupComparison:
    """Compare the answers and the weights of declared subgroups.

    Every item is tested by itself, by Mann-Whitney's U for two subgroups and by Kruskal and
    Wallis' H for more, with p adjusted by Holm over the items. The mean weight vectors stand side
    by side with a permutation test of the distance between them.

    Parameters
    ----------
    values
        Answers, shape (n_experts, n_items); NaN = no answer. Constant-sum rows are brought to 100
        points; of them and of rankings only whole rows count. Not changed.
    subgroups
        What each expert declared; None for nothing, which is left out of the comparison.
    method
        `constant_sum`, `rating` or `ranking`. Weights are those of the method's headline rule, over
        experts with a whole row.
    permutations
        Divisions drawn where not all are gone through.
    seed
        Seed of the draws.

    Returns
    -------
    SubgroupComparison
        Nothing but the counts if a subgroup, or the experts who declared none, count one to four
        (`subgroup_too_small`). An item on which that happens, and the weights where it happens to
        whole rows, are withheld likewise, for every subgroup at once.

    Raises
    ------
    ValueError
        For an unknown method, not one subgroup an expert, or negative points or ranks.

    References
    ----------
    Mann & Whitney 1947; Kruskal & Wallis 1952; Holm 1979; Noether 1987 (detectable effect).
    """
    if method not in RULES:
        raise ValueError(f"method {method!r}, expected one of {', '.join(RULES)}")
    answers = answer_matrix(values, negative=method == "rating")
    if len(subgroups) != len(answers):
        raise ValueError("a subgroup for each expert is needed")
    if method != "rating" and (answers < 0).any():
        raise ValueError("a negative value")
    order = expert_order(answers)
    answers = answers[order]
    names, groups = _numbered([subgroups[at] for at in order.tolist()])
    comparable = _comparable(answers, method)
    answered = ~np.isnan(comparable)
    sizes = _sizes(np.logical_or.reduce(answered, axis=1)[:, None], groups, len(names))[0]
    counts = _sizes(answered, groups, len(names))
    code = "fewer_than_2_subgroups" if len(names) < 2 else None
    if code is None and _reveals(sizes[None, :])[0]:
        code = "subgroup_too_small"
    figures = _items(comparable, groups, counts, code, (permutations, seed))
    figures |= _weights(answers, groups, len(names), method, code, (permutations, seed))
    figures |= _power(sizes[:-1], figures["p"], code)
    return SubgroupComparison(
        subgroups=names,
        sizes=tuple(sizes[:-1].tolist()),
        undeclared=int(sizes[-1]),
        n=counts[:, :-1],
        seed=seed,
        **figures,
    )


def _numbered(declared: list[str | None]) -> tuple[tuple[str, ...], Ints]:
    names = tuple(sorted({name for name in declared if name is not None}))
    numbers = {name: at for at, name in enumerate(names)}
    return names, np.array([-1 if name is None else numbers[name] for name in declared], np.int64)


def _sizes(answered: NDArray[np.bool_], groups: Ints, names: int) -> Ints:
    """Answers of each column in each subgroup, and last of those who declared none."""
    members = np.where(groups < 0, names, groups)[:, None] == np.arange(names + 1)
    counts: Floats = answered.T.astype(np.float64) @ members.astype(np.float64)
    return counts.astype(np.int64)


def _reveals(counts: Ints) -> NDArray[np.bool_]:
    """Tell which rows of `_sizes` would show, directly or by subtraction, too small a group."""
    small: NDArray[np.bool_] = counts < SMALLEST
    small[:, -1] &= counts[:, -1] > 0
    result: NDArray[np.bool_] = np.logical_or.reduce(small, axis=1)
    return result


def _comparable(answers: Floats, method: str) -> Floats:
    """Answers as experts can be compared by them; of allocations and rankings, whole rows only."""
    if method == "rating":
        return answers
    if method == "constant_sum":
        # Nine decimals: what division leaves of equal points must stay a tie.
        return np.round(_POINTS * closure(answers), 9)
    return np.where(np.isnan(answers).any(axis=1, keepdims=True), np.nan, answers)


def _items(
    answers: Floats, groups: Ints, counts: Ints, code: str | None, draws: tuple[int, int]
) -> dict[str, Any]:
    items = len(counts)
    figures: dict[str, Any] = {"test": None}
    if code is None:
        figures["test"] = "mann_whitney" if counts.shape[1] == 3 else "kruskal_wallis"
    shown = np.full(items, code is None) & ~_reveals(counts)
    columns = {name: np.full(items, np.nan) for name in ("statistic", "effect", "p", "p_holm")}
    methods: list[str | None] = [None] * items
    reasons: list[str | None] = [code or "subgroup_too_small"] * items
    if shown.any():
        found = _test(answers[:, shown], groups, counts.shape[1] - 1, draws)
        for name in ("statistic", "effect", "p"):
            columns[name][shown] = getattr(found, name)
        for at, item in enumerate(np.flatnonzero(shown).tolist()):
            methods[item], reasons[item] = found.p_method[at], found.reason[at]
        columns["p_holm"] = holm(columns["p"])
    return figures | columns | {"p_method": tuple(methods), "item_reason": tuple(reasons)}


def _test(values: Floats, groups: Ints, names: int, draws: tuple[int, int]) -> RankTest:
    if names == 2:
        return mann_whitney(values, groups)
    return kruskal_wallis(values, groups, permutations=draws[0], seed=draws[1])


_WEIGHT_FIGURES = ("p_weights", "p_weights_method", "permutations")


def _weights(
    answers: Floats,
    groups: Ints,
    names: int,
    method: str,
    code: str | None,
    draws: tuple[int, int],
) -> dict[str, Any]:
    """Mean weights of the subgroups with their test, over experts with a weight vector."""
    rule = RULES[method][0]
    below = bool((answers < 0).any())
    rows = np.full(answers.shape, np.nan)
    if not below:
        rows = expert_rows(answers, method=method, rule=rule)
    whole = ~np.isnan(rows).any(axis=1)
    sizes = _sizes(whole[:, None], groups, names)[0]
    if code is None and below:
        code = "answers_below_0"
    if code is None and _reveals(sizes[None, :])[0]:
        code = "subgroup_too_small"
    result: dict[str, Any] = {
        "weights": np.full((names, answers.shape[1]), np.nan),
        "weight_sizes": tuple(sizes[:-1].tolist()),
        "distances": np.full((names, names), np.nan),
        "reason": dict.fromkeys(("weights", "distances", *_WEIGHT_FIGURES), code) if code else None,
    }
    if code is not None:
        return result | dict.fromkeys(_WEIGHT_FIGURES)
    rows, groups = rows[whole], groups[whole]
    weights = [combine(rows[groups == at], method=method, rule=rule) for at in range(names)]
    result["weights"] = np.stack(weights)
    result["distances"] = _POINTS * total_variation(
        result["weights"][:, None], result["weights"][None, :]
    )
    found = weight_test(rows, groups, permutations=draws[0], seed=draws[1])
    return result | dict(
        zip(_WEIGHT_FIGURES, (found.p, found.p_method, found.permutations), strict=True)
    )


def _power(sizes: Ints, p: Floats, code: str | None) -> dict[str, Any]:
    if code is not None:
        return {"detectable_effect": None, "smallest_p": None, "limits": ()}
    first, second = sorted(sizes.tolist())[:2]
    detectable = min(1.0, _QUANTILES * sqrt((first + second + 1) / (3 * first * second)))
    smallest = 2 / comb(first + second, first) if len(sizes) == 2 else None
    limits = ["low_power"] if detectable > LARGE_EFFECT else []
    tested = int((~np.isnan(p)).sum())
    if smallest is not None and tested * smallest >= _LEVEL:
        limits.append("holm_out_of_reach")
    return {"detectable_effect": detectable, "smallest_p": smallest, "limits": tuple(limits)}
