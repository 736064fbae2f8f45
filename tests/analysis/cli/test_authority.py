"""`python -m analysis authority`."""

import json

import pytest

from analysis.cli import main

HEADER = "expert,practice,theory,peers,intuition,familiarity\n"
SEVEN = HEADER + (
    "E1,L,L,M,S,1.0\nE2,L,M,M,M,.8\nE3,M,L,S,S,.8\nE4,L,L,L,L,1\nE5,M,M,M,M,.6\nE6,S,L,M,S,0.4\n"
    "E7,L,M,S,S,.8\n"
)


@pytest.fixture
def run(tmp_path, capfdbinary):
    def call(text, *options):
        path = tmp_path / "panel.csv"
        path.write_text(text, encoding="utf-8")
        code = main(["authority", str(path), *options])
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode().replace(f"{tmp_path}/", "")

    return call


@pytest.fixture
def answer(run):
    def call(text, *options):
        code, out, err = run(text, *options)
        assert (code, err) == (0, "")
        return json.loads(out)

    return call


@pytest.fixture
def refusal(run):
    def call(text, *options):
        code, out, err = run(text, *options)
        assert (code, out, err.count("\n")) == (2, "", 1)
        return err.strip()

    return call


def test_the_seven_experts_have_the_known_coefficients(answer):
    found = answer(SEVEN)
    assert list(found) == [
        *("table", "familiarity", "experts", "complete_experts", "ca", "cs", "cr", "reason")
    ]
    assert [one["cr"] for one in found["experts"].values()] == [1, 0.85, 0.85, 1, 0.7, 0.6, 0.85]
    assert found["experts"]["E3"] == {"ca": 0.9, "cs": 0.8, "cr": 0.85, "reason": None}
    assert (found["ca"], found["cs"], found["cr"]) == pytest.approx(
        (0.9, 0.771429, 0.835714), abs=5e-7
    )
    assert (found["table"], found["complete_experts"], found["reason"]) == ("A", 7, None)


def test_chinese_answers_and_another_order_of_columns_mean_the_same(answer):
    text = "familiarity,expert,intuition,peers,theory,practice\n1,甲,小,中,大,大\n"
    assert answer(text)["experts"] == {"甲": {"ca": 1.0, "cs": 1.0, "cr": 1.0, "reason": None}}


@pytest.mark.parametrize("row", ["E8,L,,L,L,1", "E8,L,L,L,L,", "E8,,,,,"])
def test_an_empty_cell_makes_the_figures_of_that_expert_null(answer, row):
    found, without = answer(f"{SEVEN}{row}\n"), answer(SEVEN)
    reason = dict.fromkeys(("ca", "cs", "cr"), "empty_cell")
    assert found["experts"]["E8"] == {"ca": None, "cs": None, "cr": None, "reason": reason}
    assert [found[name] for name in ("ca", "cs", "cr")] == [
        without[name] for name in ("ca", "cs", "cr")
    ]
    assert found["complete_experts"] == 7


def test_without_a_complete_expert_the_group_is_null(answer):
    found = answer(f"{HEADER}E1,L,L,L,L,\n")
    assert (found["ca"], found["cs"], found["cr"]) == (None, None, None)
    assert found["reason"]["cr"] == "no_complete_expert"


@pytest.mark.parametrize(
    ("table", "ca"), [("A", 0.8), ("B", 0.75), ("B2", 0.74), ("C", 0.8), ("D", 0.8)]
)
def test_the_table_is_an_option(answer, table, ca):
    text = HEADER + ("E1,M,M,S,M,1\n" if table != "C" else "E1,L,S,S,M,1\n")
    assert answer(text, "--table", table)["experts"]["E1"]["ca"] == ca


def test_table_d_takes_peers_at_home_and_abroad_apart(answer, refusal):
    header = "expert,practice,theory,peers_domestic,peers_foreign,intuition,familiarity\n"
    assert answer(f"{header}E1,L,L,L,S,L,1\n", "--table", "D")["ca"] == 1
    half = header.replace("peers_foreign,", "")
    line = refusal(f"{half}E1,L,L,L,L,1\n", "--table", "D")
    assert line == (
        "panel.csv, row 1: found columns peers_domestic, expected peers_domestic and "
        "peers_foreign, or peers alone"
    )
    assert "no column for peers" in refusal(
        "expert,practice,theory,intuition,familiarity\nE1,L,L,L,1\n", "--table", "D"
    )
    assert 'unknown column "peers_domestic"' in refusal(f"{header}E1,L,L,L,L,L,1\n")


def test_any_familiarity_from_0_to_1_will_do_unless_a_scale_is_named(answer, refusal):
    text = f"{HEADER}E1,L,L,L,L,0.73\n"
    assert answer(text)["cs"] == 0.73
    line = refusal(text, "--familiarity", "1,.8,.6,.4,.2")
    assert line.startswith('panel.csv, row 2, column familiarity: found "0.73", expected one of 1')
    assert answer(SEVEN, "--familiarity", "1, .8,.60,.4,.2")["familiarity"] == [
        *(1, 0.8, 0.6, 0.4, 0.2)
    ]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("E1,X,L,L,L,1", 'row 2, column practice: found "X", expected L, M, S or 大, 中, 小'),
        ("E1,L,L,L,L,1.01", 'row 2, column familiarity: found "1.01", expected a number from 0'),
        ("E1,L,L,L,L,-0.1", "row 2, column familiarity"),
        ("E1,L,L,L,L,NA", 'found "NA"'),
        ("E1,L,L,L,L", "row 2: found 5 cells, expected 6"),
        ("E1,L,L,L,L,1\nE1,L,L,L,L,1", 'row 3, column expert: found expert "E1" twice'),
        (",L,L,L,L,1", "row 2, column expert: found no expert"),
        ("", "row 1: found no experts"),
    ],
)
def test_what_cannot_be_read_is_refused_by_row_and_column(refusal, row, found):
    assert found in refusal(f"{HEADER}{row}\n")


def test_a_missing_and_an_unknown_column_are_refused(refusal):
    assert 'no column "peers"' in refusal("expert,practice,theory,intuition,familiarity\n")
    assert 'unknown column "age"' in refusal(HEADER.replace("\n", ",age\n"))


@pytest.mark.parametrize("scale", ["1,2", "", "1,,0.5", "0.5,.5", "x"])
def test_a_scale_that_is_none_is_refused(refusal, scale):
    assert refusal(SEVEN, f"--familiarity={scale}").startswith("--familiarity: found")


def test_an_unknown_table_is_refused(refusal):
    assert "--table" in refusal(SEVEN, "--table", "Z")
