"""Flags for careless or strategic answers: raised where they should be, and nothing is deleted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.aggregation import aggregate
from analysis.answer_quality import assess, sensitivity
from tests.analysis.panels import T1, T2, panel

RATINGS = np.random.default_rng(11).integers(2, 6, (9, 12)).astype(float)
GAPPED = arrays(
    np.float64, st.tuples(st.integers(1, 8), st.just(6)), elements=st.sampled_from([1.0, 4, np.nan])
)


def codes(found, expert):
    return [flag.code for flag in found.flags if flag.expert == expert]


def with_expert(values, row):
    return np.vstack([values, panel(row)])


def test_the_far_expert_of_the_first_round_is_flagged_by_distance():
    # Robust z 3.20: five points for A, where the others give 10 to 30. In points it lies less far
    # out than E2: log-ratios stress small weights.
    found = assess(T2[0], method="constant_sum")
    assert found.distance_z[7] == pytest.approx(3.20, abs=5e-3)
    assert [(flag.expert, flag.code, flag.limit) for flag in found.flags] == [(7, "distance", 3.0)]
    assert found.flags[0].value == found.distance_z[7]
    assert found.flagged.tolist() == [False] * 7 + [True]


def test_in_the_third_round_nobody_is_flagged():
    found = assess(T2[2], method="constant_sum", previous=T2[1])
    assert found.distance_z.max() == pytest.approx(0.75, abs=5e-3)
    assert found.flags == ()
    assert not found.flagged.any()


def test_weights_with_and_without_the_flagged_stand_side_by_side():
    found = assess(T2[0], method="constant_sum").sensitivity
    assert found.weights == pytest.approx([0.16875, 0.5375, 0.29375])
    # 130/7, 370/7 and 200/7 points of the other seven.
    assert found.weights_without == pytest.approx([1.3 / 7, 3.7 / 7, 2 / 7])
    assert (found.experts_used, found.experts_used_without) == (8, 7)
    assert found.max_change == pytest.approx(130 / 7 - 16.875)
    assert found.reason is None


def test_without_a_flag_both_vectors_are_the_same():
    found = assess(T2[2], method="constant_sum").sensitivity
    assert np.array_equal(found.weights, found.weights_without)
    assert found.max_change == 0.0


def test_a_page_with_one_answer_throughout_is_flagged_once():
    found = assess(with_expert(T1[0], "3 3 3 3 3"), method="rating")
    assert codes(found, 7) == ["all_equal"]
    assert (found.longest_run[7], found.irv[7]) == (5, 0.0)
    assert found.flags[-1].value == 5


def test_one_answer_on_most_items_in_a_row_is_flagged():
    values = RATINGS.copy()
    values[0] = [2, 5, 3, *[4] * 8, 5]
    found = assess(values, method="rating")
    assert "long_run" in codes(found, 0)
    values[0, 3] = 5  # seven of twelve are not more than 60 %
    assert "long_run" not in codes(assess(values, method="rating"), 0)


def test_a_run_is_counted_in_the_order_in_which_the_expert_saw_the_items():
    values = np.tile([[1.0, 2, 1, 2, 1, 2]], (4, 1))
    order = np.array([[0, 1, 2, 3, 4, 5]] * 3 + [[0, 2, 4, 1, 3, 5]])
    found = assess(values, method="rating", order=order)
    assert found.longest_run.tolist() == [1, 1, 1, 3]


def test_two_equal_of_three_are_no_run():
    found = assess(panel("20 40 40\n30 30 40\n25 35 40\n20 30 50"), method="constant_sum")
    assert found.longest_run.tolist() == [2, 2, 1, 1]
    assert "long_run" not in {flag.code for flag in found.flags}


def test_half_and_half_is_an_answer():
    found = assess(panel("50 50\n60 40\n55 45\n40 60"), method="constant_sum")
    assert "all_equal" not in codes(found, 0)


def test_spread_far_from_the_others_is_flagged_on_either_side():
    values = np.tile(panel("2 3 4 3 2 4"), (9, 1)) + np.linspace(0, 0.8, 9)[:, None] * panel(
        "0 0 1 0 0 1"
    )
    values = with_expert(values, "1 9 1 9 1 9")
    values = with_expert(values, "3 3 3 3 3 3.1")
    found = assess(values, method="rating")
    assert "spread" in codes(found, 9)
    assert "spread" in codes(found, 10)
    assert found.irv_z[9] > 3 > -3 > found.irv_z[10]


def test_disagreement_is_flagged_only_after_two_rounds():
    agreed = np.tile(panel("5 4 3 2 1"), (6, 1))
    against = with_expert(agreed, "1 2 3 4 5")
    once = assess(against, method="rating", previous=with_expert(agreed, "5 4 3 2 1"))
    twice = assess(against, method="rating", previous=against)
    alone = assess(against, method="rating")
    assert "agreement" not in codes(once, 6) + codes(alone, 6)
    assert codes(twice, 6)[0] == "agreement"
    assert twice.agreement[6] == twice.agreement_before[6] == -1.0
    assert not twice.flagged[:6].any()


def test_identical_answers_are_flagged_on_a_long_page_only():
    long = np.vstack([RATINGS, RATINGS[:1]])
    found = assess(long, method="rating")
    assert "identical" in codes(found, 0)
    assert "identical" in codes(found, 9)
    short = assess(long[:, :6], method="rating")
    assert short.identical_to[0] == 1
    assert "identical" not in codes(short, 0)


def test_an_outlying_answer_is_a_flag_on_the_item_and_not_on_the_expert():
    scores = np.array([0.0, 0, -1, -1, -1, -1, -1, -2, -2, -4]) + 9
    others = np.random.default_rng(3).integers(4, 9, (10, 5))
    found = assess(np.hstack([others, scores[:, None]]), method="rating")
    flag = next(flag for flag in found.flags if flag.code == "outlying_item")
    assert (flag.expert, flag.item) == (9, 5)
    assert flag.value == pytest.approx(2.3286, abs=5e-5)
    assert flag.limit == pytest.approx(2.290, abs=5e-4)
    assert found.flagged[9] == ("spread" in codes(found, 9) or "distance" in codes(found, 9))


def test_constant_sums_of_other_totals_are_the_same_answers():
    tenths = T2[0] * np.where(np.arange(8) % 2, 1.0, 0.1)[:, None]
    first, second = (assess(v, method="constant_sum") for v in (T2[0], tenths))
    assert np.array_equal(first.irv, second.irv)
    assert [flag.code for flag in first.flags] == [flag.code for flag in second.flags]


def test_no_time_is_stored_and_the_result_says_that_none_was_looked_at():
    assert assess(T1[0], method="rating").not_assessed == ("answer_times",)


@settings(max_examples=40, deadline=None)
@given(GAPPED)
def test_every_gap_in_a_record_has_its_reason(values):
    for record in assess(values, method="rating").records():
        missing = {name for name, value in record.items() if value is None} - {"reason"}
        assert missing == set(record["reason"] or {})


def test_records_name_why_a_figure_is_missing():
    values = panel("3 3 3 3 3\n. . . . 4\n5 4 . 2 1\n5 4 3 2 1\n5 4 3 2 1")
    records = assess(values, method="rating").records()
    assert records[0]["reason"]["agreement"] == "no_order"
    assert records[1]["reason"]["irv"] == "too_few_answers"
    assert records[2]["reason"]["distance"] == "no_weight_vector"
    assert records[3]["reason"] == {
        "agreement_before": "no_earlier_round",
        "distance_z": "no_spread_among_experts",
    }
    same = assess(np.tile(values[3], (5, 1)), method="rating").records()
    assert same[0]["reason"]["distance_z"] == "no_spread_among_experts"


def test_weights_are_undefined_with_a_reason_where_everybody_is_flagged():
    found = sensitivity(T2[0], np.ones(8, bool), method="constant_sum", rule="arithmetic_mean")
    assert np.isnan(found.weights_without).all()
    assert found.max_change is None
    assert found.reason == {"weights_without": "no_answers", "max_change": "no_answers"}


def test_the_rule_of_the_side_by_side_weights_can_be_chosen():
    found = assess(T2[0], method="constant_sum", rule="median").sensitivity
    expected = aggregate(T2[0][:7], method="constant_sum", rule="median")
    assert found.weights_without == pytest.approx(expected.weights)


@settings(max_examples=30, deadline=None)
@given(GAPPED, st.randoms(use_true_random=False))
def test_no_order_of_experts_changes_a_digit(values, shuffler):
    order = list(range(len(values)))
    shuffler.shuffle(order)
    first, second = (assess(v, method="rating") for v in (values, values[order]))
    for name in ("irv", "irv_z", "agreement", "distance", "distance_z"):
        assert np.array_equal(getattr(first, name)[order], getattr(second, name), equal_nan=True)
    places = {order.index(flag.expert) for flag in first.flags}
    assert places == {flag.expert for flag in second.flags}
    for name in ("weights", "weights_without"):
        pair = getattr(first.sensitivity, name), getattr(second.sensitivity, name)
        assert np.array_equal(*pair, equal_nan=True)


def test_the_input_is_not_touched():
    values = T2[0].copy()
    values.flags.writeable = False
    assess(values, method="constant_sum", previous=values)
    assert np.array_equal(values, T2[0])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "ranking"}, "expected one of"),
        ({"method": "rating", "previous": T1[0][:3]}, "same experts"),
        ({"method": "rating", "order": np.zeros((7, 5), int)}, "every item once"),
        ({"method": "rating", "order": np.arange(5)}, "every item once"),
        ({"method": "rating", "rule": "l1"}, "no rule"),
    ],
)
def test_what_does_not_fit_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        assess(T1[0], **options)


def test_negative_points_are_refused():
    with pytest.raises(ValueError, match="negative"):
        assess(-T2[0], method="constant_sum")
