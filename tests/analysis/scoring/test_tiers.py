import numpy as np
from numpy.testing import assert_array_equal

from analysis.scoring.tiers import Tier, place_in_tiers, rank_by_year, share_at_or_above

NAN = np.nan
TIERS = (Tier("low", "低", "low", 0.5), Tier("high", "高", "high", 0.7))
ONE_YEAR = np.full(4, 2020)


def labels(index, tiers=TIERS):
    return [tier and tier.tier for tier in place_in_tiers(np.array(index), tiers)]


def test_four_cities_are_ranked_from_the_highest():
    assert_array_equal(rank_by_year(np.array([60.30, 62.40, 60.40, 60.75]), ONE_YEAR), [4, 1, 3, 2])


def test_ties_share_the_lowest_number():
    assert_array_equal(rank_by_year(np.array([5.0, 7, 5, 1]), ONE_YEAR), [2, 1, 2, 4])


def test_the_last_bits_of_binary_arithmetic_do_not_break_a_tie():
    index = np.array([0.1 + 0.2, 0.3, 0.3 + 2e-10, 0.2])
    assert index[0] != index[1]
    assert_array_equal(rank_by_year(index, ONE_YEAR), [2, 2, 1, 4])


def test_ranks_are_within_a_year():
    years = np.array([2018, 2019, 2018, 2019])
    assert_array_equal(rank_by_year(np.array([1.0, 2, 3, 4]), years), [2, 2, 1, 1])


def test_a_unit_without_an_index_has_no_rank_and_takes_none():
    assert_array_equal(rank_by_year(np.array([NAN, 2.0, 3.0, NAN]), ONE_YEAR), [NAN, 2, 1, NAN])


def test_a_lower_bound_belongs_to_its_tier():
    assert labels([0.7, 0.69, 0.5, 0.4999]) == ["high", "low", "low", None]


def test_a_bound_missed_by_the_last_bits_only_is_reached():
    assert labels([0.7 - 1e-12, 0.1 * 7, 0.7 - 1e-9]) == ["high", "high", "low"]


def test_tiers_may_stand_in_any_order():
    assert labels([0.6, 0.8], TIERS[::-1]) == ["low", "high"]


def test_no_index_and_no_tiers_give_no_tier():
    assert labels([NAN]) == [None]
    assert labels([0.9], ()) == [None]


def test_the_share_above_a_cut_counts_the_cut_itself():
    assert share_at_or_above(np.array([0.6, 0.1 * 6, 0.5, NAN]), 0.6) == 2 / 3


def test_the_share_of_no_units_is_undefined():
    assert np.isnan(share_at_or_above(np.array([NAN]), 0.6))
