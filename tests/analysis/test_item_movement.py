"""Movement of items: one look at both rounds gives what two looks give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis import item_movement as module
from analysis.dispersion import coefficient_of_variation, dispersion
from analysis.item_movement import (
    check_on_scale,
    histogram_changes,
    item_changes,
    item_movement,
)
from analysis.numerics.signed_rank import signed_rank_p
from tests.analysis.panels import T1

ROUNDS = arrays(
    np.float64, (2, 7, 3), elements=st.one_of(st.just(np.nan), st.integers(1, 5).map(float))
)


@settings(max_examples=50, deadline=None)
@given(ROUNDS, st.sampled_from([1.0, 0.3]))
def test_every_figure_is_that_of_the_pairs_of_its_item_alone(rounds, unit):
    before, after = rounds * unit
    before.flags.writeable = after.flags.writeable = False
    found = item_movement(before, after, (0, 5))
    for item in range(3):
        both = ~np.isnan(before[:, item] + after[:, item])
        first, second = before[both, item], after[both, item]
        m = int(both.sum())
        assert found["pairs"][item] == m
        if not m:
            assert np.isnan(found["histogram_change"][item])
            continue
        answers = np.union1d(first, second)
        shares = [(rows[:, None] == answers).mean(axis=0) for rows in (first, second)]
        plain = np.abs(shares[1] - shares[0]).sum() / 2
        assert found["histogram_change"][item] == pytest.approx(plain, abs=1e-12)
        assert found["changed"][item] == (first != second).sum()
        p = signed_rank_p(second - first, tie=1e-11)
        assert found["wilcoxon_p"][item] == pytest.approx(np.nan if p is None else p, nan_ok=True)
        cv = [dispersion(rows[:, None], (0, 5)).cv[0] for rows in (first, second)]
        assert found["cv_change"][item] == pytest.approx(cv[1] - cv[0], abs=1e-12, nan_ok=True)


def test_the_changes_alone_are_the_same_as_in_the_whole():
    found = item_movement(*T1, (1, 5))
    histogram, cv = item_changes(*T1)
    assert histogram.tolist() == found["histogram_change"].tolist()
    assert histogram_changes(*T1).tolist() == histogram.tolist()
    assert cv.tolist() == found["cv_change"].tolist()
    both = [coefficient_of_variation(values) for values in T1]
    assert cv == pytest.approx(both[1] - both[0], abs=1e-15)


def test_many_blocks_give_the_figures_of_one(monkeypatch):
    rounds = np.random.default_rng(3).integers(1, 6, (2, 40, 9)).astype(float)
    whole = item_movement(*rounds, (1, 5))
    monkeypatch.setattr(module, "_BLOCK", 100)
    parts = item_movement(*rounds, (1, 5))
    assert {name: figures.tolist() for name, figures in parts.items()} == {
        name: figures.tolist() for name, figures in whole.items()
    }


def test_no_items_at_all_have_no_figures():
    found = item_movement(np.empty((3, 0)), np.empty((3, 0)), (1, 5))
    assert {name: figures.shape for name, figures in found.items()} == dict.fromkeys(found, (0,))


@pytest.mark.parametrize("value", [0.999, 5.001, np.inf])
def test_an_answer_off_the_scale_is_refused_and_a_missing_one_is_not(value):
    check_on_scale(np.array([1.0, np.nan, 5.0]), (1, 5))
    with pytest.raises(ValueError, match="off the scale from 1 to 5"):
        check_on_scale(np.array([value, np.nan]), (1, 5))
