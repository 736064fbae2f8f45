import json
from decimal import Decimal

import pytest

from analysis.cli import main


@pytest.fixture
def run(tmp_path, capfdbinary):
    def call(content: object, step: str = "5") -> tuple[int, str, str]:
        path = tmp_path / "weights.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        code = main(["round", str(path), f"--step={step}"])
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode().replace(str(path), "weights.json")

    return call


@pytest.fixture
def answer(run):
    def call(content: object, step: str = "5") -> dict:
        code, out, err = run(content, step)
        assert (code, err) == (0, "")
        return json.loads(out)

    return call


@pytest.fixture
def refusal(run):
    def call(content: object, step: str = "5") -> str:
        code, out, err = run(content, step)
        assert (code, out, err.count("\n")) == (2, "", 1)
        return err[:-1]

    return call


def items(text: str) -> str:
    """Write numbers as JSON just as they stand, under the letters A, B, C and so on."""
    pairs = zip("ABCDEFG", text.split(), strict=False)
    return "{" + ", ".join(f'"{item}": {number}' for item, number in pairs) + "}"


@pytest.mark.parametrize(
    ("weights", "step", "expected"),
    [
        ("14.375 55 30.625", "5", "15 55 30"),
        ("14.375 55 30.625", "1", "14 55 31"),
        ("14.375 55 30.625", "0.1", "14.4 55.0 30.6"),
        ("0.14375 0.55 0.30625", "5", "15 55 30"),
        ("1 1 1", "1", "34 33 33"),
        ("1 1 1", "5", "35 35 30"),
        ("0.264 0.232 0.160 0.216 0.128", "1", "26 23 16 22 13"),
        ("0.264 0.232 0.160 0.216 0.128", "5", "25 25 15 20 15"),
        ("2 48 50", "5", "0 50 50"),
        ("12.5 37.5 50", "5", "10 40 50"),
        ("17.5 52.5 30", "5", "15 55 30"),
        ("1 1 1 1 1 1 1", "0.01", "14.29 14.29 14.29 14.29 14.28 14.28 14.28"),
        ("0.33 0.33 0.33", "1", "34 33 33"),
        ("1 7", "12.5", "12.5 87.5"),
        ("3 1", "100", "100 0"),
        ("1e-05 3e-05", "5.0", "25 75"),
    ],
)
def test_weights_are_rounded_to_decimal_strings_that_sum_to_100(weights, step, expected, answer):
    rounded = answer(items(weights), step)["rounded"]
    assert list(rounded.values()) == expected.split()
    assert sum(map(Decimal, rounded.values())) == 100


def test_numbers_are_read_as_decimals_and_not_as_floats(answer):
    # both fractional parts are one half; as floats that of 0.275 would be the larger one
    found = answer('{"A": 0.275, "B": 0.525, "C": 0.2}')
    assert list(found["rounded"].values()) == ["25", "55", "20"]
    assert found["max_error"] == 2.5


def test_the_whole_answer(answer):
    assert answer(items("14.375 55 30.625")) == {
        "step": "5",
        "rounded": {"A": "15", "B": "55", "C": "30"},
        "max_error": 0.625,
        "zeroed": [],
        "ties_split": [],
        "reason": None,
    }


def test_zeroed_weights_and_split_equals_are_reported_and_no_error(answer):
    assert answer(items("2 48 50"))["zeroed"] == ["A"]
    assert answer(items("0 50 50"))["zeroed"] == []
    assert answer(items("1 1 1"))["ties_split"] == [["A", "B", "C"]]


def test_the_answer_of_weights_is_accepted(answer):
    document = {"rule": "l1", "weights": {"A": 0.14375, "B": 0.55, "C": 0.30625}, "reason": None}
    assert list(answer(document)["rounded"].values()) == ["15", "55", "30"]


def test_an_item_may_be_called_weights(answer):
    assert answer({"weights": 1, "B": 3})["rounded"] == {"weights": "25", "B": "75"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (items("1 -2"), 'column B: found "-2", expected a number not below 0'),
        (items("1 -0.5"), 'column B: found "-0.5", expected a number not below 0'),
        ('{"A": "5", "B": 1}', 'column A: found "5", expected a number not below 0'),
        ('{"A": true, "B": 1}', "column A: found true, expected a number not below 0"),
        ('{"A": null, "B": 1}', "column A: found null, expected a number not below 0"),
        ('{"A": [1], "B": 1}', "column A: found a list, expected a number not below 0"),
        ('{"weights": {"A": {}}}', "column weights.A: found an object, expected a number"),
    ],
)
def test_what_is_no_weight_is_refused(content, expected, refusal):
    assert refusal(content).startswith(f"weights.json, {expected}")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"A": NaN}', 'found the number "NaN", expected a JSON file (UTF-8)'),
        ('{"A": Infinity}', 'found the number "Infinity", expected a JSON file (UTF-8)'),
        ('{"A": 1, "A": 2}', 'found key "A" twice, expected a JSON file (UTF-8)'),
        ("{}", "found no weights, expected an object item → weight"),
        ("[1, 2]", "found no weights, expected an object item → weight"),
        ('{"A": 0, "B": 0.0}', "found weights that are all 0, expected at least one above 0"),
    ],
)
def test_what_holds_no_weights_is_refused(content, expected, refusal):
    assert refusal(content) == f"weights.json: {expected}"


def test_undefined_weights_are_refused(refusal):
    assert refusal({"weights": None, "reason": {"weights": "no_answers"}}) == (
        "weights.json, column weights: found undefined weights (null), "
        "expected an object item → weight"
    )


def test_broken_json_is_refused_with_its_row(refusal):
    assert refusal('{"A": 1,\n "B" 2}').startswith("weights.json, row 2: found no JSON (")


@pytest.mark.parametrize("step", ["3", "0", "-5", "0.3", "200", "five", "", "NaN", "1e400"])
def test_a_step_that_does_not_divide_100_is_refused(step, refusal):
    assert refusal(items("1 2"), step) == (
        f'--step: found "{step}", expected a step that divides 100, such as 5, 1 or 0.1'
    )


def test_a_missing_file_is_refused(tmp_path, capfdbinary):
    assert main(["round", str(tmp_path / "none.json"), "--step", "5"]) == 2
    out, err = capfdbinary.readouterr()
    assert out == b""
    assert b"none.json: found no such file or directory" in err


def test_the_answer_of_weights_is_rounded_by_its_fractions(answer):
    # 7/30, 13/30, 10/30 by steps of 5 %: the parts left over of A and C, 2/3, are equal, and as
    # floats they are not.
    floats = {"A": 7 / 30, "B": 13 / 30, "C": 10 / 30}
    exact = {"A": "7/30", "B": "13/30", "C": "1/3"}
    assert answer({"weights": floats, "weights_exact": exact})["rounded"] == {
        "A": "20",
        "B": "45",
        "C": "35",
    }


@pytest.mark.parametrize(
    ("exact", "message"),
    [
        ({"A": "1/4", "B": "3/4"}, "column weights_exact.A: found"),
        ({"A": "1/2"}, "found other items than in weights, expected the same items"),
        ({"A": "1/0", "B": "1/2"}, "column weights_exact.A: found"),
        ({"A": 0.5, "B": "1/2"}, "column weights_exact.A: found"),
        ([], "found other items than in weights"),
    ],
)
def test_fractions_that_do_not_belong_to_the_weights_are_refused(refusal, exact, message):
    assert message in refusal({"weights": {"A": 0.5, "B": 0.5}, "weights_exact": exact})
