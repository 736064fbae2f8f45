import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from analysis.scoring.years import (
    arrange,
    contributions,
    growth_rate,
    mean_annual_growth,
    year_means,
)

NAN = np.nan


def panel(rows):
    units, years, index = zip(*rows, strict=True)
    return arrange(np.array(index), units, np.array(years))


ROWS = [("a", 2018, 0.4), ("b", 2018, 0.6), ("a", 2020, 0.5), ("b", 2020, 0.636)]


def test_the_printed_index_grew_by_6_6_percent_a_year():
    assert growth_rate(0.500, 0.568, 2) == pytest.approx(0.06583, abs=5e-6)
    assert mean_annual_growth(panel(ROWS)).growth == pytest.approx(0.06583, abs=5e-6)


@pytest.mark.parametrize(
    ("before", "after"), [(0.0, 1.0), (-1.0, 1.0), (1.0, 0.0), (NAN, 1.0), (1e-200, 1e200)]
)
def test_growth_from_or_to_nothing_is_undefined(before, after):
    assert np.isnan(growth_rate(before, after))


def test_growth_counts_only_units_of_both_years():
    rows = [*ROWS, ("c", 2018, 9.0), ("d", 2020, 9.0), ("e", 2018, 9.0), ("e", 2020, NAN)]
    found = mean_annual_growth(panel(rows))
    assert (found.first, found.last, found.units) == (2018, 2020, 2)
    assert found.growth == mean_annual_growth(panel(ROWS)).growth


def test_the_mean_of_a_year_counts_every_unit_with_an_index():
    first, last = year_means(panel([*ROWS, ("c", 2018, 0.8), ("d", 2020, NAN)]))
    assert (first.year, first.units, first.index) == (2018, 3, pytest.approx(0.6))
    assert first.since_last is None
    assert (last.units, last.index) == (2, pytest.approx(0.568))
    assert last.since_last.growth == pytest.approx(0.136)
    assert (last.since_last.first, last.since_last.units) == (2018, 2)


def test_growth_without_common_units_is_undefined_and_says_why():
    found = mean_annual_growth(panel([("a", 2018, 0.4), ("b", 2019, 0.6)]))
    assert np.isnan(found.growth)
    assert (found.units, found.reason) == (0, "no_common_units")


def test_growth_of_a_single_year_is_undefined_and_says_why():
    found = mean_annual_growth(panel([("a", 2018, 0.4)]))
    assert np.isnan(found.growth)
    assert found.reason == "one_year"


def test_growth_from_a_negative_mean_is_undefined_and_says_why():
    assert mean_annual_growth(panel([("a", 1, -0.4), ("a", 2, 0.1)])).reason == "not_positive"


def test_a_year_without_any_index_has_no_mean():
    (found,) = year_means(panel([("a", 2018, NAN)]))
    assert found.units == 0
    assert np.isnan(found.index)


def test_contributions_sum_to_the_change_of_matched_units():
    table = panel([("a", 1, 0.5), ("b", 1, 0.7), ("a", 2, 0.6), ("c", 2, 0.9)])
    parts = np.array([[0.2, 0.3], [0.3, 0.4], [0.275, 0.325], [0.5, 0.4]])
    found = contributions(table, parts)
    assert (found.first, found.last, found.units) == (1, 2, 1)
    assert found.change == pytest.approx(0.1)
    assert_allclose(found.points, [0.075, 0.025])
    assert_allclose(found.percent, [75, 25])


def test_rows_may_stand_in_any_order():
    mixed = [ROWS[3], ROWS[0], ROWS[2], ROWS[1]]
    assert mean_annual_growth(panel(mixed)) == mean_annual_growth(panel(ROWS))
    table = panel(mixed)
    parts = np.array([[row[2], 0.0] for row in mixed])
    assert_allclose(contributions(table, parts).points, [0.068, 0])


def test_an_unchanged_index_has_points_but_no_percents():
    table = panel([("a", 1, 0.5), ("a", 2, 0.5)])
    found = contributions(table, np.array([[0.2, 0.3], [0.3, 0.2]]))
    assert_allclose(found.points, [0.1, -0.1])
    assert np.isnan(found.percent).all()


def test_contributions_of_a_single_year_are_undefined():
    found = contributions(panel([("a", 1, 0.5)]), np.array([[0.5]]))
    assert np.isnan(found.change)
    assert_array_equal(found.points, [NAN])


def test_no_order_of_rows_changes_a_digit():
    random = np.random.default_rng(5)
    rows = [(f"u{at}", year, random.random()) for at in range(40) for year in (2018, 2019, 2020)]
    parts = random.random((len(rows), 3))
    order = random.permutation(len(rows))
    first, second = panel(rows), panel([rows[at] for at in order])
    assert year_means(first) == year_means(second)
    assert mean_annual_growth(first) == mean_annual_growth(second)
    one, other = contributions(first, parts), contributions(second, parts[order])
    assert_array_equal(one.points, other.points)
