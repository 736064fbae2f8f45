"""Rounds as arrays, and what the stopping rule says of them."""

from __future__ import annotations

import numpy as np

from analysis.matching import Answers
from analysis.verdict import decide
from tests.analysis.panels import panel


def answers(values, *, experts=None):
    names = experts or tuple(f"E{at}" for at in range(len(values)))
    return Answers(names, tuple("ABCDEFGHIJ"[: values.shape[1]]), values)


def allocated(before, after, **rule):
    before = None if before is None else answers(before)
    return decide(before, answers(after), method="constant_sum", **({"invited": len(after)} | rule))


def rated(before, after, **rule):
    before = None if before is None else answers(before)
    rule = {"invited": len(after), "scale": (1, 5), "minimum": 1} | rule
    return decide(before, answers(after), method="rating", **rule)


def condition(verdict, name):
    return next(c for c in verdict.conditions if c.name == name)


def ratings_of(*columns):
    """Eight experts; each column is written as its eight ratings."""
    return np.array([[float(digit) for digit in column] for column in columns]).T


APART = panel("10 90\n10 90\n10 90\n10 90\n90 10\n90 10\n90 10\n90 10")
