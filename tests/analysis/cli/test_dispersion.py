"""`python -m analysis dispersion`."""

from __future__ import annotations

import json

import pytest

from analysis.cli import main
from tests.analysis.panels import T1, panel, write_csv

KEYS = [
    *("item", "n", "mean", "sd", "cv", "median", "q1", "q3", "iqr", "quartile_deviation", "cqv"),
    *("full_score_share", "mode_share", "tastle_wierman", "reason"),
]


@pytest.fixture
def ask(tmp_path, capfdbinary):
    """Run the command on a panel; return its items."""

    def run(values, *options):
        items = " ".join("ABCDEFGH"[: values.shape[1]])
        assert main(["dispersion", write_csv(tmp_path / "panel.csv", items, values), *options]) == 0
        out, err = capfdbinary.readouterr()
        assert err == b""
        return json.loads(out)["items"]

    return run


@pytest.fixture
def refused(tmp_path, capfdbinary):
    """Run the command on a file that it must refuse; return its one line."""

    def run(text, *options):
        file = tmp_path / "panel.csv"
        file.write_text(text, encoding="utf-8")
        assert main(["dispersion", str(file), *options]) == 2
        out, err = capfdbinary.readouterr()
        assert out == b""
        assert err.count(b"\n") == 1
        return err.decode().replace(f"{tmp_path}/", "").strip()

    return run


def test_every_item_has_every_promised_key_in_order(ask):
    items = ask(T1[0], "--scale", "1:5")
    assert [item["item"] for item in items] == list("ABCDE")
    assert all(list(item) == KEYS for item in items)
    assert items[4]["cv"] == pytest.approx(0.330719, abs=5e-7)


def test_a_scale_below_zero_is_given_with_an_equals_sign(ask):
    items = ask(panel("-1 -3\n1 -1\n0 -2"), "--scale=-3:3")
    assert (items[0]["cv"], items[0]["reason"]["cv"]) == (None, "mean_0")
    assert items[1]["cv"] == pytest.approx(-0.5)


def test_a_scale_of_fractions_knows_its_full_score(ask):
    items = ask(panel("0.7\n0.3"), "--scale", "0.1:0.7")
    assert items[0]["full_score_share"] == 0.5


def test_one_answer_and_none_are_answered_with_nulls(ask):
    items = ask(panel("3 .\n. ."), "--scale", "1:5")
    assert (items[0]["n"], items[0]["mean"], items[0]["sd"]) == (1, 3.0, None)
    assert (items[1]["n"], items[1]["mean"]) == (0, None)
    assert items[1]["reason"]["median"] == "no_answers"


@pytest.mark.parametrize(
    ("cell", "shown"), [("6", "6"), ("0.99", "0.99"), ("5.000000000000000000001", None)]
)
def test_a_value_off_the_scale_is_refused_by_cell(refused, cell, shown):
    line = refused(f"expert,A,B\nE1,1,{cell}\n", "--scale", "1:5")
    expected = "expected a number from 1 to 5"
    assert line == f'panel.csv, row 2, column B: found "{shown or cell}", {expected}'


def test_a_missing_scale_is_refused(refused):
    line = refused("expert,A\nE1,1\n")
    assert "the following arguments are required: --scale" in line


@pytest.mark.parametrize("scale", ["5", "1:5:9", "a:b", ":", "1:", "1-5", "1:nan"])
def test_a_scale_that_is_not_two_numbers_is_refused(refused, scale):
    line = refused("expert,A\nE1,1\n", "--scale", scale)
    assert line == f'--scale: found "{scale}", expected smallest:largest, for example 1:9'


@pytest.mark.parametrize("scale", ["5:1", "5:5", "5:5.0"])
def test_a_scale_without_width_is_refused(refused, scale):
    line = refused("expert,A\nE1,1\n", "--scale", scale)
    assert line == f'--scale: found "{scale}", expected the smaller number before the larger'
