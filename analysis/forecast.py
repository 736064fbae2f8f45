"""What one more round would likely change: a simulation from the movement seen so far.

This is model output and no finding. The model knows only how experts moved between the last two
comparable rounds, and lets them do so once more: nobody learns anything new, nobody leaves, and
nobody tires of moving. Movement mostly falls from one round to the next; the model does not know
that.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.matching import Answers, match
from analysis.numerics.ordering import expert_order
from analysis.rounding import apportion, seats_of
from analysis.simplex import closure
from analysis.simulated_rounds import (
    VERDICTS,
    JudgedRounds,
    StoppingRule,
    judge_rounds,
    own_weights,
)
from analysis.simulation import Moves, observed_moves, repeated_moves, to_allocations, to_ratings
from analysis.stability import TOTAL, points

Floats = NDArray[np.float64]
#: Experts in both rounds below which nothing is forecast: the stopping rule holds there anyway.
LEAST_EXPERTS = 8
#: Movers below which the forecast rests on hardly anything.
FEW_MOVERS = 5
#: Next rounds drawn.
SIMULATIONS = 2_000
#: Answers drawn at most (experts x items x simulations).
MOST_CELLS = 2 * 10**8
#: What the panel is shown of a round, and moves towards.
CENTRES = ("median", "mean")
#: What the model takes for granted.
ASSUMPTIONS = (
    "moves_as_between_the_last_two_rounds",
    "experts_move_independently",
    "pull_towards_the_centre_shown",
    "everybody_answers_again",
    "no_new_information",
)
#: Answers worked on at once, eight bytes each.
_BLOCK = 1 << 19


@dataclass(frozen=True)
class Range:
    """How a figure is spread over the simulated rounds."""

    #: mean over the simulations
    mean: float
    #: 2.5 percentile, of type 7
    low: float
    #: median over the simulations
    median: float
    #: 97.5 percentile
    high: float


@dataclass(frozen=True, eq=False)
class Forecast:
    """Simulated outcome of one more round; a figure is None or NaN where `reason` has its key."""

    #: always true: model output, to be labelled so wherever it is shown
    model: bool
    #: codes of what the model takes for granted
    assumptions: tuple[str, ...]
    #: `few_movers`: fewer than five experts moved, so that the draws repeat the same few moves;
    #: `chi_square_for_w`: the p of W is that of chi-square and not by permutation
    limits: tuple[str, ...]
    #: experts who answered the last round; all of them are simulated
    experts: int
    #: experts who answered both rounds: their moves are drawn from
    experts_both: int
    #: of these, experts who changed any answer
    movers: int
    #: median pull of the answers that changed, as a share of the way to the centre, -1..1
    median_pull: float | None
    #: rounds drawn
    simulations: int
    #: seed of the draws
    seed: int
    #: panel weights of the last round, shares of 1, shape (n_items,)
    weights: Floats
    #: mean of the simulated panel weights
    expected: Floats
    #: 2.5 and 97.5 percentiles of the simulated panel weights
    low: Floats
    high: Floats  #: see `low`
    #: largest change of a panel weight, in points of 100
    weight_change_max: Range | None
    #: median over the experts of the total variation of the own weights, in points
    median_own_move: Range | None
    #: weights of the last round at the publishing step, in points of 100; None without a step
    published: tuple[float, ...] | None
    #: share of the rounds after which other weights would be published
    published_change_probability: float | None
    #: share of the rounds in which the group is stable by the rule
    stable_probability: float | None
    #: verdict → share of the rounds that reach it
    verdict_probability: dict[str, float] | None
    #: twice the largest standard error that drawing gives any of these shares
    simulation_error: float
    #: None, or figure → code of why it is undefined
    reason: dict[str, str] | None


@dataclass(frozen=True, eq=False)
class _Panel:
    """The last round with everything that the draws need; experts in one fixed order."""

    latest: Floats
    centre: Floats
    moves: Moves
    #: experts whose moves are drawn from
    both: int


def forecast(  # noqa: PLR0913 - the settings of one rule and one model, all by name
    before: Answers,
    after: Answers,
    *,
    rule: StoppingRule,
    answer_step: float = 1,
    publishing_step: Fraction | int | None = None,
    centre: str = "median",
    simulations: int = SIMULATIONS,
    seed: int = 1,
) -> Forecast:
    """Simulate one more round from how the experts moved between the last two.

    Each expert of the last round draws one of the experts who answered both, and repeats what that
    one did: goes the same share of the way towards the panel's centre, and adds what that move had
    beside it. Who draws an expert who did not move stays exactly. Allocations are brought back to
    the answer step by largest remainder; ratings are cut to the scale and go up or down to a step
    with a probability equal to the share of the way. Every round so drawn is put to the stopping
    rule as the next one.

    Parameters
    ----------
    before, after
        The last two rounds with the same method and scale; experts and items are matched by name.
    rule
        The stopping rule of the group, as it will be for the next round.
    answer_step
        Step of the answers, in points (whole, dividing 100) or on the rating scale.
    publishing_step
        Step that weights are published at, in points of 100; None if they are not rounded.
    centre
        What the experts see of a round and move towards: `median` or `mean`.
    simulations
        Rounds to draw.
    seed
        Seed of the draws. The order of experts changes nothing; another order of items draws anew.

    Returns
    -------
    Forecast
        Nothing but the counts with fewer than eight experts in both rounds. Weights of ratings rest
        on experts with a whole row, and are undefined on a scale below 0; what concerns publishing
        is undefined without a step.

    Raises
    ------
    ValueError
        If a setting is not one of these, a step does not fit, the rounds have other items, answers
        do not fit the method, or there would be too many of them to draw.

    References
    ----------
    Efron 1979 (resampling of what was seen); the model itself is a convention of this package.
    """
    if centre not in CENTRES or simulations < 1 or answer_step <= 0:
        raise ValueError("a centre of median or mean, a simulation and a step above 0 are needed")
    panel = _panel(before, after, rule, centre)
    if panel.latest.size * simulations > MOST_CELLS:
        raise ValueError(f"{simulations} simulations of {panel.latest.size} answers are too many")
    figures = _counts(panel, rule) | {"simulations": simulations, "seed": seed}
    own = own_weights(panel.latest, rule)
    own = own[~np.isnan(own).any(axis=1)]
    weights = own.mean(axis=0) if len(own) else np.full(len(after.items), np.nan)
    figures |= {"weights": weights, "simulation_error": (1 / simulations) ** 0.5}
    reason: dict[str, str] = {}
    if panel.both < LEAST_EXPERTS:
        reason = dict.fromkeys(_FIGURES, f"fewer_than_{LEAST_EXPERTS}_experts_in_both")
        figures |= dict.fromkeys(_FIGURES) | dict.fromkeys(_BY_ITEM, np.full(len(weights), np.nan))
    else:
        drawn = _draw(panel, rule, answer_step, simulations, seed)
        figures |= _movement(drawn, weights, reason)
        figures |= _outcome(drawn)
        figures |= _publishing(drawn, weights, publishing_step, reason)
    if not len(own):
        code = "scale_below_0" if rule.limits[0] < 0 else "no_weight_vector"
        reason["weights"] = code
    return Forecast(**figures, reason=reason or None)


_BY_ITEM = ("expected", "low", "high")
_MOVEMENT = ("weight_change_max", "median_own_move")
_PUBLISHING = ("published", "published_change_probability")
_FIGURES = (*_BY_ITEM, *_MOVEMENT, *_PUBLISHING, "stable_probability", "verdict_probability")


def _panel(before: Answers, after: Answers, rule: StoppingRule, centre: str) -> _Panel:
    sums = rule.method == "constant_sum"
    matched = match(before, after)
    rows = {name: at for at, name in enumerate(after.experts)}
    new = [rows[name] for name in matched.only_after]
    earlier, both = matched.before, len(matched.experts)
    later = np.concatenate([matched.after, after.values[new]])
    if sums:
        earlier, later = points(earlier), points(later)
    # Whoever was not there before has no earlier answers, in one order with the others.
    order = expert_order(
        np.hstack([np.vstack([earlier, np.full_like(later[both:], np.nan)]), later])
    )
    shown = _all_before(before, after)
    moves = observed_moves(
        earlier[order[order < both]],
        later[order[order < both]],
        _centre(points(shown) if sums else shown, centre, sums),
        whole_rows=sums,
    )
    return _Panel(later[order], _centre(later[order], centre, sums), moves, both)


def _all_before(before: Answers, after: Answers) -> Floats:
    """Everything that was answered in the earlier round, its items in the later one's order."""
    values = before.values[:, [before.items.index(item) for item in after.items]]
    return values[~np.isnan(values).all(axis=1)]


