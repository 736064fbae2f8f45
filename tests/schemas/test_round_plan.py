"""The schema of the protocol takes every plan that may be set, and no other."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from delphi.domain.methods import CRITERIA, METHODS, RATING, SCALES, PlannedQuestion
from delphi.domain.protocol import Protocol, default_protocol
from delphi.schemas import SchemaError, require_valid

Document = dict[str, Any]
Break = Callable[[Document], None]


def document(*asked: PlannedQuestion) -> Document:
    """Return the protocol whose rounds ask one question each."""
    rules: Protocol = replace(default_protocol(["root"]), plan=tuple((one,) for one in asked))
    return rules.to_document("5" * 16, rehearsal=False, tree_sha256="0" * 64)


RATED = document(PlannedQuestion("root", RATING, (1, 5), CRITERIA), PlannedQuestion("root"))


@pytest.mark.parametrize("method", [method for method in METHODS if method != RATING])
def test_each_method_fits(method: str) -> None:
    require_valid(document(*[PlannedQuestion("root", method)] * 2))


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("criteria", [CRITERIA[:1], CRITERIA[::2], CRITERIA])
def test_each_rating_fits(scale: tuple[int, int], criteria: tuple[str, ...]) -> None:
    require_valid(document(*[PlannedQuestion("root", RATING, scale, criteria)] * 4))


def test_both_switches_fit() -> None:
    rules = replace(default_protocol(["root"]), own_first=True, proposals=True)
    require_valid(rules.to_document("5" * 16, rehearsal=True, tree_sha256="0" * 64))


def test_a_plan_without_groups_fits() -> None:
    require_valid(default_protocol([]).to_document("5" * 16, rehearsal=False, tree_sha256="0" * 64))


def in_question(round_at: int, **changes: object) -> Break:
    """Return a change of one question; None takes a key away."""

    def change(broken: Document) -> None:
        question = broken["round_plan"][round_at]["questions"][0]
        for name, value in changes.items():
            if value is None:
                del question[name]
            else:
                question[name] = value

    return change


BROKEN: dict[str, Break] = {
    "unknown method": in_question(1, method="swara"),
    "no method": in_question(1, method=None),
    "no group": in_question(1, question=None),
    "group that is no code": in_question(1, question="a b"),
    "rating without scale": in_question(0, scale=None),
    "rating without criteria": in_question(0, criteria=None),
    "no criterion": in_question(0, criteria=[]),
    "criterion twice": in_question(0, criteria=["importance", "importance"]),
    "unknown criterion": in_question(0, criteria=["importance", "beauty"]),
    "unknown scale": in_question(0, scale=[1, 7]),
    "scale in words": in_question(0, scale="1-5"),
    "points with a scale": in_question(1, scale=[1, 5]),
    "ranking with criteria": in_question(1, method="ranking", criteria=["importance"]),
    "no rounds": lambda broken: broken.update(round_plan=[]),
    "round 0": lambda broken: broken["round_plan"][0].update(round=0),
    "round without questions": lambda broken: broken["round_plan"][0].pop("questions"),
    "own answer first in words": lambda broken: broken["feedback"].update(own_first="yes"),
    "own answer first left out": lambda broken: broken["feedback"].pop("own_first"),
    "suggestions in words": lambda broken: broken.update(proposals="no"),
    "unknown headline rule": lambda broken: broken.update(aggregation="arithmetic_mean+mode"),
    "unknown companion": lambda broken: broken.update(companions=["mode"]),
}


@pytest.mark.parametrize("change", BROKEN)
def test_anything_else_does_not(change: str) -> None:
    broken = copy.deepcopy(RATED)
    BROKEN[change](broken)
    with pytest.raises(SchemaError):
        require_valid(broken)


def test_what_was_broken_was_whole_before() -> None:
    require_valid(RATED)
