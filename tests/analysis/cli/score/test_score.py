"""What `score` answers and writes."""

import csv
import io
import json
from fractions import Fraction

import pytest

from tests.analysis.cli.score.conftest import CITIES, DEEP, FLAT, TIERS, YEARS, save, save_weights


@pytest.fixture
def score(run_on):
    """Run the command on a tree and data given as text; return the parsed answer."""

    def command(tree, data, *words, **files):
        status, out, err = run_on(tree, data, *words, **files)
        assert (status, err) == (0, "")
        return json.loads(out)

    return command


def of_unit(answer, unit, year):
    return next(u for u in answer["units"] if (u["unit"], u["year"]) == (unit, year))


def test_four_cities_get_their_index_and_rank(score):
    answer = score(FLAT, CITIES, "--out-of", "100")
    assert [unit["index"] for unit in answer["units"]] == pytest.approx(
        [60.30, 62.40, 60.40, 60.75]
    )
    assert [unit["rank"] for unit in answer["units"]] == [4, 1, 3, 2]
    assert answer["units"][0]["unit"] == "一"
    assert (answer["weights_used"], answer["rehearsal"]) == ("published", False)


def test_the_default_scale_is_0_to_1(score):
    answer = score(FLAT, CITIES)
    assert answer["units"][1]["index"] == pytest.approx(0.624)
    assert answer["out_of"] == 1


def test_tiers_include_their_lower_bound_on_the_printed_scale(score):
    answer = score(FLAT, CITIES, "--out-of", "100", tiers=TIERS)
    assert [unit["tier"] for unit in answer["units"]] == [None, "高", "中", "中"]
    assert answer["units"][0]["reason"] == {"tier": "below_lowest_tier"}


def test_without_tiers_a_tier_is_null_without_a_reason(score):
    unit = score(FLAT, CITIES)["units"][0]
    assert (unit["tier"], unit["reason"]) == (None, None)


def test_every_inner_node_has_a_score_and_a_coverage(score):
    answer = score(DEEP.format(direction="benefit"), YEARS)
    unit = answer["units"][0]
    assert list(unit["scores"]) == list(unit["coverage"]) == ["D"]
    d1, e = answer["thresholds"]["D1"]["threshold"], answer["thresholds"]["E"]["threshold"]
    demand = (10 / d1 + 0.5 + 0.5) / 3
    assert unit["scores"]["D"] == pytest.approx(demand)
    assert unit["index"] == pytest.approx(0.4 * demand + 0.6 * 20 / e)


def test_thresholds_say_how_they_were_found(score):
    thresholds = score(DEEP.format(direction="benefit"), YEARS)["thresholds"]
    assert {code: found["how"] for code, found in thresholds.items()} == {
        "D1": "median_2sd_pooled",
        "D2": "ratio_100",
        "D3": "score_100",
        "E": "median_2sd_pooled",
    }
    assert thresholds["D2"]["threshold"] == 100


def test_the_value_threshold_counts_all_unit_years(score):
    rows = "".join(
        f"u{value},2020,{value}\n" for value in (12, 15, 18, 20, 22, 25, 30, 34, 41, 120)
    )
    tree = FLAT.splitlines()[0] + "\nV,,值,value,fixed,,value,benefit\n"
    answer = score(tree, "unit,year,V\n" + rows, "--out-of", "100")
    assert answer["thresholds"]["V"]["threshold"] == pytest.approx(86.6826, abs=5e-5)
    last = answer["units"][-1]
    assert last["index"] == pytest.approx(138.436, abs=5e-4)
    assert (last["index_capped"], last["capped_cells"]) == (100, 1)
    assert answer["thresholds"]["V"]["capped_cells"] == 1


def test_cap_makes_the_capped_index_the_headline(score):
    data = "unit,year,A,B,C\nx,2020,150,50,50\ny,2020,60,60,60\n"
    plain, capped = score(FLAT, data), score(FLAT, data, "--cap")
    assert plain["units"][0]["index"] == pytest.approx(0.65)
    assert plain["units"][0]["index_capped"] == pytest.approx(0.575)
    assert [unit["rank"] for unit in plain["units"]] == [1, 2]
    assert capped["units"][0]["index"] == pytest.approx(0.575)
    assert capped["units"][0]["index_uncapped"] == pytest.approx(0.65)
    assert [unit["rank"] for unit in capped["units"]] == [2, 1]
    assert [unit["capped_cells"] for unit in capped["units"]] == [1, 0]


def test_base_year_thresholds_use_that_year_only(score):
    answer = score(
        DEEP.format(direction="benefit"), YEARS, "--reference", "base-year", "--base-year", "2018"
    )
    expected = 15 + 2 * 50**0.5
    assert answer["thresholds"]["D1"]["threshold"] == pytest.approx(expected)
    assert (answer["reference"], answer["base_year"]) == ("base-year", 2018)


