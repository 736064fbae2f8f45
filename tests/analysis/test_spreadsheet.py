"""No text of a table runs as a formula, whatever separates the cells where it is opened."""

from __future__ import annotations

import csv
import io
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis.scoring.export import cell
from analysis.spreadsheet import harmless


def read(texts: list[str], separator: str) -> list[str]:
    """Return all cells of a table that was written with commas and is read with `separator`."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(texts)
    rows = csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=separator)
    return [one for row in rows for one in row]


def runs(text: str) -> bool:
    seen = "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cf"}).lstrip()
    return unicodedata.normalize("NFKC", seen)[:1] in {"=", "+", "-", "@"}


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1", "-1", "@a", " =1", "＝cmd|' /C calc'!A0", "\u200b=1+1", "\ufeff\u00a0＋1"),
        *('x;=HYPERLINK("//evil")', "x;\u200b ＝1", 'x;"=1+1"', "x\n=1+1", "x\r\n;@a", "x\t-1"),
        "\x00=1+1",
    ],
)
def test_none_of_these_runs(text: str) -> None:
    assert any(runs(one) for separator in ",;\t" for one in read(["1", text], separator))
    for separator in ",;\t":
        assert not any(map(runs, read(["1", harmless(text)], separator)))


@given(st.lists(st.sampled_from([*"=+-@;\t\r\n\"' x,", "＝", "\u200b"]), max_size=12).map("".join))
@example('";=1')
def test_whatever_is_written_no_cell_runs(text: str) -> None:
    for separator in ",;\t":
        assert not any(map(runs, read(["1", harmless(text)], separator)))


@pytest.mark.parametrize(
    "text", ["", "经济", "a - b", "A=B", "a; b", "one\ntwo", "说明；=见下", "'=1", "2-3"]
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_numbers_stay_numbers() -> None:
    assert (cell(-1.5), cell(-3), cell("-3")) == ("-1.5", "-3", "'-3")
    assert cell("x;＝1") == "x;'＝1"
