"""Formulas of the agreement on the order: W, its chi-square and its p."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

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
    working,
)
from delphi.queries.results.sentences import SIGNIFICANCE
from delphi.queries.results.stored import StoredGroup
from delphi.queries.results.tables import OrderRow


def order_formula(key: str, order: OrderRow, group: StoredGroup) -> Formula:
    """Return the formula of W or of one of its companions in one round."""
    name = key.partition("-")[0]
    figure: Figure = getattr(order, name)
    found = group.concordance or {}
    terms, notes = _terms(name, order, found, figure, is_rating=group.is_rating)
    if figure.value is None:
        notes = (*notes, Note("undefined", {"reason": figure.reason}))
    return Formula(
        key=key,
        figure=name,
        round=order.round,
        equations=(Equation(terms, figure),),
        notes=(*notes, *_limit(name, group)),
        unrounded=_unrounded(figure),
        inputs=(RoundInput(group.round, group.counted, group.counted_sha256),),
    )


def _limit(name: str, group: StoredGroup) -> tuple[Note, ...]:
    """Say whether it decides; only p can, under the classic rule."""
    asked = next((c for c in group.conditions if c["name"] in SIGNIFICANCE), None)
    if name != "p" or asked is None or not asked["decides"]:
        return (Note("printed"),)
    if asked["holds"] is None:
        return ()
    limit = rounded(asked["limit"], 4)
    return (Note("below_plain", {"limit": limit, "met": asked["holds"]}),)


def _terms(
    name: str, order: OrderRow, found: Mapping[str, Any], figure: Figure, *, is_rating: bool
) -> tuple[tuple[Term, ...], tuple[Note, ...]]:
    if name == "chi2":
        return _chi2(order, figure)
    if name == "p":
        return _p(order)
    return _w(name, order, found, figure, is_rating=is_rating)


def _w(
    name: str, order: OrderRow, found: Mapping[str, Any], figure: Figure, *, is_rating: bool
) -> tuple[tuple[Term, ...], tuple[Note, ...]]:
    m, n = found["experts_used"], order.n
    corrected = name == "w"
    s, ties = rounded(found["s"], 2), found["ties"] if corrected else 0
    general = over("12 S", "m² (n³ − n) − m T" if corrected else "m² (n³ − n)")
    below = f"{m}² × ({n}³ − {n})" + (f" − {m} × {ties}" if corrected else "")
    terms: tuple[Term, ...] = (quantity("W"), general)
    if figure.value is not None:
        above = rounded(Decimal(found["s"]) * 12, 2)
        total = m**2 * (n**3 - n) - m * ties
        terms = (*terms, over(f"12 × {s}", below), over(above, total))
    code = "w" if corrected else "w_uncorrected"
    constant = found["constant_experts"]
    same = "constant_rated" if is_rating else "constant"
    notes: tuple[Note, ...] = (Note(code, {"s": s, "ties": found["ties"], "m": m, "n": n}),)
    if constant:
        notes = (*notes, Note(same, {"constant": constant}))
    return terms, notes


def _chi2(order: OrderRow, figure: Figure) -> tuple[tuple[Term, ...], tuple[Note, ...]]:
    terms: tuple[Term, ...] = (quantity("χ²"), quantity("m (n − 1) W"))
    if figure.value is not None and order.w.value is not None:
        terms = (*terms, plain(f"{order.m} × ({order.n} − 1) × {working(order.w.value)}"))
    return terms, (Note("chi2", {"df": order.df}),)


def _p(order: OrderRow) -> tuple[tuple[Term, ...], tuple[Note, ...]]:
    total, value = order.permutations, order.p.value
    if value is None or total is None:
        return (quantity("p"),), (Note("p_chi2", {"df": order.df}),) if value else ()
    count = _count(value, total if order.p_method == "exact" else total + 1)
    if order.p_method == "exact":
        terms = (quantity("p"), over("#{S* ≥ S}", "(n!)ᵐ⁻¹"), over(count, total))
        return terms, (Note("p_exact", {"total": total, "count": count}),)
    terms = (
        quantity("p"),
        over("1 + #{S* ≥ S}", "B + 1"),
        over(f"1 + {count - 1}", f"{total} + 1"),
    )
    parameters = {"total": total, "seed": order.seed, "count": count - 1}
    return terms, (Note("p_monte_carlo", parameters),)


def _count(share: str, of: int) -> int:
    """Return how many of so many arrangements a share is."""
    return int((Decimal(share) * of).to_integral_value(ROUND_HALF_UP))


def _unrounded(figure: Figure) -> str | None:
    if figure.value is None:
        return None
    shown = None if figure.places is None else rounded(figure.value, figure.places)
    exact = shown is not None and Decimal(shown) == Decimal(figure.value)
    return None if exact else figure.value
