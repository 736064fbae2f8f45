from decimal import Decimal

import pytest

from analysis.elicitation.constant_sum import check_allocations
from analysis.errors import InputError
from analysis.tables import Ratings, read_ratings


@pytest.fixture
def ratings(tmp_path):
    def read(text: str) -> Ratings:
        path = tmp_path / "answers.csv"
        path.write_text(text, encoding="utf-8")
        return read_ratings(path)

    return read


def message(answers: Ratings, total: str | None = None) -> str:
    with pytest.raises(InputError) as caught:
        check_allocations(answers, None if total is None else Decimal(total))
    return str(caught.value).replace(answers.file, "answers.csv")


def test_rows_of_any_positive_total_are_fine_without_a_total(ratings):
    check_allocations(ratings("expert,A,B\nE1,60,40\nE2,3,1\n"))


def test_a_row_that_is_empty_throughout_abstains(ratings):
    check_allocations(ratings("expert,A,B\nE1,60,40\nE2,,\n"), Decimal(100))


def test_a_partly_empty_row_is_refused(ratings):
    assert message(ratings("expert,A,B\nE1,60,40\nE2,60,\n")) == (
        "answers.csv, row 3, column B: found an empty cell, "
        "expected points for every item, or a row left empty to abstain"
    )


def test_a_negative_value_is_refused(ratings):
    assert message(ratings("expert,A,B\nE1,110,-10\n"), "100") == (
        "answers.csv, row 2, column B: found -10, expected points not below 0"
    )


def test_a_row_total_of_zero_is_refused(ratings):
    assert message(ratings("expert,A,B\nE1,0,0\n")) == (
        "answers.csv, row 2: found a row total of 0, expected a positive row total"
    )


def test_a_wrong_row_total_is_refused_and_every_other_one_is_counted(ratings):
    assert message(ratings("expert,A,B\nE1,60,35\nE2,50,50\nE3,1,1\n"), "100") == (
        "answers.csv, row 2: found a row total of 95, expected exactly 100 (and 1 more)"
    )


def test_sums_are_checked_on_the_decimals_and_not_on_floats(ratings):
    check_allocations(ratings("expert,A,B,C\nE1,0.1,0.2,0.7\n"), Decimal(1))
    answers = ratings("expert,A,B\nE1,0.000000000000000000000000000000000001,1\n")
    assert "found a row total of 1.000000000000000000000000000000000001" in message(answers, "1")


def test_the_sum_is_exact_across_the_whole_range_of_sizes(ratings):
    text = f"expert,A,B,C\nE1,1e100,1e-100,{'9' * 60}\n"
    assert "found a row total of 1000000000" in message(ratings(text), "1")
