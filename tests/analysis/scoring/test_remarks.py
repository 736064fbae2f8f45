import numpy as np

from analysis.scoring.data import UnitColumns, UnitData
from analysis.scoring.remarks import find_remarks
from analysis.scoring.thresholds import Indicator, find_thresholds

NAN = np.nan
YEARS = np.array([2018, 2018, 2019, 2019])
UNITS = ("a", "b", "a", "b")


def remarks(columns, kind="value", *, reference="pooled", base_year=None, table=None):
    values = np.array(columns, float).T
    indicators = [Indicator(f"I{at}", kind) for at in range(values.shape[1])]
    codes = tuple(indicator.code for indicator in indicators)
    data = UnitData("data.csv", codes, UNITS, YEARS, values)
    thresholds = find_thresholds(
        values, YEARS, indicators, reference=reference, base_year=base_year
    )
    found = find_remarks(data, thresholds, base_year=base_year, columns=table)
    return [(remark.code, remark.indicator) for remark in found], found


def test_a_column_without_variation_is_flagged_in_both_languages():
    codes, found = remarks([[5, 5, 5, 5], [5, 5, NAN, 6]])
    assert codes == [("no_variation", "I0")]
    assert "无区分度" in found[0].zh
    assert "no variation" in found[0].en


def test_a_year_without_variation_is_flagged_where_years_have_their_own_thresholds():
    column = [[5, 5, 6, 7]]
    assert remarks(column)[0] == []
    assert remarks(column, reference="each-year")[0] == [("no_variation", "I0")]


def test_a_base_year_without_variation_is_flagged():
    column = [[5, 5, 6, 7]]
    assert remarks(column, reference="base-year", base_year=2018)[0] == [("no_variation", "I0")]
    assert remarks(column, reference="base-year", base_year=2019)[0] == []


def test_an_empty_column_is_flagged():
    assert remarks([[NAN] * 4, [1, 2, 3, 4]])[0] == [("no_data", "I0")]


def test_percents_that_look_like_shares_are_flagged():
    assert remarks([[0.5, 0.9, 1, 0.2], [0.5, 0.9, 1.1, 0.2]], "ratio")[0] == [
        ("looks_like_share", "I0")
    ]
    assert remarks([[0.5, 0.9, 1, 0.2]], "score")[0] == []


def test_units_that_the_table_of_units_does_not_know_are_named():
    table = UnitColumns("units.csv", ("a",), {"type": {"a": "x"}})
    codes, found = remarks([[1, 2, 3, 4]], table=table)
    assert codes == [("unit_without_row", None)]
    assert found[0].en == "not in the table of units: b; in no group"
