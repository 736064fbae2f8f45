import json

import pytest

from analysis.cli import main

T2 = {
    1: "20 50 30|10 70 20|10 60 30|30 40 30|20 45 35|15 65 20|25 40 35|5 60 35",
    2: "15 55 30|10 65 25|10 60 30|25 45 30|15 50 35|15 60 25|20 45 35|10 55 35",
    3: "15 55 30|15 55 30|10 60 30|20 50 30|15 55 30|15 60 25|15 50 35|10 55 35",
}
T1 = "5 4 3 4 2|5 5 3 4 3|4 4 2 5 3|5 4 4 3 2|4 5 3 3 2|5 3 3 4 3|5 4 2 4 1"


def answers(rows: str) -> str:
    """Write rows such as "60 40|- -" as a table; a hyphen is an empty cell."""
    cells = [row.replace("-", "").split(" ") for row in rows.split("|")]
    lines = [",".join(["expert", *"ABCDE"[: len(cells[0])]])]
    lines += [",".join([f"E{at}", *row]) for at, row in enumerate(cells, start=1)]
    return "\n".join(lines) + "\n"


@pytest.fixture
def run(tmp_path, capfdbinary):
    def call(text: str, method: str, rule: str, *options: str) -> tuple[int, str, str]:
        path = tmp_path / "answers.csv"
        path.write_text(text, encoding="utf-8")
        code = main(["weights", str(path), "--type", method, "--rule", rule, *options])
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode().replace(str(path), "answers.csv")

    return call


@pytest.fixture
def answer(run):
    def call(text: str, method: str, rule: str, *options: str) -> dict:
        code, out, err = run(text, method, rule, *options)
        assert (code, err) == (0, "")
        return json.loads(out)

    return call


@pytest.fixture
def refusal(run):
    def call(text: str, method: str, rule: str, *options: str) -> str:
        code, out, err = run(text, method, rule, *options)
        assert (code, out) == (2, "")
        assert err.endswith("\n")
        assert err.count("\n") == 1
        return err[:-1]

    return call


def test_the_answer_has_weights_in_column_order_rule_and_experts(answer):
    found = answer(answers(T2[3]), "constant_sum", "arithmetic_mean", "--total", "100")
    assert found == {
        "type": "constant_sum",
        "rule": "arithmetic_mean",
        "weights": {"A": 0.14375, "B": 0.55, "C": 0.30625},
        "weights_exact": {"A": "23/160", "B": "11/20", "C": "49/160"},
        "experts_used": 8,
        "experts_left_out": {},
        "reason": None,
    }
    assert list(found["weights"]) == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("number", "rule", "expected"),
    [
        (1, "arithmetic_mean", [16.875, 53.75, 29.375]),
        (1, "geometric_mean", [15.353, 54.766, 29.880]),
        (1, "median", [17.073, 53.659, 29.268]),
        (1, "trimmed_mean", [16.667, 53.333, 30]),
        (1, "l1", [20, 50, 30]),
        (2, "geometric_mean", [14.447, 54.736, 30.817]),
        (2, "trimmed_mean", [14.286, 54.622, 31.092]),
        (2, "l1", [15, 55, 30]),
        (3, "geometric_mean", [14.133, 55.210, 30.656]),
        (3, "trimmed_mean", [14.167, 55, 30.833]),
    ],
)
def test_constant_sum_rules_give_the_known_weights(number, rule, expected, answer):
    weights = answer(answers(T2[number]), "constant_sum", rule)["weights"]
    assert [w * 100 for w in weights.values()] == pytest.approx(expected, abs=6e-4)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("mean_of_normalised", [0.264764, 0.232493, 0.159734, 0.216480, 0.126529]),
        ("normalised_means", [0.264, 0.232, 0.160, 0.216, 0.128]),
        ("median", [5 / 18, 4 / 18, 3 / 18, 4 / 18, 2 / 18]),
    ],
)
def test_rating_rules_give_the_known_weights(rule, expected, answer):
    weights = answer(answers(T1), "rating", rule)["weights"]
    assert list(weights.values()) == pytest.approx(expected, abs=6e-7)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("roc", [0.520833, 0.208333, 0.208333, 0.0625]),
        ("rank_sum", [0.4, 0.25, 0.25, 0.1]),
        ("reciprocal", [0.48, 0.2, 0.2, 0.12]),
    ],
)
def test_ranking_rules_share_the_weights_of_ties(rule, expected, answer):
    weights = answer(answers("1 2.5 2.5 4|1 2 2 4"), "ranking", rule)["weights"]
    assert list(weights.values()) == pytest.approx(expected, abs=1e-6)


def test_expert_weight_vectors_are_aggregated_and_not_mean_ranks(answer):
    weights = answer(answers("1 2 3|1 3 2|2 1 3"), "ranking", "roc")["weights"]
    expected = [(11 + 11 + 5) / 54, (5 + 2 + 11) / 54, (2 + 5 + 2) / 54]
    assert list(weights.values()) == pytest.approx(expected)


def test_zeros_are_replaced_by_half_a_point_and_the_size_can_be_chosen(answer):
    text = answers("0 70 30|10 60 30|20 50 30")
    usual = answer(text, "constant_sum", "geometric_mean")["weights"]
    assert [w * 100 for w in usual.values()] == pytest.approx([4.941, 63.174, 31.885], abs=6e-4)
    assert answer(text, "constant_sum", "geometric_mean", "--zero", "0.005")["weights"] == usual
    smaller = answer(text, "constant_sum", "geometric_mean", "--zero", "0.001")["weights"]
    assert smaller["A"] < usual["A"]


