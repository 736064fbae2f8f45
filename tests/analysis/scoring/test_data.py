import numpy as np
import pytest
from numpy.testing import assert_array_equal

from analysis.errors import InputError
from analysis.scoring.data import (
    parse_some_data,
    read_data,
    read_thresholds,
    read_tiers,
    read_units,
)
from analysis.scoring.thresholds import GivenThreshold, Indicator
from analysis.scoring.tiers import Tier

BENEFIT, COST = Indicator("A", "value"), Indicator("B", "value", "cost")


@pytest.fixture
def file(tmp_path):
    def write(text, name="file.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refused(read, *arguments):
    with pytest.raises(InputError) as caught:
        read(*arguments)
    return str(caught.value).split("file.csv", 1)[1]


def test_columns_come_in_the_order_of_the_tree(file):
    data = read_data(file("B,unit,year,A\n2,x,2020,1\n,y,2020,3\n"), ["A", "B"])
    assert data.units == ("x", "y")
    assert_array_equal(data.values, [[1, 2], [3, np.nan]])
    assert_array_equal(data.years, [2020, 2020])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("unit,year,A\nx,2020,1\n", ", row 1: found no column"),
        (
            "unit,year,A,B,C\nx,2020,1,2,3\n",
            ', row 1, column C: found unknown column "C", expected only unit, year, A, B',
        ),
        ("unit,A,B\nx,1,2\n", ', row 1: found no column "year"'),
        ("year,A,B\n2020,1,2\n", ', row 1: found no column "unit"'),
        ("unit,year,A,B\n", ", row 1: found no rows"),
        ("unit,year,A,B\nx,2020,high,2\n", ', row 2, column A: found "high", expected a number'),
        ("unit,year,A,B\nx,2020,1,NA\n", ', row 2, column B: found "NA", expected a number'),
        ("unit,year,A,B\nx,2020,nan,1\n", ', row 2, column A: found "nan"'),
        ("unit,year,A,B\nx,2020,1e999,1\n", ', row 2, column A: found "1e999"'),
        (
            "unit,year,A,B\nx,2020,1,2\nx,2020,3,4\n",
            ', row 3, column unit: found unit "x" in 2020 twice, expected each unit once a year',
        ),
        (
            "unit,year,A,B\nx,2020.5,1,2\n",
            ', row 2, column year: found "2020.5", expected a year as a whole number',
        ),
        ("unit,year,A,B\nx,,1,2\n", ', row 2, column year: found ""'),
        ("unit,year,A,B\n,2020,1,2\n", ", row 2, column unit: found no unit"),
        ("unit,year,A,B\nx,2020,1\n", ", row 2: found 3 cells, expected 4"),
    ],
)
def test_bad_data_are_refused_with_row_and_column(file, text, message):
    assert refused(read_data, file(text), ["A", "B"]).startswith(message)


def test_every_problem_is_counted(file):
    text = "unit,year,A,B\nx,2020,a,b\nx,20x,1,2\n"
    assert refused(read_data, file(text), ["A", "B"]).endswith("(and 2 more)")


def test_one_unit_may_stand_in_several_years(file):
    assert len(read_data(file("unit,year,A\nx,2019,1\nx,2020,1\n"), ["A"]).units) == 2


def test_leaves_may_lack_a_column_where_some_data_are_enough():
    data = parse_some_data("C,unit,year,A\n2,x,2020,1\n,y,2020,3\n", "x.csv", ["A", "B", "C"])
    assert data.leaves == ("A", "C")
    assert_array_equal(data.values, [[1, 2], [3, np.nan]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "unit,year,Z\nx,2020,1\n",
            ', row 1, column Z: found unknown column "Z", expected only unit, year, A, B',
        ),
        ("unit,year\nx,2020\n", ", row 1: found no column of a leaf, expected one column for"),
        ("unit,year,B\nx,2020,few\n", ', row 2, column B: found "few", expected a number'),
        ("unit,B\nx,1\n", ', row 1: found no column "year"'),
    ],
)
def test_some_data_are_refused_like_all(text, message):
    assert refused(parse_some_data, text, "file.csv", ["A", "B"]).startswith(message)


