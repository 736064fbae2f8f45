from __future__ import annotations

import json

import numpy as np
import pytest

from analysis.cli import main
from tests.analysis.panels import T1, T2, panel, write_csv

KEYS = [
    "weights",
    "low",
    "high",
    "t_low",
    "t_high",
    "rounded",
    "rounded_probability",
    "leave_one_out",
]
QUESTION = ["--type", "constant_sum", "--rule", "arithmetic_mean"]
DRAWS = ["--resamples", "2000", "--seed", "1"]


@pytest.fixture
def run(tmp_path, capfdbinary):
    def call(values: np.ndarray, *options: str) -> tuple[int, str, str]:
        items = " ".join("ABCDE"[: values.shape[1]])
        path = write_csv(tmp_path / "answers.csv", items, values)
        code = main(["bootstrap", path, *options])
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode().replace(path, "answers.csv")

    return call


@pytest.fixture
def answer(run):
    def call(values: np.ndarray, *options: str) -> dict:
        code, out, err = run(values, *options)
        assert (code, err) == (0, "")
        return json.loads(out)

    return call


@pytest.fixture
def refusal(run):
    def call(values: np.ndarray, *options: str) -> str:
        code, out, err = run(values, *options)
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
        return err[:-1]

    return call


def test_the_last_round_of_the_panel_has_the_known_figures(answer):
    found = answer(T2[2], *QUESTION, "--step", "5", "--resamples", "20000", "--seed", "1")
    assert set(KEYS) <= set(found)
    assert found["weights"] == {"A": 0.14375, "B": 0.55, "C": 0.30625}
    for key, expected in {
        "low": [0.125, 0.525, 0.2875],
        "high": [0.1625, 0.575, 0.325],
        "t_low": [0.1170, 0.5184, 0.2795],
        "t_high": [0.1705, 0.5816, 0.3330],
    }.items():
        assert list(found[key]) == ["A", "B", "C"]
        assert list(found[key].values()) == pytest.approx(expected, abs=6e-5)
    assert found["rounded"] == {"A": "15", "B": "55", "C": "30"}
    assert found["rounded_probability"] == pytest.approx(0.9443, abs=0.005)
    assert found["most_frequent"][0]["rounded"] == found["rounded"]
    changes = [0.0893, 0.0893, 0.7143, 0.8036, 0.0893, 0.8036, 0.7143, 0.6250]
    for name, expected in zip((f"E{at}" for at in range(1, 9)), changes, strict=True):
        one = found["leave_one_out"][name]
        assert one == {
            "max_change": pytest.approx(expected, abs=5e-5),
            "published_changes": False,
        }
    assert found["reason"] is None
    assert (found["resamples"], found["undefined_resamples"], found["seed"]) == (20_000, 0, 1)


def test_without_a_step_nothing_is_rounded_and_it_says_so(answer):
    found = answer(T2[2], *QUESTION, *DRAWS)
    assert (found["rounded"], found["rounded_probability"], found["most_frequent"]) == (
        None,
        None,
        [],
    )
    assert found["leave_one_out"]["E3"]["published_changes"] is None
    assert found["leave_one_out"]["E3"]["max_change"] == pytest.approx(0.7143, abs=5e-5)
    assert found["reason"] == dict.fromkeys(
        ("rounded", "rounded_probability", "leave_one_out.published_changes"), "no_step"
    )


@pytest.mark.parametrize(
    ("method", "rule"),
    [
        ("rating", "mean_of_normalised"),
        ("rating", "normalised_means"),
        ("rating", "median"),
        ("ranking", "roc"),
        ("constant_sum", "l1"),
        ("constant_sum", "geometric_mean"),
        ("constant_sum", "trimmed_mean"),
    ],
)
def test_weights_are_those_of_the_weights_command(method, rule, answer, tmp_path, capfdbinary):
    question = ["--type", method, "--rule", rule]
    found = answer(T1[0], *question, *DRAWS, "--step", "1")
    assert main(["weights", str(tmp_path / "answers.csv"), *question]) == 0
    assert found["weights"] == json.loads(capfdbinary.readouterr().out)["weights"]
    assert sum(int(share) for share in found["rounded"].values()) == 100
    assert found["reason"] is None


