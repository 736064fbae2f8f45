"""What `score` refuses, each in one line that names the place."""

import pytest

from tests.analysis.cli.score.conftest import CITIES, DEEP, FLAT, TIERS, YEARS, save, save_weights


@pytest.fixture
def refuse(run_on):
    """Run the command on bad input; return the one line that it prints."""

    def command(tree, data, *words, **files):
        status, out, err = run_on(tree, data, *words, **files)
        assert (status, out) == (2, "")
        assert err.count("\n") == 1
        return err.rstrip("\n")

    return command


def test_a_file_in_the_place_of_the_folder_is_refused(refuse, folder):
    save("out", "")
    assert "out: found" in refuse(FLAT, CITIES, "--out", "out")


ONE = "unit,year,A,B,C\nx,2020,1,2,3\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("unit,year,A,B\nx,2020,1,2\n", 'data.csv, row 1: found no column "C"'),
        ("unit,year,A,B,C,Z\nx,2020,1,2,3,4\n", "data.csv, row 1, column Z: found unknown column"),
        ("unit,year,A,B,C\nx,2020,1,two,3\n", 'data.csv, row 2, column B: found "two"'),
        ("unit,year,A,B,C\nx,2020,1,NA,3\n", 'data.csv, row 2, column B: found "NA"'),
        (ONE + "x,2020,1,2,3\n", 'data.csv, row 3, column unit: found unit "x" in 2020 twice'),
        ("unit,year,A,B,C\nx,MMXX,1,2,3\n", 'data.csv, row 2, column year: found "MMXX"'),
        ("unit,year,A,B,C\n", "data.csv, row 1: found no rows"),
    ],
)
def test_bad_data_are_refused_in_one_line(refuse, data, message):
    assert refuse(FLAT, data).startswith(message)


def test_a_unit_without_data_is_refused(refuse):
    line = refuse(FLAT, ONE, units="unit,type\nq,wide\n")
    assert line.startswith('units.csv, row 2, column unit: found unknown unit "q"')


def test_a_zero_threshold_is_refused_by_name(refuse):
    data = "unit,year,D1,D2,D3,E\nx,2020,0,50,70,3\ny,2020,0,1,1,4\n"
    line = refuse(DEEP.format(direction="benefit"), data)
    assert line == "data.csv, column D1: found a threshold of 0, expected a threshold above 0"


def test_a_zero_threshold_in_the_file_is_refused_by_place(refuse):
    line = refuse(FLAT, ONE, thresholds="code,threshold\nA,0\n")
    assert line.startswith("thresholds.csv, row 2, column threshold: found 0")


def test_a_single_value_gives_no_threshold(refuse):
    line = refuse(DEEP.format(direction="benefit"), "unit,year,D1,D2,D3,E\nx,2020,4,50,70,3\n")
    assert line.startswith("data.csv, column D1: found a single value at all")


def test_a_cost_indicator_without_bounds_is_refused(refuse):
    line = refuse(DEEP.format(direction="cost"), YEARS)
    assert line.startswith("data.csv, column E: found a cost indicator without both bounds")


def test_a_cost_indicator_without_a_lower_bound_is_refused(refuse):
    line = refuse(DEEP.format(direction="cost"), YEARS, thresholds="code,threshold\nE,40\n")
    assert line.startswith('thresholds.csv, row 2, column lower: found no lower for "E"')


def test_a_base_year_without_data_is_refused(refuse):
    line = refuse(FLAT, ONE, "--reference", "base-year", "--base-year", "2019")
    assert line == (
        "data.csv, column year: found no rows of the base year 2019, expected one of 2020"
    )


@pytest.mark.parametrize("words", [("--reference", "base-year"), ("--base-year", "2020")])
def test_a_base_year_needs_its_reference_and_the_other_way_round(refuse, words):
    assert "--reference base-year and --base-year need each other" in refuse(FLAT, ONE, *words)


@pytest.mark.parametrize(
    "words",
    [
        ("--out-of", "10"),
        ("--reference", "yearly"),
        ("--weights-used", "rounded"),
        ("--cut", "many"),
        ("--base-year", "x"),
        ("--nonsense",),
    ],
)
def test_a_wrong_option_is_refused(refuse, words):
    assert words[0] in refuse(FLAT, ONE, *words)


@pytest.mark.parametrize("column", ["kind", "direction"])
def test_a_leaf_without_kind_or_direction_is_refused(run, folder, column):
    save_weights(FLAT, change=lambda document: document["nodes"][1].update({column: None}))
    save("data.csv", ONE)
    status, out, err = run("--weights", "weights.json", "--data", "data.csv")
    assert (status, out) == (2, "")
    assert err.startswith("weights.json, column nodes[1]")
    assert err.count("\n") == 1


@pytest.mark.parametrize("text", ["{}", "not JSON", '{"format": "delphi-weights/9"}'])
def test_an_invalid_weight_file_is_refused(run, folder, text):
    save("weights.json", text)
    save("data.csv", ONE)
    status, out, err = run("--weights", "weights.json", "--data", "data.csv")
    assert (status, out) == (2, "")
    assert err.startswith("weights.json")
    assert err.count("\n") == 1


@pytest.mark.parametrize("missing", ["weights.json", "data.csv", "units.csv", "tiers.csv"])
def test_a_file_that_is_not_there_is_named(run, folder, missing):
    save_weights(FLAT)
    save("data.csv", CITIES)
    save("units.csv", "unit,type\n一,宽\n")
    save("tiers.csv", TIERS)
    (folder / missing).unlink()
    words = [
        "--weights",
        "weights.json",
        "--data",
        "data.csv",
        "--units",
        "units.csv",
        "--tiers",
        "tiers.csv",
    ]
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert err.startswith(f"{missing}: found no such file")