def test_units_have_columns_of_text(file):
    units = read_units(file("unit,type,region\nx,wide,\ny,narrow,east\n"), {"x", "y", "z"})
    assert units.columns == {
        "type": {"x": "wide", "y": "narrow"},
        "region": {"x": "", "y": "east"},
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "unit,type\nq,wide\n",
            ', row 2, column unit: found unknown unit "q", expected a unit that has data',
        ),
        ("unit,type\nx,wide\nx,wide\n", ', row 3, column unit: found unit "x" twice'),
        ("unit,type\n,wide\n", ", row 2, column unit: found no unit"),
        ("type,unit\nwide,x\n", ', row 1: found first column "type", expected unit in the first'),
        ("unit\nx\n", ", row 1: found only the column unit"),
    ],
)
def test_a_bad_table_of_units_is_refused(file, text, message):
    assert refused(read_units, file(text), {"x"}).startswith(message)


def test_thresholds_are_read_with_their_lower_bounds(file):
    given = read_thresholds(file("code,threshold,lower\nA,50,0\nB,40,10\n"), [BENEFIT, COST])
    assert given == {"A": GivenThreshold(50.0), "B": GivenThreshold(40.0, 10.0)}


def test_lower_may_be_left_out_where_nothing_is_a_cost(file):
    assert read_thresholds(file("code,threshold\nA,50\n"), [BENEFIT]) == {"A": GivenThreshold(50)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code,threshold\nZ,50\n", ', row 2, column code: found unknown code "Z", expected the'),
        ("code,threshold\nA,50\nA,60\n", ', row 3, column code: found code "A" twice'),
        ("code,threshold\nA,0\n", ", row 2, column threshold: found 0, expected a threshold above"),
        ("code,threshold\nA,-3\n", ", row 2, column threshold: found -3, expected a threshold"),
        ("code,threshold\nA,high\n", ', row 2, column threshold: found "high", expected a number'),
        ("code,threshold\nA,\n", ', row 2, column threshold: found no threshold for "A"'),
        ("code,threshold,lower\nB,40,\n", ', row 2, column lower: found no lower for "B"'),
        ("code,threshold\nB,40\n", ', row 2, column lower: found no lower for "B"'),
        ("code,threshold,lower\nB,40,40\n", ", row 2, column lower: found 40, expected less than"),
        (
            "code,threshold,lower\nA,40,5\n",
            ", row 2, column lower: found 5, expected an empty cell",
        ),
        ("code,threshold,lower\nB,,5\n", ', row 2, column threshold: found no threshold for "B"'),
        ("code,limit\nA,40\n", ', row 1, column limit: found unknown column "limit"'),
    ],
)
def test_a_bad_file_of_thresholds_is_refused(file, text, message):
    assert refused(read_thresholds, file(text), [BENEFIT, COST]).startswith(message)


def test_tiers_are_read(file):
    tiers = read_tiers(file("tier,name_zh,name_en,lower\n1,高,high,0.7\n2,低,low,-1\n"))
    assert tiers == (Tier("1", "高", "high", 0.7), Tier("2", "低", "low", -1.0))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tier,name_zh,name_en,lower\n", ", row 1: found no tiers"),
        ("tier,lower\n1,2\n", ', row 1: found no column "name_zh"'),
        ("tier,name_zh,name_en,lower\n1,高,high,x\n", ', row 2, column lower: found "x"'),
        ("tier,name_zh,name_en,lower\n1,高,high,\n", ", row 2, column lower: found no lower"),
        ("tier,name_zh,name_en,lower\n,高,high,1\n", ", row 2, column tier: found no tier"),
        (
            "tier,name_zh,name_en,lower\n1,高,high,1\n1,低,low,0\n",
            ', row 3, column tier: found tier "1" twice',
        ),
        (
            "tier,name_zh,name_en,lower\n1,高,high,1\n2,低,low,1.0\n",
            ", row 3, column lower: found lower bound 1.0 twice",
        ),
    ],
)
def test_a_bad_table_of_tiers_is_refused(file, text, message):
    assert refused(read_tiers, file(text)).startswith(message)
