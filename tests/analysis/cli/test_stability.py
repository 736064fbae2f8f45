"""`python -m analysis stability`."""

from __future__ import annotations

import json

import pytest

from analysis.cli import main
from tests.analysis.panels import T1, T2, panel, write_csv

POINTS = ("--type", "constant_sum")
RATING = ("--type", "rating", "--scale", "1:5")


@pytest.fixture
def files(tmp_path):
    """Write two rounds; return their paths."""

    def write(before, after, *, items="A B C D E", experts=("", "")):
        names = items.split()[: before.shape[1]]
        return [
            write_csv(tmp_path / f"{name}.csv", " ".join(names), values, experts=who)
            for name, values, who in zip(("before", "after"), (before, after), experts, strict=True)
        ]

    return write


@pytest.fixture
def ask(capfdbinary):
    """Run the command; return its answer."""

    def run(*words):
        assert main(["stability", *words]) == 0
        out, err = capfdbinary.readouterr()
        assert err == b""
        return json.loads(out)

    return run


@pytest.fixture
def refused(tmp_path, capfdbinary):
    """Run the command on what it must refuse; return its one line."""

    def run(*words):
        assert main(["stability", *words]) == 2
        out, err = capfdbinary.readouterr()
        assert out == b""
        assert err.count(b"\n") == 1
        return err.decode().replace(f"{tmp_path}/", "").strip()

    return run


def test_points_are_compared_as_printed(files, ask):
    answer = ask(*files(T2[1], T2[2]), *POINTS)
    assert (answer["experts_both"], answer["only_before"], answer["only_after"]) == (8, 0, 0)
    assert (answer["weight_change_max"], answer["total_variation"]) == (0.625, 0.625)
    assert (answer["mean_own_move"], answer["median_own_move"]) == (3.125, 2.5)
    assert answer["stable"] is True
    assert answer["weights_after"] == {"A": 0.14375, "B": 0.55, "C": 0.30625}
    assert answer["reason"] is None


def test_every_item_has_every_promised_key(files, ask):
    answer = ask(*files(*T1), *RATING)
    promised = {"item", "histogram_change", "cv_change", "wilcoxon_p", "changed", "stable"}
    assert all(promised < set(item) for item in answer["items"])
    assert [item["wilcoxon_p"] for item in answer["items"]] == [1.0, 1.0, 1.0, 0.5, 1.0]
    assert [item["stable"] for item in answer["items"]] == [True, False, False, False, False]
    assert answer["stable"] is False


def test_experts_are_matched_by_name_and_empty_rows_are_no_answers(files, ask):
    before = panel("50 50\n40 60\n. .\n30 70")
    after = panel("30 70\n50 50\n20 80\n60 40")
    answer = ask(*files(before, after, experts=("a b c d", "d a c x")), *POINTS)
    assert (answer["experts_both"], answer["only_before"], answer["only_after"]) == (2, 1, 2)
    assert [item["changed"] for item in answer["items"]] == [0, 0]
    assert [item["reason"] for item in answer["items"]] == [{"wilcoxon_p": "nobody_changed"}] * 2


def test_items_are_matched_by_header(tmp_path, ask):
    before = write_csv(tmp_path / "before.csv", "A B C", T2[1])
    after = write_csv(tmp_path / "after.csv", "C A B", T2[2][:, [2, 0, 1]])
    answer = ask(before, after, *POINTS)
    assert [item["item"] for item in answer["items"]] == ["C", "A", "B"]
    assert answer["weights_before"] == {"C": 0.30625, "A": 0.15, "B": 0.54375}
    assert answer["median_own_move"] == 2.5


def test_nobody_in_both_rounds_is_answered_with_nulls(files, ask):
    answer = ask(*files(T2[0], T2[1], experts=("a b c d e f g h", "q r s t u v w x")), *POINTS)
    assert (answer["experts_both"], answer["stable"]) == (0, None)
    assert answer["weights_before"] is None
    assert answer["reason"]["weights_before"] == "no_expert_in_both"


def test_the_tolerance_is_an_option(files, ask):
    rounds = files(T2[1], T2[2])
    assert ask(*rounds, *POINTS, "--tolerance", "4.9")["stable"] is False
    assert ask(*rounds, *POINTS, "--tolerance", "5.0")["stable"] is True


def test_any_row_total_is_points(files, ask):
    plain = ask(*files(T2[1], T2[2]), *POINTS)
    assert ask(*files(T2[1] * 2, T2[2] / 5), *POINTS)["median_own_move"] == pytest.approx(
        plain["median_own_move"], abs=1e-12
    )


def test_a_missing_column_is_refused_by_name(files, refused, tmp_path):
    before, _ = files(T2[0], T2[1])
    after = write_csv(tmp_path / "after.csv", "A B", panel("50 50"))
    line = refused(before, after, *POINTS)
    assert line == (
        'after.csv, row 1, column C: found no column "C", expected the items of before.csv'
    )


def test_an_unknown_column_is_refused_by_name(files, refused, tmp_path):
    before, _ = files(T2[0], T2[1])
    after = write_csv(tmp_path / "after.csv", "A B C D", panel("25 25 25 25"))
    line = refused(before, after, *POINTS)
    place, wrong = line.split(": ")
    assert place == "after.csv, row 1, column D"
    assert wrong == 'found unknown column "D", expected only the items of before.csv'


@pytest.mark.parametrize(
    ("row", "place"),
    [("50 . 50", "row 2, column B"), ("-10 60 50", "row 2, column A"), ("0 0 0", "row 2")],
)
def test_an_unusable_row_of_points_is_refused_by_row(files, refused, row, place):
    line = refused(*files(panel("50 30 20"), panel(row)), *POINTS)
    assert line.startswith(f"after.csv, {place}: found ")


def test_ratings_without_a_scale_are_refused(files, refused):
    line = refused(*files(*T1), "--type", "rating")
    assert line == "--type rating needs --scale, for example --scale 1:9"


def test_a_rating_off_the_scale_is_refused_by_cell(files, refused):
    line = refused(*files(*T1), "--type", "rating", "--scale", "1:4")
    assert line.startswith('before.csv, row 2, column A: found "5", expected a number from 1 to 4')


def test_another_type_is_refused(files, refused):
    assert "invalid choice: 'ranking'" in refused(*files(*T1), "--type", "ranking")


@pytest.mark.parametrize("tolerance", ["0", "-1", "101", "x", ""])
def test_a_tolerance_that_is_no_number_of_points_is_refused(files, refused, tolerance):
    line = refused(*files(*T2[:2]), *POINTS, f"--tolerance={tolerance}")
    assert line == f'--tolerance: found "{tolerance}", expected a number above 0 and up to 100'
