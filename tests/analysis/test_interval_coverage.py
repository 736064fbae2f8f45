"""The intervals hold what they should about as often as they say; the plain percentiles do not."""

from __future__ import annotations

import pytest

from tests.bench.coverage import BAR, CONCORDANCE, WEIGHTS, of_w, of_weights

PANELS = 300


@pytest.mark.parametrize("experts", [8, 15])
def test_the_interval_of_w_covers_and_the_percentile_interval_falls_short(experts):
    found = of_w(CONCORDANCE["20 items, little agreement"], experts, PANELS)
    assert BAR <= found.jackknife < 1
    assert found.percentile < found.jackknife - 0.1


@pytest.mark.parametrize("rule", ["arithmetic_mean", "geometric_mean"])
def test_the_t_interval_of_weights_covers_and_percentiles_are_shorter(rule):
    found = of_weights(WEIGHTS["15/55/30"], rule, 8, PANELS)
    assert BAR <= found.worst <= found.jackknife < 1
    assert found.percentile < found.jackknife - 0.03


def test_the_t_interval_of_the_l1_rule_does_not_cover_which_is_why_it_has_a_caution():
    assert of_weights(WEIGHTS["15/55/30"], "l1", 30, 100).jackknife < 0.6
