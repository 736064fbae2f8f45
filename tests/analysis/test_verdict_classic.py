"""The classic rule: a CV for every item, a significant order, nothing about movement."""

from __future__ import annotations

import numpy as np

from analysis import concordance
from tests.analysis.panels import T2, panel
from tests.analysis.verdicts import APART, allocated, condition, rated, ratings_of


def test_classic_asks_nothing_about_movement():
    after = np.tile([20.0, 50.0, 30.0], (8, 1))
    assert allocated(T2[0], after).verdict == "continue"
    assert allocated(T2[0], after, preset="classic").verdict == "consensus_stable"


def test_classic_knows_no_stable_dissent():
    assert allocated(APART, APART, preset="classic").verdict == "continue"
    assert allocated(APART, APART, preset="classic", last=True).verdict == "round_limit"


def test_classic_asks_every_item_for_a_small_cv():
    values = ratings_of(*["44444444"] * 4, "11112222")
    verdict = rated(values, values, preset="classic")
    assert condition(verdict, "cv").holds is False
    assert condition(verdict, "items_agreed").limit == 5
    assert verdict.verdict == "continue"


def test_classic_counts_a_cv_of_exactly_the_limit():
    # Mean 40, SD 10.
    values = np.column_stack([[30.0, 40, 50], [70.0, 60, 50]])
    verdict = allocated(values, values, preset="classic", minimum=3)
    assert condition(verdict, "cv").value["A"] == 0.25
    assert verdict.verdict == "consensus_stable"


def test_classic_counts_an_item_that_all_put_at_zero_as_met():
    values = np.tile([0.0, 60.0, 40.0], (8, 1))
    verdict = allocated(values, values, preset="classic")
    assert condition(verdict, "cv").value["A"] is None
    assert condition(verdict, "cv").holds is True
    assert verdict.verdict == "consensus_stable"


def test_classic_asks_for_a_significant_order_in_groups_of_three():
    level = panel("34 33 33\n33 34 33\n33 33 34\n34 33 33\n33 34 33\n33 33 34\n33 34 33\n34 33 33")
    verdict = allocated(level, level, preset="classic")
    tested = condition(verdict, "p_permutation")
    assert (tested.limit, tested.holds, tested.decides) == (0.05, False, True)
    assert condition(verdict, "cv").holds is True
    assert verdict.verdict == "continue"
    assert allocated(level, level).verdict == "consensus_stable"


def test_classic_asks_no_order_of_groups_of_two():
    level = panel("51 49\n49 51\n51 49\n49 51\n51 49\n49 51\n51 49\n49 51")
    verdict = allocated(level, level, preset="classic")
    assert condition(verdict, "p_permutation").decides is False
    assert verdict.verdict == "consensus_stable"


def test_classic_does_not_take_an_undefined_order_for_agreement():
    flat = ratings_of(*["44444444"] * 3)
    verdict = rated(flat, flat, preset="classic")
    assert condition(verdict, "p_permutation").holds is None
    assert verdict.reason == {"w": "all_constant", "p_permutation": "all_constant"}
    assert verdict.verdict == "continue"


def test_classic_measures_the_size_of_a_cv_below_zero():
    values = np.tile([[-1.0, 1.0], [-3.0, 1.0]], (4, 1))
    verdict = rated(values, values, scale=(-3, 3), preset="classic")
    assert condition(verdict, "cv").value["A"] < -0.25
    assert condition(verdict, "cv").holds is False


def test_a_panel_too_large_to_permute_is_judged_by_chi_square(monkeypatch):
    monkeypatch.setattr(concordance, "EXACT_ARRANGEMENTS", 1)
    monkeypatch.setattr(concordance, "MOST_CELLS", 1)
    verdict = allocated(T2[1], T2[2], preset="classic")
    tested = verdict.conditions[-2]
    assert (tested.name, tested.limit, tested.holds, tested.decides) == ("p_chi2", 0.05, True, True)
    assert verdict.verdict == "consensus_stable"
