from fractions import Fraction as Fr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import InputError
from analysis.tree import (
    RULES,
    Tree,
    build_tree,
    global_weights,
    local_weights,
    parse_tree,
    read_tree,
)

HEADER = "code,parent,name_zh,name_en,weight_rule,local_percent,kind,direction,unit"
SMALL = ["A,,甲,A,elicited,40,,,", "B,,乙,B,elicited,60,value,cost,CNY"]


def tree(*rows: str, header: str = HEADER, **options) -> Tree:
    return parse_tree("\n".join([header, *rows]) + "\n", "nodes.csv", **options)


def message(*rows: str, header: str = HEADER, **options) -> str:
    with pytest.raises(InputError) as caught:
        tree(*rows, header=header, **options)
    return str(caught.value)


def two_equal_rules(rule: str) -> Tree:
    """Make A 15 (A1 2 leaves, A2 3), B 55 (B1 2, B2 5), C 30 (C1 4)."""
    rows = [f"{code},,x,x,elicited,{w},,," for code, w in (("A", 15), ("B", 55), ("C", 30))]
    for code, leaves in (("A1", 2), ("A2", 3), ("B1", 2), ("B2", 5), ("C1", 4)):
        rows.append(f"{code},{code[0]},x,x,{rule},,,,")
        rows += [f"{code}.{at},{code},x,x,{rule},,value,benefit," for at in range(leaves)]
    return tree(*rows)


def percent(of: Tree) -> dict[str, float]:
    return {code: float(w * 100) for code, w in global_weights(of, local_weights(of)).items()}


@pytest.mark.parametrize(
    ("rule", "leaves", "level_2"),
    [
        (
            "equal_leaves",
            {"A1": 3, "A2": 3, "B1": 7.857143, "B2": 7.857143, "C1": 7.5},
            {"A1": 6, "A2": 9, "B1": 15.714286, "B2": 39.285714, "C1": 30},
        ),
        (
            "equal_siblings",
            {"A1": 3.75, "A2": 2.5, "B1": 13.75, "B2": 5.5, "C1": 7.5},
            {"A1": 7.5, "A2": 7.5, "B1": 27.5, "B2": 27.5, "C1": 30},
        ),
    ],
)
def test_the_two_equal_rules_give_their_known_global_weights(rule, leaves, level_2):
    found = percent(two_equal_rules(rule))
    assert {c: found[f"{c}.0"] for c in leaves} == pytest.approx(leaves, abs=1e-6)
    assert {c: found[c] for c in level_2} == pytest.approx(level_2, abs=1e-6)


def test_nodes_come_in_pre_order_with_siblings_as_in_the_file():
    found = tree(
        "B.2,B,x,x,equal_siblings,,,,",
        "A,,x,x,equal_siblings,,,,",
        "B,,x,x,equal_siblings,,,,",
        "B.1,B,x,x,equal_siblings,,,,",
    )
    assert [node.code for node in found.nodes] == ["A", "B", "B.2", "B.1"]
    assert found.groups() == {None: ("A", "B"), "B": ("B.2", "B.1")}
    assert [leaf.code for leaf in found.leaves] == ["A", "B.2", "B.1"]
    assert (found.level("A"), found.level("B.1")) == (1, 2)
    assert [node.code for node in found.children("B")] == ["B.2", "B.1"]
    assert found.children("A") == ()
    assert found.leaf_counts == {None: 3, "A": 1, "B": 2, "B.2": 1, "B.1": 1}
    assert found["B.1"].parent == "B"


def test_a_group_of_one_has_weight_one_and_its_rule_and_percentage_are_ignored():
    found = tree("A,,x,x,nonsense,17,,,", "A1,A,x,x,fixed,x,,,")
    assert local_weights(found) == {"A": 1, "A1": 1}
    assert (found["A"].weight_rule, found["A1"].weight_rule) == (None, "fixed")
    assert (found["A"].local_percent, found["A1"].local_percent) == (None, None)
    assert (found.rule(None), found.rule("A")) == (None, None)


def test_weights_a_rule_does_not_read_are_ignored():
    found = tree("A,,x,x,equal_siblings,90,,,", "B,,x,x,equal_siblings,soon,,,")
    assert local_weights(found) == {"A": Fr(1, 2), "B": Fr(1, 2)}


