"""From the key of a figure to its formula with numbers.

Sums come back exactly from the stored figures, because answers are whole points: no row is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from delphi.domain.protocol import Protocol
from delphi.queries.figures import (
    Equation,
    Figure,
    Formula,
    Note,
    RoundInput,
    Term,
    decimals,
    minus,
    over,
    plain,
    quantity,
    root,
    rounded,
    squares,
    whole,
    working,
)
from delphi.queries.results.orders import order_formula
from delphi.queries.results.stored import Names, StoredGroup
from delphi.queries.results.tables import ItemRow, MovementRow, OrderRow
from delphi.queries.results.verdicts import ConditionRow, VerdictView


@dataclass(frozen=True)
class Shown:
    """What a page shows of one group: only what is on the page opens."""

    #: the rounds up to the one in view, which is the last
    groups: Sequence[StoredGroup]
    names: Mapping[str, Names]
    short: Mapping[str, Names]
    verdict: VerdictView
    movements: tuple[MovementRow, ...]
    rows: tuple[ItemRow, ...]
    orders: tuple[OrderRow, ...]
    protocol: Protocol

    @property
    def now(self) -> StoredGroup:
        """The round in view."""
        return self.groups[-1]


def formula_of(key: str, shown: Shown) -> Formula | None:
    """Return the formula behind a figure of the page; None when there is no such figure."""
    for find in (_among_items, _among_movements, _among_orders, _among_conditions):
        found = find(key, shown)
        if found is not None:
            return found
    return None


def _among_items(key: str, shown: Shown) -> Formula | None:
    for row in shown.rows:
        for figure in row.figures:
            if figure.key == key:
                return _item_formula(figure, row, shown)
    return None


def _among_movements(key: str, shown: Shown) -> Formula | None:
    for movement in shown.movements:
        for figure in movement.figures or ():
            if figure.key == key:
                return _movement_formula(figure, movement.after, shown)
    return None


def _among_orders(key: str, shown: Shown) -> Formula | None:
    for order in shown.orders:
        if not order.missing and key in {one.key for one in order_figures(order)}:
            group = next(one for one in shown.groups if one.round == order.round)
            return order_formula(key, order, group)
    return None


def _among_conditions(key: str, shown: Shown) -> Formula | None:
    for condition in shown.verdict.conditions:
        if condition.name == key and not condition.missing:
            return _condition_formula(condition, shown)
    return None


def order_figures(order: OrderRow) -> tuple[Figure, ...]:
    """Return the figures of a row of W."""
    return order.w, order.w_uncorrected, order.chi2, order.p


# ------------------------------------------------------------------------------------------ items


def _item_formula(figure: Figure, row: ItemRow, shown: Shown) -> Formula:
    name = figure.key.partition("-")[0]
    group = shown.now
    if name == "change":
        return _change(figure, row, shown)
    made = _ITEM[name](figure, row, group)
    notes = (*made.notes, *_item_limit(name, row, shown))
    if figure.value is None:
        notes = (*notes, Note("undefined", {"reason": figure.reason}))
    return replace(
        made,
        item=row.names,
        notes=notes,
        unrounded=_unrounded(figure),
        inputs=(input_of(group),),
    )


def _mean(figure: Figure, row: ItemRow, group: StoredGroup) -> Formula:
    total = whole(group.dispersion(row.code)["mean"], row.n)
    terms = (quantity("x̄"), over("Σ x", "n"), over(total, row.n))
    return _one(figure, group, terms, Note("mean", {"n": row.n}))


def _sd(figure: Figure, row: ItemRow, group: StoredGroup) -> Formula:
    terms: tuple[Term, ...] = (quantity("s"), root("Σ (x − x̄)²", "n − 1"))
    if figure.value is not None:
        above = rounded(decimals(squares(figure.value, row.n), 10), 10)
        terms = (*terms, root(working(above), f"{row.n} − 1"))
    return _one(figure, group, terms, Note("divisor", {"n": row.n, "below": row.n - 1}))


def _cv(figure: Figure, row: ItemRow, group: StoredGroup) -> Formula:
    terms: tuple[Term, ...] = (quantity("CV"), over("s", "x̄"))
    if figure.value is not None:
        spread = group.dispersion(row.code)
        terms = (*terms, over(working(spread["sd"]), working(spread["mean"])))
    return _one(figure, group, terms, Note("divisor", {"n": row.n, "below": row.n - 1}))


def _median(figure: Figure, row: ItemRow, group: StoredGroup) -> Formula:
    place = Note("median_place", {"n": row.n, "place": _place(row.n, 2)})
    return _one(figure, group, (quantity("Q₂"),), place)


def _quartiles(figure: Figure, row: ItemRow, group: StoredGroup) -> Formula:
    ends = (("Q₁", figure.value), ("Q₃", figure.high))
    return Formula(
        key=figure.key,
        figure="quartiles",
        round=group.round,
        equations=tuple(
            Equation((quantity(name),), Figure(figure.key, value, places=figure.places))
            for name, value in ends
        ),
        notes=(_quartile_places(row.n),),
    )


def _iqr(figure: Figure, row: ItemRow, group: StoredGroup) -> Formula:
    spread = group.dispersion(row.code)
    return _one(figure, group, _iqr_terms(spread), _quartile_places(row.n))


def _iqr_terms(spread: Mapping[str, str]) -> tuple[Term, ...]:
    return (
        quantity("IQR"),
        quantity("Q₃ − Q₁"),
        plain(f"{rounded(spread['q3'], 3)} − {rounded(spread['q1'], 3)}"),
    )


def _extremes(figure: Figure, row: ItemRow, group: StoredGroup) -> Formula:
    ends = (("min x", figure.value), ("max x", figure.high))
    return Formula(
        key=figure.key,
        figure="extremes",
        round=group.round,
        equations=tuple(
            Equation((quantity(name),), Figure(figure.key, value)) for name, value in ends
        ),
        notes=(Note("extremes", {"n": row.n}),),
    )


_ITEM: Mapping[str, Callable[[Figure, ItemRow, StoredGroup], Formula]] = {
    "mean": _mean,
    "sd": _sd,
    "cv": _cv,
    "median": _median,
    "quartiles": _quartiles,
    "iqr": _iqr,
    "extremes": _extremes,
}


def _change(figure: Figure, row: ItemRow, shown: Shown) -> Formula:
    group, before = shown.now, shown.groups[-2]
    terms: tuple[Term, ...] = (quantity("Δw"), over("Σ (x′ − x)", "m"))
    if figure.value is not None:
        terms = (*terms, over(minus(str(whole(figure.value, group.both))), group.both))
    return Formula(
        key=figure.key,
        figure="change",
        round=group.round,
        item=row.names,
        equations=(Equation(terms, figure),),
        notes=(Note("change", {"m": group.both, "before": before.round, "after": group.round}),),
        unrounded=_unrounded(figure),
        inputs=(input_of(before), input_of(group)),
    )


def _item_limit(name: str, row: ItemRow, shown: Shown) -> tuple[Note, ...]:
    """Say what the protocol holds the figure against, if anything."""
    condition = shown.now.condition(name)
    if condition is None:
        return (Note("no_limit"),)
    if not condition["decides"] or row_value(name, row) is None:
        return (Note("printed"),)
    limit = condition["limit"]
    met = abs(Decimal(row_value(name, row) or 0)) <= Decimal(limit) + Decimal("1e-9")
    unit = "points" if name == "iqr" else "plain"
    return (Note(f"at_most_{unit}", {"limit": rounded(limit, 4), "met": met}),)


def row_value(name: str, row: ItemRow) -> str | None:
    """Return the value of an item's figure by its name."""
    found: Figure = getattr(row, name)
    return found.value


