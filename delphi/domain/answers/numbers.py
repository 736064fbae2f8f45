"""Why a typed text is no whole number between two ends."""

from __future__ import annotations

import re

WHOLE = re.compile(r"\d{1,3}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d*[.,]?\d+", re.ASCII)


def whole_number(text: str, low: int, high: int) -> str | None:
    """Return why `text` is no whole number from `low` to `high`, or None when it is one.

    Parameters
    ----------
    text
        What was typed, made plain.
    low, high
        The ends, neither below 0.

    Returns
    -------
    str or None
        `blank`, `not_a_number`, `negative`, `not_whole`, `too_small` or `too_large`.
    """
    if not text:
        return "blank"
    if WHOLE.fullmatch(text):
        if int(text) < low:
            return "too_small"
        return "too_large" if int(text) > high else None
    if not _NUMBER.fullmatch(text):
        return "not_a_number"
    if text.startswith("-"):
        return "negative"
    return "too_large" if text.isdigit() else "not_whole"
