"""Signs of careless or strategic answers: flags with their values, which never delete anything.

Several signs, since carelessness takes several forms (Meade & Craig 2012), and none of them proves
it: an expert may well find every indicator essential, and dissent is what a Delphi study is for.
What a flag is worth is shown by the weights with and without the flagged experts, side by side.
Signs that rest on how long an answer took do not exist here: to keep answers confidential no time
is stored with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.aggregation import aggregate
from analysis.answers import answer_matrix
from analysis.exact import RULES
from analysis.numerics.ordering import expert_order
from analysis.outliers import Grubbs, grubbs, robust_z
from analysis.response_patterns import (
    agreement_with_others,
    distance_to_others,
    identical_answers,
    intra_individual_sd,
    longest_runs,
)
from analysis.simplex import closure

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
#: Longest share of the items that one answer may repeat without a flag.
RUN_LIMIT = 0.6
#: With fewer answers a page that is equal throughout says nothing: half and half is an answer.
LEAST_ANSWERS_FOR_EQUAL = 3
#: With fewer answers neither a run nor an order says anything: two of three equal would be a run.
LEAST_ANSWERS_FOR_ORDER = 5
#: Robust z beyond which spread and distance are flagged.
Z_LIMIT = 3.0
#: With fewer answers two experts give the same ones because they agree.
LEAST_ANSWERS_FOR_IDENTICAL = 10
#: Signs that this product cannot look for, and on what they rest.
NOT_ASSESSED = ("answer_times",)
METHODS = ("constant_sum", "rating")
_POINTS = 100.0


@dataclass(frozen=True)
class Flag:
    """One sign at one expert, with what it rests on."""

    #: position of the expert
    expert: int
    #: `all_equal`, `long_run`, `spread`, `agreement`, `distance`, `identical` or `outlying_item`
    code: str
    #: the figure: answers, share of the items, robust z, rank correlation, experts, or Grubbs' G
    value: float
    #: what it is held against
    limit: float
    #: position of the item, for `outlying_item`
    item: int | None = None


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Weights with and without some experts, side by side."""

    #: shares of 1, shape (n_items,), of everybody
    weights: Floats
    #: the same without the flagged experts
    weights_without: Floats
    #: experts whose answers went into each
    experts_used: int
    experts_used_without: int  #: see `experts_used`
    #: largest difference of a weight, in points of 100
    max_change: float | None
    #: None, or figure → code of why it is undefined
    reason: dict[str, str] | None


@dataclass(frozen=True, eq=False)
class AnswerQuality:
    """Signs of each expert, arrays of shape (n_experts,); NaN where undefined."""

    #: answers given
    answers: Ints
    #: longest run of identical consecutive answers, 0 to the number of items; a gap ends a run
    longest_run: Ints
    #: standard deviation (n-1) of the own answers; undefined with fewer than two
    irv: Floats
    #: its robust z among the experts
    irv_z: Floats
    #: rank correlation with the mean of the others, -1..1
    agreement: Floats
    #: the same in the round before
    agreement_before: Floats
    #: Aitchison distance to the others' geometric mean, from 0 up
    distance: Floats
    #: its robust z among the experts
    distance_z: Floats
    #: other experts with exactly these answers
    identical_to: Ints
    #: Grubbs' test of every item
    grubbs: Grubbs
    #: all flags, expert by expert
    flags: tuple[Flag, ...]
    #: experts with a flag on the whole page; an outlying item alone does not count
    flagged: Flags
    #: weights with and without the experts in `flagged`
    sensitivity: Sensitivity
    #: signs that cannot be looked for: `answer_times`, since no time is stored
    not_assessed: tuple[str, ...]

    def records(self) -> list[dict[str, Any]]:
        """Give the figures of the experts as plain values.

        Returns
        -------
        list of dict
            One an expert: its figures, None where undefined, `flags` (each `code value limit item`)
            and `reason`, None or figure → `too_few_answers`, `no_order`, `no_earlier_round`,
            `no_weight_vector` or `no_spread_among_experts`.
        """
        return [self._record(expert) for expert in range(len(self.answers))]

    def _record(self, expert: int) -> dict[str, Any]:
        names = ("irv", "irv_z", "agreement", "agreement_before", "distance", "distance_z")
        figures = {name: getattr(self, name)[expert].item() for name in names}
        reason = {name: self._reason(name, expert) for name, x in figures.items() if isnan(x)}
        counts = ("answers", "longest_run", "identical_to")
        return {
            **{name: getattr(self, name)[expert].item() for name in counts},
            **{name: None if name in reason else value for name, value in figures.items()},
            "flags": [
                {"code": flag.code, "value": flag.value, "limit": flag.limit, "item": flag.item}
                for flag in self.flags
                if flag.expert == expert
            ],
            "reason": reason or None,
        }

    def _reason(self, name: str, expert: int) -> str:
        if name == "agreement_before":
            return "no_earlier_round"
        if name == "agreement" and self.answers[expert] > 1:
            return "no_order"
        if name.startswith("distance") and np.isnan(self.distance[expert]):
            return "no_weight_vector"
        if name.endswith("_z") and not np.isnan(getattr(self, name[:-2])[expert]):
            return "no_spread_among_experts"
        return "too_few_answers"


