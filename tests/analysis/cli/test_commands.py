"""What all commands promise about their words and their output."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from analysis.cli import main
from tests.analysis.panels import T1, T2, write_csv

ROUND_AND_BOOTSTRAP = ["--type", "constant_sum", "--rule", "arithmetic_mean"]


def output(capfdbinary, *words):
    assert main([*words]) == 0
    found = capfdbinary.readouterr()
    assert found.err == b""
    return found.out


def test_weights_piped_to_round_publish_what_bootstrap_publishes(tmp_path, capfdbinary):
    path = tmp_path / "answers.csv"
    path.write_text("expert,A,B,C\n" + "".join(f"E{n},7,13,10\n" for n in range(3)), "utf-8")
    weights = tmp_path / "weights.json"
    weights.write_bytes(output(capfdbinary, "weights", str(path), *ROUND_AND_BOOTSTRAP))
    rounded = json.loads(output(capfdbinary, "round", str(weights), "--step", "5"))["rounded"]
    drawn = ["--step", "5", "--resamples", "10", "--seed", "1"]
    again = output(capfdbinary, "bootstrap", str(path), *ROUND_AND_BOOTSTRAP, *drawn)
    assert rounded == json.loads(again)["rounded"] == {"A": "20", "B": "45", "C": "35"}


def test_a_file_name_that_is_no_text_is_refused_in_one_line():
    name = os.fsencode("/nowhere/") + b"x\xd6\xd0.csv"
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "concordance", name], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert b"no such file" in done.stderr


def test_a_column_name_of_any_length_fits_the_line(tmp_path, capfdbinary):
    path = tmp_path / "long.csv"
    path.write_text(f"expert,{'x' * 100_000}\nE1,a\n", "utf-8")
    assert main(["concordance", str(path)]) == 2
    assert len(capfdbinary.readouterr().err) < 500


@pytest.mark.parametrize("option", ["--thresholds", "--tiers", "--units"])
def test_an_empty_path_is_no_path(tmp_path, capfdbinary, option):
    weights, data = tmp_path / "w.json", tmp_path / "d.csv"
    nodes = tmp_path / "n.csv"
    nodes.write_text(
        "code,parent,name_zh,name_en,weight_rule,local_percent,kind,direction\n"
        "A,,甲,a,fixed,40,ratio,benefit\nB,,乙,b,fixed,60,ratio,benefit\n",
        "utf-8",
    )
    output(capfdbinary, "tree", str(nodes), "--out", str(weights))
    data.write_text("unit,year,A,B\nx,2020,50,60\n", "utf-8")
    words = ["score", "--weights", str(weights), "--data", str(data)]
    output(capfdbinary, *words)
    assert main([*words, option, ""]) == 2


@pytest.mark.parametrize(
    ("words", "panel"),
    [
        (["concordance", "{}"], T1[0]),
        (["dispersion", "{}", "--scale", "1:5"], T1[0]),
        (["screen", "{}", "--scale", "1:5"], T1[0]),
        (["weights", "{}", "--type", "constant_sum", "--rule", "geometric_mean"], T2[0]),
        (["verdict", "{}", "--type", "constant_sum", "--invited", "8"], T2[0]),
        (
            ["bootstrap", "{}", *ROUND_AND_BOOTSTRAP, "--resamples", "200", "--seed", "3"],
            T2[0],
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_no_order_of_rows_changes_a_byte(tmp_path, capfdbinary, words, panel):
    items = "ABCDEFG"[: panel.shape[1]]
    names = [f"E{at}" for at in range(len(panel))]
    order = np.random.default_rng(4).permutation(len(panel)).tolist()
    paths = []
    for name, rows in (("first.csv", range(len(panel))), ("second.csv", order)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_csv(
            tmp_path / name,
            " ".join(items),
            panel[list(rows)],
            experts=" ".join(names[row] for row in rows),
        )
        paths.append(str(tmp_path / name))
    first, second = (
        json.loads(output(capfdbinary, *(word.format(path) for word in words))) for path in paths
    )
    assert first == second
