"""How sure a panel's weights are: another panel of such experts would have given others.

Experts are the sample, so whole experts are resampled, and aggregation and closure are done anew in
every resample. Beside the bootstrap stands the t-interval on the jackknife standard error, because
percentiles of resamples are too short for panels of 8 to 30. BCa is not offered: it corrects bias
and skewness, and what percentiles lack on such panels is length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.aggregation_rules import DEFAULT_ZERO
from analysis.numerics.resampling import percentiles
from analysis.replicates import Replicator, replicator
from analysis.rounding import apportion, seats_of, step_string, steps_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Resamples if nothing else is asked for.
RESAMPLES = 10_000
#: Weights of resamples that are held at once at most (resamples x items): 80 MB.
MOST_REPLICATES = 10**7
#: Experts below which percentiles of resamples are not given.
LEAST_FOR_PERCENTILES = 6
#: Experts below which the t-interval is not given: two leave one degree of freedom.
LEAST_FOR_T = 3
#: Rounded vectors that are listed.
_LISTED = 5
_TAIL = 0.025
#: Any odd number without a pattern in its bits.
_ODD = np.uint64(0x9E3779B97F4A7C15)
#: Rules that jump from answer to answer: leaving one out says little about their spread.
_JUMPING = ("median", "l1")
#: A move this small is what floats leave of none.
_ZERO = 16 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class RoundedVector:
    """One way in which resamples were rounded."""

    #: percent of each item, as decimal text
    rounded: tuple[str, ...]
    #: share of all resamples, 0..1
    share: float


@dataclass(frozen=True, eq=False)
class WeightUncertainty:
    """Weights of a panel with their intervals; a figure is undefined where `reason` has its key."""

    #: experts whose answers went in
    experts_used: int
    #: shape (n_items,), shares summing to 1; NaN where undefined
    weights: Floats
    #: 2.5 percentile (type 7) over the resamples, shares of 1; NaN where undefined
    low: Floats
    #: 97.5 percentile, likewise
    high: Floats
    #: jackknife standard error, shares of 1; NaN where undefined
    standard_error: Floats
    #: lower end of the 95 % interval by jackknife-t, at least 0; NaN where undefined
    t_low: Floats
    #: its upper end, at most 1
    t_high: Floats
    #: resamples drawn
    resamples: int
    #: resamples that determine no weights; they are left out of `low` and `high`
    undefined_resamples: int
    #: seed of the draws
    seed: int
    #: published percents as decimal text, summing to 100; None where undefined
    rounded: tuple[str, ...] | None
    #: share of all resamples that are rounded to this very vector, 0..1; None where undefined
    rounded_probability: float | None
    #: the most frequent rounded vectors, that of `rounded` among them or not; empty where undefined
    most_frequent: tuple[RoundedVector, ...]
    #: None, or figure → code of why it is undefined
    reason: dict[str, str] | None
    #: None, or figure → code of why it is there but not to be relied on: `order_statistic`, the
    #: jackknife of median and l1 rule
    caution: dict[str, str] | None


def bootstrap_weights(  # noqa: PLR0913 - the settings of one rule and one draw, all by name
    values: Floats,
    *,
    method: str,
    rule: str,
    zero: float = DEFAULT_ZERO,
    resamples: int = RESAMPLES,
    seed: int = 1,
    step: Fraction | int | None = None,
    weights: Sequence[Fraction] | None = None,
) -> WeightUncertainty:
    """Return the weights of a panel with their intervals and the stability of their rounding.

    Bootstrap: m of the m experts whose answers go in are drawn with replacement, aggregated and
    closed; `low` and `high` are the 2.5 and 97.5 percentiles. Jackknife: with w(-i) the weights
    without expert i, SE² = (m-1)/m · sum of (w(-i) - their mean)², and the t-interval is w ± t·SE
    with m-1 degrees of freedom. For the arithmetic mean this is the usual t-interval of a mean. For
    median and l1 rule it is no interval to rely on, and `caution` says so: these stay put or jump
    when one expert goes, so that it is mostly far too short; read the percentiles there.

    Parameters
    ----------
    values
        Shape (n_experts, n_items): points, ratings or ranks, not negative; NaN = no answer. Not
        changed.
    method, rule, zero
        As in `analysis.aggregation.aggregate`; the same experts are left out.
    resamples
        B, at least 1; 5,000 or more for a publication.
    seed
        Seed of the draws; equal arguments give equal results, whatever the order of the experts.
        Another order of the items draws anew.
    step
        Publishing step in points of 100, which it must divide; None if nothing is rounded.
    weights
        Exact weights of the same answers (`analysis.exact.aggregate`), where the caller has exact
        cells: then the rounding rests on these. Computed from `values` if not given.

    Returns
    -------
    WeightUncertainty
        `low` and `high` are undefined below 6 experts, the t-interval below 3 and where the weights
        without one expert are undefined; what concerns rounding, without a step.

    Raises
    ------
    ValueError
        If `values` is not a matrix with items, the rule is not one of the method, `zero` leaves
        nothing, `step` does not divide 100, `resamples` is not positive, or resamples times items
        exceed ten million.

    References
    ----------
    Efron 1979 (bootstrap); Tukey 1958 (jackknife-t); Hyndman & Fan 1996 (type 7).
    """
    ready = replicator(values, method=method, rule=rule, zero=zero)
    items = len(ready.weights)
    if resamples < 1 or resamples * items > MOST_REPLICATES:
        raise ValueError(f"{resamples} resamples of {items} items: 1 to {MOST_REPLICATES} weights")
    seats = None if step is None else seats_of(step)
    figures = _blank(items) | {
        "experts_used": len(ready.rows),
        "resamples": resamples,
        "seed": seed,
    }
    reason: dict[str, str] = {}
    if ready.reason is not None:
        reason = dict.fromkeys(_FIGURES, ready.reason)
        return WeightUncertainty(**figures, reason=reason, caution=None)
    figures["weights"] = found = _as_floats(weights, ready.weights)
    figures |= _jackknife_interval(ready, found, reason)
    replicates, rounded = _draw(ready, resamples, seed, seats)
    figures["undefined_resamples"] = resamples - replicates.shape[1]
    if step is None:
        reason |= dict.fromkeys(_ROUNDED, "no_step")
    else:
        figures |= _rounding(
            steps_of(found if weights is None else weights, step),
            rounded,
            resamples,
            Fraction(step),
        )
    figures |= _percentile_interval(replicates, len(ready.rows), reason)
    caution = {
        name: "order_statistic" for name in _JACKKNIFE if rule in _JUMPING and name not in reason
    }
    return WeightUncertainty(**figures, reason=reason or None, caution=caution or None)


_JACKKNIFE = ("standard_error", "t_low", "t_high")
_INTERVALS = ("low", "high", *_JACKKNIFE)
_ROUNDED = ("rounded", "rounded_probability")
_FIGURES = ("weights", *_INTERVALS, *_ROUNDED)


def _blank(items: int) -> dict[str, Any]:
    unknown = {name: np.full(items, np.nan) for name in ("weights", *_INTERVALS)}
    return unknown | dict.fromkeys(_ROUNDED) | {"undefined_resamples": 0, "most_frequent": ()}


def _as_floats(exact: Sequence[Fraction] | None, weights: Floats) -> Floats:
    if exact is None:
        return weights
    if len(exact) != len(weights):
        raise ValueError(f"{len(exact)} exact weights of {len(weights)} items")
    return np.array([float(weight) for weight in exact])


def _jackknife_interval(
    ready: Replicator, weights: Floats, reason: dict[str, str]
) -> dict[str, Floats]:
    experts = len(ready.rows)
    if experts < LEAST_FOR_T:
        reason |= dict.fromkeys(_JACKKNIFE, "fewer_than_3_experts")
        return {}
    total, squares = np.zeros_like(weights), np.zeros_like(weights)
    for without in ready.without_each():
        moved = without - ready.weights
        moved[np.abs(moved) < _ZERO] = 0.0
        total += moved.sum(axis=0)
        squares += (moved * moved).sum(axis=0)
    if np.isnan(total).any():
        reason |= dict.fromkeys(_JACKKNIFE, "undefined_without_one_expert")
        return {}
    variance = np.maximum(squares - total**2 / experts, 0.0) * (experts - 1) / experts
    error: Floats = np.sqrt(variance)
    from scipy import special  # loading it takes longer than any figure here

    reach = float(special.stdtrit(experts - 1, 1 - _TAIL)) * error
    low, high = np.maximum(weights - reach, 0.0), np.minimum(weights + reach, 1.0)
    return dict(zip(_JACKKNIFE, (error, low, high), strict=True))


def _draw(
    ready: Replicator, resamples: int, seed: int, seats: int | None
) -> tuple[Floats, NDArray[Any]]:
    """Return the defined replicates, items x resamples, and what they are rounded to, turned."""
    items, filled = len(ready.weights), 0
    replicates = np.empty((items, resamples))
    kind = np.min_scalar_type(seats or 0)
    rounded = np.empty((resamples if seats else 0, items), kind)
    for drawn in ready.resampled(resamples, seed=seed):
        defined = ~np.isnan(drawn[:, 0])
        block = drawn if defined.all() else drawn[defined]
        part = slice(filled, filled + len(block))
        replicates[:, part] = block.T
        if seats is not None:
            rounded[part] = apportion(block, seats)
        filled = part.stop
    return replicates[:, :filled], rounded[:filled]


def _rounding(
    chosen: Ints, rounded: NDArray[Any], resamples: int, step: Fraction
) -> dict[str, Any]:
    """Count the vectors; equally frequent ones are listed in an order that has no meaning."""
    # One number for each vector finds those that may be equal, without sorting whole rows.
    odd = np.cumprod(np.full(len(chosen), _ODD))
    keys = rounded.astype(np.uint64) @ odd

    def share(vector: NDArray[Any]) -> float:
        alike = rounded[keys == vector.astype(np.uint64) @ odd]
        return int(np.count_nonzero((alike == vector).all(axis=1))) / resamples

    distinct, counts = np.unique(keys, return_counts=True)
    listed = distinct[np.argsort(-counts, kind="stable")[:_LISTED]]
    frequent = [rounded[np.argmax(keys == key)] for key in listed]
    return {
        "rounded": _percents(chosen, step),
        "rounded_probability": share(chosen),
        "most_frequent": tuple(
            RoundedVector(_percents(vector, step), share(vector)) for vector in frequent
        ),
    }


def _percents(steps: NDArray[Any], step: Fraction) -> tuple[str, ...]:
    written = {count: step_string(count * step, step) for count in set(steps.tolist())}
    return tuple(written[count] for count in steps.tolist())


def _percentile_interval(
    replicates: Floats, experts: int, reason: dict[str, str]
) -> dict[str, Floats]:
    code = "fewer_than_6_experts" if experts < LEAST_FOR_PERCENTILES else None
    if code is None and not replicates.size:
        code = "no_defined_resample"
    if code is not None:
        reason |= dict.fromkeys(("low", "high"), code)
        return {}
    low, high = percentiles(replicates, (_TAIL, 1 - _TAIL))
    return {"low": low, "high": high}
