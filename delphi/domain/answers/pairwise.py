"""Every two items compared: the fields `more.<a>:<b>` (which counts more) and `times.<a>:<b>`.

A comparison is stored as one whole number: 3 says that the first item of the pair counts three
times as much as the second, -3 the reverse, 1 that both count the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations

from delphi.domain.answers.numbers import whole_number
from delphi.domain.answers.typed import Gap, Typed, plain_number
from delphi.domain.methods import MOST_TIMES
from delphi.domain.questionnaire import Question

FIRST, EQUAL, SECOND = SIDES = ("first", "equal", "second")
Pair = tuple[str, str]


def pairs(question: Question) -> tuple[Pair, ...]:
    """Return every pair of items, in the order of the tree."""
    return tuple(combinations((item.code for item in question.items), 2))


def key(pair: Pair) -> str:
    """Return what a pair is called in fields and stored answers."""
    return ":".join(pair)


def more_field(pair: Pair) -> str:
    """Return the name of the field that says which of two counts more."""
    return f"more.{key(pair)}"


def times_field(pair: Pair) -> str:
    """Return the name of the field that says how many times."""
    return f"times.{key(pair)}"


def fields(question: Question) -> tuple[str, ...]:
    """Return the names of the fields of a question, pair by pair."""
    return tuple(name for pair in pairs(question) for name in (more_field(pair), times_field(pair)))


def to_fields(question: Question, values: Mapping[str, int]) -> dict[str, str]:
    """Return the fields that say the same as a stored answer."""
    found: dict[str, str] = {}
    for pair in pairs(question):
        times = values[key(pair)]
        if times == 1:
            found |= {more_field(pair): EQUAL, times_field(pair): ""}
        else:
            side = FIRST if times > 0 else SECOND
            found |= {more_field(pair): side, times_field(pair): str(abs(times))}
    return found


def check(question: Question, typed: Typed) -> tuple[dict[str, int], list[Gap]]:
    """Return pair → comparison, as far as they can be read, and every gap."""
    found: dict[str, int] = {}
    gaps: list[Gap] = []
    for pair in pairs(question):
        side = typed.fields.get(more_field(pair), "")
        text = plain_number(typed.fields.get(times_field(pair), ""))
        if side == EQUAL:
            found[key(pair)] = 1
        elif side not in SIDES:
            gaps.append(Gap("uncompared", more_field(pair), question.question, side))
        elif whole_number(text, 2, MOST_TIMES) is None:
            found[key(pair)] = int(text) if side == FIRST else -int(text)
        else:
            gaps.append(
                Gap("times_missing", times_field(pair), question.question, text, 2, MOST_TIMES)
            )
    return found, gaps


def ratio(values: Mapping[str, int], one: str, other: str) -> Fraction:
    """Return how many times as much `one` counts as `other`.

    Raises
    ------
    KeyError
        If the two were not compared.
    """
    if one == other:
        return Fraction(1)
    times = values.get(key((one, other)))
    if times is None:
        reverse = values[key((other, one))]
        return Fraction(1, reverse) if reverse > 0 else Fraction(-reverse)
    return Fraction(times) if times > 0 else Fraction(1, -times)
