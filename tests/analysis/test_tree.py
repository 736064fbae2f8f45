from fractions import Fraction as Fr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import InputError
from analysis.tree import RULES, Tree, global_weights, local_weights
from analysis.treefile import build_tree, parse_tree

HEADER = "code,parent,name_zh,name_en,weight_rule,local_percent,kind,direction,unit"
SMALL = ["A,,甲,A,elicited,40,,,", "B,,乙,B,elicited,60,value,cost,CNY"]


def tree(*rows: str, header: str = HEADER, **options) -> Tree:
    return parse_tree("\n".join([header, *rows]) + "\n", "nodes.csv", **options)


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


def test_under_equal_leaves_an_indicator_more_in_one_group_changes_its_neighbour():
    found = {}
    for rule in ("equal_leaves", "equal_siblings"):
        rows = [f"{code},,x,x,elicited,{w},,," for code, w in (("A", 45), ("B", 55))]
        for code, leaves in (("B1", 2), ("B2", 6)):
            rows.append(f"{code},B,x,x,{rule},,,,")
            rows += [f"{code}.{at},{code},x,x,{rule},,value,benefit," for at in range(leaves)]
        found[rule] = percent(tree(*rows))["B1"]
    assert found == {"equal_leaves": 13.75, "equal_siblings": 27.5}  # before: 15.714286 and 27.5


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


def test_a_deep_chain_is_no_problem():
    rows = ["n0,,x,x,,,,,"] + [f"n{at},n{at - 1},x,x,,,,," for at in range(1, 3000)]
    found = tree(*rows)
    assert found.level("n2999") == 3000
    assert global_weights(found, local_weights(found))["n2999"] == 1


def test_before_its_rounds_a_study_needs_no_weights_in_elicited_groups():
    rows = ["A,,x,x,elicited,,,,", "B,,x,x,elicited,,,,"]
    with pytest.raises(InputError, match="found nothing, expected a percentage"):
        tree(*rows)
    found = tree(*rows, require_weights=False)
    with pytest.raises(ValueError, match="the group of the roots has no weights"):
        local_weights(found)
    assert local_weights(found, {None: {"A": Fr(1, 3), "B": Fr(2, 3)}})["B"] == Fr(2, 3)


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
