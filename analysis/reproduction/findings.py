"""What a recomputation found, and when a printed figure counts as met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Literal

Verdict = Literal["agrees", "differs", "misprint", "not_recomputable"]
Number = Fraction | float

_CONTEXT = Context(prec=40, rounding=ROUND_HALF_UP)
#: Decimals shown beyond those printed, so that one sees how the rounding came about.
MORE = 2


@dataclass(frozen=True)
class Claim:
    """One thing that a source prints."""

    claim: str
    #: name of the source: `icdi_ec_2022` or `dei_2021`
    source: str
    title_zh: str
    title_en: str
    #: printed figures that the recomputation starts from, when they stand nowhere else
    inputs: tuple[str, ...]
    #: figures as printed, digits and all
    printed: tuple[str, ...]
    unit_zh: str
    unit_en: str
    expected: str


@dataclass(frozen=True)
class Finding:
    """What recomputing one claim gave."""

    verdict: Verdict
    #: recomputed figures as text, beside the printed ones
    recomputed: str
    note_zh: str = ""
    note_en: str = ""


def as_decimal(number: Number) -> Decimal:
    """Return a number in decimal form; of a float the last bits are dropped first."""
    if isinstance(number, Fraction):
        return _CONTEXT.divide(Decimal(number.numerator), Decimal(number.denominator))
    return Decimal(repr(round(number, 10)))


def agrees(printed: str, number: Number) -> bool:
    """Tell whether a number, rounded half up to the digits printed, is the printed figure.

    Parameters
    ----------
    printed
        The figure as it stands in the document, such as ``53.4``.
    number
        The recomputed figure, exact or float.
    """
    shown = Decimal(printed)
    return as_decimal(number).quantize(shown, context=_CONTEXT) == shown


def all_agree(printed: Sequence[str], numbers: Sequence[Number]) -> bool:
    """Tell whether as many numbers as printed figures agree, one by one."""
    return len(printed) == len(numbers) and all(map(agrees, printed, numbers))


def show(printed: Sequence[str], numbers: Sequence[Number]) -> str:
    """Write numbers with two decimals more than the figures that they stand beside."""
    return " ".join(map(_show_one, printed, numbers))


def _show_one(printed: str, number: Number) -> str:
    exact = as_decimal(number)
    if exact == exact.to_integral_value():
        return f"{exact:.0f}"
    places = max(0, -int(Decimal(printed).as_tuple().exponent)) + MORE
    return str(exact.quantize(Decimal(1).scaleb(-places), context=_CONTEXT))


def plain_finding(
    claim: Claim, numbers: Sequence[Number], *, note_zh: str = "", note_en: str = ""
) -> Finding:
    """Return `agrees` or `differs` for numbers that stand beside the printed ones one by one."""
    verdict: Verdict = "agrees" if all_agree(claim.printed, numbers) else "differs"
    return Finding(verdict, show(claim.printed, numbers), note_zh, note_en)


def whole_numbers_that_print(printed: str, shares: dict[int, Fraction]) -> list[int]:
    """Return the whole numbers whose figure rounds to the printed one.

    Sources print a percentage without its counts; when a single count fits, it is thereby known.
    """
    return [count for count, share in shares.items() if agrees(printed, share)]
