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

    #: name of its check, a key of `run.CHECKS`
    claim: str
    #: name of the source: `icdi_ec_2022` or `dei_2021`
    source: str
    #: what is claimed, in Chinese
    title_zh: str
    #: what is claimed, in English
    title_en: str
    #: printed figures that the recomputation starts from, when they stand nowhere else
    inputs: tuple[str, ...]
    #: figures as printed, digits and all
    printed: tuple[str, ...]
    #: unit of the figures in Chinese; may be empty
    unit_zh: str
    #: unit of the figures in English
    unit_en: str
    #: verdict on record, which the recomputation must reach again
    expected: str


@dataclass(frozen=True)
class Finding:
    """What recomputing one claim gave."""

    #: whether the print is met; `misprint` where the source contradicts itself
    verdict: Verdict
    #: recomputed figures as text, beside the printed ones
    recomputed: str
    #: what it rests on, in Chinese; may be empty
    note_zh: str = ""
    #: what it rests on, in English
    note_en: str = ""


def as_decimal(number: Number) -> Decimal:
    """Turn a recomputed number into decimal form, so that it can be rounded as print is.

    Parameters
    ----------
    number
        Exact, or a float.

    Returns
    -------
    Decimal
        A fraction to 40 digits; a float rounded to 10 decimals, which drops what its last bits add.
    """
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

    Returns
    -------
    bool
        As many digits count as were printed.
    """
    shown = Decimal(printed)
    return as_decimal(number).quantize(shown, context=_CONTEXT) == shown


def all_agree(printed: Sequence[str], numbers: Sequence[Number]) -> bool:
    """Tell whether as many numbers as printed figures agree, one by one.

    Parameters
    ----------
    printed
        The figures as they stand in the document.
    numbers
        The recomputed ones, in the same order.

    Returns
    -------
    bool
        False also where there are more of one than of the other.
    """
    return len(printed) == len(numbers) and all(map(agrees, printed, numbers))


def show(printed: Sequence[str], numbers: Sequence[Number]) -> str:
    """Write numbers with two decimals more than the figures that they stand beside.

    Parameters
    ----------
    printed
        The figures as they stand in the document.
    numbers
        The recomputed ones, in the same order.

    Returns
    -------
    str
        With blanks between them; a whole number without decimals.
    """
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
    """Find `agrees` or `differs` for numbers that stand beside the printed ones one by one.

    Parameters
    ----------
    claim
        What the source prints.
    numbers
        The recomputed figures, one for each printed one.
    note_zh, note_en
        What they rest on, in both languages.

    Returns
    -------
    Finding
        `agrees` if every one does.
    """
    verdict: Verdict = "agrees" if all_agree(claim.printed, numbers) else "differs"
    return Finding(verdict, show(claim.printed, numbers), note_zh, note_en)


def whole_numbers_that_print(printed: str, shares: dict[int, Fraction]) -> list[int]:
    """Return the whole numbers whose figure rounds to the printed one.

    Sources print a percentage without its counts; when a single count fits, it is thereby known.

    Parameters
    ----------
    printed
        The figure as it stands in the document.
    shares
        Whole number → figure that it would give.

    Returns
    -------
    list of int
        Every number that fits; more than one leaves the count open.
    """
    return [count for count, share in shares.items() if agrees(printed, share)]
