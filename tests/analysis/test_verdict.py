"""The stopping rule: each outcome, each limit, in the order in which the rule asks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.matching import Answers
from analysis.verdict import decide
from tests.analysis.panels import T1, T2, panel
from tests.analysis.verdicts import APART, allocated, answers, condition, rated, ratings_of

ALLOCATION = [
    *("response", "experts_both", "earlier_round", "weight_change_max", "median_own_move"),
    *("mean_own_move", "iqr", "within_tolerance", "cv", "items_agreed", "w", "p_permutation"),
    "last_round",
]
RATING = [
    *("response", "experts_both", "earlier_round", "histogram_change", "weight_change_max"),
    *("median_own_move", "mean_own_move", "iqr", "cv", "items_agreed", "w", "p_permutation"),
    "last_round",
]
MOVEMENT = {"experts_both", "weight_change_max", "median_own_move", "mean_own_move"}


def test_the_points_panel_goes_on_goes_on_and_agrees():
    assert allocated(None, T2[0]).verdict == "continue"
    assert allocated(T2[0], T2[1]).verdict == "continue"
    assert allocated(T2[1], T2[2]).verdict == "consensus_stable"


def test_the_last_round_of_the_points_panel_shows_its_numbers():
    verdict = allocated(T2[1], T2[2])
    largest = condition(verdict, "weight_change_max")
    assert (largest.value, largest.limit, largest.holds, largest.decides) == (
        0.625,
        2.5,
        True,
        True,
    )
    median = condition(verdict, "median_own_move")
    assert (median.value, median.limit, median.holds, median.decides) == (2.5, 2.5, True, True)
    mean = condition(verdict, "mean_own_move")
    assert (mean.value, mean.limit, mean.holds, mean.decides) == (3.125, None, None, False)
    iqr = condition(verdict, "iqr")
    assert (iqr.value, iqr.limit) == ({"A": 1.25, "B": 2.5, "C": 1.25}, 5.0)
    assert verdict.reason is None


def test_the_second_round_fails_on_the_median_own_move():
    verdict = allocated(T2[0], T2[1])
    assert condition(verdict, "weight_change_max").holds is True
    assert condition(verdict, "median_own_move").holds is False


def test_the_rating_panel_goes_on_in_spite_of_its_high_w():
    verdict = rated(*T1)
    assert verdict.verdict == "continue"
    assert condition(verdict, "w").value == pytest.approx(0.952009, abs=5e-7)
    assert condition(verdict, "items_agreed").value == 5
    assert condition(verdict, "histogram_change").holds is False


@pytest.mark.parametrize("preset", ["recommended", "classic"])
@pytest.mark.parametrize("before", [None, T2[0]])
def test_every_condition_on_points_is_listed_in_the_order_of_the_rule(before, preset):
    verdict = allocated(before, T2[1], preset=preset)
    assert [c.name for c in verdict.conditions] == ALLOCATION


@pytest.mark.parametrize("preset", ["recommended", "classic"])
@pytest.mark.parametrize("before", [None, T1[0]])
def test_every_condition_on_ratings_is_listed_in_the_order_of_the_rule(before, preset):
    verdict = rated(before, T1[1], preset=preset)
    assert [c.name for c in verdict.conditions] == RATING


@pytest.mark.parametrize(
    ("preset", "deciding"),
    [
        ("recommended", {"weight_change_max", "median_own_move", "iqr", "within_tolerance"}),
        ("classic", {"cv", "p_permutation"}),
    ],
)
def test_each_preset_decides_by_its_own_conditions_on_points(preset, deciding):
    verdict = allocated(T2[0], T2[1], preset=preset)
    always = {"response", "experts_both", "earlier_round", "items_agreed", "last_round"}
    assert {c.name for c in verdict.conditions if c.decides} == deciding | always


@pytest.mark.parametrize(
    ("preset", "deciding"),
    [("recommended", {"histogram_change", "iqr", "cv"}), ("classic", {"cv", "p_permutation"})],
)
def test_each_preset_decides_by_its_own_conditions_on_ratings(preset, deciding):
    verdict = rated(*T1, preset=preset)
    always = {"response", "experts_both", "earlier_round", "items_agreed", "last_round"}
    assert {c.name for c in verdict.conditions if c.decides} == deciding | always


def test_what_does_not_decide_has_neither_limit_nor_outcome():
    for verdict in (allocated(T2[0], T2[1]), rated(*T1), rated(*T1, preset="classic")):
        beside = [c for c in verdict.conditions if not c.decides]
        assert beside
        assert all((c.limit, c.holds) == (None, None) for c in beside)


# 1. hold


def test_a_low_response_holds_even_the_last_round():
    assert allocated(T2[1], T2[2], invited=12, last=True).verdict == "hold"
    verdict = allocated(None, T2[0], invited=12)
    assert verdict.verdict == "hold"
    assert condition(verdict, "response").value == pytest.approx(8 / 12)


def test_a_response_of_exactly_the_limit_is_enough():
    seven = np.vstack([np.tile([50.0, 50.0], (7, 1)), np.full((3, 2), np.nan)])
    verdict = allocated(seven, seven, invited=10, minimum=7)
    assert condition(verdict, "response").holds is True
    assert verdict.verdict == "consensus_stable"
    assert allocated(seven, seven, invited=10, minimum=7, response=0.71).verdict == "hold"


def test_a_wholly_empty_row_is_no_answer():
    after = T2[2].copy()
    after[:3] = np.nan
    verdict = allocated(T2[1], after, minimum=5)
    assert condition(verdict, "response").value == 5 / 8
    assert condition(verdict, "experts_both").value == 5
    assert verdict.verdict == "hold"


def test_a_partly_empty_rating_row_is_an_answer():
    after = T1[1].copy()
    after[0, 1:] = np.nan
    assert condition(rated(T1[0], after), "response").value == 1.0


def test_too_few_experts_in_both_rounds_hold():
    assert rated(*T1, minimum=8).verdict == "hold"
    assert rated(*T1, minimum=7).verdict == "continue"


def test_experts_are_matched_by_name():
    before = answers(T2[1], experts=tuple("abcdefgh"))
    after = answers(T2[2], experts=tuple("abcdwxyz"))
    verdict = decide(before, after, method="constant_sum", invited=8)
    assert condition(verdict, "experts_both").value == 4
    assert verdict.verdict == "hold"


def test_the_first_round_needs_no_minimum_of_both():
    assert allocated(None, T2[0], minimum=100).verdict == "continue"


# 2. no earlier round


@pytest.mark.parametrize("preset", ["recommended", "classic"])
def test_the_first_round_goes_on_however_it_ends(preset):
    unanimous = np.tile([20.0, 50, 30], (8, 1))
    assert allocated(None, unanimous, last=True, preset=preset).verdict == "continue"


def test_without_an_earlier_round_movement_has_no_value():
    verdict = allocated(None, T2[0])
    unknown = {c.name for c in verdict.conditions if c.value is None}
    assert unknown == MOVEMENT
    assert verdict.reason == dict.fromkeys(MOVEMENT, "no_earlier_round")
    assert all(condition(verdict, name).holds is None for name in MOVEMENT)


# 3. recommended, points


def test_a_settled_split_is_stable_dissent_also_in_the_last_round():
    assert allocated(APART, APART).verdict == "stable_dissent"
    assert allocated(APART, APART, last=True).verdict == "stable_dissent"


def test_agreement_that_still_moves_goes_on_until_the_last_round():
    after = np.tile([60.0, 40.0], (8, 1))
    assert allocated(APART, after).verdict == "continue"
    assert allocated(APART, after, last=True).verdict == "round_limit"


@pytest.mark.parametrize(("tolerance", "verdict"), [(5.0, "consensus_stable"), (2.0, "continue")])
def test_the_tolerance_of_the_protocol_counts(tolerance, verdict):
    assert allocated(T2[1], T2[2], tolerance=tolerance).verdict == verdict


def test_three_quarters_within_the_tolerance_are_enough():
    values = panel("50 50\n50 50\n50 50\n50 50\n50 50\n50 50\n60 40\n40 60")
    verdict = allocated(values, values)
    assert condition(verdict, "within_tolerance").value == {"A": 0.75, "B": 0.75}
    assert verdict.verdict == "consensus_stable"
    values = panel("50 50\n50 50\n50 50\n50 50\n50 50\n60 40\n60 40\n40 60")
    verdict = allocated(values, values)
    assert condition(verdict, "within_tolerance").value == {"A": 0.625, "B": 0.625}
    assert verdict.verdict == "stable_dissent"


def test_an_iqr_of_exactly_the_tolerance_is_enough():
    values = panel("50 50\n50 50\n50 50\n55 45\n55 45\n55 45\n55 45\n50 50")
    verdict = allocated(values, values)
    assert condition(verdict, "iqr").value == {"A": 5.0, "B": 5.0}
    assert verdict.verdict == "consensus_stable"


def test_the_same_items_must_meet_both_conditions():
    # Five items: A fails the IQR only, B the share only, so that each condition holds for four.
    wide = [14, 14, 14, 17, 17, 20, 20, 20]  # IQR 6, all within 5 of 17
    tailed = [10, 20, 20, 20, 20, 20, 30, 30]  # IQR 2.5, five of eight within 5 of 20
    rest = 100 - np.array(wide) - np.array(tailed)
    values = np.column_stack([wide, tailed, np.full(8, 20.0), np.full(8, 20.0), rest - 40.0])
    verdict = allocated(values, values, tolerance=5.0)
    met = condition(verdict, "iqr"), condition(verdict, "within_tolerance")
    spread = [
        sum(v <= 5 for v in met[0].value.values()),
        sum(v >= 0.75 for v in met[1].value.values()),
    ]
    assert spread[0] < 5
    assert spread[1] < 5
    assert condition(verdict, "items_agreed").value < min(spread)
    assert verdict.verdict == "stable_dissent"


# 3. recommended, ratings


@pytest.mark.parametrize(
    ("scale", "limit"), [((1, 5), 1), ((1, 9), 2), ((0, 100), 10), ((1, 7), 1.5), ((0, 10), 2.5)]
)
def test_the_iqr_limit_of_ratings_follows_the_scale(scale, limit):
    values = np.full((8, 3), 4.0)
    assert condition(rated(values, values, scale=scale), "iqr").limit == limit


@pytest.mark.parametrize(
    ("columns", "verdict"),
    [
        (["44444444"] * 5, "consensus_stable"),
        (["44444444"] * 4 + ["11155555"], "consensus_stable"),
        (["44444444"] * 3 + ["11155555"] * 2, "stable_dissent"),
        # IQR 1, but a CV of 0.33: one low item of five may fail, two may not.
        (["44444444"] * 4 + ["11112222"], "consensus_stable"),
        (["44444444"] * 3 + ["11112222"] * 2, "stable_dissent"),
    ],
)
def test_four_of_five_rated_items_must_agree(columns, verdict):
    values = ratings_of(*columns)
    assert rated(values, values).verdict == verdict


def test_the_cv_is_not_asked_of_a_mean_near_zero():
    values = np.column_stack([np.tile([0.0, 10.0], 4), np.tile([0.0, 20.0], 4)])
    verdict = rated(values, values, scale=(0, 100))
    assert condition(verdict, "cv").value["A"] > 1
    # A has mean 5 and IQR 10; B has an IQR of 20.
    assert condition(verdict, "items_agreed").value == 1
    # Both have a small IQR; the mean of B lies above 10.
    values = np.column_stack([np.tile([8.0, 12.0], 4), np.tile([8.0, 14.0], 4)])
    assert condition(rated(values, values, scale=(0, 100)), "items_agreed").value == 1


def test_one_moving_item_of_five_is_allowed():
    before = ratings_of(*["44444444"] * 5)
    one = ratings_of(*["44444444"] * 4, "55444444")
    assert rated(before, one).verdict == "consensus_stable"
    two = ratings_of(*["44444444"] * 3, "55444444", "55444444")
    assert rated(before, two).verdict == "continue"


def test_an_item_with_one_answer_is_not_agreed_on():
    values = ratings_of("44444444", "44444444")
    values[1:, 1] = np.nan
    verdict = rated(values, values)
    assert condition(verdict, "items_agreed").value == 1
    assert condition(verdict, "cv").value == {"A": 0.0, "B": None}
    assert verdict.reason["cv"] == "some_items_undefined"


# all of them


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(8)), st.permutations(range(3)), st.sampled_from([0, 1]))
def test_no_order_of_experts_or_items_changes_the_verdict(rows, columns, earlier):
    before, after = answers(T2[earlier]), answers(T2[earlier + 1])
    turned = Answers(
        tuple(after.experts[row] for row in rows),
        tuple(after.items[column] for column in columns),
        after.values[rows][:, columns],
    )
    rule = {"method": "constant_sum", "invited": 8}
    assert decide(before, turned, **rule) == decide(before, after, **rule)


def test_an_unknown_preset_is_refused():
    with pytest.raises(ValueError, match="preset 'strict', expected one of recommended, classic"):
        allocated(T2[0], T2[1], preset="strict")


def test_more_answers_than_invitations_are_refused():
    with pytest.raises(ValueError, match="8 answered, but only 7 were invited"):
        allocated(T2[0], T2[1], invited=7)


def test_nobody_invited_is_refused():
    with pytest.raises(ValueError, match="only 0 were invited"):
        allocated(None, T2[0] * np.nan, invited=0)


def test_other_items_are_refused():
    other = Answers(tuple("abcdefgh"), tuple("XYZ"), T2[0])
    with pytest.raises(ValueError, match="same items"):
        decide(other, answers(T2[1]), method="constant_sum", invited=8)