# --------------------------------------------------------------------------------------- movement


def _movement_formula(figure: Figure, after: int, shown: Shown) -> Formula:
    name = figure.key.partition("-")[0]
    at = next(i for i, group in enumerate(shown.groups) if group.round == after)
    return movement_formula(name, figure, shown.groups[at - 1], shown.groups[at])


def movement_formula(name: str, figure: Figure, before: StoredGroup, group: StoredGroup) -> Formula:
    """Return the formula of a figure on the movement between two rounds."""
    return Formula(
        key=figure.key,
        figure=name,
        round=group.round,
        equations=(Equation(_movement_terms(name, figure, group), figure),),
        notes=(Note(name, {"m": group.both, "before": before.round, "after": group.round}),),
        unrounded=_unrounded(figure),
        inputs=(input_of(before), input_of(group)),
    )


def _movement_terms(name: str, figure: Figure, group: StoredGroup) -> tuple[Term, ...]:
    items = [] if group.movement is None else group.movement["items"]
    if name == "weight_change_max":
        sizes = [one["weight_change"] for one in items if one["weight_change"] is not None]
        inside = ", ".join(rounded(abs(Decimal(size)), 6) for size in sizes)
        return quantity("max |Δw|"), plain(f"max ({inside})")
    own = quantity("d = ½ Σ |x′ − x|")
    if name == "median_own_move":
        return quantity("Q₂(d)"), own
    if figure.value is None:
        return (quantity("d̄"), over("Σ d", "m"))
    total = whole(figure.value, group.both)
    return quantity("d̄"), over("Σ d", "m"), over(total, group.both)


# ------------------------------------------------------------------------------------- conditions


def _condition_formula(condition: ConditionRow, shown: Shown) -> Formula:
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
        "iqr": _quartile_places(group.answered),
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
        return _iqr_terms(spread)[1:]
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


# ----------------------------------------------------------------------------------------- common


def input_of(group: StoredGroup) -> RoundInput:
    """Return the counted answers that a round's figures rest on."""
    return RoundInput(group.round, group.counted, group.counted_sha256)


def _one(figure: Figure, group: StoredGroup, terms: tuple[Term, ...], note: Note) -> Formula:
    return Formula(
        key=figure.key,
        figure=figure.key.partition("-")[0],
        round=group.round,
        equations=(Equation(terms, figure),),
        notes=(note,),
    )


def _quartile_places(n: int) -> Note:
    return Note("quartile_places", {"n": n, "first": _place(n, 1), "third": _place(n, 3)})


def _place(n: int, quarter: int) -> str:
    """Return the place of a type-7 quartile among n sorted answers, counted from 1."""
    return rounded(1 + Decimal((n - 1) * quarter) / 4, 2)


def _unrounded(figure: Figure) -> str | None:
    """Return all stored digits where the page prints fewer."""
    if figure.value is None or figure.high is not None:
        return None
    most = figure.most if figure.places is None else figure.places
    return None if Decimal(rounded(figure.value, most)) == Decimal(figure.value) else figure.value
