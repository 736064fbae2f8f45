"""Boundary values: known boundaries, the trap of applying them twice, and what is undefined."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.dispersion import dispersion
from analysis.screening import (
    boundary_values,
    screen,
    screen_several,
    screen_statistics,
)
from tests.analysis.panels import T1, panel

#: Made up for this project: mean, full-score share and CV of eight items.
EIGHT = np.column_stack(
    [
        [4.7, 4.5, 4.4, 4.2, 4.1, 3.9, 3.4, 3.0],
        [0.75, 0.60, 0.55, 0.40, 0.35, 0.30, 0.15, 0.10],
        [0.10, 0.13, 0.14, 0.17, 0.19, 0.20, 0.29, 0.33],
    ]
)
ALL = ["mean", "full_score_share", "cv"]
RATINGS = arrays(
    np.float64,
    st.tuples(st.integers(1, 8), st.integers(1, 10)),
    elements=st.one_of(st.integers(1, 5), st.just(np.nan)),
)


def test_the_boundaries_of_eight_items_are_the_known_ones_and_two_items_fail_all_three():
    found = screen_statistics(EIGHT, (1, 5))
    np.testing.assert_allclose(found.boundaries, [3.449922, 0.176393, 0.273201], rtol=0, atol=5e-7)
    assert found.decisions == ("keep",) * 6 + ("propose_delete",) * 2
    assert found.fails_relative.sum(axis=1).tolist() == [0] * 6 + [3] * 2
    assert not found.few_items


def test_screening_again_after_a_deletion_fails_an_item_about_which_nothing_changed():
    found = screen_statistics(EIGHT[:6], (1, 5))
    np.testing.assert_allclose(found.boundaries, [4.010172, 0.320154, 0.193341], rtol=0, atol=5e-7)
    assert found.decisions == ("keep",) * 5 + ("propose_delete",)
    assert found.few_items


def test_one_weak_item_more_protects_the_others():
    found = screen_statistics(np.vstack([EIGHT, [1.0, 0.0, 0.9]]), (1, 5))
    assert found.decisions[6:] == ("keep", "discuss", "propose_delete")


@pytest.mark.parametrize(
    ("counts", "mean", "sd", "cv", "share"),
    [
        # Counts of the scores 5, 4, 3, 2, 1 of 33 experts in a Chinese teaching deck on the method.
        ((10, 12, 9, 2, 0), 3.909091, 0.913908, 0.233790, 0.303030),
        ((20, 11, 1, 1, 0), 4.515152, 0.712444, 0.157790, 0.606061),
        ((9, 17, 7, 0, 0), 4.060606, 0.704423, 0.173477, 0.272727),
        ((13, 14, 5, 1, 0), 4.181818, 0.808337, 0.193298, 0.393939),
    ],
)
def test_a_table_of_frequencies_gives_the_known_statistics(counts, mean, sd, cv, share):
    values = np.repeat([5.0, 4, 3, 2, 1], counts)[:, None]
    found = screen(np.hstack([values, values]), (1, 5)).statistics[0]
    np.testing.assert_allclose(found, [mean, share, cv], rtol=0, atol=5e-7)
    assert dispersion(values, (1, 5)).sd[0] == pytest.approx(sd, abs=5e-7)


def test_both_rules_stand_side_by_side():
    record = screen_statistics(EIGHT, (1, 5)).records()[6]
    assert record == {
        "mean": 3.4,
        "full_score_share": 0.15,
        "cv": 0.29,
        "fails_relative": ALL,
        "fails_absolute": ALL,
        "decision": "propose_delete",
        "reason": None,
    }
    assert screen_statistics(EIGHT, (1, 5)).records()[5]["fails_absolute"] == []


def test_the_absolute_triple_passes_on_its_bars_and_is_for_1_to_5_only():
    figures = np.array([[3.5, 0.2, 0.25], [3.49, 0.19, 0.26]])
    found = screen_statistics(figures, (1, 5)).records()
    assert [record["fails_absolute"] for record in found] == [[], ALL]
    other = screen_statistics(figures, (1, 9)).records()[0]
    assert other["fails_absolute"] is None
    assert other["reason"] == {"fails_absolute": "scale_not_1_to_5"}


def test_a_full_score_of_one_in_five_lies_on_the_bar_of_the_share():
    # 1/5 is below 0.2 or not only by the last digit of a float.
    found = screen(panel("5 4\n4 4\n4 4\n4 5\n4 4"), (1, 5))
    assert found.statistics[:, 1].tolist() == [0.2, 0.2]
    assert not found.fails_absolute.any()


@pytest.mark.parametrize("value", [4.2, 0.1, 1 / 3])
def test_where_all_items_are_equal_nothing_fails(value):
    found = screen_statistics(np.full((9, 3), value), (0, 9))
    assert found.boundaries.tolist() == [value] * 3
    assert found.decisions == ("keep",) * 9


def test_an_item_on_the_boundary_passes():
    # Two items: mean - SD/sqrt(2) is the lower one, so a third in the middle shifts nothing.
    column = np.array([1.0, 2, 3])
    found = screen_statistics(np.column_stack([column, column, column]), (1, 3))
    assert found.boundaries.tolist() == [1.0, 1.0, 3.0]
    assert found.decisions == ("keep",) * 3


def test_an_item_that_fails_one_or_two_is_talked_over():
    figures = EIGHT.copy()
    figures[7, 0] = 4.0
    found = screen_statistics(figures, (1, 5))
    assert found.decisions[7] == "discuss"
    assert found.records()[7]["fails_relative"] == ["full_score_share", "cv"]


def test_an_item_without_a_figure_gets_no_decision_and_leaves_the_others_theirs():
    found = screen(panel("5 4 .\n4 4 .\n5 3 1"), (1, 5))
    record = found.records()[2]
    assert record["mean"] == 1.0
    assert (record["cv"], record["decision"], record["fails_absolute"]) == (None, None, None)
    assert record["reason"] == {
        "full_score_share": "undefined",
        "cv": "undefined",
        "decision": "undefined_statistic",
        "fails_absolute": "undefined_statistic",
    }
    assert None not in found.decisions[:2]


def test_an_item_that_all_put_at_0_has_no_cv_and_no_decision():
    found = screen(panel("0 4 2\n0 5 1"), (0, 5)).records()[0]
    assert (found["cv"], found["decision"]) == (None, None)


def test_one_item_has_nothing_to_be_compared_with():
    found = screen(panel("5\n4"), (1, 5))
    assert np.isnan(found.boundaries).all()
    record = found.records()[0]
    assert (record["decision"], record["fails_relative"]) == (None, [])
    assert record["reason"] == {"decision": "fewer_than_2_items"}


@settings(max_examples=60, deadline=None)
@given(RATINGS, st.randoms(use_true_random=False))
def test_experts_in_any_order_change_nothing_and_items_are_permuted(values, shuffler):
    values.flags.writeable = False
    rows, columns = list(range(values.shape[0])), list(range(values.shape[1]))
    shuffler.shuffle(rows)
    shuffler.shuffle(columns)
    found, turned = screen(values, (1, 5)), screen(values[rows][:, columns], (1, 5))
    np.testing.assert_array_equal(turned.boundaries, found.boundaries)
    assert turned.records() == [found.records()[at] for at in columns]


@settings(max_examples=60, deadline=None)
@given(RATINGS)
def test_every_null_has_its_reason_and_the_decision_counts_what_fails(values):
    for record in screen(values, (1, 5)).records():
        nulls = {name for name, value in record.items() if value is None} - {"reason"}
        assert nulls == set(record["reason"] or {})
        if record["decision"] is not None:
            failed = len(record["fails_relative"])
            assert record["decision"] == ("keep", "discuss", "discuss", "propose_delete")[failed]


@settings(max_examples=40, deadline=None)
@given(
    arrays(np.float64, st.tuples(st.integers(1, 9), st.just(3)), elements=st.integers(0, 8)),
    st.integers(2, 6),
)
def test_boundaries_follow_scale_and_shift(figures, factor):
    found = boundary_values(figures)
    moved = boundary_values(figures * factor + 7)
    np.testing.assert_allclose(moved, found * factor + 7, rtol=1e-12)


def test_several_ratings_are_screened_apart_and_joined_with_caution():
    weak = np.tile([5.0, 5, 5, 4, 5, 5, 4, 1, 5], (6, 1))
    weak[0] = [4, 5, 4, 5, 4, 5, 5, 2, 5]
    fine = weak.copy()
    fine[:, 7] = fine[:, 0]
    scales = {"importance": (1, 5), "operability": (1, 5)}
    both = screen_several({"importance": weak, "operability": weak}, scales)
    assert both.decisions[7] == "propose_delete"
    assert both.by_rating["importance"].decisions[7] == "propose_delete"
    one = screen_several({"importance": fine, "operability": weak}, scales)
    assert one.decisions[7] == "discuss"
    assert one.decisions[1] == "keep"
    assert list(one.by_rating) == ["importance", "operability"]


def test_a_rating_that_decides_nothing_leaves_the_joint_decision_open():
    gap = T1[0].copy()
    gap[:, 0] = np.nan
    found = screen_several(
        {"importance": T1[0], "operability": gap}, {"importance": (1, 5), "operability": (1, 5)}
    )
    assert found.decisions[0] is None
    assert None not in found.decisions[1:]


@pytest.mark.parametrize(
    ("ratings", "scales", "message"),
    [
        ({}, {}, "no ratings"),
        ({"a": T1[0], "b": T1[0][:, :2]}, {"a": (1, 5), "b": (1, 5)}, "the same items"),
        ({"a": T1[0]}, {}, "no scale for 'a'"),
    ],
)
def test_ratings_that_cannot_be_joined_are_refused(ratings, scales, message):
    with pytest.raises(ValueError, match=message):
        screen_several(ratings, scales)


def test_statistics_have_three_columns():
    with pytest.raises(ValueError, match="columns"):
        screen_statistics(np.ones((3, 2)), (1, 5))