def assess(
    values: Floats,
    *,
    method: str,
    rule: str | None = None,
    previous: Floats | None = None,
    order: Ints | None = None,
) -> AnswerQuality:
    """Look for signs of careless or strategic answers, and at what they do to the weights.

    Flags: `all_equal`, one answer on the whole page; `long_run`, one answer on more than 60 % of
    the items in a row; `spread`, an intra-individual SD more than three robust standard deviations
    from the panel's median; `agreement`, a rank correlation with the others of at most 0 in this
    round and the one before; `distance`, an Aitchison distance to the others more than three robust
    standard deviations above the median; `identical`, the answers of another expert, all of them;
    `outlying_item`, the farthest answer of an item beyond Grubbs' limit.

    Parameters
    ----------
    values
        Shape (n_experts, n_items); NaN = no answer. Not changed.
    method
        `constant_sum`, whose rows are brought to 100 points, or `rating`.
    rule
        Rule of the weights in `sensitivity`; the headline rule of the method if not given.
    previous
        Answers of the same experts in the round before, same shape; without it nobody is flagged
        for `agreement`.
    order
        Shape (n_experts, n_items): positions of the items in the order in which each expert saw
        them; that of the columns if not given. Only runs depend on it.

    Returns
    -------
    AnswerQuality
        Flags are shown, nothing is left out anywhere but in the second vector of `sensitivity`. On
        a page of few answers the signs that would mean nothing are not raised: `all_equal` from 3
        answers, `long_run` and `agreement` from 5, `identical` from 10.

    Raises
    ------
    ValueError
        For another method or rule, other shapes, negative points, or an order that is none.

    References
    ----------
    Meade & Craig 2012; Leys et al. 2013 (robust z); Grubbs 1969.
    """
    if method not in METHODS:
        raise ValueError(f"method {method!r}, expected one of {', '.join(METHODS)}")
    answers = _comparable(values, method)
    irv, distance = intra_individual_sd(answers), distance_to_others(answers)
    before = np.full(len(answers), np.nan)
    if previous is not None:
        if np.shape(previous) != answers.shape:
            raise ValueError("both rounds must have the same experts and items")
        before = agreement_with_others(_comparable(previous, method))
    figures: dict[str, Any] = {
        "answers": np.count_nonzero(~np.isnan(answers), axis=1),
        "longest_run": longest_runs(_as_seen(answers, order)),
        "irv": irv,
        "irv_z": robust_z(irv),
        "agreement": agreement_with_others(answers),
        "agreement_before": before,
        "distance": distance,
        "distance_z": robust_z(distance),
        "identical_to": identical_answers(answers),
        "grubbs": grubbs(answers),
    }
    flags = _flags(figures, answers.shape[1])
    flagged = np.zeros(len(answers), np.bool_)
    flagged[[flag.expert for flag in flags if flag.item is None]] = True
    return AnswerQuality(
        **figures,
        flags=flags,
        flagged=flagged,
        sensitivity=sensitivity(values, flagged, method=method, rule=rule or RULES[method][0]),
        not_assessed=NOT_ASSESSED,
    )