def test_each_year_has_thresholds_of_its_own(score):
    found = score(DEEP.format(direction="benefit"), YEARS, "--reference", "each-year")
    threshold = found["thresholds"]["D1"]
    assert threshold["threshold"] is None
    assert threshold["by_year"] == pytest.approx(
        {"2018": 15 + 2 * 50**0.5, "2020": 22.5 + 2 * 112.5**0.5}
    )


def test_a_cost_indicator_runs_from_its_threshold_down_to_its_lower_bound(score):
    given = "code,threshold,lower\nE,40,10\n"
    data = "unit,year,D1,D2,D3,E\np,2020,1,9,9,10\nq,2020,2,9,9,25\nr,2020,3,9,9,45\n"
    answer = score(DEEP.format(direction="cost"), data, thresholds=given)
    demand = [unit["scores"]["D"] for unit in answer["units"]]
    cost = [
        (unit["index"] - 0.4 * d) / 0.6 for unit, d in zip(answer["units"], demand, strict=True)
    ]
    assert cost == pytest.approx([1, 0.5, -1 / 6])
    assert answer["thresholds"]["E"]["how"] == "file"
    assert (answer["thresholds"]["E"]["threshold"], answer["thresholds"]["E"]["lower"]) == (40, 10)
    assert answer["units"][2]["index_capped"] == pytest.approx(0.4 * demand[2])


def test_a_missing_cell_hands_its_weight_to_its_siblings(score):
    data = "unit,year,A,B,C\nx,2020,90,50,\ny,2020,90,,70\n"
    x, y = score(FLAT, data, "--out-of", "100")["units"]
    assert x["index"] == pytest.approx((15 * 90 + 55 * 50) / 70)
    assert x["index_coverage"] == pytest.approx(0.7)
    assert (y["index"], y["rank"], y["index_capped"]) == (None, None, None)
    nulls = ("index", "index_capped", "index_uncapped", "rank")
    assert y["reason"] == dict.fromkeys(nulls, "low_coverage")


def test_two_of_three_children_give_a_score_and_one_does_not(score):
    data = "unit,year,D1,D2,D3,E\nx,2020,,50,70,3\ny,2020,1,,,4\nz,2020,2,1,1,5\n"
    x, y, _ = score(DEEP.format(direction="benefit"), data)["units"]
    assert (x["scores"]["D"], x["coverage"]["D"]) == (pytest.approx(0.6), pytest.approx(2 / 3))
    assert (y["scores"]["D"], y["coverage"]["D"]) == (None, pytest.approx(1 / 3))
    assert (y["index"], y["index_coverage"]) == (None, pytest.approx(0.6))
    nulls = ("index", "index_capped", "index_uncapped", "rank", "scores.D")
    assert y["reason"] == dict.fromkeys(nulls, "low_coverage")


def test_published_weights_are_used_unless_told(score):
    tree = FLAT.replace("fixed", "elicited").replace(",15,", ",14,").replace(",55,", ",56,")
    published = {None: {"A": Fraction(15), "B": Fraction(55), "C": Fraction(30)}}
    first = score(tree, CITIES, "--out-of", "100", published=published)
    exact = score(tree, CITIES, "--out-of", "100", "--weights-used", "exact", published=published)
    assert first["units"][0]["index"] == pytest.approx(60.30)
    assert exact["units"][0]["index"] == pytest.approx(0.14 * 72 + 0.56 * 60 + 0.3 * 55)
    assert (first["weights_used"], exact["weights_used"]) == ("published", "exact")
    assert first["leaf_weights"] == {"A": 0.15, "B": 0.55, "C": 0.3}


def test_years_have_growth_on_the_units_of_both(score):
    data = YEARS + "z,2020,15,60,55,25\n"
    answer = score(
        DEEP.format(direction="benefit"),
        data,
        thresholds="code,threshold\nD1,100\nE,100\n",
    )
    first, last = answer["years"]
    assert (first["year"], first["units"], first["growth"]) == (2018, 2, None)
    assert (last["units"], last["growth_basis"]["units"]) == (3, 2)
    before = first["index"]
    after = sum(of_unit(answer, unit, 2020)["index"] for unit in "xy") / 2
    assert last["growth"] == pytest.approx(after / before - 1)
    assert answer["mean_annual_growth"] == pytest.approx((after / before) ** 0.5 - 1)
    assert answer["mean_annual_growth_basis"]["units"] == 2


def test_contributions_sum_to_the_change_and_to_100_percent(score):
    answer = score(DEEP.format(direction="benefit"), YEARS, "--out-of", "100")
    parts = answer["contributions"]
    assert list(parts) == ["D", "E"]
    change = answer["years"][1]["index"] - answer["years"][0]["index"]
    assert sum(part["points"] for part in parts.values()) == pytest.approx(change)
    assert sum(part["percent"] for part in parts.values()) == pytest.approx(100)
    demand = [
        sum(of_unit(answer, u, year)["scores"]["D"] for u in "xy") / 2 for year in (2018, 2020)
    ]
    assert parts["D"]["points"] == pytest.approx(0.4 * (demand[1] - demand[0]))


