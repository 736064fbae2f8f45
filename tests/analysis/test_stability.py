"""Movement between rounds: printed figures, limits, gaps, and what must not change it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.stability import enough_items, movement, points
from tests.analysis.panels import T1, T2, panel

POINTS = arrays(np.float64, (2, 6, 4), elements=st.integers(1, 20))
RATINGS = arrays(np.float64, (2, 6, 4), elements=st.one_of(st.just(np.nan), st.integers(1, 5)))
ON_WEIGHTS = (
    *("weight_change_max", "total_variation", "aitchison_distance"),
    *("mean_own_move", "median_own_move"),
)


def rated(before, after, **settings_):
    return movement(before, after, method="rating", **({"scale": (1, 5)} | settings_))


def allocated(before, after, **settings_):
    return movement(before, after, method="constant_sum", **settings_)


def test_the_rating_panel_moves_as_printed():
    found = rated(*T1)
    assert found.histogram_change == pytest.approx([1 / 7, 3 / 7, 3 / 7, 2 / 7, 2 / 7])
    printed = [-0.025688, -0.166568, -0.241523, -0.087673, -0.117241]
    assert found.cv_change == pytest.approx(printed, abs=5e-7)
    assert found.wilcoxon_p.tolist() == [1.0, 1.0, 1.0, 0.5, 1.0]
    assert found.changed.tolist() == [1, 3, 3, 2, 2]
    assert found.item_stable == (True, False, False, False, False)
    assert found.stable is False


def test_the_rating_panel_has_the_printed_weights():
    found = rated(*T1)
    printed = [0.264764, 0.232493, 0.159734, 0.216480, 0.126529]
    assert found.weights_before == pytest.approx(printed, abs=5e-7)
    change = 100 * (found.weights_after - found.weights_before)
    assert found.weight_change_max == pytest.approx(np.abs(change).max())
    assert found.total_variation == pytest.approx(np.abs(change).sum() / 2)


@pytest.mark.parametrize(
    ("rounds", "largest", "median", "mean", "changed", "stable"),
    [((0, 1), 1.875, 5.0, 4.375, 7, False), ((1, 2), 0.625, 2.5, 3.125, 4, True)],
)
def test_the_points_panel_moves_as_printed(rounds, largest, median, mean, changed, stable):
    before, after = (T2[number] for number in rounds)
    found = allocated(before, after)
    assert (found.weight_change_max, found.total_variation) == (largest, largest)
    assert (found.median_own_move, found.mean_own_move) == (median, mean)
    assert int((before != after).any(axis=1).sum()) == changed
    assert found.item_stable == (True, True, True)
    assert found.stable is stable


def test_the_points_panel_has_the_printed_wilcoxon_p_and_weights():
    found = allocated(T2[0], T2[1])
    assert found.wilcoxon_p.tolist() == [0.375, 1.0, 0.5]
    assert found.weights_before.tolist() == [0.16875, 0.5375, 0.29375]
    assert found.weights_after.tolist() == [0.15, 0.54375, 0.30625]
    assert (found.experts, found.experts_with_weights) == (8, 8)


@pytest.mark.parametrize(("rounds", "distance"), [((0, 1), 0.119809), ((1, 2), 0.040235)])
def test_the_weights_of_the_points_panel_move_by_the_printed_log_ratios(rounds, distance):
    # Worked out for this project with plain NumPy from the definition.
    found = allocated(*(T2[number] for number in rounds))
    assert found.aitchison_distance == pytest.approx(distance, abs=5e-7)


def test_a_weight_of_zero_has_no_log_ratio():
    found = allocated(panel("0 60 40\n0 50 50"), panel("0 50 50\n0 50 50"))
    assert found.aitchison_distance is None
    assert found.reason == {"aitchison_distance": "weight_of_0"}
    assert found.total_variation == 5.0


def test_the_row_total_does_not_matter_for_points():
    tenths = allocated(T2[0] / 10, T2[1] * 3)
    plain = allocated(T2[0], T2[1])
    assert tenths.changed.tolist() == plain.changed.tolist()
    assert tenths.wilcoxon_p.tolist() == plain.wilcoxon_p.tolist()
    assert tenths.histogram_change.tolist() == plain.histogram_change.tolist()
    assert tenths.median_own_move == pytest.approx(5.0, abs=1e-12)


def test_rows_that_add_up_to_a_hundred_stay_as_they_are():
    assert np.array_equal(points(T2[0]), T2[0])


def test_float_noise_of_thirds_moves_nobody():
    before = panel("33.3 33.3 33.4\n1 1 1")
    after = panel("66.6 66.6 66.8\n0.1 0.1 0.1")
    found = allocated(before, after)
    assert found.changed.tolist() == [0, 0, 0]
    assert np.isnan(found.wilcoxon_p).all()
    assert found.median_own_move == pytest.approx(0.0, abs=1e-12)


def test_nobody_changed_has_no_wilcoxon_p():
    found = rated(T1[0], T1[0])
    records = found.records()
    assert [record["wilcoxon_p"] for record in records] == [None] * 5
    assert [record["reason"] for record in records] == [{"wilcoxon_p": "nobody_changed"}] * 5
    assert [record["histogram_change"] for record in records] == [0.0] * 5
    assert (found.stable, found.weight_change_max, found.median_own_move) == (True, 0.0, 0.0)


def test_a_swap_between_experts_is_seen_in_the_own_move_only():
    found = allocated(panel("60 40\n40 60"), panel("40 60\n60 40"))
    assert found.histogram_change.tolist() == [0.0, 0.0]
    assert (found.weight_change_max, found.median_own_move) == (0.0, 20.0)
    assert found.item_stable == (True, True)
    assert found.stable is False


@pytest.mark.parametrize(("move", "stable"), [(2.5, True), (2.6, False)])
def test_a_weight_may_move_by_half_the_tolerance(move, stable):
    before = panel("50 50\n50 50\n50 50")
    found = allocated(before, before + np.array([move, -move]))
    assert found.item_stable == (stable, stable)
    assert found.stable is stable
    assert allocated(before, before + np.array([move, -move]), tolerance=2 * move).stable is True


def test_many_small_own_moves_keep_a_group_from_being_stable():
    before = panel("50 50\n50 50\n50 50\n50 50")
    after = panel("60 40\n40 60\n60 40\n40 60")
    found = allocated(before, after)
    assert (found.weight_change_max, found.median_own_move, found.stable) == (0.0, 10.0, False)


def test_a_histogram_change_of_exactly_fifteen_percent_is_stable():
    before = np.full((20, 1), 3.0)
    after = before.copy()
    after[:3] = 4.0
    assert rated(before, after).item_stable == (True,)
    after[3] = 4.0
    assert rated(before, after).item_stable == (False,)


@pytest.mark.parametrize(
    ("items", "needed"), [(1, 1), (2, 2), (3, 3), (4, 4), (5, 4), (6, 5), (9, 8), (10, 8), (15, 12)]
)
def test_four_fifths_of_the_items_are_counted_without_floats(items, needed):
    assert enough_items(items) == needed


@pytest.mark.parametrize(("moved", "stable"), [(1, True), (2, False)])
def test_four_of_five_stable_items_make_a_group_stable(moved, stable):
    before = np.full((4, 5), 3.0)
    after = before.copy()
    after[:, :moved] = 4.0
    assert rated(before, after).stable is stable


def test_an_item_is_compared_over_the_experts_who_rated_it_twice():
    before = panel("1 2\n3 .\n5 2\n. 4")
    after = panel("2 2\n3 5\n. 2\n1 4")
    found = rated(before, after)
    assert (found.experts, found.experts_with_weights) == (4, 1)
    assert found.pairs.tolist() == [2, 3]
    assert found.changed.tolist() == [1, 0]
    assert found.histogram_change.tolist() == [0.5, 0.0]
    expected = np.std([2, 3], ddof=1) / 2.5 - np.std([1, 3], ddof=1) / 2
    assert found.cv_change[0] == pytest.approx(expected)
    assert found.weights_before.tolist() == pytest.approx([1 / 3, 2 / 3])


def test_an_item_that_nobody_rated_twice_is_undefined():
    found = rated(panel("1 2\n. 3"), panel(". 2\n4 3"))
    record = found.records()[0]
    figures = ("histogram_change", "cv_change", "wilcoxon_p", "stable")
    assert [record[name] for name in figures] == [None] * 4
    assert record["reason"] == dict.fromkeys(figures, "no_expert_in_both")
    assert found.records()[1]["stable"] is True
    assert found.stable is False
    assert found.reason["median_own_move"] == "no_complete_expert_in_both"


def test_an_expert_who_abstains_in_one_round_is_left_out():
    before, after = T2[0].copy(), T2[1].copy()
    before[0] = after[5] = np.nan
    found = allocated(before, after)
    rest = [1, 2, 3, 4, 6, 7]
    alone = allocated(T2[0][rest], T2[1][rest])
    assert found.experts == 6
    assert found.median_own_move == alone.median_own_move
    assert found.weights_after.tolist() == alone.weights_after.tolist()


@pytest.mark.parametrize("method", ["constant_sum", "rating"])
def test_without_anybody_in_both_rounds_nothing_is_known(method):
    before, after = panel("1 4\n. ."), panel(". .\n2 3")
    found = movement(before, after, method=method, scale=(1, 5))
    figures = (*ON_WEIGHTS, "stable")
    assert [getattr(found, name) for name in figures] == [None] * 6
    assert found.reason["stable"] == "no_expert_in_both"
    assert set(figures) <= set(found.reason)
    assert found.item_stable == (None, None)
    assert np.isnan(found.weights_before).all()


def test_ratings_below_zero_give_no_weights():
    found = rated(panel("-1 2\n3 1"), panel("-1 2\n3 2"), scale=(-3, 3))
    assert (found.weight_change_max, found.experts_with_weights) == (None, 0)
    assert found.reason["weight_change_max"] == "scale_below_0"
    assert found.changed.tolist() == [0, 1]


def test_an_expert_who_rated_everything_zero_has_no_weights():
    found = rated(panel("0 0\n2 2"), panel("1 1\n2 3"), scale=(0, 5))
    assert (found.experts, found.experts_with_weights) == (2, 1)
    assert found.weights_before.tolist() == [0.5, 0.5]


def test_one_pair_has_no_cv_to_compare():
    record = rated(panel("1 2"), panel("2 2")).records()[0]
    assert (record["cv_change"], record["reason"]) == (None, {"cv_change": "cv_undefined"})


@settings(max_examples=40, deadline=None)
@given(POINTS, st.randoms(use_true_random=False))
def test_no_order_of_experts_or_items_changes_a_digit_of_points(rounds, shuffler):
    _same_when_turned(*rounds, shuffler, method="constant_sum")


@settings(max_examples=40, deadline=None)
@given(RATINGS, st.randoms(use_true_random=False))
def test_no_order_of_experts_or_items_changes_a_digit_of_ratings(rounds, shuffler):
    _same_when_turned(*rounds, shuffler, method="rating", scale=(1, 5))


def _same_when_turned(before, after, shuffler, **settings_):
    rows, columns = list(range(len(before))), list(range(before.shape[1]))
    shuffler.shuffle(rows)
    shuffler.shuffle(columns)
    plain = movement(before, after, **settings_)
    turned = movement(before[rows][:, columns], after[rows][:, columns], **settings_)
    for field in dataclasses.fields(plain):
        one, other = getattr(plain, field.name), getattr(turned, field.name)
        if isinstance(one, np.ndarray):
            assert np.array_equal(one[columns], other, equal_nan=one.dtype.kind == "f"), field.name
        elif isinstance(one, tuple):
            assert tuple(one[column] for column in columns) == other
        else:
            assert one == other, field.name


@settings(max_examples=40, deadline=None)
@given(RATINGS)
def test_every_null_has_its_reason_and_every_reason_its_null(rounds):
    found = rated(*rounds)
    figures = (*ON_WEIGHTS, "stable")
    nulls = {name for name in figures if getattr(found, name) is None}
    assert nulls == set(found.reason or {}) - {"weights_before", "weights_after"}
    for record in found.records():
        nulls = {name for name, value in record.items() if value is None} - {"reason"}
        assert nulls == set(record["reason"] or {})


def test_the_input_is_not_touched():
    before, after = T2[0].copy(), T2[1].copy()
    before.flags.writeable = after.flags.writeable = False
    allocated(before, after)
    assert np.array_equal(before, T2[0])
    assert np.array_equal(after, T2[1])


@pytest.mark.parametrize("swapped", [False, True])
def test_a_round_on_a_longer_scale_is_not_compared_unawares(swapped):
    # Three points in one round, five in the other: their CVs and histograms have nothing in common.
    rounds = (T1[0], np.minimum(T1[1], 3.0))[:: -1 if swapped else 1]
    with pytest.raises(ValueError, match="off the scale from 1 to 3"):
        rated(*rounds, scale=(1, 3))


@pytest.mark.parametrize("value", [np.inf, -np.inf, 0.0, 6.0])
def test_an_answer_off_the_scale_is_refused_also_of_one_who_answered_once(value):
    before, after = panel("1 2\n3 ."), panel("1 2\n3 4")
    after[1, 1] = value
    with pytest.raises(ValueError, match=r"off the scale|beyond"):
        rated(before, after)


def test_rounds_of_different_shape_are_refused():
    with pytest.raises(ValueError, match="same experts and items"):
        allocated(T2[0], T2[1][:7])


def test_ratings_without_a_scale_are_refused():
    with pytest.raises(ValueError, match="need their scale"):
        movement(*T1, method="rating")


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="method 'ranking', expected one of constant_sum, rating"):
        movement(*T1, method="ranking")


@pytest.mark.parametrize(
    ("row", "message"),
    [("50 .", "partly empty"), ("-10 110", "negative value"), ("0 0", "adds up to 0")],
)
def test_an_unusable_constant_sum_row_is_refused(row, message):
    with pytest.raises(ValueError, match=message):
        allocated(panel("50 50"), panel(row))