def test_below_six_experts_there_are_no_percentiles_and_below_three_no_t_interval(answer):
    five = answer(T2[0][:5], *QUESTION, *DRAWS, "--step", "5")
    assert (five["low"], five["high"]) == (None, None)
    assert five["t_low"] is not None
    assert five["reason"] == dict.fromkeys(("low", "high"), "fewer_than_6_experts")
    two = answer(T2[0][:2], *QUESTION, *DRAWS, "--step", "5")
    assert (two["t_low"], two["t_high"]) == (None, None)
    assert two["reason"]["t_low"] == "fewer_than_3_experts"


def test_who_abstains_is_named_and_not_left_out_in_turn(answer):
    values = np.vstack([T2[2], [[np.nan] * 3]])
    found = answer(values, *QUESTION, *DRAWS)
    assert found["experts_left_out"] == {"E9": "abstained"}
    assert (found["experts_used"], "E9" in found["leave_one_out"]) == (8, False)


def test_weights_that_hang_on_one_expert_say_so(answer):
    values = panel("3 4\n2 .\n1 .\n2 .\n3 .\n2 .")
    found = answer(values, "--type", "rating", "--rule", "median", *DRAWS, "--step", "5")
    assert found["leave_one_out"]["E1"] == {"max_change": None, "published_changes": None}
    assert found["reason"]["leave_one_out.E1"] == "item_without_answers"
    assert found["reason"]["t_low"] == "undefined_without_one_expert"
    assert found["undefined_resamples"] > 0


def test_undefined_weights_leave_everything_null_with_the_reason(answer):
    found = answer(T2[0][:2], "--type", "constant_sum", "--rule", "trimmed_mean", *DRAWS)
    for key in KEYS:
        assert found[key] is None
        assert found["reason"][key] == "fewer_than_3_experts"


def test_a_step_of_a_tenth_prints_its_decimal(answer):
    found = answer(T2[2], *QUESTION, *DRAWS, "--step", "0.1")
    assert found["rounded"] == {"A": "14.4", "B": "55.0", "C": "30.6"}


def test_equal_input_and_seed_print_equal_bytes_in_any_order_of_rows(run, answer):
    options = [*QUESTION, *DRAWS, "--step", "5"]
    first = run(T2[0], *options)
    assert run(T2[0], *options) == first
    assert run(T2[0], *QUESTION, "--resamples", "2000", "--seed", "2", "--step", "5") != first
    turned = answer(T2[0][::-1], *options)
    expected = json.loads(first[1])
    backwards = [f"E{at}" for at in range(8, 0, -1)]
    changes = turned.pop("leave_one_out")
    assert [changes[name] for name in backwards] == list(expected.pop("leave_one_out").values())
    assert turned == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([*DRAWS, "--step", "7"], '--step: found "7", expected a step that divides 100'),
        ([*DRAWS, "--step", "1e-9"], "--step: found 1e-9, expected a larger step for 3 items"),
        (["--resamples", "0", "--seed", "1"], "--resamples: found 0, expected a whole number"),
        (["--resamples", "9", "--seed", "-1"], "--seed: found -1, expected a whole number"),
        (
            ["--resamples", "99999999", "--seed", "1"],
            "--resamples: found 99999999, expected at most 3333333 for 3 items",
        ),
        ([*DRAWS, "--zero", "2"], '--zero: found "2", expected a share'),
        (["--resamples", "9"], "--seed"),
        (["--seed", "9"], "--resamples"),
    ],
)
def test_a_wrong_command_line_is_refused(options, expected, refusal):
    assert expected in refusal(T2[2], *QUESTION, *options)


def test_unusable_answers_and_rules_are_refused_as_by_weights(refusal):
    values = panel("60 40\n50 .")
    assert "row 3, column B: found an empty cell" in refusal(values, *QUESTION, *DRAWS)
    assert "--rule roc: for rating choose from" in refusal(
        T1[0], "--type", "rating", "--rule", "roc", *DRAWS
    )
    assert "expected exactly 90" in refusal(T2[0], *QUESTION, *DRAWS, "--total", "90")
