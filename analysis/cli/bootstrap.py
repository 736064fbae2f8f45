"""`bootstrap`: how sure the weights of a panel are, and what each expert does to them."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.cli import weights
from analysis.cli.concordance import check_at_least
from analysis.cli.round import publishing_step
from analysis.cli.weights import WeighedPanel, by_item, read_panel
from analysis.errors import InputError, Problem
from analysis.influence import WeightInfluence, leave_one_out
from analysis.rounding import MOST_QUOTAS, seats_of
from analysis.uncertainty import MOST_REPLICATES, bootstrap_weights

HELP = "Weights with intervals by resampling experts, and without each expert in turn."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    weights.add_arguments(parser)
    parser.add_argument("--step", help="publishing step in points of 100, e.g. 5")
    parser.add_argument(
        "--resamples", type=int, required=True, metavar="N", help="how many panels to draw"
    )
    parser.add_argument("--seed", type=int, required=True, metavar="S", help="seed of the draws")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return intervals, the stability of the rounding, and the influence of each expert."""
    check_at_least("--resamples", arguments.resamples, 1)
    check_at_least("--seed", arguments.seed, 0)
    step = None if arguments.step is None else publishing_step(arguments.step)
    panel = read_panel(arguments)
    items = panel.ratings.items
    _check_sizes(arguments, len(items), None if step is None else seats_of(step))
    question: dict[str, Any] = {
        "method": panel.method,
        "rule": panel.rule,
        "zero": float(panel.zero),
        "step": step,
        "weights": panel.result.weights,
    }
    found = bootstrap_weights(
        panel.ratings.values, **question, resamples=arguments.resamples, seed=arguments.seed
    )
    influence = leave_one_out(panel.ratings.values, **question)
    reason = dict(found.reason or {})
    return {
        "type": panel.method,
        "rule": panel.rule,
        "weights": by_item(items, panel.result.weights),
        "low": _known(items, found.low),
        "high": _known(items, found.high),
        "t_low": _known(items, found.t_low),
        "t_high": _known(items, found.t_high),
        "standard_error": _known(items, found.standard_error),
        "rounded": None if found.rounded is None else dict(zip(items, found.rounded, strict=True)),
        "rounded_probability": found.rounded_probability,
        "most_frequent": [
            {"rounded": dict(zip(items, one.rounded, strict=True)), "share": one.share}
            for one in found.most_frequent
        ],
        "leave_one_out": _leave_one_out(panel, influence, reason),
        "resamples": found.resamples,
        "undefined_resamples": found.undefined_resamples,
        "seed": found.seed,
        "experts_used": found.experts_used,
        "experts_left_out": panel.experts_left_out(),
        "caution": found.caution,
        "reason": reason or None,
    }


def _check_sizes(arguments: argparse.Namespace, items: int, seats: int | None) -> None:
    if arguments.resamples * items > MOST_REPLICATES:
        expected = f"at most {MOST_REPLICATES // items} for {items} items"
        raise InputError([Problem("--resamples", str(arguments.resamples), expected)])
    if seats is not None and seats * items >= MOST_QUOTAS:
        raise InputError([Problem("--step", arguments.step, f"a larger step for {items} items")])


def _known(items: tuple[str, ...], figures: NDArray[np.float64]) -> dict[str, float] | None:
    return None if np.isnan(figures).any() else by_item(items, figures.tolist())


def _leave_one_out(
    panel: WeighedPanel, influence: WeightInfluence, reason: dict[str, str]
) -> dict[str, dict[str, Any]] | None:
    """List the experts whose answers went in; what is undefined goes into `reason`."""
    if panel.result.weights is None:
        reason["leave_one_out"] = str(panel.result.reason)
        return None
    answer = {}
    for at, (expert, record) in enumerate(
        zip(panel.ratings.experts, influence.records(), strict=True)
    ):
        if at in panel.result.left_out:
            continue
        codes = record.pop("reason") or {}
        answer[expert] = record
        if "max_change" in codes:
            reason[f"leave_one_out.{expert}"] = codes["max_change"]
    if "rounded" in reason:
        reason["leave_one_out.published_changes"] = reason["rounded"]
    return answer