def test_a_single_year_has_no_growth_and_says_why(score):
    answer = score(FLAT, CITIES)
    assert answer["mean_annual_growth"] is None
    assert answer["contributions"]["A"] == {"points": None, "percent": None}
    assert answer["reason"] == {"mean_annual_growth": "one_year", "contributions": "one_year"}


def test_groups_have_mean_growth_and_share_above_a_cut(score):
    units = "unit,type,region\n一,宽,东\n二,宽,西\n三,窄,\n四,窄,西\n"
    answer = score(FLAT, CITIES, "--out-of", "100", "--cut", "60.4", units=units)
    assert list(answer["groups"]) == ["type", "region"]
    wide, narrow = answer["groups"]["type"]["宽"], answer["groups"]["type"]["窄"]
    assert (wide["units"], wide["mean"]) == (2, pytest.approx(61.35))
    assert (wide["share_above"], narrow["share_above"]) == ({"60.4": 0.5}, {"60.4": 1.0})
    assert answer["groups"]["region"]["东"]["units"] == 1
    assert (wide["growth"], wide["growth_basis"]["reason"]) == (None, "one_year")


def test_bounds_of_tiers_are_cuts_too(score):
    units = "unit,type\n一,宽\n二,宽\n三,窄\n四,窄\n"
    answer = score(FLAT, CITIES, "--out-of", "100", units=units, tiers=TIERS)
    assert answer["groups"]["type"]["宽"]["share_above"] == {"62.4": 0.5, "60.4": 0.5, "60.35": 0.5}


def test_without_cuts_the_share_is_null(score):
    answer = score(FLAT, CITIES, units="unit,type\n一,宽\n二,宽\n三,窄\n四,窄\n")
    assert answer["groups"]["type"]["宽"]["share_above"] is None
    assert answer["warnings"] == []


def test_a_column_without_variation_is_flagged_and_not_refused(score):
    data = "unit,year,A,B,C\nx,2020,50,60,70\ny,2020,50,40,30\n"
    (warning,) = score(FLAT, data)["warnings"]
    assert (warning["code"], warning["indicator"]) == ("no_variation", "A")
    assert "无区分度" in warning["message"]["zh"]


def test_rehearsal_weights_are_told(run, folder):
    save_weights(FLAT, change=lambda document: document.update(rehearsal=True))
    save("data.csv", CITIES)
    status, out, _ = run("--weights", "weights.json", "--data", "data.csv")
    assert (status, json.loads(out)["rehearsal"]) == (0, True)


def test_equal_input_prints_equal_bytes(run, folder):
    save_weights(DEEP.format(direction="benefit"))
    save("data.csv", YEARS)
    words = ("--weights", "weights.json", "--data", "data.csv")
    assert run(*words) == run(*words)


def test_tables_are_written_beside_the_answer(score, folder):
    units = "unit,type\n=x,@wide\ny,-narrow\n"
    data = YEARS.replace("x,", "=x,")
    answer = score(
        DEEP.format(direction="benefit"), data, "--out", "out/deep", "--cut", "0.3", units=units
    )
    written = {path.name: path.read_bytes() for path in (folder / "out" / "deep").iterdir()}
    assert set(written) == {
        f"{name}.csv"
        for name in (
            [
                "scores",
                "coverage",
                "normalised",
                "thresholds",
                "years",
                "contributions",
                "groups",
                "warnings",
            ]
        )
    }
    assert all(content.startswith(b"\xef\xbb\xbf") for content in written.values())
    tables = {name: list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
              for name, content in written.items()}  # fmt: skip
    first = dict(zip(*tables["scores.csv"][:2], strict=True))
    assert first["unit"] == "'=x"
    assert float(first["index"]) == answer["units"][0]["index"]
    assert first["D"] == repr(answer["units"][0]["scores"]["D"])
    assert tables["groups.csv"][0][-1] == "share_0.3"
    assert tables["groups.csv"][1][1] == "'@wide"
    assert tables["thresholds.csv"][2][:3] == ["D2", "", "100.0"]
    assert len(tables["normalised.csv"]) == 5
    assert tables["years.csv"][1][:2] == ["2018", "2"]
    assert float(tables["contributions.csv"][1][1]) == answer["contributions"]["D"]["points"]


def test_numbers_below_zero_get_no_apostrophe(score, folder):
    data = "unit,year,A,B,C\nx,2020,-50,-60,-70\n"
    score(FLAT, data, "--out", "out")
    row = (folder / "out" / "scores.csv").read_text("utf-8-sig").splitlines()[1]
    assert float(row.split(",")[2]) == pytest.approx(-0.615)
