"""What one expert does to the result: weights, their rounding, and W without each expert in turn.

Nothing here calls an answer wrong. An expert who moves the result much, or agrees little with the
rest, dissents; the published vector should not hang on one of them unseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.aggregation import why_undefined
from analysis.aggregation_rules import DEFAULT_ZERO
from analysis.answers import answer_matrix
from analysis.numerics.ranks import midranks
from analysis.numerics.resampling import summable
from analysis.replicates import Replicator, replicator
from analysis.rounding import apportion, seats_of, steps_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: A move this small is what floats leave of none.
_ZERO = 16 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class WeightInfluence:
    """The weights of a panel, and what each expert does to them."""

    #: shape (n_items,), shares summing to 1; NaN where undefined
    weights: Floats
    #: weights without each expert, shape (n_experts, n_items); NaN for one who did not take part,
    #: and where the others determine no weights
    without: Floats
    #: largest move of a weight when the expert goes, in points of 100, shape (n_experts,); NaN
    #: where undefined
    max_change: Floats
    #: whether the published vector would be another one; None where undefined
    published_changes: tuple[bool | None, ...]
    #: for each expert None, or figure → code of why it is undefined
    reasons: tuple[dict[str, str] | None, ...]

    def records(self) -> list[dict[str, Any]]:
        """Return one dict an expert.

        Returns
        -------
        list of dict
            `max_change` in points of 100 and `published_changes`, None where undefined, and
            `reason`: None, or figure → code.
        """
        return [
            {
                "max_change": None if np.isnan(change) else change,
                "published_changes": published,
                "reason": reason,
            }
            for change, published, reason in zip(
                self.max_change.tolist(), self.published_changes, self.reasons, strict=True
            )
        ]


def leave_one_out(
    values: Floats,
    *,
    method: str,
    rule: str,
    zero: float = DEFAULT_ZERO,
    step: Fraction | int | None = None,
    weights: Sequence[Fraction] | None = None,
) -> WeightInfluence:
    """Return the weights without each expert in turn, and how far they move.

    d_ij = w_j(-i) - w_j, aggregation and closure done anew for the others; `max_change` is 100
    times the largest |d_ij| of an expert. For the arithmetic mean d_ij = (w_j - x_ij) / (m - 1).

    Parameters
    ----------
    values
        Shape (n_experts, n_items): points, ratings or ranks, not negative; NaN = no answer. Not
        changed.
    method, rule, zero
        As in `analysis.aggregation.aggregate`; the same experts are left out.
    step
        Publishing step in points of 100, which it must divide; None if nothing is rounded.
    weights
        Exact weights of the same answers (`analysis.exact.aggregate`), where the caller has exact
        cells: then the published vector rests on these. Computed from `values` if not given.

    Returns
    -------
    WeightInfluence
        Codes: `not_used` for an expert whose answers do not go in; `no_other_expert`; why the
        others determine no weights (`fewer_than_3_experts`, `item_without_answers`, `all_zero`);
        `no_step`; and the code of the weights if these are undefined themselves.

    Raises
    ------
    ValueError
        If `values` is not a matrix with items, the rule is not one of the method, `zero` leaves
        nothing, or `step` does not divide 100.

    References
    ----------
    Efron 1982 (the jackknife); Belsley, Kuh & Welsch 1980 (deletion diagnostics).
    """
    ready = replicator(values, method=method, rule=rule, zero=zero, in_order=False)
    experts, items = np.shape(values)
    seats = None if step is None else seats_of(step)
    without = np.full((experts, items), np.nan)
    change = np.full(experts, np.nan)
    published: list[bool | None] = [None] * experts
    for who, block in _defined_without(ready):
        without[who] = block
        moves = block - ready.weights
        change[who] = np.abs(moves, out=moves).max(axis=1)
        if seats is not None:
            chosen = steps_of(ready.weights if weights is None else weights, 100 / Fraction(seats))
            others = (apportion(block, seats) != chosen).any(axis=1)
            for at, changes in zip(who.tolist(), others.tolist(), strict=True):
                published[at] = changes
    change[change < _ZERO] = 0.0
    return WeightInfluence(
        weights=ready.weights,
        without=without,
        max_change=100 * change,
        published_changes=tuple(published),
        reasons=_reasons(ready, change, rule, no_step=step is None),
    )


def _defined_without(ready: Replicator) -> Iterator[tuple[Ints, Floats]]:
    """Go through the experts without whom there are weights, and these weights, block by block."""
    if ready.reason is not None:
        return
    first = 0
    for block in ready.without_each():
        who = ready.used[first : first + len(block)]
        first += len(block)
        known = ~np.isnan(block[:, 0])
        if known.all():
            yield who, block
        elif known.any():
            yield who[known], block[known]


def _reasons(
    ready: Replicator, change: Floats, rule: str, *, no_step: bool
) -> tuple[dict[str, str] | None, ...]:
    found = [{"published_changes": "no_step"} if no_step else None] * len(change)
    undefined = np.flatnonzero(np.isnan(change)).tolist()
    places = dict(zip(ready.used.tolist(), count())) if undefined else {}
    for expert in undefined:
        code = ready.reason
        if code is None and expert in places:
            code = _why_undefined_without(ready.rows, places[expert], rule)
        found[expert] = dict.fromkeys(("max_change", "published_changes"), code or "not_used")
    return tuple(found)


def _why_undefined_without(rows: Floats, at: int, rule: str) -> str | None:
    if len(rows) == 1:
        return "no_other_expert"
    return why_undefined(np.full(rows.shape[1], np.nan), np.delete(rows, at, axis=0), rule)


@dataclass(frozen=True, eq=False)
class ConcordanceInfluence:
    """Kendall's W of a panel, and what each expert does to it."""

    #: experts without a missing answer; everything rests on these
    experts_used: int
    #: tie-corrected W of all used experts, 0..1; None where undefined
    w: float | None
    #: W without each expert, 0..1, shape (n_experts,); NaN where undefined
    w_without: Floats
    #: mean rank correlation (Spearman, with ties) of each expert with the other used experts that
    #: put items in an order, -1..1, shape (n_experts,); NaN where undefined
    mean_spearman: Floats
    #: for each expert None, or figure → code of why it is undefined
    reasons: tuple[dict[str, str] | None, ...]


