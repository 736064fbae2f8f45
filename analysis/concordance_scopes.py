"""Kendall's W scope by scope: sibling groups, levels of the tree, the whole form.

A sibling group is what experts compare, so W and its test belong there, with Holm's adjustment over
the groups. Papers also print W over a level or the whole form; that has a meaning only where all
items were rated on one absolute scale. Points or ranks given inside groups cannot be compared
across them, and such a W is marked as not applicable instead of being computed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

import numpy as np
from numpy.typing import NDArray

from analysis.answers import answer_matrix
from analysis.concordance import PERMUTATIONS, Concordance, kendall_w
from analysis.multiplicity import holm
from analysis.numerics.ranks import midranks

Floats = NDArray[np.float64]
#: Methods, and whether their answers can be compared across groups.
ACROSS_GROUPS: Mapping[str, bool] = {
    "rating": True,
    "constant_sum": False,
    "ranking": False,
    "pairwise": False,
    "best_worst": False,
}
#: A p up to this is significant; a panel that cannot reach it is not testable.
SIGNIFICANCE = 0.05
#: Below this (e^-25) nobody asks on which side of a limit the smallest attainable p lies.
_FAR_BELOW = -25.0


@dataclass(frozen=True)
class Split:
    """How the experts who answered both items of a group of two put them."""

    #: experts who answered both
    experts: int
    #: share of them who put the first item above the second, 0..1; None without experts
    first: float | None
    #: share who put the second above the first, 0..1
    second: float | None
    #: share who put them level, 0..1
    equal: float | None


@dataclass(frozen=True)
class Scope:
    """W over one set of items; a figure is None where `reason` has its key."""

    #: `group`, `level` or `form`
    kind: str
    #: name of the group, number of the level, `form`
    name: str
    #: columns of the ratings, ascending
    items: tuple[int, ...]
    #: W with interval and tests
    concordance: Concordance | None
    #: p of W: by permutation, or by chi-square where the panel is too large to permute; 0..1
    p: float | None
    #: `p` adjusted by Holm over the groups, 0..1; of groups only
    p_holm: float | None
    #: smallest p that these ties and this way of testing can give, above 0 to 1
    smallest_p: float | None
    #: `significant`, `not_significant`, `not_testable` or `not_applicable`; None if W is undefined
    finding: str | None
    #: groups of two only
    split: Split | None
    #: None, or figure → code of why it is undefined
    reason: dict[str, str] | None


@dataclass(frozen=True)
class Scopes:
    """W of every scope of a form."""

    #: how the items were asked
    method: str
    #: sibling groups in the order of their first item
    groups: tuple[Scope, ...]
    #: levels, ascending
    levels: tuple[Scope, ...]
    #: all items together
    form: Scope
    #: groups with a p: the family of Holm's adjustment
    tests: int


def concordance_scopes(
    ratings: Floats,
    groups: Sequence[str],
    levels: Sequence[int],
    *,
    method: str,
    permutations: int = PERMUTATIONS,
    seed: int = 1,
) -> Scopes:
    """Return W over every sibling group and, for ratings, over each level and the whole form.

    Each scope is `analysis.concordance.kendall_w` on its items; experts with a gap within the scope
    are left out of it. The finding of a group rests on Holm's p over all groups that have one,
    that of a level or the form on its own p: they answer no question that a group has not answered,
    and nothing should be decided by them. Where even the smallest attainable p is above 0.05 the
    finding is `not_testable`: saying "not significant" would blame the experts for the size of the
    panel. A group of one is not asked: it has no figures and no part in levels and form.

    Parameters
    ----------
    ratings
        Shape (n_experts, n_items); NaN = no answer. Not changed.
    groups
        Name of the sibling group of each item, length n_items.
    levels
        Level of each item in the tree (roots 1), length n_items.
    method
        How the items were asked: `rating`, `constant_sum`, `ranking` (1 = most important),
        `pairwise` or `best_worst` (weights). Only ratings are compared across groups.
    permutations, seed
        As in `kendall_w`, the same for every scope.

    Returns
    -------
    Scopes
        Codes in `reason`: `group_of_one`, `comparable_within_groups_only` (level and form of any
        method but rating), and those of `kendall_w`.

    Raises
    ------
    ValueError
        For an unknown method, or `groups` and `levels` that do not match the columns.

    References
    ----------
    Kendall & Babington Smith 1939; Holm 1979; Legendre 2005 (adjustment of a family of tests).
    """
    values = answer_matrix(ratings)
    if method not in ACROSS_GROUPS:
        raise ValueError(f"unknown method {method}")
    if values.ndim != 2 or not values.shape[1] == len(groups) == len(levels):
        raise ValueError("ratings must be a matrix with one group and one level for each column")
    test = partial(_tested, values, permutations=permutations, seed=seed)
    found = [test("group", name, _where(groups, name)) for name in dict.fromkeys(groups)]
    adjusted = holm([scope.p for scope in found])
    in_groups = [_in_family(one, p) for one, p in zip(found, adjusted.tolist(), strict=True)]
    asked = {at for scope in found if len(scope.items) > 1 for at in scope.items}
    show = test if ACROSS_GROUPS[method] else _not_applicable
    of_level = {n: tuple(at for at in _where(levels, n) if at in asked) for n in set(levels)}
    return Scopes(
        method=method,
        groups=tuple(_with_split(one, values, method) for one in in_groups),
        levels=tuple(show("level", str(n), of_level[n]) for n in sorted(of_level) if of_level[n]),
        form=show("form", "form", tuple(sorted(asked))),
        tests=int(np.count_nonzero(~np.isnan(adjusted))),
    )


def _where(names: Sequence[object], name: object) -> tuple[int, ...]:
    return tuple(at for at, one in enumerate(names) if one == name)


def _not_applicable(kind: str, name: str, items: tuple[int, ...]) -> Scope:
    return _empty(kind, name, items, "comparable_within_groups_only", "not_applicable")


def _empty(
    kind: str, name: str, items: tuple[int, ...], code: str, finding: str | None = None
) -> Scope:
    keys = ("concordance", "p", "p_holm", "smallest_p", *([] if finding else ["finding"]))
    nothing = (None,) * 4
    return Scope(kind, name, items, *nothing, finding, None, dict.fromkeys(keys, code))


def _tested(
    values: Floats, kind: str, name: str, items: tuple[int, ...], *, permutations: int, seed: int
) -> Scope:
    if kind == "group" and len(items) == 1:
        return _empty(kind, name, items, "group_of_one")
    given = values[:, items]
    found = kendall_w(given, permutations=permutations, seed=seed)
    smallest = smallest_attainable_p(given)
    if found.w is None or smallest is None:
        empty = _empty(kind, name, items, (found.reason or {})["w"])
        codes = {key: code for key, code in (empty.reason or {}).items() if key != "concordance"}
        return replace(empty, concordance=found, reason=codes)
    p = found.p_chi2 if found.p_permutation is None else found.p_permutation
    if found.p_method == "monte_carlo":
        smallest = max(smallest, 1 / (permutations + 1))
    reason = None if kind == "group" else {"p_holm": "of_groups_only"}
    finding = _finding(p, smallest)
    return Scope(kind, name, items, found, p, None, smallest, finding, None, reason)


def _finding(p: float | None, smallest: float | None) -> str | None:
    if p is None or smallest is None:
        return None
    if smallest > SIGNIFICANCE:
        return "not_testable"
    return "significant" if p <= SIGNIFICANCE else "not_significant"


def _in_family(scope: Scope, adjusted: float) -> Scope:
    if scope.p is None:
        return scope
    return replace(scope, p_holm=adjusted, finding=_finding(adjusted, scope.smallest_p))


def _with_split(scope: Scope, values: Floats, method: str) -> Scope:
    if len(scope.items) != 2:
        return scope
    first, second = values[:, scope.items].T
    if method == "ranking":
        first, second = second, first  # rank 1 stands above rank 2
    counts = [
        int((first > second).sum()),
        int((second > first).sum()),
        int((first == second).sum()),
    ]
    experts = sum(counts)
    shares = [count / experts if experts else None for count in counts]
    return replace(scope, split=Split(experts, *shares))


def smallest_attainable_p(ratings: Floats) -> float | None:
    """Return the smallest p that the permutation test of W can give with these ties.

    S is largest when all experts put the items in one order, as far as their ties let them. The
    arrangements that do so are the distinct orders of one such table's columns, so the p is
    (n!/Π g!) / Π_i (n!/Π t!), with g the sizes of groups of equal columns and t those of tied
    ranks of expert i. Without ties it is 1/(n!)^(m-1).

    Parameters
    ----------
    ratings
        Shape (n_experts, n_items); NaN = no answer. Experts with a gap are left out. Not changed.

    Returns
    -------
    float or None
        Above 0 to 1; 1 if ties leave only one S. None with fewer than two complete experts or
        items, or if all are constant. Correctly rounded down to 1e-11.

    References
    ----------
    Follows from the rearrangement inequality; a test counts all arrangements of small panels.
    """
    values = answer_matrix(ratings)
    doubled, ties = midranks(values[~np.isnan(values).any(axis=1)])
    rows, n = doubled.shape
    ranks = np.sort(doubled[ties < n**3 - n], axis=1)  # constant experts have one arrangement
    if rows < 2 or n < 2 or not len(ranks):
        return None
    columns = _runs((ranks[:, 1:] != ranks[:, :-1]).any(axis=0)[None, :])
    tied = _runs(ranks[:, 1:] != ranks[:, :-1])
    whole = (1 - len(ranks)) * math.lgamma(n + 1)
    logarithm = whole + _log_factorials(tied) - _log_factorials(columns)
    if logarithm < _FAR_BELOW:
        return max(math.exp(logarithm), float(np.finfo(np.float64).tiny))
    same = math.factorial(n) ** (len(ranks) - 1) * _factorials(columns)
    return float(Fraction(_factorials(tied), same))


def _runs(changes: NDArray[np.bool_]) -> dict[int, int]:
    """Count runs of equal neighbours by length; `changes` tells where a row begins a new run."""
    begin = np.ones((len(changes), changes.shape[1] + 1), np.bool_)
    begin[:, 1:] = changes
    lengths = np.diff(np.flatnonzero(begin), append=begin.size)
    return dict(
        zip(*(part.tolist() for part in np.unique(lengths, return_counts=True)), strict=True)
    )


def _log_factorials(runs: dict[int, int]) -> float:
    return math.fsum(count * math.lgamma(length + 1) for length, count in runs.items())


def _factorials(runs: dict[int, int]) -> int:
    return math.prod(math.factorial(length) ** count for length, count in runs.items())
