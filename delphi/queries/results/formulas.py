"""From the key of a figure to its formula with numbers; only what is on the page opens."""

from __future__ import annotations

from delphi.queries.figures import Figure, Formula
from delphi.queries.results.condition_formulas import condition_formula
from delphi.queries.results.item_formulas import Shown, item_formula, movement_figure
from delphi.queries.results.orders import order_formula
from delphi.queries.results.sentences import SIGNIFICANCE
from delphi.queries.results.tables import OrderRow

__all__ = ["Shown", "formula_of"]


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
                return item_formula(figure, row, shown)
    return None


def _among_movements(key: str, shown: Shown) -> Formula | None:
    for movement in shown.movements:
        for figure in movement.figures or ():
            if figure.key == key:
                return movement_figure(figure, movement.after, shown)
    return None


def _among_orders(key: str, shown: Shown) -> Formula | None:
    for order in shown.orders:
        if not order.missing and key in {one.key for one in order_figures(order)}:
            group = next(one for one in shown.groups if one.round == order.round)
            return order_formula(key, order, group)
    return None


def _among_conditions(key: str, shown: Shown) -> Formula | None:
    for condition in shown.verdict.conditions:
        # W and its p open in their own table; in a group of two there is none.
        if condition.name == key and condition.figures and key not in ("w", *SIGNIFICANCE):
            return condition_formula(condition, shown)
    return None


def order_figures(order: OrderRow) -> tuple[Figure, ...]:
    """Return the figures of a row of W."""
    return order.w, order.w_uncorrected, order.chi2, order.p
