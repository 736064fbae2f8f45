"""Figures that open: what a page prints, and the formula behind it with its numbers.

A formula quotes sums and counts, never somebody's answer. Everything is text that was exact before
it was printed; words are chosen where people read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

#: Digits in the middle of a formula: enough to check the result by hand.
WORKING_DIGITS = 8
#: Decimals of a percentage at most.
SHARE_PLACES = 1


@dataclass(frozen=True)
class Figure:
    """One computed figure: its address on the page and its value."""

    #: what `?open=` takes: `cv-D`, `w-2`, `response`
    key: str
    #: exact decimal string as it is stored; None where there is none, then `reason` says why
    value: str | None
    #: `number`, `signed`, `share` (of 1, printed in percent) or `p`
    form: str = "number"
    #: decimals printed; None prints those that the value has, up to `most`
    places: int | None = None
    most: int = 3
    #: upper end, where the figure is a range
    high: str | None = None
    #: code of why there is no value
    reason: str | None = None

    @property
    def low_text(self) -> str | None:
        """The value as it is printed, as an exact decimal string; shares in percent."""
        return self._rounded(self.value)

    @property
    def high_text(self) -> str | None:
        """The upper end as it is printed."""
        return self._rounded(self.high)

    @property
    def is_positive(self) -> bool:
        """Whether what is printed is above 0: a change then carries a plus."""
        return self.low_text is not None and Decimal(self.low_text) > 0

    def _rounded(self, value: str | None) -> str | None:
        if value is None:
            return None
        if self.form == "share":
            return rounded(Decimal(value).scaleb(2), SHARE_PLACES)
        if self.form == "p" or self.places is not None:
            return value  # rounded once, by the filter that prints it
        return rounded(value, self.most)


@dataclass(frozen=True)
class Term:
    """One side of an equation: text, a fraction, or the root of a fraction."""

    text: str = ""
    #: what stands above and below the line
    above: str = ""
    below: str = ""
    is_root: bool = False
    #: name of a quantity: set in italics in English
    is_name: bool = False


@dataclass(frozen=True)
class Note:
    """A sentence below a formula: a code and what fills its placeholders."""

    code: str
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Equation:
    """Sides that are equal, from the name to the value."""

    terms: tuple[Term, ...]
    #: what it comes to, printed as on the page
    result: Figure | None = None
    #: the item it is about, where a formula has several
    item: Mapping[str, str] | None = None


@dataclass(frozen=True)
class RoundInput:
    """The counted answers of one round."""

    round: int
    answers: int
    sha256: str


@dataclass(frozen=True)
class Formula:
    """What opens: name, equations, rules, limit, and what the figure was computed from."""

    key: str
    #: code of the figure's name
    figure: str
    round: int
    #: names of the item, or None for a figure of the group
    item: Mapping[str, str] | None = None
    equations: tuple[Equation, ...] = ()
    notes: tuple[Note, ...] = ()
    #: the value with all stored digits, where more are stored than printed
    unrounded: str | None = None
    #: the rounds whose answers went in
    inputs: tuple[RoundInput, ...] = ()


def quantity(text: str) -> Term:
    """Return the name of a quantity."""
    return Term(text, is_name=True)


def plain(text: str) -> Term:
    """Return text as it is."""
    return Term(text)


def over(above: object, below: object) -> Term:
    """Return a fraction."""
    return Term(above=str(above), below=str(below))


def root(above: object, below: object) -> Term:
    """Return the square root of a fraction."""
    return Term(above=str(above), below=str(below), is_root=True)


def rounded(value: str | Decimal, most: int) -> str:
    """Round half away from zero to at most so many decimals, without trailing zeros."""
    number = Decimal(value)
    shown = number.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP)
    text = f"{shown:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def working(value: str, digits: int = WORKING_DIGITS) -> str:
    """Return a value with so many significant digits, for the middle of a formula."""
    number = Decimal(value)
    if not number:
        return "0"
    return rounded(number, max(0, digits - 1 - number.adjusted()))


def decimals(number: Fraction, most: int) -> str:
    """Write a fraction as an exact decimal string, rounded half away from zero."""
    scale = 10**most
    steps = (abs(number) * scale * 2 + 1) // 2
    text = f"{Decimal(int(steps)).scaleb(-most):f}"
    return f"-{text}" if number < 0 and steps else text


def minus(text: str) -> str:
    """Write a decimal string with a true minus sign."""
    return text.replace("-", "\u2212")


def places_needed(values: Sequence[str | None], most: int) -> int:
    """Return the decimals that a column needs so that all of its figures share them."""
    texts = [rounded(value, most) for value in values if value is not None]
    return max((len(text.partition(".")[2]) for text in texts), default=0)


def whole(value: str | None, count: int) -> int:
    """Return the whole number that a mean of `count` whole numbers was divided from."""
    return 0 if value is None else int((Decimal(value) * count).to_integral_value(ROUND_HALF_UP))


def squares(sd: str, count: int) -> Fraction:
    """Return the sum of squared deviations behind a standard deviation of whole numbers.

    It is a whole number of 1/n, so it comes back exactly from the stored digits.
    """
    numerator = (Decimal(sd) ** 2 * (count - 1) * count).to_integral_value(ROUND_HALF_UP)
    return Fraction(int(numerator), count)
