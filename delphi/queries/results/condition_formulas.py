"""Formulas of the conditions of the rule."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from delphi.queries.figures import (
    Equation,
    Figure,
    Formula,
    Note,
    RoundInput,
    Term,
    over,
    plain,
    quantity,
    rounded,
    whole,
    working,
)
from delphi.queries.results.item_formulas import (
    Shown,
    input_of,
    iqr_terms,
    movement_formula,
    quartile_places,
)
from delphi.queries.results.stored import StoredGroup
from delphi.queries.results.verdicts import ConditionRow


def condition_formula(condition: ConditionRow, shown: Shown) -> Formula:
    """Return the formula behind a line of the table of conditions."""
    group, name = shown.now, condition.name
    if name in _MOVED:
        return _condition_on_movement(condition, shown)
    if name in _BY_ITEM:
        return _condition_by_item(condition, shown)
    if name == "response":
        terms = (over("m", "M"), over(group.answered, group.invited))
        made = Formula(
            key=name,
            figure=name,
            round=group.round,
            equations=(Equation(terms, condition.figures[0]),),
            notes=(Note("response"),),
        )
    elif name == "items_agreed":
        count = len(shown.names)
        terms = (plain(f"⌈0.8 × {count}⌉"), plain(str(condition.limit)))
        classic = shown.protocol.preset == "classic"
        equations = () if classic else (Equation(terms),)
        code = "items_agreed_classic" if classic else "items_agreed"
        made = Formula(name, name, group.round, equations=equations, notes=(Note(code),))
    else:
        made = _fact(condition, shown)
    return replace(made, notes=(*made.notes, *_limit(condition)), inputs=_inputs(name, shown))


_MOVED = ("weight_change_max", "median_own_move", "mean_own_move")
_BY_ITEM = ("iqr", "within_tolerance", "cv")


def _fact(condition: ConditionRow, shown: Shown) -> Formula:
    """Make a sentence of a condition that is a count or a fact."""
    parameters = {
        "before": shown.now.round - 1,
        "after": shown.now.round,
        "rounds": shown.protocol.rounds,
    }
    code = condition.name
    if code == "earlier_round" and not condition.holds:
        code = "no_earlier_round"
    if code == "experts_both" and condition.figures[0].value is None:
        code = "no_experts_both"
    return Formula(code, condition.name, shown.now.round, notes=(Note(code, parameters),))


def _inputs(name: str, shown: Shown) -> tuple[RoundInput, ...]:
    if name in {"experts_both", "earlier_round"}:
        return tuple(input_of(group) for group in shown.groups[-2:])
    return () if name == "last_round" else (input_of(shown.now),)


def _condition_on_movement(condition: ConditionRow, shown: Shown) -> Formula:
    if len(shown.groups) < 2:
        note = Note("undefined", {"reason": "no_earlier_round"})
        return Formula(condition.name, condition.name, shown.now.round, notes=(note,))
    made = movement_formula(condition.name, condition.figures[0], shown.groups[-2], shown.now)
    return replace(made, notes=(*made.notes, *_limit(condition)))


def _condition_by_item(condition: ConditionRow, shown: Shown) -> Formula:
    group, name = shown.now, condition.name
    equations = tuple(
        Equation(_by_item_terms(name, code, figure, group), figure, shown.short[code])
        for code, figure in zip(shown.names, condition.figures, strict=True)
    )
    rules = {
        "iqr": quartile_places(group.answered),
        "within_tolerance": Note("within_tolerance", {"tolerance": shown.protocol.tolerance}),
        "cv": Note("divisor", {"n": group.answered, "below": group.answered - 1}),
    }
    missing = tuple(
        Note("undefined", {"reason": figure.reason})
        for figure in condition.figures
        if figure.value is None
    )
    return Formula(
        key=name,
        figure=f"{name}_all",
        round=group.round,
        equations=equations,
        notes=(rules[name], *missing[:1], *_limit(condition)),
        inputs=(input_of(group),),
    )


def _by_item_terms(name: str, code: str, figure: Figure, group: StoredGroup) -> tuple[Term, ...]:
    spread = group.dispersion(code)
    if figure.value is None:
        return (quantity("CV"),)
    if name == "iqr":
        return iqr_terms(spread)[1:]
    if name == "cv":
        return over("s", "x̄"), over(working(spread["sd"]), working(spread["mean"]))
    return (over(whole(figure.value, spread["n"]), spread["n"]),)


def _limit(condition: ConditionRow) -> tuple[Note, ...]:
    if not condition.decides:
        return (Note("printed"),)
    if condition.limit is None or condition.holds is None:
        return ()
    form = _LIMITS[condition.name]
    limit = condition.limit
    shown = rounded(Decimal(limit) * 100, 1) if form.endswith("share") else rounded(limit, 4)
    parameters = {"limit": shown, "met": condition.holds, "items": condition.items_needed}
    return (Note(f"{form}_items" if condition.items_needed else form, parameters),)


_LIMITS = {
    "response": "at_least_share",
    "experts_both": "at_least_plain",
    "weight_change_max": "at_most_points",
    "median_own_move": "at_most_points",
    "iqr": "at_most_points",
    "within_tolerance": "at_least_share",
    "cv": "at_most_plain",
    "items_agreed": "at_least_plain",
    "p_permutation": "below_plain",
    "p_chi2": "below_plain",
}