def test_percentages_are_exact_decimals():
    found = tree("A,,x,x,fixed,0.1,,,", "B,,x,x,fixed,0.2,,,", "C,,x,x,fixed,99.7,,,")
    assert local_weights(found)["A"] == Fr(1, 1000)


def test_a_weight_of_zero_is_allowed():
    assert local_weights(tree("A,,x,x,fixed,0,,,", "B,,x,x,fixed,100,,,"))["A"] == 0


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
    assert local_weights(found)["A"] == Fr(1, 2)


def test_a_deep_chain_is_no_problem():
    rows = ["n0,,x,x,,,,,"] + [f"n{at},n{at - 1},x,x,,,,," for at in range(1, 3000)]
    found = tree(*rows)
    assert found.level("n2999") == 3000
    assert global_weights(found, local_weights(found))["n2999"] == 1


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


def test_before_its_rounds_a_study_needs_no_weights_in_elicited_groups():
    rows = ["A,,x,x,elicited,,,,", "B,,x,x,elicited,,,,"]
    assert "found nothing, expected a percentage" in message(*rows)
    found = tree(*rows, require_weights=False)
    with pytest.raises(ValueError, match="the group of the roots has no weights"):
        local_weights(found)
    assert local_weights(found, {None: {"A": Fr(1, 3), "B": Fr(2, 3)}})["B"] == Fr(2, 3)


def test_weights_that_are_there_are_checked_before_the_rounds_too():
    half = ["A,,x,x,elicited,40,,,", "B,,x,x,elicited,,,,"]
    assert "row 3, column local_percent: found nothing" in message(*half, require_weights=False)
    fixed = ["A,,x,x,fixed,,,,", "B,,x,x,fixed,,,,"]
    assert "row 2, column local_percent: found nothing" in message(*fixed, require_weights=False)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({None: {"A": Fr(1)}}, "the group of the roots are not shares of its children"),
        ({None: {"A": Fr(1), "B": Fr(1)}}, "are not shares"),
        ({None: {"A": Fr(2), "B": Fr(-1)}}, "are not shares"),
        ({"A": {"A": Fr(1)}}, 'the group below "A" is no elicited group'),
    ],
)
def test_weights_from_a_panel_must_fit_the_tree(given, expected):
    with pytest.raises(ValueError, match=expected):
        local_weights(tree(*SMALL), given)


def test_rows_without_line_numbers_serve_as_well():
    rows = [(None, {"code": "A", "name_zh": "x", "name_en": ""})]
    with pytest.raises(InputError) as caught:
        build_tree(rows, "the study")
    assert str(caught.value) == (
        "the study, column name_en: found no name, expected a name in English"
    )


@st.composite
def random_rows(draw) -> list[tuple[int, dict[str, str]]]:
    n_nodes = draw(st.integers(1, 25))
    parents = [draw(st.integers(-1, at - 1)) for at in range(n_nodes)]
    rules = {at: draw(st.sampled_from(RULES)) for at in range(-1, n_nodes)}
    rows = []
    for at, parent in enumerate(parents):
        siblings = [other for other, own in enumerate(parents) if own == parent]
        # the first sibling takes what the others, one percent each, leave
        percent = 101 - len(siblings) if siblings[0] == at else 1
        rows.append(
            (
                at + 2,
                {
                    "code": f"n{at}",
                    "parent": "" if parent < 0 else f"n{parent}",
                    "name_zh": "名",
                    "name_en": "name",
                    "weight_rule": rules[parent],
                    "local_percent": str(percent),
                },
            )
        )
    return draw(st.permutations(rows))


@settings(max_examples=80)
@given(random_rows())
def test_global_weights_of_the_leaves_of_any_tree_sum_to_exactly_one(rows):
    before = [(line, dict(cells)) for line, cells in rows]
    found = build_tree(rows, "random")
    local = local_weights(found)
    whole = global_weights(found, local)
    assert sum(whole[leaf.code] for leaf in found.leaves) == 1
    for codes in found.groups().values():
        assert sum(local[code] for code in codes) == 1
    for node in found.nodes:
        below = found.children(node.code)
        assert not below or sum(whole[child.code] for child in below) == whole[node.code]
    assert [(line, dict(cells)) for line, cells in rows] == before
