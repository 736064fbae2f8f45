"""Small tables for the terminal: text to the left, figures to the right."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

NOTHING = "-"


def section(title: str, *notes: str) -> None:
    """Print a heading and the lines below it."""
    print(f"\n{title}\n{'=' * _width(title)}", flush=True)
    for note in notes:
        print(note, flush=True)


def table(head: Sequence[str], rows: Sequence[Sequence[object]], *, texts: int = 1) -> None:
    """Print rows under their heads; the first `texts` columns hold words."""
    shown = [[_cell(cell) for cell in row] for row in (head, *rows)]
    widths = [max(_width(row[at]) for row in shown) for at in range(len(head))]
    print()
    for number, row in enumerate(shown):
        pairs = zip(row, widths, strict=True)
        line = "  ".join(_padded(cell, width, at < texts) for at, (cell, width) in enumerate(pairs))
        print(line.rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
    print(flush=True)


def milliseconds(seconds: float | None) -> str:
    """Return a time in milliseconds with three digits that count."""
    return NOTHING if seconds is None else digits(1e3 * seconds)


def digits(value: float | None) -> str:
    """Return a figure with about three digits that count."""
    if value is None:
        return NOTHING
    for limit, places in ((0.0995, 4), (0.995, 3), (9.95, 2), (99.5, 1)):
        if abs(value) < limit:
            return f"{value:.{places}f}"
    return f"{value:,.0f}"


def ratio(value: float | None, base: float | None) -> str:
    """Return how many times `base` a figure is."""
    if value is None or not base:
        return NOTHING
    return f"{digits(value / base)} x"


def _cell(cell: object) -> str:
    if cell is None:
        return NOTHING
    return digits(cell) if isinstance(cell, float) else str(cell)


def _padded(cell: str, width: int, is_text: bool) -> str:
    blanks = " " * (width - _width(cell))
    return cell + blanks if is_text else blanks + cell


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
