"""Data tables: what is kept of a good one, and why a bad one is refused."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import InputError
from delphi.domain.dataset import DataRange, LeafData
from delphi.exchange.dataset import read_data_file

LEAVES = ("A", "B.1", "C")
TABLE = b"""unit,year,B.1,A
x,2019,10,-1.50
y,2019,,2
x,2020,40,0.1
y,2020,,12345.678
"""


def refused(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read_data_file(data, "cities.csv", LEAVES)
    return str(caught.value)


def test_the_figures_of_each_leaf_with_values_are_kept() -> None:
    kept = read_data_file(TABLE, "cities.csv", LEAVES)
    assert kept.leaves == {
        "A": LeafData(DataRange("-1.5", "1.05", "12345.678", 2, 2019, 2020), 4),
        "B.1": LeafData(DataRange("10", "25", "40", 1, 2019, 2020), 2),
    }


def test_the_file_is_known_by_name_and_by_the_hash_of_its_bytes() -> None:
    kept = read_data_file(TABLE, "cities.csv", LEAVES)
    assert (kept.file, kept.sha256) == ("cities.csv", hashlib.sha256(TABLE).hexdigest())


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b""])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_it_does_not_matter_which_program_saved_the_file(start: bytes, end: bytes) -> None:
    data = start + TABLE.replace(b"\n", end)
    assert read_data_file(data, "x.csv", LEAVES).leaves == (
        read_data_file(TABLE, "x.csv", LEAVES).leaves
    )


def test_years_count_where_the_leaf_has_a_value() -> None:
    data = b"unit,year,A,C\nx,2018,,1\nx,2019,5,1\nx,2020,5,1\nx,2021,,1\n"
    kept = read_data_file(data, "x.csv", LEAVES).leaves
    assert kept["A"] == LeafData(DataRange("5", "5", "5", 1, 2019, 2020), 2)
    assert (kept["C"].range.from_year, kept["C"].range.to_year) == (2018, 2021)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("3.10", "3.1"),
        ("-0", "0"),
        ("0.00", "0"),
        ("1e3", "1000"),
        ("+.5", "0.5"),
        ("1e-7", "0.0000001"),
        ("123456789012345", "123456789012345"),
    ],
)
def test_numbers_are_kept_as_plain_decimals(typed: str, kept: str) -> None:
    data = f"unit,year,A\nx,2020,{typed}\n".encode()
    assert read_data_file(data, "x.csv", LEAVES).leaves["A"].range.low == kept


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "cities.csv: found an empty file"),
        (b" \n\n", "cities.csv: found an empty file"),
        (b"unit,year,A\n", "cities.csv, row 1: found no rows"),
        (
            b"unit,year,A,D\nx,2020,1,2\n",
            'cities.csv, row 1, column D: found unknown column "D", expected only unit, year, A',
        ),
        (b"unit,year\nx,2020\n", "cities.csv, row 1: found no column of a leaf"),
        (b"unit\tyear\tA\nx\t2020\t1\n", "cities.csv, row 1, column unit"),
        (b"unit,year,A\nx,2020,NA\n", 'cities.csv, row 2, column A: found "NA"'),
        (b"unit,year,A\r\nx,2020,1\r\ny,2020,=1+1\r\n", "cities.csv, row 3, column A"),
        (b"unit,year,A\nx,2020,\n", "cities.csv: found no number, expected a number in at least"),
        ("unit,year,A\n北京,2020,1\n".encode("gb18030"), "cities.csv, row 2: found bytes that"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\xff", "cities.csv, row 1: found bytes that are not"),
        (b'unit,year,A\n"x,2020,1\n', "cities.csv, row 2: found broken quoting"),
        (b"unit,year,A\nx,2020,1\nx,2020,2\n", 'cities.csv, row 3, column unit: found unit "x"'),
    ],
)
def test_a_bad_table_is_refused_by_file_row_and_column(data: bytes, message: str) -> None:
    assert refused(data).startswith(message)


def test_a_message_shows_no_letters_that_are_not_there() -> None:
    assert '"evil"' in refused("unit,year,A\nx,2020,\u202eevil\u0007\n".encode())


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_read_or_refused(data: bytes) -> None:
    for start in (b"", b"unit,year,A\n", b"unit,year,A\nx,2020,"):
        try:
            kept = read_data_file(start + data, "x.csv", LEAVES)
        except InputError:
            continue
        assert kept.leaves
