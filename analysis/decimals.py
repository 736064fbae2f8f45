"""Exact fractions as decimal text: rounded to a promised number of digits, or in full."""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction


def decimal_string(number: Fraction, digits: int = 20) -> str:
    """Write a fraction with a fixed number of significant digits, in plain notation.

    Parameters
    ----------
    number
        Any fraction.
    digits
        How many digits count, at least 1.

    Returns
    -------
    str
        Rounded half to even in the last digit; trailing zeros are kept, so that the number of
        digits is always the promised one. Zero is "0".
    """
    if not number:
        return "0"
    context = Context(prec=digits, rounding=ROUND_HALF_EVEN, Emin=MIN_EMIN, Emax=MAX_EMAX)
    rounded = context.divide(Decimal(number.numerator), Decimal(number.denominator))
    last = Decimal((0, (1,), rounded.adjusted() - digits + 1))
    return f"{rounded.quantize(last, context=context):f}"


def terminating_string(number: Fraction, places: int = 0) -> str:
    """Write a fraction that ends after finitely many decimals in full.

    Parameters
    ----------
    number
        Not negative, with no prime but 2 and 5 in its denominator.
    places
        Fewest decimals to write; zeros fill up what is missing.

    Returns
    -------
    str
        Every digit, never rounded.

    Raises
    ------
    ValueError
        If it is negative or does not end.
    """
    if number < 0 or 10 ** number.denominator.bit_length() % number.denominator:
        raise ValueError(f"{number} has no finite decimal form")
    while 10**places % number.denominator:
        places += 1
    digits = str(number * 10**places).zfill(places + 1)
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits
