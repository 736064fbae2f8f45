from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from analysis.scoring.composition import (
    Branch,
    build_hierarchy,
    compose,
    root_contributions,
)

NAN = np.nan


def flat(*weights):
    return build_hierarchy(Branch(f"R{at}", None, weight) for at, weight in enumerate(weights))


def deep():
    """Two roots: A over A1 (leaf) and A2 over three leaves; B is a leaf."""
    return build_hierarchy(
        [
            Branch("A", None, Fraction(3, 5)),
            Branch("A1", "A", Fraction(1, 4)),
            Branch("A2", "A", Fraction(3, 4)),
            Branch("A2.1", "A2", Fraction(1, 3)),
            Branch("A2.2", "A2", Fraction(1, 3)),
            Branch("A2.3", "A2", Fraction(1, 3)),
            Branch("B", None, Fraction(2, 5)),
        ]
    )


CITIES = np.array([[72.0, 60, 55], [50, 66, 62], [80, 52, 66], [58, 63, 58]])


def test_four_cities_by_15_55_30():
    composed = compose(CITIES, flat(0.15, 0.55, 0.30))
    assert_allclose(composed.index, [60.30, 62.40, 60.40, 60.75], rtol=1e-14)


def test_an_index_of_three_scores():
    composed = compose(np.array([[90.0, 50, 70], [62, 60, 64]]), flat(15, 55, 30))
    assert_allclose(composed.index, [62, 61.5])


def test_nodes_are_composed_level_by_level():
    tree = deep()
    assert tree.leaves == ("A1", "A2.1", "A2.2", "A2.3", "B")
    assert tree.inner == ("A", "A2")
    composed = compose(np.array([[0.8, 0.1, 0.2, 0.6, 0.5]]), tree)
    assert_allclose(composed.scores, [[0.425, 0.3]])
    assert_allclose(composed.index, [0.455])
    assert_array_equal(composed.coverage, [[1, 1]])
    assert_array_equal(composed.index_coverage, [1])


def test_leaf_weights_are_products_along_the_path():
    assert_allclose(deep().leaf_weights, [0.15, 0.15, 0.15, 0.15, 0.4])


def test_a_missing_cell_hands_its_weight_to_its_siblings():
    composed = compose(np.array([[90.0, NAN, 70]]), flat(0.15, 0.55, 0.30), minimum_coverage=0)
    assert_allclose(composed.index, [76.667], atol=5e-4)
    assert_allclose(composed.index_coverage, [0.45])


def test_less_than_two_thirds_of_the_weight_gives_no_index():
    composed = compose(np.array([[90.0, NAN, 70]]), flat(0.15, 0.55, 0.30))
    assert np.isnan(composed.index).all()
    assert_allclose(composed.index_coverage, [0.45])


def test_two_of_three_equal_children_are_enough():
    composed = compose(np.array([[0.8, 0.1, NAN, 0.6, 0.5]]), deep())
    assert_allclose(composed.scores, [[0.25 * 0.8 + 0.75 * 0.35, 0.35]])
    assert_allclose(composed.coverage, [[1, 2 / 3]])


@pytest.mark.parametrize("third", ["0.33333333333333333333", "0.3333333333"])
def test_two_thirds_are_reached_with_printed_weights_too(third):
    tree = flat(*[Fraction(third)] * 3)
    assert_allclose(compose(np.array([[1.0, 2, NAN]]), tree).index, [1.5])


def test_just_below_two_thirds_is_not_enough():
    composed = compose(np.array([[1.0, NAN]]), flat(0.6666, 0.3334))
    assert np.isnan(composed.index[0])


def test_a_missing_node_counts_as_missing_one_level_up():
    composed = compose(np.array([[0.8, NAN, NAN, 0.6, 0.5]]), deep())
    assert np.isnan(composed.scores).all()
    assert_allclose(composed.coverage, [[0.25, 1 / 3]])
    assert np.isnan(composed.index[0])
    assert_allclose(composed.index_coverage, [0.4])


def test_a_row_without_any_cell_has_nothing():
    composed = compose(np.full((1, 5), NAN), deep())
    assert np.isnan(composed.scores).all()
    assert_array_equal(composed.coverage, [[0, 0]])


def test_present_weights_of_zero_do_not_make_a_score():
    composed = compose(np.array([[NAN, 5.0]]), flat(1, 0), minimum_coverage=0)
    assert np.isnan(composed.index[0])


def test_a_missing_child_of_weight_zero_changes_nothing():
    composed = compose(np.array([[5.0, NAN]]), flat(1, 0))
    assert_array_equal(composed.index, [5])
    assert_array_equal(composed.index_coverage, [1])


def test_rows_with_and_without_gaps_do_not_disturb_each_other():
    full = np.array([[0.8, 0.1, 0.2, 0.6, 0.5]])
    gap = np.array([[0.8, 0.1, NAN, 0.6, 0.5]])
    both = compose(np.vstack([full, gap, full]), deep())
    assert_array_equal(both.scores[0], compose(full, deep()).scores[0])
    assert_array_equal(both.scores[1], compose(gap, deep()).scores[0])
    assert_array_equal(both.index[0], both.index[2])