def _centre(values: Floats, centre: str, sums: bool) -> Floats:
    """Median or mean of each item; NaN without an answer; of allocations closed to 100."""
    ordered = np.sort(values, axis=0)
    count = np.count_nonzero(~np.isnan(ordered), axis=0)
    if not len(ordered):
        return np.full(len(count), np.nan)
    if centre == "median":
        last, items = np.maximum(count - 1, 0), np.arange(len(count))
        middle = (ordered[last // 2, items] + ordered[(last + 1) // 2, items]) / 2
    else:
        middle = np.full(len(count), np.nan)
        np.divide(np.nansum(ordered, axis=0), count, out=middle, where=count > 0)
    return TOTAL * closure(middle) if sums else middle


def _counts(panel: _Panel, rule: StoppingRule) -> dict[str, Any]:
    changed = panel.moves.changed
    movers = int(changed.any(axis=1).sum())
    limits = {
        "few_movers": movers < FEW_MOVERS,
        "chi_square_for_w": rule.classic and panel.latest.shape[1] > 2,
    }
    return {
        "model": True,
        "assumptions": ASSUMPTIONS,
        "limits": tuple(code for code, holds in limits.items() if holds),
        "experts": len(panel.latest),
        "experts_both": panel.both,
        "movers": movers,
        "median_pull": float(np.median(panel.moves.pull[changed])) if movers else None,
    }


def _draw(
    panel: _Panel, rule: StoppingRule, step: float, simulations: int, seed: int
) -> JudgedRounds:
    random = np.random.default_rng(seed)
    at_once = max(1, _BLOCK // max(1, panel.latest.size))
    judged = []
    for start in range(0, simulations, at_once):
        size = (min(at_once, simulations - start), len(panel.latest))
        donors = random.integers(0, panel.both, size)
        moved = repeated_moves(panel.latest, panel.centre, panel.moves, donors)
        if rule.method == "constant_sum":
            moved = to_allocations(moved, step)
        else:
            moved = to_ratings(moved, rule.limits, step, random)
        # Who did not move keeps the answer, be it on a step or not.
        rounds = np.where(panel.moves.changed[donors], moved, panel.latest)
        judged.append(judge_rounds(panel.latest, rounds, rule))
    names = [field.name for field in fields(JudgedRounds)]
    return JudgedRounds(
        **{name: np.concatenate([getattr(part, name) for part in judged]) for name in names}
    )


def _movement(drawn: JudgedRounds, weights: Floats, reason: dict[str, str]) -> dict[str, Any]:
    defined = ~np.isnan(drawn.weight_change_max)
    if np.isnan(weights).any() or not defined.any():
        reason |= dict.fromkeys((*_BY_ITEM, *_MOVEMENT), "no_weight_vector")
        nothing = np.full(len(weights), np.nan)
        return dict.fromkeys(_MOVEMENT) | dict.fromkeys(_BY_ITEM, nothing)
    low, high = np.percentile(drawn.weights[defined], (2.5, 97.5), axis=0)
    return {
        "expected": drawn.weights[defined].mean(axis=0),
        "low": low,
        "high": high,
        **{name: _range(getattr(drawn, name)[defined]) for name in _MOVEMENT},
    }


def _range(values: Floats) -> Range:
    low, median, high = np.percentile(values, (2.5, 50, 97.5)).tolist()
    return Range(float(values.mean()), low, median, high)


def _outcome(drawn: JudgedRounds) -> dict[str, Any]:
    counts = np.bincount(drawn.verdicts, minlength=len(VERDICTS)) / len(drawn.verdicts)
    return {
        "stable_probability": float(drawn.stable.mean()),
        "verdict_probability": dict(zip(VERDICTS, counts.tolist(), strict=True)),
    }


def _publishing(
    drawn: JudgedRounds, weights: Floats, step: Fraction | int | None, reason: dict[str, str]
) -> dict[str, Any]:
    defined = ~np.isnan(drawn.weight_change_max)
    code = "no_weight_vector" if np.isnan(weights).any() or not defined.any() else None
    if step is None or code is not None:
        reason |= dict.fromkeys(_PUBLISHING, code or "no_publishing_step")
        return dict.fromkeys(_PUBLISHING)
    seats = seats_of(step)
    now, later = apportion(weights, seats), apportion(drawn.weights[defined], seats)
    return {
        "published": tuple(float(steps * Fraction(step)) for steps in now.tolist()),
        "published_change_probability": float((later != now).any(axis=1).mean()),
    }
