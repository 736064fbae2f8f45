import numpy as np
import pytest

from analysis.scoring.groups import group_index
from analysis.scoring.years import arrange

UNITS = ["a", "b", "c", "d"]
TABLE = arrange(
    np.array([0.5, 0.7, 0.3, 0.9, 0.6, 0.8, 0.3, 0.9]),
    UNITS * 2,
    np.repeat([2018, 2020], 4),
)
TYPES = {"a": "wide", "b": "wide", "c": "narrow", "d": ""}


def test_groups_have_mean_growth_and_share_above_a_cut():
    wide, narrow = group_index(TABLE, "type", TYPES, cuts=[0.6])
    assert (wide.value, wide.units) == ("wide", 2)
    assert [year.mean.index for year in wide.years] == [pytest.approx(0.6), pytest.approx(0.7)]
    assert [year.shares for year in wide.years] == [(0.5,), (1.0,)]
    assert wide.annual.growth == pytest.approx((0.7 / 0.6) ** 0.5 - 1)
    assert narrow.years[1].shares == (0.0,)


def test_units_without_a_value_are_in_no_group():
    groups = group_index(TABLE, "type", TYPES)
    assert sum(group.units for group in groups) == 3


def test_a_value_that_no_scored_unit_has_makes_no_group():
    assert group_index(TABLE, "type", {"x": "far"}) == ()


def test_without_cuts_there_are_no_shares():
    assert group_index(TABLE, "type", TYPES)[0].years[0].shares == ()