def _comparable(values: Floats, method: str) -> Floats:
    matrix = answer_matrix(values, negative=method != "constant_sum")
    if not matrix.shape[1]:
        raise ValueError("answers without any item")
    if method == "rating":
        return matrix
    # Nine decimals: what division leaves of equal points must stay equal.
    points: Floats = np.round(_POINTS * closure(matrix), 9)
    return points


def _as_seen(answers: Floats, order: Ints | None) -> Floats:
    if order is None:
        return answers
    positions = np.broadcast_to(np.arange(answers.shape[1]), answers.shape)
    if np.shape(order) != answers.shape or (np.sort(order, axis=1) != positions).any():
        raise ValueError("the order must name every item once for each expert")
    return np.take_along_axis(answers, np.asarray(order), axis=1)


def _flags(figures: dict[str, Any], items: int) -> tuple[Flag, ...]:
    found = [*_page_flags(figures, items), *_item_flags(figures["grubbs"])]
    return tuple(sorted(found, key=lambda flag: (flag.expert, -1 if flag.item is None else 1)))


def _page_flags(figures: dict[str, Any], items: int) -> list[Flag]:
    n, run, irv = figures["answers"], figures["longest_run"], figures["irv"]
    share = run / max(1, items)
    equal = (irv == 0) & (n >= LEAST_ANSWERS_FOR_EQUAL)
    ordered = n >= LEAST_ANSWERS_FOR_ORDER
    rho, before = figures["agreement"], figures["agreement_before"]
    twin = (figures["identical_to"] > 0) & (n >= LEAST_ANSWERS_FOR_IDENTICAL)
    tests = (
        ("all_equal", equal, n, items),
        ("long_run", ordered & (irv > 0) & (share > RUN_LIMIT), share, RUN_LIMIT),
        ("spread", (irv > 0) & (np.abs(figures["irv_z"]) > Z_LIMIT), figures["irv_z"], Z_LIMIT),
        ("agreement", ordered & (rho <= 0) & (before <= 0), rho, 0.0),
        ("distance", figures["distance_z"] > Z_LIMIT, figures["distance_z"], Z_LIMIT),
        ("identical", twin & ~equal, figures["identical_to"], 0),
    )
    return [
        Flag(expert, code, float(value[expert]), float(limit))
        for code, raised, value, limit in tests
        for expert in np.flatnonzero(raised).tolist()
    ]


def _item_flags(test: Grubbs) -> list[Flag]:
    return [
        Flag(expert, "outlying_item", float(test.g[item]), float(test.critical[item]), item)
        for expert, item in np.argwhere(test.flagged).tolist()
    ]


def sensitivity(values: Floats, flagged: Flags, *, method: str, rule: str) -> Sensitivity:
    """Put the weights of all experts beside those without the flagged ones; nothing is removed.

    Parameters
    ----------
    values
        Shape (n_experts, n_items); NaN = no answer. Not changed.
    flagged
        Which experts the second vector does without, shape (n_experts,).
    method
        As in `analysis.aggregation.aggregate`.
    rule
        Likewise.

    Returns
    -------
    Sensitivity
        Without any flag both vectors are the same. A vector that nobody is left for is NaN.

    Raises
    ------
    ValueError
        For a rule that is not one of the method.
    """
    values = answer_matrix(values)
    ordered = values[expert_order(values)]
    kept = values[~flagged]
    kept = kept[expert_order(kept)]
    both = [aggregate(rows, method=method, rule=rule) for rows in (ordered, kept)]
    names = ("weights", "weights_without")
    reason = {name: x.reason for name, x in zip(names, both, strict=True) if x.reason}
    change = None
    if reason:
        reason["max_change"] = next(iter(reason.values()))
    else:
        change = float(np.abs(both[1].weights - both[0].weights).max()) * _POINTS
    return Sensitivity(
        weights=both[0].weights,
        weights_without=both[1].weights,
        experts_used=both[0].experts_used,
        experts_used_without=both[1].experts_used,
        max_change=change,
        reason=reason or None,
    )
