"""The boxes of a tree: as high as their weights; labels moved apart as little as possible."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.plots.branches import branches, spread

NAMES = ["a", "b", "a1", "a2", "b1"]
PARENTS = [None, None, 0, 0, 1]
WEIGHTS = np.array([0.6, 0.4, 0.2, 0.4, 0.4])


def test_boxes_are_as_high_as_their_weights_and_lie_beside_their_parent() -> None:
    tree = branches(NAMES, PARENTS, WEIGHTS)
    np.testing.assert_allclose(
        tree.edges, [[0, 0.6], [0.6, 1], [0, 0.2], [0.2, 0.6], [0.6, 1]], atol=1e-12
    )
    assert not tree.hatched.any()
    assert tree.order == [0, 2, 3, 1, 4]
    assert tree.leaves == [2, 3, 4]
    assert tree.levels == [0, 0, 1, 1, 1]
    assert tree.path(3) == ["a", "a2"]


def test_an_undefined_weight_hatches_its_group_and_all_below() -> None:
    weights = np.array([0.6, 0.4, np.nan, 0.3, 0.4, 0.3])
    tree = branches([*NAMES, "a21"], [*PARENTS, 3], weights)
    assert tree.hatched.tolist() == [False, False, True, True, False, True]
    np.testing.assert_allclose(tree.edges[2:4], [[0, 0.3], [0.3, 0.6]])
    np.testing.assert_allclose(tree.edges[5], [0.3, 0.6])


def test_roots_without_weights_are_divided_by_their_leaves() -> None:
    tree = branches(NAMES, PARENTS, np.full(5, np.nan))
    np.testing.assert_allclose(tree.edges[:2], [[0, 2 / 3], [2 / 3, 1]])
    assert tree.hatched.all()


def test_a_weight_of_zero_has_a_box_without_height() -> None:
    tree = branches(["a", "b", "b1", "b2"], [None, None, 1, 1], np.array([1.0, 0, 0, 0]))
    assert tree.edges[1:].tolist() == [[1, 1]] * 3


@pytest.mark.parametrize(
    ("names", "parents", "weights", "message"),
    [
        ([], [], [], "0 names"),
        (["a"], [None], [1, 1], "2 weights"),
        (["a"], [None, 0], [1], "2 parents"),
        (["a", "b"], [1, None], [0.5, 0.5], "does not stand after its parent"),
        (["a", "b"], [None, -1], [0.5, 0.5], "does not stand after its parent"),
        (["a", "b"], [None, None], [0.5, 0.6], "no shares of 1"),
        (["a", "b"], [None, None], [1.5, -0.5], "no shares of 1"),
        (["a", "b", "c"], [None, 0, 0], [1, 0.5, 0.4], "no shares of 1"),
    ],
)
def test_what_is_no_tree_of_weights_is_refused(names, parents, weights, message) -> None:
    with pytest.raises(ValueError, match=message):
        branches(names, parents, np.array(weights, np.float64))


def test_labels_that_do_not_meet_stay_where_they_are() -> None:
    found = spread(np.array([1.0, 3.0]), np.array([1.0, 1.0]), 5)
    np.testing.assert_allclose(found, [1, 3])


def test_labels_that_meet_share_the_way() -> None:
    found = spread(np.array([2.0, 2.0]), np.array([1.0, 1.0]), 5)
    np.testing.assert_allclose(found, [1.5, 2.5])


def test_labels_stay_on_the_page() -> None:
    found = spread(np.array([0.0, 0.1, 5.0]), np.array([1.0, 1.0, 1.0]), 5)
    np.testing.assert_allclose(found, [0.5, 1.5, 4.5])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0.1, 2)), min_size=1, max_size=12))
def test_labels_never_overlap_and_keep_their_order(labels) -> None:
    wanted = np.sort([at for at, _ in labels])
    heights = np.array([height for _, height in labels])
    total = max(10.0, float(heights.sum()))
    found = spread(wanted, heights, total)
    gaps = np.diff(found) - (heights[1:] + heights[:-1]) / 2
    assert (gaps >= -1e-9).all()
    assert found[0] >= heights[0] / 2 - 1e-9
    assert found[-1] <= total - heights[-1] / 2 + 1e-9
