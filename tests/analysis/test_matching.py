"""Two rounds side by side, matched by name."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.matching import Answers, match
from tests.analysis.panels import T2, panel

NAMES = ("E1", "E2", "E3", "E4")


def test_rounds_are_matched_by_the_names_of_experts_and_items():
    before = Answers(NAMES, ("A", "B"), panel("1 2\n3 4\n5 6\n. ."))
    after = Answers(("E3", "E9", "E1", "E2"), ("B", "A"), panel("60 50\n9 9\n20 10\n. ."))
    found = match(before, after)
    assert found.experts == ("E3", "E1")
    assert found.items == ("B", "A")
    assert found.before.tolist() == [[6, 5], [2, 1]]
    assert found.after.tolist() == [[60, 50], [20, 10]]
    assert (found.only_before, found.only_after) == (("E2",), ("E9",))


def test_rounds_with_other_items_are_not_matched():
    before = Answers(NAMES[:1], ("A", "B"), panel("1 2"))
    with pytest.raises(ValueError, match="same items"):
        match(before, Answers(NAMES[:1], ("A", "C"), panel("1 2")))


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(8)), st.permutations(range(3)))
def test_no_order_of_rows_or_columns_changes_the_pairs(rows, columns):
    experts, items = tuple(f"E{at}" for at in range(8)), ("A", "B", "C")
    shuffled = Answers(
        tuple(experts[at] for at in rows),
        tuple(items[at] for at in columns),
        T2[0][rows][:, columns],
    )
    found = match(shuffled, Answers(experts, items, T2[1]))
    np.testing.assert_array_equal(found.before, T2[0])
    np.testing.assert_array_equal(found.after, T2[1])


@pytest.mark.parametrize(
    ("experts", "items", "message"),
    [
        (("E1", "E1"), ("A", "B"), "expert is named twice"),
        (("E1", "E2"), ("A", "A"), "item is named twice"),
        (("E1",), ("A", "B"), "1 experts named, but there are 2"),
        (("E1", "E2"), ("A", "B", "C"), "3 items named, but there are 2"),
    ],
)
def test_names_that_would_match_the_wrong_answers_are_refused(experts, items, message):
    with pytest.raises(ValueError, match=message):
        Answers(experts, items, panel("1 2\n3 4"))
