"""Tables too large to be read at once are refused before anything is made of them."""

from __future__ import annotations

import pytest

from analysis import tables
from analysis.errors import InputError
from delphi.exchange import tabletext
from delphi.exchange.dataset import read_data_file
from delphi.exchange.tabletext import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, table_text
from delphi.exchange.tree import MOST_INDICATORS, read_tree_file

TREE_HEAD = "code,parent,name_zh,name_en,weight_rule\n"


def refused(text: str, **limits: int) -> str:
    with pytest.raises(InputError) as caught:
        table_text(text.encode(), "t.csv", **limits)
    assert len(caught.value.problems) == 1
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\n" * (MOST_ROWS + 1), f"{MOST_ROWS + 1} rows, expected at most {MOST_ROWS}"),
        ("\n" * (MOST_ROWS + 1), f"{MOST_ROWS + 1} rows, expected at most {MOST_ROWS}"),
        ("," * MOST_COLUMNS, f"{MOST_COLUMNS + 1} columns, expected at most {MOST_COLUMNS}"),
        (
            "unit\n" + ("," * (MOST_COLUMNS - 1) + "\n") * 239,
            f"{1 + 239 * MOST_COLUMNS} cells, expected at most {MOST_CELLS}",
        ),
    ],
)
def test_too_large_a_table_is_refused_naming_the_limit(text: str, found: str) -> None:
    assert refused(text) == f"t.csv: found {found}"


@pytest.mark.parametrize(
    "text", ["a\n" * MOST_ROWS, "," * (MOST_COLUMNS - 1), "," * 9 + "\n", '"' + "\n" * MOST_ROWS]
)
def test_a_table_up_to_the_limits_is_read(text: str) -> None:
    assert table_text(text.encode(), "t.csv") == text


def test_too_many_indicators_are_counted_without_blank_rows() -> None:
    rows = "A\n" * 3 + " ,\n" * 9
    assert table_text(f"code\n{rows}".encode(), "t.csv", most_indicators=3)
    assert refused(f"code\nB\n{rows}", most_indicators=3) == (
        "t.csv: found 4 indicators, expected at most 3"
    )


def test_nothing_is_made_of_the_rows_of_a_refused_table(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for module, name in ((tables, "_split"), (tabletext, "clean")):
        real = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda *given, real=real: (made.append(given), real(*given))[1]
        )
    with pytest.raises(InputError):
        read_data_file(b"unit,year,A\n" + b"a\n" * MOST_ROWS, "t.csv", ("A",))
    row = "A,,x,x,elicited\n"
    with pytest.raises(InputError):
        read_tree_file((TREE_HEAD + row * (MOST_INDICATORS + 1)).encode(), "t.csv")
    assert made == []
    read_tree_file((TREE_HEAD + row).encode(), "t.csv")
    assert len(made) == 2


def test_no_more_problems_are_kept_than_anybody_reads() -> None:
    rows = "".join(f"u{n},x,x\n" for n in range(3000))
    with pytest.raises(InputError) as caught:
        read_data_file(f"unit,year,A\n{rows}".encode(), "t.csv", ("A",))
    assert (len(caught.value.problems), caught.value.left_out) == (1000, 5000)
    assert str(caught.value).endswith("(and 5999 more)")


def test_control_characters_and_overrides_are_left_out_and_tabs_are_not() -> None:
    assert table_text("a\x00\u202eb\tc\r\nd\re".encode(), "t.csv") == "ab\tc\nd\ne"
