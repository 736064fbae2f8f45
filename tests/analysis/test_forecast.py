"""Forecast of one more round: what the model must say where the answer is known."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import forecast as module
from analysis.forecast import ASSUMPTIONS, Forecast, forecast
from analysis.matching import Answers
from analysis.rounding import largest_remainder
from analysis.simulated_rounds import StoppingRule, judge_rounds
from analysis.simulation import simulated_allocations
from tests.analysis.panels import T1, T2, panel

EIGHT = StoppingRule("constant_sum", 8)
RATING = StoppingRule("rating", 10, scale=(1.0, 5.0))


def named(values, experts=None, items=None) -> Answers:
    names = tuple(f"E{at}" for at in range(len(values))) if experts is None else tuple(experts)
    kinds = tuple(f"I{at}" for at in range(values.shape[1])) if items is None else tuple(items)
    return Answers(names, kinds, np.asarray(values, float))


def same(first: Forecast, second: Forecast) -> bool:
    for field in dataclasses.fields(first):
        a, b = getattr(first, field.name), getattr(second, field.name)
        if isinstance(a, np.ndarray):
            if not np.array_equal(a, b, equal_nan=True):
                return False
        elif a != b:
            return False
    return True


def test_a_forecast_is_labelled_as_model_output_with_its_assumptions():
    found = forecast(named(T2[0]), named(T2[1]), rule=EIGHT, simulations=50)
    assert found.model is True
    assert found.assumptions == ASSUMPTIONS
    assert found.simulation_error == pytest.approx(50**-0.5)


def test_the_movement_of_the_second_panel_is_the_printed_one():
    # Seven of eight moved between rounds 1 and 2, four between 2 and 3.
    first = forecast(named(T2[0]), named(T2[1]), rule=EIGHT, simulations=50)
    second = forecast(named(T2[1]), named(T2[2]), rule=EIGHT, simulations=50)
    assert (first.experts_both, first.movers, first.limits) == (8, 7, ())
    assert (second.experts_both, second.movers, second.limits) == (8, 4, ("few_movers",))
    assert first.weights == pytest.approx([0.15, 0.54375, 0.30625])


def test_what_came_in_the_third_round_lies_within_what_was_forecast():
    found = forecast(
        named(T2[0]), named(T2[1]), rule=EIGHT, answer_step=5, publishing_step=5, simulations=1000
    )
    came = T2[2].mean(axis=0) / 100
    assert ((found.low <= came) & (came <= found.high)).all()
    assert found.published == (15.0, 55.0, 30.0)
    assert found.published_change_probability < 0.15
    assert sum(found.verdict_probability.values()) == pytest.approx(1.0)


def test_where_nobody_moved_nothing_will_change():
    found = forecast(
        named(T2[2]), named(T2[2]), rule=EIGHT, answer_step=5, publishing_step=1, simulations=40
    )
    assert (found.movers, found.median_pull, found.limits) == (0, None, ("few_movers",))
    assert found.weight_change_max == module.Range(0.0, 0.0, 0.0, 0.0)
    assert found.published_change_probability == 0.0
    assert found.stable_probability == 1.0
    assert found.verdict_probability["consensus_stable"] == 1.0


def test_an_answer_off_the_step_stays_where_nobody_moved():
    points = T2[2] + np.array([1.0, 0, -1])
    found = forecast(named(points), named(points), rule=EIGHT, answer_step=5, simulations=10)
    assert found.expected == pytest.approx(points.mean(axis=0) / 100, abs=1e-12)


def test_if_all_went_half_way_to_the_mean_all_will_go_half_of_the_rest():
    # Mean 20/50/30 in every round; with one pull for everybody nothing is left to chance.
    half = np.array([[8.0, -8, 0], [16, 0, -16], [-8, 0, 8], [-16, 8, 8]])
    centre = np.array([20.0, 50, 30])
    before = np.vstack([centre + half, centre - half])
    after = (before + centre) / 2
    found = forecast(
        named(before), named(after), rule=EIGHT, answer_step=1, centre="mean", simulations=25
    )
    assert found.median_pull == pytest.approx(0.5)
    assert found.expected == pytest.approx(centre / 100)
    assert found.low == pytest.approx(found.high)
    last = (after + centre) / 2
    own = np.median(np.abs(last - after).sum(axis=1) / 2)
    assert found.median_own_move.mean == pytest.approx(own)


def test_the_median_that_is_gone_towards_adds_up_to_all_points():
    # Medians 30/30/30, closed 33.3 each: who went there went the whole way and nothing beside it.
    before = panel("50 30 20\n20 50 30\n30 20 50\n60 20 20\n25 45 30")
    after = np.full((10, 3), 100 / 3)
    rule = StoppingRule("constant_sum", 10)
    found = forecast(named(np.vstack([before, before])), named(after), rule=rule, simulations=5)
    assert found.median_pull == pytest.approx(1.0, abs=1e-12)


def test_ratings_that_went_all_the_way_stay_at_the_median():
    before = np.tile([[1.0, 5, 3], [5, 1, 3]], (5, 1))
    before[0] = before[1] = [3, 3, 3]
    after = np.full((10, 3), 3.0)
    found = forecast(named(before), named(after), rule=RATING, publishing_step=1, simulations=30)
    assert found.movers == 8
    assert found.median_pull == 1.0
    assert found.expected == pytest.approx([1 / 3] * 3)
    assert found.published == (34.0, 33.0, 33.0)
    assert found.published_change_probability == 0.0


def test_half_a_step_is_gone_by_about_half_of_those_who_move():
    # Everybody went half way (5 to 4 or 1 to 2, median 3); half of one step is left over.
    before = np.tile([[5.0, 1], [1, 5]], (20, 1))
    after = np.tile([[4.0, 2], [2, 4]], (20, 1))
    rule = StoppingRule("rating", 40, scale=(1.0, 5.0))
    found = forecast(named(before), named(after), rule=rule, simulations=400)
    assert found.median_pull == 0.5
    # An own weight of 2/3 becomes 3/5 if 4 goes to 3, 4/7 if 2 does, 1/2 if both do: moves of 0,
    # 6.67, 9.52 and 16.67 points with equal chances; the median lies between the middle two.
    assert 6.6 < found.median_own_move.mean < 9.6


def test_ratings_stay_on_their_scale_and_its_steps(monkeypatch):
    seen = []

    def judge(latest, rounds, rule):
        seen.append(rounds)
        return judge_rounds(latest, rounds, rule)

    monkeypatch.setattr(module, "judge_rounds", judge)
    random = np.random.default_rng(1)
    before, after = random.integers(1, 6, (2, 10, 4)).astype(float)
    after[0, 0] = before[1, 1] = np.nan
    forecast(named(before), named(after), rule=RATING, simulations=60)
    rounds = np.concatenate(seen)
    assert np.isin(rounds[~np.isnan(rounds)], [1.0, 2, 3, 4, 5]).all()
    # One gap, always the same one, wherever its expert stands in the fixed order.
    assert (np.isnan(rounds) == np.isnan(rounds[0])).all()
    assert np.isnan(rounds[0]).sum() == 1


def test_allocations_stay_allocations_in_steps(monkeypatch):
    seen = []

    def judge(latest, rounds, rule):
        seen.append(rounds)
        return judge_rounds(latest, rounds, rule)

    monkeypatch.setattr(module, "judge_rounds", judge)
    panels = simulated_allocations(10, 2, (2, 50, 30, 18), step=5, seed=3).astype(float)
    rule = StoppingRule("constant_sum", 10)
    forecast(named(panels[0]), named(panels[1]), rule=rule, answer_step=5, simulations=60)
    rounds = np.concatenate(seen)
    assert (rounds >= 0).all()
    assert (rounds % 5 == 0).all()
    assert (rounds.sum(axis=2) == 100).all()


def test_blocks_change_no_digit(monkeypatch):
    arguments = {"rule": EIGHT, "answer_step": 5, "simulations": 30}
    whole = forecast(named(T2[0]), named(T2[1]), **arguments)
    monkeypatch.setattr(module, "_BLOCK", T2[0].size * 30)
    assert same(whole, forecast(named(T2[0]), named(T2[1]), **arguments))


def test_below_eight_experts_in_both_rounds_nothing_is_forecast():
    found = forecast(named(T2[0][:7]), named(T2[1]), rule=EIGHT, publishing_step=5, simulations=20)
    code = "fewer_than_8_experts_in_both"
    assert (found.experts, found.experts_both) == (8, 7)
    assert found.verdict_probability is None
    assert np.isnan(found.expected).all()
    missing = {
        *("expected", "low", "high", "weight_change_max", "median_own_move", "published"),
        *("published_change_probability", "stable_probability", "verdict_probability"),
    }
    assert found.reason == dict.fromkeys(missing, code)
    seven = StoppingRule("rating", 7, scale=(1.0, 5.0))
    assert forecast(named(T1[0]), named(T1[1]), rule=seven).expected.shape == (5,)


def test_without_a_publishing_step_nothing_is_said_of_publishing():
    found = forecast(named(T2[0]), named(T2[1]), rule=EIGHT, simulations=20)
    assert found.published is None
    assert found.reason == dict.fromkeys(
        ("published", "published_change_probability"), "no_publishing_step"
    )


def test_ratings_below_zero_have_a_verdict_and_no_weights():
    random = np.random.default_rng(2)
    before, after = random.integers(-2, 3, (2, 10, 4)).astype(float)
    rule = StoppingRule("rating", 10, scale=(-2.0, 2.0))
    found = forecast(named(before), named(after), rule=rule, publishing_step=1, simulations=30)
    assert found.reason["weights"] == "scale_below_0"
    assert found.reason["weight_change_max"] == "no_weight_vector"
    assert found.weight_change_max is None
    assert found.stable_probability is not None


def test_new_experts_move_like_those_who_were_there():
    nine = np.vstack([T2[1], [40.0, 30, 30]])
    found = forecast(
        named(T2[0]), named(nine), rule=StoppingRule("constant_sum", 9), simulations=200
    )
    assert (found.experts, found.experts_both) == (9, 8)
    # Pulled towards 15/55/30, the new one takes the mean of A down.
    assert found.expected[0] < found.weights[0]


def test_items_are_matched_by_name():
    turned = named(T2[1][:, ::-1], items=("I2", "I1", "I0"))
    found = forecast(named(T2[0]), turned, rule=EIGHT, simulations=300)
    straight = forecast(named(T2[0]), named(T2[1]), rule=EIGHT, simulations=300)
    assert found.weights == pytest.approx(straight.weights[::-1])
    # Another order of items draws anew; within the error of drawing it is the same forecast.
    assert found.expected == pytest.approx(straight.expected[::-1], abs=0.004)


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(8)), st.permutations(range(8)))
def test_no_order_of_experts_changes_a_digit(first, second):
    names = np.array([f"E{at}" for at in range(8)])
    found = forecast(
        named(T2[0][first], names[first]),
        named(T2[1][second], names[second]),
        rule=EIGHT,
        answer_step=5,
        publishing_step=5,
        simulations=40,
    )
    straight = forecast(
        named(T2[0]), named(T2[1]), rule=EIGHT, answer_step=5, publishing_step=5, simulations=40
    )
    assert same(found, straight)


def test_another_seed_draws_other_rounds():
    first, second = (
        forecast(named(T2[0]), named(T2[1]), rule=EIGHT, simulations=40, seed=seed)
        for seed in (1, 2)
    )
    assert not np.array_equal(first.expected, second.expected)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([Fraction(1), Fraction(5), Fraction(5, 2)]))
def test_published_weights_are_those_of_largest_remainder(seed, step):
    panels = simulated_allocations(9, 2, (15, 55, 20, 10), seed=seed).astype(float)
    found = forecast(
        named(panels[0]),
        named(panels[1]),
        rule=StoppingRule("constant_sum", 9),
        answer_step=5,
        publishing_step=step,
        simulations=5,
    )
    exact = largest_remainder([Fraction(int(x)) for x in panels[1].sum(axis=0)], step)
    assert found.published == tuple(float(weight) for weight in exact.rounded)


def test_forecasts_of_simulated_panels_are_borne_out_about_as_often_as_they_say():
    # Panels that go a share of the way to the mean, as the model has it, but each expert the same
    # share again. 150 panels of 12: a share near 0.2 has a standard error of 0.033.
    said, came = [], []
    for seed in range(150):
        rounds = simulated_allocations(12, 3, (15, 55, 30), seed=seed).astype(float)
        found = forecast(
            named(rounds[0]),
            named(rounds[1]),
            rule=StoppingRule("constant_sum", 12),
            answer_step=5,
            publishing_step=5,
            centre="mean",
            simulations=60,
        )
        third = largest_remainder([Fraction(int(x)) for x in rounds[2].sum(axis=0)], Fraction(5))
        said.append(found.published_change_probability)
        came.append(found.published != tuple(float(weight) for weight in third.rounded))
    assert np.mean(said) == pytest.approx(np.mean(came), abs=0.1)
    sure = np.array(said) < 0.1
    assert np.mean(np.array(came)[sure]) < 0.15


def test_the_input_is_not_touched():
    before, after = T2[0].copy(), T2[1].copy()
    before.flags.writeable = after.flags.writeable = False
    forecast(named(before), named(after), rule=EIGHT, simulations=10)
    assert np.array_equal(before, T2[0])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"centre": "mode"}, "median or mean"),
        ({"simulations": 0}, "a simulation"),
        ({"answer_step": 0}, "above 0"),
        ({"answer_step": 3}, "does not divide"),
        ({"publishing_step": 3}, "does not divide"),
        ({"simulations": 10**8}, "too many"),
        ({"rule": StoppingRule("constant_sum", 5)}, "invited"),
    ],
)
def test_what_cannot_be_forecast_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        forecast(named(T2[0]), named(T2[1]), **{"rule": EIGHT, "simulations": 5} | options)
