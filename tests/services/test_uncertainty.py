"""What is stored of how sure weights are."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest

from analysis.cli import main
from delphi.services.uncertainty import RESAMPLES, SEED, weight_uncertainty
from tests.analysis.panels import T2, write_csv

WEIGHTS = (Fraction(115, 800), Fraction(440, 800), Fraction(245, 800))


def stored(values=T2[2], weights=WEIGHTS, step=Fraction(5)):
    return weight_uncertainty(
        values, weights, method="constant_sum", rule="arithmetic_mean", step=step
    )


def shares(texts):
    return [float(text) for text in texts]


def test_the_second_panel_has_the_known_intervals():
    found = stored()
    assert shares(found["low"]) == pytest.approx([0.125, 0.525, 0.2875], abs=1e-9)
    assert shares(found["high"]) == pytest.approx([0.1625, 0.575, 0.325], abs=1e-9)
    assert shares(found["t_low"]) == pytest.approx([0.1170, 0.5184, 0.2795], abs=5e-5)
    assert shares(found["standard_error"]) == pytest.approx(
        [0.01132909, 0.01336306, 0.01132909], abs=5e-9
    )
    assert float(found["rounded_probability"]) == pytest.approx(0.946, abs=0.008)
    assert found["most_frequent"][0]["rounded"] == ["15", "55", "30"]
    assert (found["resamples"], found["seed"], found["reason"]) == (RESAMPLES, SEED, None)


def test_no_order_of_respondents_changes_what_is_stored():
    assert stored(T2[2][::-1].copy()) == stored()


def test_five_experts_have_a_t_interval_and_no_bootstrap():
    values = T2[2][:5]
    weights = tuple(Fraction(int(total), 500) for total in values.sum(axis=0))
    found = stored(values, weights, None)
    assert None not in found["t_low"]
    assert found["low"] == [None, None, None]
    assert found["reason"]["low"] == "fewer_than_6_experts"
    assert found["rounded_probability"] is None


def test_whoever_abstained_is_left_out():
    with_gap = np.vstack([T2[2], np.full(3, np.nan)])
    assert stored(with_gap) == stored()


def test_the_command_without_a_server_gives_the_same_figures(tmp_path, capfdbinary):
    path = write_csv(tmp_path / "answers.csv", "D S E", T2[2])
    options = ["--type", "constant_sum", "--rule", "arithmetic_mean", "--step", "5"]
    drawn = ["--resamples", str(RESAMPLES), "--seed", str(SEED)]
    assert main(["bootstrap", path, *options, *drawn]) == 0
    answer = json.loads(capfdbinary.readouterr().out)
    found = stored()
    for name in ("low", "high", "t_low", "t_high"):
        assert list(answer[name].values()) == pytest.approx(shares(found[name]), rel=1e-9)
    assert answer["rounded_probability"] == pytest.approx(float(found["rounded_probability"]))
