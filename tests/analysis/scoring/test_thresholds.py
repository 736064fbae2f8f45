import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from analysis.scoring.thresholds import (
    GivenThreshold,
    Indicator,
    ThresholdError,
    find_thresholds,
    per_row,
    value_thresholds,
    without_variation,
)

NAN = np.nan
SAMPLE = np.array([[12.0, 15, 18, 20, 22, 25, 30, 34, 41, 120]]).T
YEARS = np.array([2018, 2018, 2019, 2019])


def found(values, kinds="value", **options):
    columns = np.asarray(values, float)
    indicators = [Indicator(f"I{at}", kinds) for at in range(columns.shape[1])]
    years = options.pop("years", np.full(len(columns), 2020))
    return find_thresholds(columns, years, indicators, **options)


def test_the_value_threshold_is_the_median_plus_two_sample_standard_deviations():
    assert_allclose(value_thresholds(SAMPLE), [86.6826], atol=5e-5)


def test_without_the_outlier_the_threshold_falls_to_less_than_half():
    assert_allclose(value_thresholds(SAMPLE[:-1]), [40.8001], atol=5e-5)


def test_missing_cells_are_left_out_of_the_threshold():
    holes = np.vstack([SAMPLE, [[NAN]], [[NAN]]])
    assert_allclose(value_thresholds(holes), value_thresholds(SAMPLE), rtol=1e-14)


def test_the_median_of_an_even_and_of_an_odd_number_of_present_cells():
    values = np.array([[1.0, 1], [2, 2], [3, NAN], [NAN, 5], [7, NAN], [NAN, NAN]])
    even, odd = 2.5 + 2 * np.std([1, 2, 3, 7], ddof=1), 2 + 2 * np.std([1, 2, 5], ddof=1)
    assert_allclose(value_thresholds(values), [even, odd], rtol=1e-14)


def test_a_constant_column_has_exactly_its_constant_as_threshold():
    values = np.full((7, 2), 0.1)
    values[3, 1] = NAN
    assert_array_equal(value_thresholds(values), [0.1, 0.1])


@pytest.mark.parametrize("column", [[NAN, NAN], [3.0, NAN]])
def test_fewer_than_two_cells_give_no_value_threshold(column):
    assert np.isnan(value_thresholds(np.array([column]).T)).all()


def test_no_rows_give_no_value_threshold():
    assert np.isnan(value_thresholds(np.empty((0, 3)))).all()


@settings(max_examples=50)
@given(
    st.lists(st.floats(0.1, 1e3), min_size=3, max_size=12),
    st.floats(0.01, 1e3),
    st.integers(0, 3),
)
def test_the_threshold_scales_with_the_column(column, factor, holes):
    values = np.array([column + [NAN] * holes]).T
    assert_allclose(value_thresholds(factor * values), factor * value_thresholds(values), rtol=1e-9)


@pytest.mark.parametrize("kind", ["ratio", "score"])
def test_ratio_and_score_indicators_have_the_threshold_100(kind):
    thresholds = found(SAMPLE, kind)
    assert_array_equal(thresholds.upper, [100])
    assert thresholds.how == (f"{kind}_100",)


def test_pooled_thresholds_rest_on_all_unit_years():
    values = np.array([[1.0], [2], [3], [4]])
    pooled = found(values, years=YEARS)
    assert_allclose(pooled.upper, [2.5 + 2 * np.std([1, 2, 3, 4], ddof=1)])
    assert pooled.how == ("median_2sd_pooled",)


def test_base_year_thresholds_rest_on_that_year_only():
    values = np.array([[1.0], [2], [3], [4]])
    base = found(values, years=YEARS, reference="base-year", base_year=2018)
    assert_allclose(base.upper, [1.5 + 2 * np.std([1, 2], ddof=1)])
    assert base.how == ("median_2sd_base_year",)


def test_each_year_has_its_own_thresholds():
    values = np.array([[1.0], [2], [30], [40]])
    own = found(values, years=YEARS, reference="each-year")
    first, second = 1.5 + np.sqrt(2), 35 + 2 * np.std([30, 40], ddof=1)
    assert own.years == (2018, 2019)
    assert_allclose(per_row(own, YEARS), [[first], [first], [second], [second]])
    assert own.how == ("median_2sd_each_year",)


