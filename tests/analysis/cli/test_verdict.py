"""`python -m analysis verdict`."""

from __future__ import annotations

import json

import pytest

from analysis.cli import main
from tests.analysis.panels import T1, T2, panel, write_csv

POINTS = ("--type", "constant_sum", "--invited", "8")


@pytest.fixture
def rounds(tmp_path):
    """Write the three rounds of the points panel."""
    return [write_csv(tmp_path / f"round-{at}.csv", "A B C", T2[at - 1]) for at in range(1, 4)]


@pytest.fixture
def ratings(tmp_path):
    """Write the two rounds of the rating panel."""
    return [write_csv(tmp_path / f"r{at}.csv", "A B C D E", T1[at - 1]) for at in (1, 2)]


@pytest.fixture
def ask(capfdbinary):
    """Run the command; return its answer."""

    def run(*words):
        assert main(["verdict", *words]) == 0
        out, err = capfdbinary.readouterr()
        assert err == b""
        return json.loads(out)

    return run


@pytest.fixture
def refused(tmp_path, capfdbinary):
    """Run the command on what it must refuse; return its one line."""

    def run(*words):
        assert main(["verdict", *words]) == 2
        out, err = capfdbinary.readouterr()
        assert out == b""
        assert err.count(b"\n") == 1
        return err.decode().replace(f"{tmp_path}/", "").strip()

    return run


def test_the_points_panel_goes_on_goes_on_and_agrees(rounds, ask):
    assert ask(rounds[0], *POINTS)["verdict"] == "continue"
    assert ask(*rounds[:2], *POINTS)["verdict"] == "continue"
    assert ask(*rounds[1:], *POINTS)["verdict"] == "consensus_stable"


def test_conditions_have_every_promised_key_and_the_printed_values(rounds, ask):
    conditions = ask(*rounds[1:], *POINTS)["conditions"]
    assert all(list(c) == ["name", "value", "limit", "holds", "decides"] for c in conditions)
    values = {c["name"]: c["value"] for c in conditions}
    assert values["weight_change_max"] == 0.625
    assert values["median_own_move"] == 2.5
    assert values["mean_own_move"] == 3.125
    assert values["iqr"] == {"A": 1.25, "B": 2.5, "C": 1.25}


def test_a_first_round_has_nulls_with_reasons(rounds, ask):
    answer = ask(rounds[0], *POINTS)
    nulls = {c["name"] for c in answer["conditions"] if c["value"] is None}
    assert nulls == set(answer["reason"])
    assert set(answer["reason"].values()) == {"no_earlier_round"}


def test_the_rating_panel_goes_on(ratings, ask):
    words = (*ratings, "--type", "rating", "--scale", "1:5", "--invited", "7")
    assert ask(*words, "--minimum", "7")["verdict"] == "continue"
    assert ask(*words, "--minimum", "7", "--last")["verdict"] == "round_limit"
    assert ask(*words)["verdict"] == "hold"


def test_the_settings_of_the_rule_are_options(rounds, ask):
    words = (*rounds[1:], "--type", "constant_sum")
    assert ask(*words, "--invited", "12")["verdict"] == "hold"
    assert ask(*words, "--invited", "12", "--response", "0.6")["verdict"] == "consensus_stable"
    assert ask(*words, "--invited", "8", "--minimum", "9")["verdict"] == "hold"
    assert ask(*words, "--invited", "8", "--tolerance", "4")["verdict"] == "continue"
    assert ask(*words, "--invited", "8", "--tolerance", "4", "--last")["verdict"] == "round_limit"


def test_the_preset_is_an_option(rounds, ask):
    answer = ask(*rounds[1:], *POINTS, "--preset", "classic")
    assert (answer["preset"], answer["verdict"]) == ("classic", "consensus_stable")
    decides = {c["name"]: c["decides"] for c in answer["conditions"]}
    assert decides["cv"]
    assert decides["p_permutation"]
    assert not decides["iqr"]


def test_the_invited_are_required(rounds, refused):
    assert "required: --invited" in refused(rounds[0], "--type", "constant_sum")


@pytest.mark.parametrize(
    ("option", "line"),
    [
        ("--invited=0", "--invited: found 0, expected a whole number, at least 1"),
        ("--minimum=-1", "--minimum: found -1, expected a whole number, at least 0"),
        ("--response=0", '--response: found "0", expected a number above 0 and up to 1'),
        ("--response=70", '--response: found "70", expected a number above 0 and up to 1'),
        ("--tolerance=x", '--tolerance: found "x", expected a number above 0 and up to 100'),
    ],
)
def test_a_setting_out_of_range_is_refused(rounds, refused, option, line):
    assert refused(rounds[0], *POINTS, option) == line


def test_more_answers_than_invitations_are_refused(rounds, refused):
    line = refused(rounds[0], "--type", "constant_sum", "--invited", "7")
    expected = "found 8 experts who answered, expected at most the 7 of --invited"
    assert line == f"round-1.csv: {expected}"


def test_ratings_without_a_scale_are_refused(ratings, refused):
    line = refused(*ratings, "--type", "rating", "--invited", "7")
    assert line == "--type rating needs --scale, for example --scale 1:9"


def test_other_items_are_refused(rounds, refused, tmp_path):
    other = write_csv(tmp_path / "other.csv", "A B D", panel("20 30 50"))
    line = refused(rounds[0], other, *POINTS)
    assert line.startswith('other.csv, row 1, column C: found no column "C"')


def test_a_partly_empty_row_of_points_is_refused(refused, tmp_path):
    file = write_csv(tmp_path / "round.csv", "A B C", panel("20 30 50\n50 . 50"))
    assert refused(file, *POINTS).startswith("round.csv, row 3, column B: found an empty cell")


def test_a_rating_off_the_scale_is_refused(ratings, refused):
    line = refused(*ratings, "--type", "rating", "--scale", "2:5", "--invited", "7")
    assert line.startswith('r1.csv, row 8, column E: found "1", expected a number from 2 to 5')
