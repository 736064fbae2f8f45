import pytest

from analysis.errors import InputError
from analysis.tree import local_weights
from analysis.treefile import build_tree, read_tree
from tests.analysis.test_tree import HEADER, SMALL, tree


def message(*rows: str, header: str = HEADER, **options) -> str:
    with pytest.raises(InputError) as caught:
        tree(*rows, header=header, **options)
    return str(caught.value)


def test_one_unit_column_serves_both_languages():
    found = tree(*SMALL)
    assert (found["B"].unit_zh, found["B"].unit_en) == ("CNY", "CNY")
    assert (found["A"].unit_zh, found["A"].kind) == (None, None)
    assert (found["B"].kind, found["B"].direction) == ("value", "cost")


def test_sources_and_notes_are_kept_and_other_columns_ignored():
    header = f"{HEADER},source_zh,note_en,level,colour"
    found = tree("A,,x,x,,,,,,统计局,merged,7,red", header=header)
    assert (found["A"].source_zh, found["A"].note_en) == ("统计局", "merged")
    assert found.level("A") == 1


def test_the_percentages_may_be_missing_as_a_column_where_nothing_reads_them():
    header = "code,parent,name_zh,name_en,weight_rule"
    found = tree("A,,x,x,equal_leaves", "B,,x,x,equal_leaves", header=header)
    assert local_weights(found)["A"] == 0.5


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "nodes.csv: found no indicators, expected one row for each indicator"),
        (
            [*SMALL, "A,B,x,x,,,,,"],
            'nodes.csv, row 4, column code: found "A", expected each code once (also on row 2)',
        ),
        (["A,,,A,,,,,"], "row 2, column name_zh: found no name, expected a name in Chinese"),
        (["A,,甲,,,,,,"], "row 2, column name_en: found no name, expected a name in English"),
        ([",,x,x,,,,,"], "row 2, column code: found no code, expected 1 to 32 letters"),
        (["A B,,x,x,,,,,"], 'row 2, column code: found "A B", expected 1 to 32 letters'),
        (["-A,,x,x,,,,,"], "expected 1 to 32 letters A-Z a-z, digits and . _ -, a letter or"),
        (["甲,,x,x,,,,,"], 'row 2, column code: found "甲", expected 1 to 32 letters'),
        ([f"{'A' * 33},,x,x,,,,,"], "expected 1 to 32 letters"),
        (
            ["Root,,x,x,,,,,"],
            'row 2, column code: found "Root", expected a code that is not reserved '
            "(root, expert, unit, year)",
        ),
        (
            [*SMALL, "C,Z,x,x,,,,,"],
            'row 4, column parent: found "Z", expected the code of another row',
        ),
        (
            [*SMALL, "C,D,x,x,,,,,", "D,C,x,x,,,,,"],
            'row 4, column parent: found a cycle through "C", '
            "expected a path that ends at a row without parent (and 1 more)",
        ),
        (["A,A,x,x,,,,,"], 'row 2, column parent: found a cycle through "A"'),
        (
            ["A,,x,x,elicited,40,,,", "B,,x,x,guessed,60,,,"],
            'row 3, column weight_rule: found "guessed", '
            "expected elicited, equal_siblings, equal_leaves or fixed",
        ),
        (["A,,x,x,,40,,,", "B,,x,x,,60,,,"], "row 2, column weight_rule: found no rule"),
        (
            ["A,,x,x,elicited,40,,,", "B,,x,x,fixed,60,,,"],
            'row 3, column weight_rule: found "fixed", expected elicited as on its sibling "A"',
        ),
        (
            ["A,,x,x,fixed,40,,,", "B,,x,x,fixed,,,,"],
            "row 3, column local_percent: found nothing, "
            "expected a percentage, as the rule is fixed",
        ),
        (
            ["A,,x,x,elicited,40,,,", "B,,x,x,elicited,60%,,,"],
            'row 3, column local_percent: found "60%", expected a number from 0 to 100',
        ),
        (
            ["A,,x,x,fixed,140,,,", "B,,x,x,fixed,-40,,,"],
            'row 3, column local_percent: found "-40", expected a number from 0 to 100',
        ),
        (
            ["A,,x,x,fixed,33.3,,,", "B,,x,x,fixed,66.6,,,"],
            'row 2, column local_percent: found a sum of 99.9 over "A, B", '
            "expected a sum of exactly 100",
        ),
        (["A,,x,x,,,percent,,"], 'row 2, column kind: found "percent", expected ratio, value or'),
        (["A,,x,x,,,,up,"], 'row 2, column direction: found "up", expected benefit or cost'),
    ],
)
def test_what_is_no_tree_is_refused_with_row_and_column(rows, expected):
    assert expected in message(*rows)


def test_two_groups_that_do_not_sum_are_both_counted():
    rows = ["A,,x,x,fixed,1,,,", "B,,x,x,fixed,2,,,", "C,A,x,x,fixed,3,,,", "D,A,x,x,fixed,4,,,"]
    assert message(*rows).endswith("(and 1 more)")


def test_a_missing_column_is_refused():
    assert message("A,,x,x", header="code,parent,name_zh,name_en") == (
        'nodes.csv, row 1: found no column "weight_rule", expected a column weight_rule'
    )


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "nodes.csv"
    path.write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="found an empty file"):
        read_tree(path)


def test_for_scoring_every_leaf_must_say_kind_and_direction():
    rows = ["A,,x,x,,,,,", "A1,A,x,x,,,,benefit,"]
    assert message(*rows, for_scoring=True) == (
        "nodes.csv, row 3, column kind: found no kind, expected ratio, value or score on every leaf"
    )
    assert "column direction: found no direction" in message("A,,x,x,,,value,,", for_scoring=True)
    assert len(tree(*rows).nodes) == 2


def test_weights_that_are_there_are_checked_before_the_rounds_too():
    half = ["A,,x,x,elicited,40,,,", "B,,x,x,elicited,,,,"]
    assert "row 3, column local_percent: found nothing" in message(*half, require_weights=False)
    fixed = ["A,,x,x,fixed,,,,", "B,,x,x,fixed,,,,"]
    assert "row 2, column local_percent: found nothing" in message(*fixed, require_weights=False)


def test_rows_without_line_numbers_serve_as_well():
    rows = [(None, {"code": "A", "name_zh": "x", "name_en": ""})]
    with pytest.raises(InputError) as caught:
        build_tree(rows, "the study")
    assert str(caught.value) == (
        "the study, column name_en: found no name, expected a name in English"
    )