def leave_one_out_w(ratings: Floats) -> ConcordanceInfluence:
    """Return W without each expert in turn, and how well each agrees with the others.

    Ranks are taken within each expert, so that leaving one out changes nobody else's: the rank
    sums lose the own ranks, and the tie term the own ties. `mean_spearman` is the mean over the
    other experts of the product-moment correlation of mid-ranks.

    Parameters
    ----------
    ratings
        Shape (n_experts, n_items); NaN = no answer. Experts with a missing answer are left out,
        items never. Not changed.

    Returns
    -------
    ConcordanceInfluence
        Codes: `incomplete` for an expert with a missing answer; `fewer_than_2_experts` or
        `fewer_than_2_items` are left; `all_constant` if all others are; `constant` if the own
        answers are all equal; `no_other_order` if no other expert has an order.

    Raises
    ------
    ValueError
        If `ratings` is not a matrix.

    References
    ----------
    Kendall & Gibbons 1990; Legendre 2005 (an expert's own contribution to concordance).
    """
    values = answer_matrix(ratings)
    used = np.flatnonzero(~np.isnan(values).any(axis=1))
    doubled, ties = midranks(values[used])
    centred = doubled - (values.shape[1] + 1)
    w_without, codes_w = _w_without(centred, ties)
    spearman, codes_s = _mean_spearman(centred)
    whole = _w(np.square(centred.sum(axis=0)).sum(), len(used), ties.sum(), values.shape[1])
    reasons: list[dict[str, str] | None] = [
        {"w_without": "incomplete", "mean_spearman": "incomplete"} for _ in values
    ]
    for at, expert in enumerate(used.tolist()):
        found = {"w_without": codes_w[at], "mean_spearman": codes_s[at]}
        reasons[expert] = {name: code for name, code in found.items() if code} or None
    return ConcordanceInfluence(
        experts_used=len(used),
        w=None if np.isnan(whole) else float(whole),
        w_without=_placed(w_without, used, len(values)),
        mean_spearman=_placed(spearman, used, len(values)),
        reasons=tuple(reasons),
    )


def _placed(figures: Floats, used: Ints, experts: int) -> Floats:
    result = np.full(experts, np.nan)
    result[used] = figures
    return result


def _w(four_s: Any, experts: int, ties: Any, items: int) -> Any:
    """Return 12 S / (m²(n³-n) - mT) from whole numbers, NaN where it is 0/0."""
    largest = np.asarray(experts**2 * (items**3 - items) - experts * ties)
    result = np.full(largest.shape, np.nan)
    enough = (largest > 0) & (experts >= 2)
    np.divide(3.0 * four_s, largest, out=result, where=enough)
    return result


def _w_without(centred: Ints, ties: Ints) -> tuple[Floats, list[str | None]]:
    experts, items = centred.shape
    others = centred.sum(axis=0) - centred
    four_s = np.einsum("ij,ij->i", others, others)
    found = _w(four_s, experts - 1, ties.sum() - ties, items)
    code = "all_constant"
    if items < 2:
        code = "fewer_than_2_items"
    elif experts < 3:
        code = "fewer_than_2_experts"
    return found, [code if undefined else None for undefined in np.isnan(found).tolist()]


def _mean_spearman(centred: Ints) -> tuple[Floats, list[str | None]]:
    lengths = np.sqrt(np.einsum("ij,ij->i", centred, centred))
    ordered = lengths > 0
    units = centred / np.where(ordered, lengths, 1.0)[:, None]
    # On the grid the sum over experts is exact: their order changes no digit.
    units = summable(units, max(1, len(units)))
    others = int(ordered.sum()) - 1
    found = np.full(len(centred), np.nan)
    codes: list[str | None] = [None if one else "constant" for one in ordered.tolist()]
    if others < 1:
        return found, [code or "no_other_order" for code in codes]
    own = np.einsum("ij,ij->i", units, units)
    found[ordered] = ((units @ units.sum(axis=0) - own) / others)[ordered]
    return np.clip(found, -1.0, 1.0), codes
