"""`python -m analysis screen`."""

import json

import numpy as np
import pytest

from analysis.cli import main
from tests.analysis.panels import T1, panel, write_csv

KEYS = [
    *("item", "mean", "full_score_share", "cv", "fails_relative", "fails_absolute", "decision"),
    "reason",
]


@pytest.fixture
def ask(tmp_path, capfdbinary):
    """Run the command on a panel; return its answer."""

    def run(values, *options):
        items = " ".join("ABCDEFGHI"[: values.shape[1]])
        assert main(["screen", write_csv(tmp_path / "panel.csv", items, values), *options]) == 0
        out, err = capfdbinary.readouterr()
        assert err == b""
        return json.loads(out)

    return run


def test_boundaries_and_items_are_those_of_the_method(ask):
    found = ask(T1[0], "--scale", "1:5")
    means, shares = T1[0].mean(axis=0), (T1[0] == 5).mean(axis=0)
    cvs = T1[0].std(axis=0, ddof=1) / means
    assert found["boundaries"] == pytest.approx(
        {
            "mean": means.mean() - means.std(ddof=1),
            "full_score_share": shares.mean() - shares.std(ddof=1),
            "cv": cvs.mean() + cvs.std(ddof=1),
        },
        rel=1e-12,
    )
    assert [list(item) for item in found["items"]] == [KEYS] * 5
    fifth = found["items"][4]
    assert (fifth["item"], fifth["decision"]) == ("E", "discuss")
    assert fifth["fails_relative"] == ["mean", "cv"]
    assert fifth["fails_absolute"] == ["mean", "full_score_share", "cv"]
    assert (found["few_items"], found["reason"]) == (True, None)


def test_the_absolute_rule_is_null_on_another_scale(ask):
    found = ask(T1[0], "--scale", "1:9")["items"][0]
    assert (found["fails_absolute"], found["full_score_share"]) == (None, 0.0)
    assert found["reason"] == {"fails_absolute": "scale_not_1_to_5"}
    assert ask(T1[0], "--scale=1.0:5")["items"][0]["fails_absolute"] == []


def test_an_item_that_fails_everything_is_proposed_for_deletion(ask):
    values = np.tile([5.0, 5, 5, 4, 5, 5, 4, 1, 5], (6, 1))
    values[0] = [4, 5, 4, 5, 4, 5, 5, 2, 5]
    found = ask(values, "--scale", "1:5")
    assert [item["decision"] for item in found["items"]].count("propose_delete") == 1
    assert found["items"][7]["decision"] == "propose_delete"
    assert found["few_items"] is False


def test_one_item_has_no_boundaries(ask):
    found = ask(panel("5\n4"), "--scale", "1:5")
    assert found["boundaries"] == {"mean": None, "full_score_share": None, "cv": None}
    assert found["reason"] == {
        f"boundaries.{name}": "fewer_than_2_items" for name in found["boundaries"]
    }
    assert found["items"][0]["decision"] is None


def test_a_value_off_the_scale_is_refused(tmp_path, capfdbinary):
    path = write_csv(tmp_path / "panel.csv", "A B", panel("5 6\n4 4"))
    assert main(["screen", path, "--scale", "1:5"]) == 2
    out, err = capfdbinary.readouterr()
    assert out == b""
    assert err.decode().endswith(
        'panel.csv, row 2, column B: found "6", expected a number from 1 to 5\n'
    )


def test_the_scale_is_needed(tmp_path, capfdbinary):
    path = write_csv(tmp_path / "panel.csv", "A", panel("5"))
    assert main(["screen", path]) == 2
    assert b"--scale" in capfdbinary.readouterr().err
