"""Krippendorff's alpha: printed figures, all pairs as oracle, and the bias that others have."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis import krippendorff
from analysis.krippendorff import METRICS, krippendorff_alpha
from tests.analysis.panels import KRIPPENDORFF_C, T1, panel

SHAPES = st.tuples(st.integers(1, 6), st.integers(1, 6))
PANELS = st.one_of(
    arrays(np.float64, SHAPES, elements=st.sampled_from([0.0, 1.0, 2.0, 5.0, np.nan])),
    arrays(np.float64, SHAPES, elements=st.sampled_from([0.1, 0.3, 0.7, 1.0, np.nan])),
)


def distance(metric, a, b, counts):
    if metric == "nominal":
        return float(a != b)
    if metric == "interval":
        return (a - b) ** 2
    if metric == "ratio":
        return ((a - b) / (a + b)) ** 2 if a != b else 0.0
    between = sum(count for value, count in counts.items() if min(a, b) <= value <= max(a, b))
    return (between - (counts[a] + counts[b]) / 2) ** 2 if a != b else 0.0


def by_pairs(ratings, metric, *, divide=True):
    """Return alpha from every pair of answers, as its definition has it.

    Without `divide` an item's pairs are not divided by its answers less one: what irr does with
    complete data, where it takes that number to be 1.
    """
    columns = [column[~np.isnan(column)].tolist() for column in ratings.T]
    columns = [column for column in columns if len(column) > 1]
    weight = len(ratings) - 1 if not divide else 1
    answers = [value for column in columns for value in column]
    counts = {value: weight * answers.count(value) for value in answers}
    total = weight * len(answers)
    found = sum(
        distance(metric, a, b, counts) / (len(column) - 1 if divide else 1)
        for column in columns
        for at, a in enumerate(column)
        for b in column[:at] + column[at + 1 :]
    )
    chance = sum(
        counts[a] * counts[b] * distance(metric, a, b, counts) for a in counts for b in counts
    )
    return 1 - (total - 1) * found / chance if chance else None


@pytest.mark.parametrize(
    ("ratings", "printed"),
    [
        # kripp.alpha of R's irr on its example, and the Python package krippendorff.
        (KRIPPENDORFF_C, [0.743421, 0.815388, 0.849107, 0.797403]),
        # The Python package krippendorff.
        (T1[0], [0.169220, 0.644033, 0.624883, 0.532673]),
        (T1[1], [0.714722, 0.909529, 0.888292, 0.869077]),
    ],
)
def test_alpha_is_the_printed_one_in_every_metric(ratings, printed):
    for metric, value in zip(METRICS, printed, strict=True):
        found = krippendorff_alpha(ratings, metric=metric)
        assert found.alpha == pytest.approx(value, abs=5e-7)
        assert found.alpha == pytest.approx(1 - found.observed / found.expected)
        assert found.reason is None


@pytest.mark.parametrize("metric", METRICS)
@settings(max_examples=40, deadline=None)
@given(PANELS)
def test_alpha_is_that_of_all_pairs(metric, ratings):
    found, expected = krippendorff_alpha(ratings, metric=metric).alpha, by_pairs(ratings, metric)
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-10))


@pytest.mark.parametrize("metric", METRICS)
def test_an_expert_or_item_without_answers_changes_nothing(metric):
    # irr is wrong on complete data and right as soon as a column without answers is added.
    expected = krippendorff_alpha(T1[0], metric=metric)
    silent = np.vstack([T1[0], np.full(5, np.nan)])
    unasked = np.column_stack([T1[0], np.full(7, np.nan)])
    assert krippendorff_alpha(silent, metric=metric) == expected
    assert krippendorff_alpha(unasked, metric=metric) == expected


@pytest.mark.parametrize("metric", ["nominal", "interval", "ratio"])
def test_alpha_on_complete_data_is_free_of_the_bias_of_irr(metric):
    # irr and DescTools: 1 - alpha too large by (N - 1/(m-1))/(N-1), N the number of answers.
    found = krippendorff_alpha(T1[0], metric=metric).alpha
    biased = by_pairs(T1[0], metric, divide=False)
    assert (1 - biased) / (1 - found) == pytest.approx((35 - 1 / 6) / 34)
    assert biased < found - 0.005


def test_an_item_with_one_answer_has_nothing_to_compare():
    found = krippendorff_alpha(panel("1 2 9\n2 2 ."), metric="interval")
    assert (found.items_used, found.answers) == (2, 4)
    assert found == krippendorff_alpha(panel("1 2\n2 2"), metric="interval")


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    ("ratings", "code"),
    [
        (panel("3 3\n3 3"), "no_variation"),
        (panel("0.1 . 0.1\n0.1 7 0.1"), "no_variation"),
        (panel("1 2 3"), "no_item_with_2_answers"),
        (panel("1 . 3\n. 2 ."), "no_item_with_2_answers"),
        (np.empty((0, 2)), "no_item_with_2_answers"),
    ],
)
def test_without_variation_or_pairs_alpha_is_undefined(metric, ratings, code):
    # All scores equal: irr prints 1, the Python package stops with an error.
    found = krippendorff_alpha(ratings, metric=metric)
    assert (found.alpha, found.observed, found.expected) == (None, None, None)
    assert found.reason == dict.fromkeys(("alpha", "observed", "expected"), code)


@pytest.mark.parametrize("metric", METRICS)
def test_full_agreement_is_exactly_one(metric):
    assert krippendorff_alpha(panel("1 2 5\n1 2 5\n1 2 ."), metric=metric).alpha == 1.0


def test_a_large_offset_costs_alpha_no_digit():
    eighths = np.random.default_rng(4).integers(0, 40, (9, 12)) / 8
    found = krippendorff_alpha(1e7 + eighths, metric="interval").alpha
    assert found == pytest.approx(
        krippendorff_alpha(8 * eighths, metric="interval").alpha, rel=1e-12
    )


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("size", [1e99, 1e-100])
def test_values_of_any_size_keep_their_alpha(metric, size):
    expected = krippendorff_alpha(KRIPPENDORFF_C, metric=metric).alpha
    found = krippendorff_alpha(KRIPPENDORFF_C * size, metric=metric).alpha
    assert found == pytest.approx(expected, abs=1e-12)


def test_a_variation_too_small_to_be_squared_is_none():
    found = krippendorff_alpha(panel("1 2\n2 1") * 1e-200, metric="interval")
    assert (found.alpha, found.reason["alpha"]) == (None, "no_variation")


@pytest.mark.parametrize("metric", METRICS)
def test_many_distinct_values_are_counted_in_blocks(metric, monkeypatch):
    ratings = np.random.default_rng(6).random((8, 7))
    expected = krippendorff_alpha(ratings, metric=metric).alpha
    assert expected == pytest.approx(by_pairs(ratings, metric), abs=1e-12)
    monkeypatch.setattr(krippendorff, "_CELLS", 60)
    assert krippendorff_alpha(ratings, metric=metric).alpha == pytest.approx(expected, abs=1e-13)


def test_whole_numbers_far_apart_are_coded_like_any_values(monkeypatch):
    expected = krippendorff_alpha(KRIPPENDORFF_C, metric="nominal")
    monkeypatch.setattr(krippendorff, "_RANGE", 1)
    assert krippendorff_alpha(KRIPPENDORFF_C, metric="nominal") == expected


def test_ratio_differences_of_too_many_values_are_left_undefined(monkeypatch):
    monkeypatch.setattr(krippendorff, "MOST_RATIO_VALUES", 3)
    found = krippendorff_alpha(T1[0], metric="ratio")
    assert (found.alpha, found.reason["alpha"]) == (None, "too_many_values")
    assert krippendorff_alpha(T1[0], metric="interval").alpha is not None


@settings(max_examples=60, deadline=None)
@given(PANELS, st.sampled_from(METRICS), st.randoms(use_true_random=False))
def test_no_order_of_experts_changes_a_digit_and_none_of_items_the_figure(
    ratings, metric, shuffler
):
    rows, columns = list(range(ratings.shape[0])), list(range(ratings.shape[1]))
    shuffler.shuffle(rows)
    shuffler.shuffle(columns)
    expected = krippendorff_alpha(ratings, metric=metric)
    assert krippendorff_alpha(ratings[rows], metric=metric) == expected
    found = krippendorff_alpha(ratings[:, columns], metric=metric)
    assert found.reason == expected.reason
    assert found.alpha == (
        None if expected.alpha is None else pytest.approx(expected.alpha, abs=1e-12)
    )


@settings(max_examples=40, deadline=None)
@given(PANELS)
def test_scale_and_shift_do_what_each_metric_says(ratings):
    def alpha(values, metric):
        found = krippendorff_alpha(values, metric=metric).alpha
        return found if found is None else pytest.approx(found, abs=1e-9)

    for metric in METRICS:
        assert krippendorff_alpha(4 * ratings, metric=metric).alpha == alpha(ratings, metric)
    assert krippendorff_alpha(ratings + 2, metric="interval").alpha == alpha(ratings, "interval")
    assert krippendorff_alpha(ratings**3, metric="ordinal").alpha == alpha(ratings, "ordinal")


def test_a_negative_value_on_a_ratio_scale_is_refused():
    with pytest.raises(ValueError, match="negative"):
        krippendorff_alpha(panel("-1 2\n1 2"), metric="ratio")


def test_an_unknown_metric_is_refused():
    with pytest.raises(ValueError, match="metric"):
        krippendorff_alpha(T1[0], metric="circular")


def test_the_input_is_not_touched():
    ratings = KRIPPENDORFF_C.copy()
    ratings.flags.writeable = False
    for metric in METRICS:
        krippendorff_alpha(ratings, metric=metric)
    assert ratings.tobytes() == KRIPPENDORFF_C.tobytes()


def test_ordinal_alpha_of_a_large_panel_with_gaps_is_that_of_the_coincidences():
    random = np.random.default_rng(5)
    ratings = random.integers(1, 6, (300, 200)) + random.integers(0, 3, 200).astype(np.float64)
    ratings[random.random(ratings.shape) < 0.05] = np.nan
    counts = np.stack([(ratings == one).sum(axis=0) for one in range(1, 8)], axis=1)
    shares = counts / (counts.sum(axis=1) - 1)[:, None]
    coincidences = shares.T @ counts - np.diag(shares.sum(axis=0))
    pooled = counts.sum(axis=0)
    ranks = np.cumsum(pooled) - pooled / 2
    distances = (ranks[:, None] - ranks) ** 2
    observed, expected = (
        (coincidences * distances).sum(),
        (np.outer(pooled, pooled) * distances).sum(),
    )
    alpha = 1 - observed * (pooled.sum() - 1) / expected
    assert krippendorff_alpha(ratings, metric="ordinal").alpha == pytest.approx(alpha, rel=1e-10)
