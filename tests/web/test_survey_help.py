"""What is said while items are compared: figures that add up, and judgments that do not fit."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from delphi.domain.answers.typed import Typed
from delphi.web.survey.help import help_with
from delphi.web.survey.shares import in_tenths
from tests.domain.questionnaires import best_worst_question, pairwise_question

PAIRS = pairwise_question("D", "A", "B", "C")
ENDS = best_worst_question("D", "A", "B", "C")
STRONG = {"en": "pull against each other", "zh-CN": "合不到一起"}
GENTLE = {"en": "agree in order, only their sizes do not quite fit", "zh-CN": "只是倍数对不太上"}


def compared(*judged: int) -> Mapping[str, str]:
    """Return fields that compare A with B, A with C and B with C."""
    fields = {}
    for pair, times in zip(("A:B", "A:C", "B:C"), judged, strict=True):
        side = "equal" if times == 1 else "first" if times > 0 else "second"
        fields |= {f"more.{pair}": side, f"times.{pair}": "" if times == 1 else str(abs(times))}
    return fields


def between(whole: int, upper: int, lower: int) -> Mapping[str, str]:
    """Return fields with A as the best, C as the worst, and B between them."""
    return {
        "best.D": "A",
        "worst.D": "C",
        "best_to.B": str(upper),
        "best_to.C": str(whole),
        "to_worst.B": str(lower),
    }


def told(app: Flask, fields: Mapping[str, str], language: str = "en") -> tuple[str, ...]:
    """Return the help with three items, without what keeps numbers on one line."""
    asked = ENDS if "best.D" in fields else PAIRS
    with app.test_request_context(headers={"Accept-Language": language}):
        found = help_with(asked, Typed(dict(fields), frozenset(), {}))
    return tuple(text.replace("\u00a0", " ").replace("\u2060", "") for text in found)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize(
    ("fields", "product", "ending"),
    [
        (compared(2, 2, 3), "2 × 3", {"en": "6, and you said 2", "zh-CN": "6，您选的是 2"}),
        # the heaviest stands last in the tree
        (compared(-2, -3, 2), "2 × 3", {"en": "6, and you said 2", "zh-CN": "6，您选的是 2"}),
        (between(3, 2, 3), "2 × 3", {"en": "6, and you said 3", "zh-CN": "6，您选的是 3"}),
        (
            compared(3, 2, 4),
            "3 × 4",
            {"en": "so 9 would come closest, and you said 2", "zh-CN": "9 最接近，您选的是 2"},
        ),
        (
            between(5, 4, 4),
            "4 × 4",
            {"en": "so 9 would come closest, and you said 5", "zh-CN": "9 最接近，您选的是 5"},
        ),
        (
            compared(5, 9, 5),
            "5 × 5",
            {"en": "the 9 that you chose comes closest", "zh-CN": "您选的 9 已经最接近"},
        ),
    ],
    ids=["2 and 3", "turned round", "best-worst", "beyond 9", "best-worst beyond", "9 chosen"],
)
def test_where_only_sizes_differ_it_says_so_gently(
    app: Flask, fields: Mapping[str, str], product: str, ending: dict[str, str], language: str
) -> None:
    _, advice = told(app, fields, language)
    for words in (GENTLE[language], product, ending[language]):
        assert words in advice
    assert STRONG[language] not in advice
    assert ("leave them as they are" if language == "en" else "就这样保留") in advice


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize(
    "fields",
    [
        compared(3, -3, 3),
        compared(-3, 3, -3),
        compared(9, 1, 1),
        compared(2, -2, 1),
        between(1, 2, 1),
        between(5, 1, 1),
    ],
    ids=["circle", "the other way", "two equal", "equal and reversed", "ends equal", "apart"],
)
def test_a_contradiction_in_order_is_told_as_one(
    app: Flask, fields: Mapping[str, str], language: str
) -> None:
    _, advice = told(app, fields, language)
    assert STRONG[language] in advice
    assert GENTLE[language] not in advice


@pytest.mark.parametrize("judged", [(4, -4, 3), (-4, 3, -4), (4, -9, 9)])
def test_nothing_that_would_follow_lies_beyond_the_scale(
    app: Flask, judged: tuple[int, ...]
) -> None:
    _, advice = told(app, compared(*judged))
    assert "9, the end of the scale, would come closest" in advice
    assert "12 times" not in advice
    assert "36 times" not in advice


def test_the_judgments_stand_from_the_heaviest_item_down(app: Flask) -> None:
    _, advice = told(app, compared(-2, -2, 3))
    assert advice.index("“Item B” counts 3 times as much as “Item C”") < advice.index("as “Item A”")


@pytest.mark.parametrize(
    ("fields", "figures"),
    [
        (compared(1, 1, 1), "“Item A” 33.4, “Item B” 33.3, “Item C” 33.3"),
        (between(1, 1, 1), "“Item A” 33.4, “Item B” 33.3, “Item C” 33.3"),
    ],
)
def test_figures_out_of_100_add_up(app: Flask, fields: Mapping[str, str], figures: str) -> None:
    (weights,) = told(app, fields)
    assert weights == f"Out of 100, your comparisons give: {figures}."


@given(st.lists(st.fractions(0, 1), min_size=2, max_size=7).filter(any))
def test_tenths_add_up_and_lie_beside_the_points(points: list[Fraction]) -> None:
    points = [100 * one / sum(points) for one in points]
    found = in_tenths(points)
    assert sum(found) == 100
    assert all(abs(one - exact) < Fraction(1, 10) for one, exact in zip(found, points, strict=True))


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "The same one is chosen as most and least important."), ("zh-CN", "同一项")],
)
def test_one_item_at_both_ends_is_told_while_it_is_chosen(
    app: Flask, language: str, words: str
) -> None:
    (sentence,) = told(app, {"best.D": "A", "worst.D": "A"}, language)
    assert words in sentence
    assert told(app, {"best.D": "A", "worst.D": "B"}, language) == ()
