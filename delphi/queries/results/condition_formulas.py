"""Formulas of the conditions of the rule."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from delphi.domain.methods import CONSTANT_SUM
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
    is_exempting,
    movement_formula,
    quartile_places,
)
from delphi.queries.results.sentences import cv_is_exempt
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
            notes=(Note(_in_words("response", group)),),
        )
    elif name == "items_agreed":
        count = len(shown.names)
        terms = (plain(f"⌈0.8 × {count}⌉"), plain(str(condition.limit)))
        classic = shown.protocol.preset == "classic"
        equations = () if classic else (Equation(terms),)
        rated = "items_agreed_rated" if group.is_rating else "items_agreed"
        code = "items_agreed_classic" if classic else rated
        made = Formula(name, name, group.round, equations=equations, notes=(Note(code),))
    else:
        made = _fact(condition, shown)
    return replace(
        made, notes=(*made.notes, *_limit(condition, group)), inputs=_inputs(name, shown)
    )


_MOVED = ("weight_change_max", "median_own_move", "mean_own_move")
_BY_ITEM = ("iqr", "within_tolerance", "cv", "histogram_change")


def _in_words(code: str, group: StoredGroup) -> str:
    """Return the code of a sentence on whoever answered: only points are given as points."""
    return code if group.planned.method == CONSTANT_SUM else f"{code}_other"


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
    if code == "experts_both":
        found = condition.figures[0].value
        code = "no_experts_both" if found is None else _in_words(code, shown.now)
    if code == "last_round" and condition.last is not None:
        code, parameters["last"] = "last_round_of_its_kind", condition.last
    return Formula(code, condition.name, shown.now.round, notes=(Note(code, parameters),))


def _inputs(name: str, shown: Shown) -> tuple[RoundInput, ...]:
    if name in {"experts_both", "earlier_round", "histogram_change"}:
        return tuple(input_of(group) for group in shown.groups[-2:])
    return () if name == "last_round" else (input_of(shown.now),)


def _condition_on_movement(condition: ConditionRow, shown: Shown) -> Formula:
    if len(shown.groups) < 2:
        note = Note("undefined", {"reason": "no_earlier_round"})
        return Formula(condition.name, condition.name, shown.now.round, notes=(note,))
    made = movement_formula(condition.name, condition.figures[0], shown.groups[-2], shown.now)
    return replace(made, notes=(*made.notes, *_limit(condition, shown.now)))


def _condition_by_item(condition: ConditionRow, shown: Shown) -> Formula:
    group, name = shown.now, condition.name
    if condition.figures[0].reason == "no_earlier_round":
        note = Note("undefined", {"reason": "no_earlier_round"})
        return Formula(name, f"{name}_all", group.round, notes=(note,))
    equations = tuple(
        Equation(_by_item_terms(name, code, figure, group), figure, shown.short[code])
        for code, figure in zip(shown.names, condition.figures, strict=True)
    )
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
        notes=(*_rules(name, shown), *missing[:1], *_limit(condition, group)),
        inputs=_inputs(name, shown),
    )


def _rules(name: str, shown: Shown) -> tuple[Note, ...]:
    group = shown.now
    if name == "iqr":
        return (quartile_places(group.answered),)
    if name == "within_tolerance":
        return (Note("within_tolerance", {"tolerance": shown.protocol.tolerance}),)
    if name == "histogram_change":
        before = shown.groups[-2].round
        parameters = {"m": group.both, "before": before, "after": group.round}
        return (Note("histogram_change", parameters),)
    divisor = Note("divisor", {"n": group.answered, "below": group.answered - 1})
    exempt = is_exempting(shown.protocol, group) and any(
        cv_is_exempt(group, code) for code in shown.names
    )
    return (divisor, Note("cv_exempt_some")) if exempt else (divisor,)


def _by_item_terms(name: str, code: str, figure: Figure, group: StoredGroup) -> tuple[Term, ...]:
    spread = group.dispersion(code)
    if figure.value is None:
        return (quantity("C" if name == "histogram_change" else "CV"),)
    if name == "iqr":
        return iqr_terms(spread)[1:]
    if name == "cv":
        return over("s", "x̄"), over(working(spread["sd"]), working(spread["mean"]))
    if name == "histogram_change":
        return over("½ Σ |f′ − f|", "m"), over(whole(figure.value, group.both), group.both)
    return (over(whole(figure.value, spread["n"]), spread["n"]),)


def _limit(condition: ConditionRow, group: StoredGroup) -> tuple[Note, ...]:
    if not condition.decides:
        return (Note("printed"),)
    if condition.limit is None or condition.holds is None:
        return ()
    form = _LIMITS[condition.name]
    if group.is_rating and condition.name == "iqr":
        form = "at_most_plain"
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
    "histogram_change": "at_most_share",
    "items_agreed": "at_least_plain",
    "p_permutation": "below_plain",
    "p_chi2": "below_plain",
}