def test_an_item_that_is_zero_for_all_stays_zero(answer):
    found = answer(answers("0 70 30|0 60 40"), "constant_sum", "geometric_mean")
    assert found["weights"]["A"] == 0


def test_rows_of_different_totals_count_alike_without_a_total(answer):
    found = answer(answers("60 40|3 1"), "constant_sum", "arithmetic_mean")
    assert found["weights"] == {"A": 0.675, "B": 0.325}


def test_an_empty_row_abstains(answer):
    found = answer(answers("60 40|- -|50 50"), "constant_sum", "arithmetic_mean", "--total", "100")
    assert found["weights"] == {"A": 0.55, "B": 0.45}
    assert (found["experts_used"], found["experts_left_out"]) == (2, {"E2": "abstained"})


def test_incomplete_ratings_are_left_out_where_whole_rows_are_normalised(answer):
    found = answer(answers("3 1|5 -|0 0"), "rating", "mean_of_normalised")
    assert found["weights"] == {"A": 0.75, "B": 0.25}
    assert found["experts_left_out"] == {"E2": "incomplete", "E3": "all_zero"}
    available = answer(answers("3 1|5 -"), "rating", "normalised_means")
    assert available["weights"] == {"A": 0.8, "B": 0.2}
    assert available["experts_used"] == 2


@pytest.mark.parametrize(
    ("rows", "method", "rule", "reason"),
    [
        ("60 40|50 50", "constant_sum", "trimmed_mean", "fewer_than_3_experts"),
        ("- -|- -", "constant_sum", "arithmetic_mean", "no_answers"),
        ("100 0 0|0 100 0|0 0 100", "constant_sum", "median", "all_zero"),
        ("0 0|0 0", "rating", "normalised_means", "all_zero"),
        ("3 -|1 -", "rating", "median", "item_without_answers"),
        ("1 -|2 -", "ranking", "roc", "no_complete_answers"),
    ],
)
def test_undefined_weights_are_null_with_a_reason(rows, method, rule, reason, answer):
    found = answer(answers(rows), method, rule)
    assert found["weights"] is None
    assert found["reason"] == {"weights": reason}


@pytest.mark.parametrize(
    ("rows", "method", "expected"),
    [
        ("60 35|50 50", "constant_sum", "row 2: found a row total of 95, expected exactly 100"),
        ("60 40|50 -", "constant_sum", "row 3, column B: found an empty cell, expected points"),
        ("110 -10", "constant_sum", None),
        ("0 0", "constant_sum", "row 2: found a row total of 0, expected a positive row total"),
        ("20 50 30", "ranking", 'column A: found "20", expected a rank from 1 to 3 (and 2 more)'),
        ("0 1", "ranking", 'row 2, column A: found "0", expected a rank from 1 to 2'),
        ("NA 1", "rating", 'row 2, column A: found "NA", expected a number or an empty cell'),
    ],
)
def test_unusable_answers_are_refused(rows, method, expected, refusal):
    rule = {"constant_sum": "l1", "rating": "median", "ranking": "roc"}[method]
    options = ["--total", "100"] if method == "constant_sum" else []
    text = answers(rows) if expected else "expert,A,B\nE1,110,-10\n"
    expected = expected or "row 2, column B: found -10, expected points not below 0"
    assert f"answers.csv, {expected}".replace("answers.csv, column", "column") in refusal(
        text, method, rule, *options
    )


def test_a_negative_rating_is_refused(refusal):
    assert refusal("expert,A,B\nE1,3,-2\n", "rating", "median") == (
        'answers.csv, row 2, column B: found "-2", expected a number not below 0'
    )


@pytest.mark.parametrize(
    ("method", "rule", "options", "expected"),
    [
        (
            "rating",
            "l1",
            [],
            "--rule l1: for rating choose from mean_of_normalised, normalised_means, median",
        ),
        ("rating", "median", ["--total", "100"], "--total: only for --type constant_sum"),
        (
            "constant_sum",
            "l1",
            ["--total", "-5"],
            '--total: found "-5", expected a number above 0',
        ),
        (
            "constant_sum",
            "l1",
            ["--total", "many"],
            '--total: found "many", expected a number above 0',
        ),
        (
            "constant_sum",
            "geometric_mean",
            ["--zero", "0"],
            '--zero: found "0", expected a share above 0 and below 1',
        ),
        (
            "constant_sum",
            "geometric_mean",
            ["--zero", "1"],
            '--zero: found "1", expected a share above 0 and below 1',
        ),
        (
            "constant_sum",
            "geometric_mean",
            ["--zero", "0.5"],
            "--zero: found a zero replaced by 0.5 with 2 zeros in a row, "
            "expected a share that leaves something for the other items",
        ),
    ],
)
def test_a_wrong_command_line_is_refused(method, rule, options, expected, refusal):
    text = "expert,A,B,C\nE1,0,0,100\nE2,20,30,50\n"
    assert refusal(text, method, rule, *options) == expected


@pytest.mark.parametrize("missing", ["--type", "--rule"])
def test_type_and_rule_must_be_said(missing, tmp_path, capfdbinary):
    given = {"--type": "rating", "--rule": "median"}
    del given[missing]
    words = [word for pair in given.items() for word in pair]
    assert main(["weights", str(tmp_path / "none.csv"), *words]) == 2
    out, err = capfdbinary.readouterr()
    assert out == b""
    assert missing.encode() in err


def test_equal_input_prints_equal_bytes(run):
    first = run(answers(T2[1]), "constant_sum", "geometric_mean")
    assert run(answers(T2[1]), "constant_sum", "geometric_mean") == first
