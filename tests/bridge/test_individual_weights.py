"""From one answer to individual weights: the printed vectors, and what holds for any answer."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.elicitation.best_worst import best_worst
from analysis.elicitation.pairwise import pairwise
from delphi.domain.answers.pairwise import key, pairs
from delphi.domain.methods import BEST_WORST, CRITERIA, PAIRWISE, RANKING, RATING
from delphi.domain.questionnaire import Question
from delphi.individual_weights import (
    comparison_matrices,
    comparison_vectors,
    ends_of,
    judged_row,
    judged_rows,
    places,
)
from tests.domain.answers.drawn import answers_to
from tests.domain.questionnaires import (
    EVERY_METHOD,
    best_worst_question,
    pairwise_question,
    question,
    ranking_question,
    rating_question,
)


def shares(asked: Question, values: Any) -> list[float]:
    return [float(one / 100) for one in judged_row(asked, values)]


def upper(asked: Question, *judgments: int) -> dict[str, int]:
    """Return pairwise values from an upper triangle: -4 stands for 1/4."""
    return dict(zip(map(key, pairs(asked)), judgments, strict=True))


def ranked(*order: str) -> dict[str, int]:
    return {code: place for place, code in enumerate(order, start=1)}


def test_points_are_their_own_figures() -> None:
    asked = question("root", "A", "B", "C")
    assert list(judged_row(asked, {"C": 30, "A": 15, "B": 55})) == [15, 55, 30]


def test_ratings_are_those_by_the_first_criterion() -> None:
    asked = rating_question("root", "A", "B", criteria=CRITERIA[:2])
    values = {"importance": {"A": 5, "B": 3}, "operability": {"A": 1, "B": 2}}
    assert list(judged_row(asked, values)) == [5, 3]


@pytest.mark.parametrize(
    ("order", "centroids"),
    [
        ("ABC", (0.611111, 0.277778, 0.111111)),
        ("ABCD", (0.520833, 0.270833, 0.145833, 0.0625)),
        ("ABCDE", (0.456667, 0.256667, 0.156667, 0.09, 0.04)),
    ],
)
def test_a_ranking_gives_rank_order_centroids(order: str, centroids: tuple[float, ...]) -> None:
    asked = ranking_question("root", *order)
    assert shares(asked, ranked(*order)) == pytest.approx(centroids, abs=5e-7)
    assert sum(judged_row(asked, ranked(*order))) == 100


def test_a_ranking_is_read_in_the_order_of_the_items() -> None:
    asked = ranking_question("root", "A", "B", "C")
    values = ranked("B", "C", "A")
    assert list(places(asked, values)) == [3, 1, 2]
    assert judged_row(asked, values) == (Fraction(100, 9), Fraction(550, 9), Fraction(250, 9))


@pytest.mark.parametrize(
    ("judgments", "weights"),
    [
        ((-4, -2, 2), (0.142857, 0.571429, 0.285714)),
        ((-3, -2, 3), (0.157056, 0.593634, 0.249311)),
        ((-5, -3, 2), (0.109452, 0.581552, 0.308996)),
    ],
)
def test_three_experts_on_three_items(
    judgments: tuple[int, ...], weights: tuple[float, ...]
) -> None:
    asked = pairwise_question("root", "A", "B", "C")
    assert shares(asked, upper(asked, *judgments)) == pytest.approx(weights, abs=5e-7)


def test_the_city_example_by_row_geometric_means() -> None:
    asked = pairwise_question("root", "culture", "family", "house", "jobs", "transport")
    values = upper(asked, -5, 3, -2, 5, 7, 1, 7, -4, 3, 7)
    assert shares(asked, values) == pytest.approx(
        (0.152594, 0.422816, 0.072258, 0.314743, 0.037589), abs=5e-7
    )


@pytest.mark.parametrize(
    ("codes", "to_others", "to_worst", "weights"),
    [
        ("ABC", (8, 2, 1), (1, 5, 8), (0.071429, 0.321429, 0.607143)),
        (
            "ABCDE", (2, 1, 4, 3, 8), (4, 8, 2, 3, 1),
            (0.229508, 0.448087, 0.114754, 0.153005, 0.054645),
        ),
        (
            "ABCDE", (2, 1, 4, 2, 8), (4, 8, 4, 2, 1),
            (0.243902, 0.414634, 0.121951, 0.170732, 0.048780),
        ),
    ],
)  # fmt: skip
def test_the_linear_best_worst_model(
    codes: str, to_others: tuple[int, ...], to_worst: tuple[int, ...], weights: tuple[float, ...]
) -> None:
    asked = best_worst_question("root", *codes)
    best, worst = codes[to_others.index(1)], codes[to_worst.index(1)]
    values = {
        "best": best,
        "worst": worst,
        "best_to_others": {c: n for c, n in zip(codes, to_others, strict=True) if c != best},
        "others_to_worst": {
            c: n for c, n in zip(codes, to_worst, strict=True) if c not in (best, worst)
        },
    }
    assert comparison_vectors(asked, values) == (to_others, to_worst)
    assert ends_of(asked, values) == (codes.index(best), codes.index(worst))
    assert shares(asked, values) == pytest.approx(weights, abs=5e-7)


def test_the_comparisons_of_a_panel_are_one_array() -> None:
    asked = pairwise_question("root", "A", "B", "C")
    found = comparison_matrices(asked, [upper(asked, 3, -4, 1), upper(asked, 1, 1, 9)])
    assert found.tolist() == [
        [[1, 3, 1 / 4], [1 / 3, 1, 1], [4, 1, 1]],
        [[1, 1, 1], [1, 1, 9], [1, 1 / 9, 1]],
    ]
    assert comparison_matrices(asked, []).shape == (0, 3, 3)


def test_equal_judgments_give_equal_weights() -> None:
    # A third does not end in any number of decimals: no part may go to one of three.
    pairwise_asked = pairwise_question("root", "A", "B", "C")
    ends_asked = best_worst_question("root", "A", "B", "C")
    alike = {"best": "A", "worst": "C", "best_to_others": {"B": 1, "C": 1}}
    for asked, values in (
        (pairwise_asked, upper(pairwise_asked, 1, 1, 1)),
        (ends_asked, {**alike, "others_to_worst": {"B": 1}}),
    ):
        assert judged_row(asked, values) == (Fraction(100, 3),) * 3


@settings(max_examples=30, deadline=None)
@given(data=st.data(), asked=st.sampled_from(EVERY_METHOD))
def test_a_panel_is_judged_answer_by_answer(data: st.DataObject, asked: Question) -> None:
    one, other = data.draw(answers_to(asked)), data.draw(answers_to(asked))
    rows = judged_rows(asked, [one, None, other, dict(one)])
    assert rows == (judged_row(asked, one), None, judged_row(asked, other), judged_row(asked, one))
    assert rows[3] is rows[0]  # equal answers are reckoned once


DERIVED = [one for one in EVERY_METHOD if one.method not in ("constant_sum", RATING)]


@settings(max_examples=40, deadline=None)
@given(data=st.data(), asked=st.sampled_from(DERIVED))
def test_derived_weights_are_those_of_the_analysis_and_sum_to_100(
    data: st.DataObject, asked: Question
) -> None:
    values = data.draw(answers_to(asked))
    row = judged_row(asked, values)
    assert sum(row) == 100
    assert min(row) >= 0
    found = [float(one) / 100 for one in row]
    if asked.method == PAIRWISE:
        (matrix,) = comparison_matrices(asked, [values])
        assert found == pytest.approx(pairwise(matrix).weights_rgmm.tolist(), rel=1e-12)
    if asked.method == BEST_WORST:
        best, worst = ends_of(asked, values)
        first, second = (np.array(one, np.float64) for one in comparison_vectors(asked, values))
        expected = best_worst(first, second, best=best, worst=worst).weights.tolist()
        assert found == pytest.approx(expected, abs=1e-11)
    if asked.method == RANKING:
        order = sorted(range(len(row)), key=lambda at: -row[at])
        assert [int(places(asked, values)[at]) for at in order] == list(range(1, len(row) + 1))


@settings(max_examples=40, deadline=None)
@given(data=st.data(), asked=st.sampled_from([one for one in DERIVED if one.method == PAIRWISE]))
def test_an_item_that_counts_more_in_every_comparison_has_more_weight(
    data: st.DataObject, asked: Question
) -> None:
    values = data.draw(answers_to(asked))
    (rows,) = comparison_matrices(asked, [values])
    weights = judged_row(asked, values)
    for one, row in enumerate(rows):
        for other, lower in enumerate(rows):
            if all(a > b for a, b in zip(row, lower, strict=True)):
                assert weights[one] > weights[other]


def test_equal_weights_of_other_comparisons_are_equal_to_the_last_digit() -> None:
    """Else the writer of a reason would stand on a side although the answer is the median."""
    asked = best_worst_question("root", "A", "B", "C")
    one = {
        "best": "A",
        "worst": "B",
        "best_to_others": {"B": 3, "C": 2},
        "others_to_worst": {"C": 2},
    }
    other = {
        "best": "C",
        "worst": "B",
        "best_to_others": {"A": 3, "B": 4},
        "others_to_worst": {"A": 1},
    }
    assert judged_row(asked, one)[1] == judged_row(asked, other)[1] == Fraction(50, 3)
