"""Letters and figures as they are printed: rounding, cleaning, measuring, breaking into lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from math import isfinite
from typing import Final, TypeVar

from analysis.plots import fonts
from analysis.plots.theme import Language

T = TypeVar("T")

MINUS = "\u2212"
UNDEFINED: Final[dict[Language, str]] = {"zh": "无定义", "en": "undefined"}
#: Printed in a column of figures for what is undefined or does not exist.
DASH = "—"
#: Printed in the place of a character that no face has.
BOX = "□"
_ROUNDING = Context(prec=400, rounding=ROUND_HALF_UP)
#: No line begins with these, and none ends with those.
_CLOSING = frozenset("，。、；：？！）》」』】〕…—·”’％%,.;:?!)]}°℃")
#: Steps in which `balance` looks for a shorter line, em.
_FINER = 0.25
_OPENING = frozenset("（《「『【〔“‘([{￥$")


def in_language(texts: Mapping[Language, T], language: Language) -> T:
    """Choose what is written in one language.

    Parameters
    ----------
    texts
        Language → what is written.
    language
        `zh` or `en`.

    Returns
    -------
    object
        That of the language.

    Raises
    ------
    ValueError
        If it is another language.
    """
    if language not in texts:
        raise ValueError(f"language {language!r}, expected 'zh' or 'en'")
    return texts[language]


def number(value: float | None, places: int, *, nothing: str = DASH, signed: bool = False) -> str:
    """Print one figure.

    Parameters
    ----------
    value
        The figure; None, NaN and infinities are undefined.
    places
        Decimals.
    nothing
        Printed for what is undefined.
    signed
        Whether a positive figure gets its sign.

    Returns
    -------
    str
        Rounded half away from zero on the shortest decimal that is this float, so that 14.375 is
        14.38 and 30.625 is 30.63. Minus is U+2212; what rounds to zero has no sign.
    """
    if value is None or not isfinite(value):
        return nothing
    exact = Decimal(repr(float(value)))
    rounded = exact.quantize(Decimal(1).scaleb(-places), context=_ROUNDING)
    sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    return f"{sign}{abs(rounded):f}"


def significant(value: float | None, *, nothing: str = DASH) -> str:
    """Print a probability with two significant digits.

    Parameters
    ----------
    value
        From 0 to 1; None and NaN are undefined.
    nothing
        Printed for what is undefined.

    Returns
    -------
    str
        For example 0.031 or 0.0000071: without a power of ten, as the face lacks superscripts.
    """
    if value is None or not isfinite(value):
        return nothing
    rounded = Context(prec=2, rounding=ROUND_HALF_UP).plus(Decimal(repr(float(value))))
    return f"{rounded.normalize():f}" if rounded else "0"


def places(values: Iterable[float], most: int) -> int:
    """Count the decimals that a column of figures needs.

    Parameters
    ----------
    values
        The column; what is undefined is passed over.
    most
        Decimals at most.

    Returns
    -------
    int
        The fewest that lose nothing of the figures as rounded to `most` decimals.
    """
    needed = 0
    for value in values:
        if isfinite(value):
            exact = Decimal(repr(float(value)))
            rounded = exact.quantize(Decimal(1).scaleb(-most), context=_ROUNDING)
            needed = max(needed, -int(rounded.normalize().as_tuple().exponent))
    return needed


def column(
    values: Iterable[float], most: int, *, nothing: str = DASH, signed: bool = False
) -> list[str]:
    """Print a column of figures with the same number of decimals.

    Parameters
    ----------
    values
        The column.
    most
        Decimals at most.
    nothing
        Printed for what is undefined.
    signed
        Whether positive figures get their sign.

    Returns
    -------
    list of str
        One a figure.
    """
    figures = [float(value) for value in values]
    needed = places(figures, most)
    return [number(value, needed, nothing=nothing, signed=signed) for value in figures]


def most_places(width: float) -> int:
    """Return the decimals that answers and weights get at most.

    Parameters
    ----------
    width
        Of their scale, or their total.

    Returns
    -------
    int
        3 for points and ratings, 5 for shares of 1.
    """
    return 3 if width > 1 + 1e-9 else 5


def clean(text: str) -> str:
    """Make a name fit to be printed on one line and to be put into XML.

    Parameters
    ----------
    text
        As the user gave it.

    Returns
    -------
    str
        In form NFC; control and format characters, among them line breaks, are blanks or gone, and
        runs of blanks are one.
    """
    kept = []
    for char in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(char)
        if kind in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif kind not in ("Cf", "Cs", "Cn"):
            kept.append(char)
    return " ".join("".join(kept).split())


def printable(text: str, missing: Iterable[str]) -> str:
    """Put a box in the place of what cannot be printed.

    Parameters
    ----------
    text
        What is to be printed.
    missing
        Characters without a glyph.

    Returns
    -------
    str
        Of the same length.
    """
    return text.translate({ord(char): BOX for char in missing})


def width(text: str) -> float:
    """Measure a line of text.

    Parameters
    ----------
    text
        One line.

    Returns
    -------
    float
        In em. Kerning is left out: it only makes a line narrower.
    """
    return sum(map(fonts.advance, text))


def wrap(text: str, measure: float) -> list[str]:
    """Break a text into lines.

    Chinese breaks between any two characters, but never before a closing or after an opening mark;
    Latin words and numbers stay whole unless one alone is wider than the line.

    Parameters
    ----------
    text
        Without line breaks.
    measure
        Longest line in em, at least the width of a character.

    Returns
    -------
    list of str
        At least one line; none begins or ends with a blank.
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if width((line + piece).rstrip()) <= measure:
            line += piece
            continue
        if line.strip():
            lines.append(line.strip())
        *full, line = _cut(piece.lstrip(), measure)
        lines += full
    return [*lines, line.strip()] if line.strip() or not lines else lines


def balance(text: str, measure: float) -> list[str]:
    """Break a text into as few lines as `wrap` does, of about equal length.

    Parameters
    ----------
    text
        Without line breaks.
    measure
        Longest line in em, at least the width of a character.

    Returns
    -------
    list of str
        At least one line.
    """
    lines = wrap(text, measure)
    narrow = width(text) / len(lines)
    while narrow < measure:
        if len(found := wrap(text, narrow)) == len(lines):
            return found
        narrow += _FINER
    return lines


def _pieces(text: str) -> list[str]:
    """Cut a text wherever a line may end."""
    pieces: list[str] = []
    for char in text:
        if pieces and _holds(pieces[-1][-1], char):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _holds(before: str, after: str) -> bool:
    if before == " ":
        return False
    if after == " " or after in _CLOSING or before in _OPENING:
        return True
    return not (_is_wide(before) or _is_wide(after))


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF" or char in _CLOSING - frozenset(",.;:?!)]}%")


def _cut(piece: str, measure: float) -> list[str]:
    """Cut a word that is wider than a line, letter by letter."""
    parts = [""]
    for char in piece:
        if parts[-1] and width((parts[-1] + char).rstrip()) > measure:
            parts.append("")
        parts[-1] += char
    return parts
