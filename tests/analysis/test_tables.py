"""Every table that cannot be read is refused with file, row, column, found and expected."""

from contextlib import suppress
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import InputError
from analysis.tables import parse_decimal, parse_table, read_ratings, read_table


@pytest.fixture
def ratings(tmp_path):
    def read(text, **options):
        path = tmp_path / "r.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_ratings(path, **options)

    return read


def refusal(read, text, **options):
    with pytest.raises(InputError) as caught:
        read(text, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message.split("r.csv", 1)[1]


def test_cells_are_trimmed_blank_lines_skipped_and_rows_keep_their_place(ratings):
    table = ratings("\ufeff expert , A ,B\n\n E1 , 1 , \n,,\nE2,2.5,3\n")
    assert table.experts == ("E1", "E2")
    assert table.items == ("A", "B")
    assert table.lines == (3, 5)
    assert np.isnan(table.values[0, 1])
    assert table.exact == ((Decimal(1), None), (Decimal("2.5"), Decimal(3)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ": found an empty file, expected a header row and data"),
        ("\n , \n", ": found an empty file, expected a header row and data"),
        ("name,A\nE1,1\n", ', row 1: found no column "expert", expected a column expert'),
        ("A,expert\n1,E1\n", ', row 1: found first column "A", expected expert in the first'),
        ("expert\nE1\n", ", row 1: found no items, expected one column for each item"),
        ("expert,A\n", ", row 1: found no experts, expected one row for each expert"),
        ("expert,A,A\nE1,1,2\n", ', row 1, column A: found column "A" twice, expected each'),
        ("expert,A,\nE1,1,2\n", ", row 1, column 3: found an empty header, expected a column"),
        ("expert,A\nE1,1,2\n", ", row 2: found 3 cells, expected 2 as in the header"),
        ("expert,A,B\nE1,1\n", ", row 2: found 2 cells, expected 3 as in the header"),
        ("expert,A\n,1\n", ", row 2, column expert: found no expert, expected a name or code"),
        ("expert,A\nE1,1\nE1,2\n", ', row 3, column expert: found expert "E1" twice, expected'),
        ("expert,A\nE1,NA\n", ', row 2, column A: found "NA", expected a number or an empty'),
        ("expert,A\nE1,inf\n", ', row 2, column A: found "inf", expected a number or an empty'),
        ("expert,A\nE1,５\n", ', row 2, column A: found "５", expected a number or an empty'),
        ("expert,A\nE1,1e999\n", ', row 2, column A: found "1e999", expected a number or an'),
        ('expert,A\nE1,"1\n', ", row 2: found broken quoting"),
        ("expert,A\nE1,1\n".encode("utf-16"), ", row 1: found bytes that are not UTF-8, expected"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(ratings, text, said):
    assert refusal(ratings, text).startswith(said)


def test_values_off_the_scale_are_named_and_fractions_are_fine(ratings):
    scale = (Decimal(1), Decimal(5))
    assert ratings("expert,A\nE1,4.25\n", scale=scale).values[0, 0] == 4.25
    said = refusal(ratings, "expert,A\nE1,0.5\nE2,6\n", scale=scale)
    assert said == ', row 2, column A: found "0.5", expected a number from 1 to 5 (and 1 more)'


def test_negative_values_are_refused_where_they_make_no_sense(ratings):
    said = refusal(ratings, "expert,A\nE1,-1\n", negative=False)
    assert said == ', row 2, column A: found "-1", expected a number not below 0'


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.csv: found no such file or directory"):
        read_table(tmp_path / "nowhere.csv")


def test_an_unknown_column_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match='unknown column "C", expected only A, B'):
        parse_table("A,C\n1,2\n", "t.csv", required=("A",), optional=("B",))


@pytest.mark.parametrize("text", ["1", "-2.50", "+.5", "3.", "1e3", "1E-7"])
def test_decimal_numbers_are_read_exactly(text):
    assert parse_decimal(text) == Decimal(text)


@pytest.mark.parametrize("text", ["", "1,5", "0x10", "1_000", "١", "1e", "--1", "1" * 61, "1e-200"])
def test_what_is_no_usable_decimal_number_is_none(text):
    assert parse_decimal(text) is None


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("any") / "r.csv"
    path.write_bytes(data)
    with suppress(InputError):
        table = read_ratings(path)
        assert table.values.shape == (len(table.experts), len(table.items))
