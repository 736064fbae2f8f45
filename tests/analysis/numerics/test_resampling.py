"""Resamples as counts: draws, exact sums, panels with one expert left out, quantiles."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.numerics import resampling
from analysis.numerics.order_statistics import SortedColumns
from analysis.numerics.resampling import (
    LeftOut,
    Resampled,
    Terms,
    count_matrices,
    left_out,
    percentiles,
    summable,
)

COLUMNS = arrays(
    np.float64,
    st.tuples(st.integers(1, 40), st.integers(1, 4)),
    elements=st.floats(-1e6, 1e6, width=32),
)


def drawn(experts: int, resamples: int, **settings_: int) -> np.ndarray:
    return np.concatenate(list(count_matrices(experts, resamples, **settings_)))


@pytest.mark.parametrize("experts", [1, 2, 7, 30, 1000])
def test_every_resample_has_as_many_experts_as_the_panel(experts):
    counts = drawn(experts, 50, seed=3)
    assert counts.shape == (50, experts)
    assert (counts.sum(axis=1) == experts).all()
    assert (counts >= 0).all()
    assert (counts == np.rint(counts)).all()


@pytest.mark.parametrize("at_once", [1, 2, 7, 64, 999, 5000])
def test_draws_do_not_depend_on_the_size_of_blocks(at_once):
    np.testing.assert_array_equal(drawn(11, 1000, seed=9, at_once=at_once), drawn(11, 1000, seed=9))


def test_draws_are_those_of_the_plain_generator():
    picks = np.random.default_rng(4).integers(0, 6, (25, 6))
    expected = [np.bincount(row, minlength=6) for row in picks]
    np.testing.assert_array_equal(drawn(6, 25, seed=4), expected)
    assert (drawn(6, 25, seed=5) != expected).any()


def test_every_expert_is_drawn_equally_often():
    # 40,000 draws of 8: each expert's mean count is 1 with standard error sqrt(7/8 / 40,000).
    means = drawn(8, 40_000, seed=1).mean(axis=0)
    assert np.abs(means - 1).max() < 4 * math.sqrt(7 / 8 / 40_000)


@pytest.mark.parametrize(("experts", "resamples", "at_once"), [(0, 5, 1), (5, 0, 1), (5, 5, 0)])
def test_nothing_to_draw_is_refused(experts, resamples, at_once):
    with pytest.raises(ValueError, match=f"{resamples} resamples of {experts} experts"):
        next(count_matrices(experts, resamples, seed=1, at_once=at_once))


def test_counts_take_little_memory_however_many_are_drawn():
    tracemalloc.start()
    for _ in count_matrices(1000, 3000, seed=1):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4e6


@settings(max_examples=50, deadline=None)
@given(COLUMNS, st.randoms(use_true_random=False))
def test_sums_on_the_grid_are_exact_in_any_order(values, shuffler):
    on_grid = summable(values, len(values))
    np.testing.assert_allclose(on_grid, values, rtol=0, atol=1e-12 * (1 + np.abs(values).max()))
    rows = list(range(len(values)))
    shuffler.shuffle(rows)
    exact = [math.fsum(column) for column in on_grid.T]
    np.testing.assert_array_equal(on_grid.sum(axis=0), exact)
    np.testing.assert_array_equal(np.add.accumulate(on_grid[rows])[-1], exact)


def test_sums_that_are_not_on_the_grid_depend_on_the_order():
    values = np.random.default_rng(1).random((2000, 1))
    forth, back = np.add.accumulate(values)[-1], np.add.accumulate(values[::-1])[-1]
    assert forth != back
    grid = summable(values, 2000)
    assert np.add.accumulate(grid)[-1] == np.add.accumulate(grid[::-1])[-1]


def test_zeros_and_nothing_stay_what_they_are():
    assert (summable(np.zeros((3, 2)), 3) == 0).all()
    assert summable(np.empty((0, 2)), 1).shape == (0, 2)


@settings(max_examples=40, deadline=None)
@given(COLUMNS, st.integers(0, 99))
def test_both_kinds_of_panels_give_the_sums_and_places_of_their_gathered_rows(values, seed):
    data = summable(values, len(values))
    columns = SortedColumns(data)
    counts = drawn(len(data), 6, seed=seed)
    everybody = np.arange(len(data))
    resampled = [np.repeat(everybody, row.astype(int)) for row in counts]
    check(Resampled(counts), columns, data, resampled)
    if len(data) > 1:
        others = [np.delete(everybody, at) for at in everybody]
        parts = list(left_out(len(data), at_once=4))
        assert [part.start for part in parts[1:]] == [part.stop for part in parts[:-1]]
        for part in parts:
            check(part, columns, data, others[part.start : part.stop])


def check(panels, columns, data, members):
    gathered = data[np.array(members)]
    assert panels.experts == gathered.shape[1]
    np.testing.assert_array_equal(panels.sums(Terms(data)), gathered.sum(axis=1))
    find = panels.order_statistic(columns)
    for place in {0, panels.experts // 2, panels.experts - 1}:
        found = find(np.full((1, 1), place))
        np.testing.assert_array_equal(found, np.sort(gathered, axis=1)[:, place])


def test_a_panel_without_one_expert_has_one_less():
    assert LeftOut(5, 0, 2).experts == 4
    np.testing.assert_array_equal(
        LeftOut(3, 1, 3).sums(Terms(np.array([[1.0], [2], [4]]))), [[5], [3]]
    )


@settings(max_examples=60, deadline=None)
@given(
    arrays(
        np.float64,
        st.tuples(st.integers(1, 3), st.integers(1, 1500)),
        elements=st.integers(-4, 4).map(float) | st.floats(-1, 1),
    ),
    st.floats(0, 1),
    st.booleans(),
)
def test_percentiles_are_type_seven_whether_rows_are_sorted_whole_or_not(replicates, share, whole):
    replicates.setflags(write=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resampling, "_SHORT", 1500 if whole else 0)
        found = percentiles(replicates, (share, 0.975))
    expected = np.quantile(replicates, (share, 0.975), axis=1)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("order", ["rising", "falling", "spiked"])
def test_percentiles_are_right_where_a_sample_of_the_row_misleads(order):
    row = np.arange(10_000.0)
    if order == "falling":
        row = row[::-1].copy()
    if order == "spiked":  # every value that is looked at first is the lowest
        row[:: 10_000 // 512] = -1.0
    np.testing.assert_allclose(
        percentiles(row[None, :], (0.025, 0.975))[:, 0], np.quantile(row, (0.025, 0.975))
    )