def test_a_given_threshold_replaces_every_rule():
    for kind in ("ratio", "value", "score"):
        thresholds = found(SAMPLE, kind, given={"I0": GivenThreshold(50.0)})
        assert_array_equal(thresholds.upper, [50])
        assert thresholds.how == ("file",)


def test_a_cost_indicator_takes_both_bounds_from_the_file():
    thresholds = find_thresholds(
        SAMPLE,
        np.full(10, 2020),
        [Indicator("C", "value", "cost")],
        given={"C": GivenThreshold(40.0, 10.0)},
    )
    assert (thresholds.upper[0], thresholds.lower[0]) == (40, 10)


@pytest.mark.parametrize("given_", [None, {"C": GivenThreshold(40.0)}])
def test_a_cost_indicator_without_both_bounds_is_refused(given_):
    with pytest.raises(ThresholdError, match="indicator C: found a cost indicator without both"):
        find_thresholds(SAMPLE, np.full(10, 2020), [Indicator("C", "ratio", "cost")], given=given_)


def test_a_cost_indicator_with_bounds_in_the_wrong_order_is_refused():
    with pytest.raises(ThresholdError, match="threshold above the lower bound"):
        find_thresholds(
            SAMPLE,
            np.full(10, 2020),
            [Indicator("C", "value", "cost")],
            given={"C": GivenThreshold(10.0, 10.0)},
        )


def test_a_zero_threshold_is_refused_by_name():
    with pytest.raises(ThresholdError, match="indicator I1: found a threshold of 0"):
        found([[1, 0], [2, 0], [3, 0]])


def test_a_negative_threshold_is_refused_by_name():
    with pytest.raises(ThresholdError, match="indicator I0: found a threshold of -5"):
        found([[-5], [-5]])


def test_a_threshold_from_a_single_value_is_refused_by_name():
    with pytest.raises(ThresholdError, match="indicator I0: found a single value at all"):
        found([[5]])


def test_a_year_with_a_single_value_is_named():
    with pytest.raises(ThresholdError, match="indicator I0: found a single value in 2019"):
        found([[1], [2], [3], [NAN]], years=YEARS, reference="each-year")


def test_a_year_with_a_zero_threshold_is_named():
    with pytest.raises(ThresholdError, match="indicator I0: found a threshold of 0 in 2018"):
        found([[0], [0], [3], [4]], years=YEARS, reference="each-year")


def test_a_base_year_without_values_is_refused():
    with pytest.raises(ThresholdError, match="found no value in the base year 2018"):
        found([[NAN], [NAN], [3], [4]], years=YEARS, reference="base-year", base_year=2018)


def test_a_year_without_values_needs_no_threshold_of_its_own():
    own = found([[NAN], [NAN], [3], [4]], years=YEARS, reference="each-year")
    assert np.isnan(own.upper[0, 0])
    assert own.upper[1, 0] > 0


def test_a_column_without_any_value_has_no_threshold():
    assert np.isnan(found([[NAN], [NAN]]).upper).all()


def test_variation_is_told_per_column():
    values = np.array([[1.0, 1, NAN, 1, NAN], [1, 2, NAN, NAN, 4], [1, 1, NAN, NAN, 4]])
    assert without_variation(values).tolist() == [True, False, False, False, True]


def test_variation_within_single_years_can_be_asked_for():
    values = np.array([[1.0, 1], [1, 2], [2, 1], [2, 2]])
    assert without_variation(values).tolist() == [False, False]
    assert without_variation(values, YEARS).tolist() == [True, False]


def test_no_rows_are_not_called_constant():
    assert without_variation(np.empty((0, 2))).tolist() == [False, False]


def test_the_data_are_not_changed():
    values = SAMPLE.copy()
    values.setflags(write=False)
    found(values)
    without_variation(values)
    assert_array_equal(values, SAMPLE)


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_no_order_of_rows_changes_a_digit_of_a_threshold(missing):
    random = np.random.default_rng(6)
    values = random.lognormal(size=(60, 5))
    values[random.random(values.shape) < missing] = NAN
    expected = value_thresholds(values)
    for _ in range(20):
        assert_array_equal(value_thresholds(random.permutation(values)), expected)
