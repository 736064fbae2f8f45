"""`python -m analysis concordance`."""

from __future__ import annotations

import json

import numpy as np
import pytest

from analysis.cli import concordance, main
from tests.analysis.panels import SIEGEL_CASTELLAN, T1, T2, panel, write_csv

KEYS = [
    *("experts", "items", "experts_used", "constant_experts", "s", "ties", "w", "w_uncorrected"),
    *("w_without_constant", "w_low", "w_high", "chi2", "df", "p_chi2", "f", "nu1", "nu2", "p_f"),
    *("p_permutation", "p_method", "permutations", "seed", "mean_spearman", "caution", "reason"),
    "generalised",
]


@pytest.fixture
def ask(tmp_path, capfdbinary):
    """Run the command on a panel; return its answer."""

    def run(values, *options):
        items = " ".join("ABCDEFGH"[: values.shape[1]])
        assert (
            main(["concordance", write_csv(tmp_path / "panel.csv", items, values), *options]) == 0
        )
        out, err = capfdbinary.readouterr()
        assert err == b""
        return json.loads(out)

    return run


@pytest.fixture
def refused(tmp_path, capfdbinary):
    """Run the command on a file that it must refuse; return its one line."""

    def run(text, *options):
        file = tmp_path / "panel.csv"
        file.write_text(text, encoding="utf-8")
        assert main(["concordance", str(file), *options]) == 2
        out, err = capfdbinary.readouterr()
        assert out == b""
        assert err.count(b"\n") == 1
        return err.decode().replace(f"{tmp_path}/", "").strip()

    return run


def test_the_answer_has_every_promised_key_in_order(ask):
    assert list(ask(T2[0])) == KEYS


def test_a_small_panel_is_answered_exactly(ask):
    answer = ask(T2[0])
    assert answer["w"] == pytest.approx(0.971774, abs=5e-7)
    assert answer["p_permutation"] == 2 / 279_936
    assert (answer["p_method"], answer["permutations"], answer["seed"]) == ("exact", 279_936, 1)
    assert answer["reason"] is None


def test_undefined_figures_are_null_with_a_reason(ask):
    answer = ask(panel("1 2 3"))
    assert (answer["w"], answer["reason"]["w"]) == (None, "fewer_than_2_experts")
    assert (answer["experts"], answer["s"], answer["ties"], answer["df"]) == (1, 2.0, 0, 2)


def test_an_empty_cell_leaves_the_expert_out(ask):
    answer = ask(panel("1 2 3\n1 . 3\n3 2 1"))
    assert (answer["experts"], answer["experts_used"]) == (3, 2)


def test_the_generalised_w_uses_the_experts_with_a_gap(ask):
    ratings = T1[0].copy()
    ratings[2, 1] = ratings[5, 4] = np.nan
    answer = ask(ratings)
    assert answer["experts_used"] == 5
    found = answer["generalised"]
    assert {"w", "mean_answers", "chi2", "df", "p_chi2", "reason"} <= found.keys()
    assert found["w"] == pytest.approx(0.709248, abs=5e-7)
    assert found["chi2"] == pytest.approx(18.724140, abs=5e-7)
    assert (found["mean_answers"], found["df"], found["reason"]) == (6.6, 4, None)


def test_a_generalised_w_without_pairs_is_null_with_a_reason(ask):
    found = ask(panel("1 2 . .\n. . 1 2"))["generalised"]
    assert (found["w"], found["reason"]["w"]) == (None, "no_common_items")


def test_a_panel_with_too_many_patterns_of_gaps_has_no_generalised_w(ask, monkeypatch):
    monkeypatch.setattr(concordance, "MOST_RANKS", T1[0].size - 1)
    answer = ask(T1[0])
    assert answer["w"] == pytest.approx(0.713178, abs=5e-7)
    assert answer["generalised"]["reason"]["w"] == "too_many_cells"


def test_permutations_and_seed_are_options(ask):
    answer = ask(T1[0], "--permutations", "500", "--seed", "7")
    assert (answer["p_method"], answer["permutations"], answer["seed"]) == ("monte_carlo", 500, 7)


def test_equal_input_and_seed_print_equal_bytes(tmp_path, capfdbinary):
    file = write_csv(tmp_path / "panel.csv", "A B C D E F G H", SIEGEL_CASTELLAN)
    printed = []
    for _ in range(2):
        assert main(["concordance", file, "--permutations", "3000"]) == 0
        printed.append(capfdbinary.readouterr().out)
    assert printed[0] == printed[1]


def test_numbers_that_only_a_decimal_can_tell_apart_are_no_tie(tmp_path, capfdbinary):
    file = tmp_path / "panel.csv"
    file.write_text("expert,A,B\nE1,1.00000000000000000001,1\nE2,2,1.0\n", encoding="utf-8")
    assert main(["concordance", str(file)]) == 0
    assert json.loads(capfdbinary.readouterr().out)["ties"] == 0


def test_five_and_five_point_zero_are_a_tie(tmp_path, capfdbinary):
    file = tmp_path / "panel.csv"
    file.write_text("expert,A,B\nE1,5,5.0\nE2,2,1\n", encoding="utf-8")
    assert main(["concordance", str(file)]) == 0
    assert json.loads(capfdbinary.readouterr().out)["constant_experts"] == 1


def test_na_is_refused_by_row_and_column(refused):
    line = refused("expert,A,B\nE1,1,2\nE2,NA,2\n")
    assert line == 'panel.csv, row 3, column A: found "NA", expected a number or an empty cell'


def test_a_duplicate_expert_is_refused(refused):
    line = refused("expert,A,B\nE1,1,2\nE1,2,2\n")
    assert line.startswith('panel.csv, row 3, column expert: found expert "E1" twice')


def test_no_permutations_are_refused(refused):
    line = refused("expert,A,B\nE1,1,2\n", "--permutations", "0")
    assert line == "--permutations: found 0, expected a whole number, at least 1"


def test_a_seed_below_zero_is_refused(refused):
    line = refused("expert,A,B\nE1,1,2\n", "--seed=-1")
    assert line == "--seed: found -1, expected a whole number, at least 0"


def test_a_seed_that_is_no_number_is_refused(refused):
    assert "invalid int value: 'x'" in refused("expert,A,B\nE1,1,2\n", "--seed", "x")