def test_contributions_of_roots_sum_to_the_index():
    values = np.array([[0.8, 0.1, 0.2, 0.6, 0.5], [0.8, 0.1, 0.2, 0.6, NAN], [NAN] * 5])
    composed = compose(values, deep(), minimum_coverage=0.5)
    parts = root_contributions(composed, deep())
    assert_allclose(parts[:2].sum(axis=1), composed.index[:2])
    assert_allclose(parts[1], [0.425, 0])
    assert np.isnan(parts[2]).all()


def test_weights_of_any_total_are_shares_of_their_group():
    assert_allclose(flat(15, 55, 30).root_weights, [0.15, 0.55, 0.3])


def test_a_tree_of_one_leaf_is_its_value():
    assert_array_equal(compose(np.array([[0.3]]), flat(7)).index, [0.3])


def test_children_may_stand_before_their_parents():
    tree = build_hierarchy([Branch("x", "P", 1), Branch("y", "P", 1), Branch("P", None, 1)])
    assert_allclose(compose(np.array([[1.0, 3]]), tree).index, [2])


@pytest.mark.parametrize(
    ("branches", "message"),
    [
        ([], "without nodes"),
        ([Branch("A", None, 1), Branch("A", None, 1)], "node A twice"),
        ([Branch("A", "Z", 1)], "unknown parent Z"),
        ([Branch("R", None, 1), Branch("A", "B", 1), Branch("B", "A", 1)], "node A is part"),
        ([Branch("A", None, -1), Branch("B", None, 2)], "negative weight below the roots"),
        ([Branch("P", None, 1), Branch("A", "P", 0)], "no weight above 0 below P"),
    ],
)
def test_what_is_not_a_weighted_tree_is_refused(branches, message):
    with pytest.raises(ValueError, match=message):
        build_hierarchy(branches)


def test_the_inputs_are_not_changed():
    values = np.array([[0.8, NAN, 0.2, 0.6, 0.5]])
    before = values.copy()
    values.setflags(write=False)
    compose(values, deep())
    assert_array_equal(values, before)


cells = st.floats(0, 1e3)


@settings(max_examples=50)
@given(st.lists(st.lists(cells, min_size=5, max_size=5), min_size=1, max_size=6), st.randoms())
def test_permuting_units_permutes_scores(rows, random):
    values = np.array(rows)
    values[0, 2] = NAN
    order = list(range(len(rows)))
    random.shuffle(order)
    plain, mixed = compose(values, deep()), compose(values[order], deep())
    assert_allclose(mixed.scores, plain.scores[order], rtol=1e-12)
    assert_allclose(mixed.index, plain.index[order], rtol=1e-12)


@settings(max_examples=50)
@given(st.lists(cells, min_size=1, max_size=8))
def test_equal_weights_give_the_plain_mean(row):
    composed = compose(np.array([row]), flat(*[1] * len(row)))
    assert_allclose(composed.index, [np.mean(row)], rtol=1e-12, atol=1e-12)


@settings(max_examples=50)
@given(st.lists(cells, min_size=5, max_size=5), st.lists(st.booleans(), min_size=5, max_size=5))
def test_an_index_lies_within_its_present_cells(row, present):
    values = np.where(present, row, NAN)[None, :]
    index = compose(values, deep(), minimum_coverage=0).index[0]
    if any(present):
        low, high = np.nanmin(values), np.nanmax(values)
        assert low - 1e-9 <= index <= high + 1e-9
    else:
        assert np.isnan(index)


def recursive(code, tree, cells, minimum):
    """One node by the plain reading of the rule: score and coverage."""
    children = [(child, weight) for child, parent, weight in tree if parent == code]
    if code is not None and not children:
        return cells[code], None
    scores = [(recursive(child, tree, cells, minimum)[0], weight) for child, weight in children]
    present = [(score, weight) for score, weight in scores if not np.isnan(score)]
    coverage = sum(weight for _, weight in present) / sum(weight for _, weight in scores)
    if not present or coverage < minimum - 1e-9:
        return NAN, coverage
    total = sum(score * weight for score, weight in present)
    return total / sum(weight for _, weight in present), coverage


@settings(max_examples=60)
@given(st.data())
def test_any_tree_with_any_gaps_agrees_with_the_recursive_rule(data):
    size = data.draw(st.integers(2, 12))
    parents = [None] + [
        data.draw(st.one_of(st.none(), st.integers(0, at - 1))) for at in range(1, size)
    ]
    weights = data.draw(st.lists(st.integers(1, 9), min_size=size, max_size=size))
    tree = [
        (f"N{at}", None if parent is None else f"N{parent}", weight)
        for at, (parent, weight) in enumerate(zip(parents, weights, strict=True))
    ]
    hierarchy = build_hierarchy(Branch(*node) for node in tree)
    row = [data.draw(st.one_of(st.just(NAN), st.floats(0, 10))) for _ in hierarchy.leaves]
    cells = dict(zip(hierarchy.leaves, row, strict=True))
    found = compose(np.array([row]), hierarchy)
    index, coverage = recursive(None, tree, cells, 2 / 3)
    assert_allclose(found.index[0], index, rtol=1e-12)
    assert_allclose(found.index_coverage[0], coverage)
    for at, code in enumerate(hierarchy.inner):
        score, coverage = recursive(code, tree, cells, 2 / 3)
        assert_allclose(found.scores[0, at], score, rtol=1e-12)
        assert_allclose(found.coverage[0, at], coverage, atol=1e-15)
