"""Divisions of experts into groups: each once, or drawn evenly."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from analysis.numerics import divisions as module
from analysis.numerics.divisions import divisions, few, group_sums


@pytest.mark.parametrize("sizes", [(1, 1), (2, 3), (2, 2, 2), (4, 1, 3)])
def test_few_divisions_are_gone_through_each_once(sizes):
    blocks, method = divisions(np.array(sizes), 3, 10, 1)
    labels = np.concatenate(list(blocks))
    assert method == "exact"
    expected = math.factorial(sum(sizes)) // math.prod(math.factorial(size) for size in sizes)
    assert len(labels) == len(np.unique(labels, axis=0)) == expected
    for group, size in enumerate(sizes):
        assert ((labels == group).sum(axis=1) == size).all()


def test_five_and_five_and_five_experts_are_few_and_eleven_against_eleven_are_not():
    assert few(np.array([5, 5, 5]))
    assert few(np.array([10, 10]))
    assert not few(np.array([12, 12]))


def test_drawn_divisions_are_even_and_follow_their_seed(monkeypatch):
    monkeypatch.setattr(module, "EXACT_LABELS", 0)
    blocks, method = divisions(np.array([2, 2]), 1, 6_000, 1)
    labels = np.concatenate(list(blocks))
    assert (method, len(labels)) == ("monte_carlo", 6_000)
    assert ((labels == 0).sum(axis=1) == 2).all()
    counts = Counter(map(tuple, labels.tolist()))
    assert len(counts) == 6
    # 1,000 expected of each; five standard deviations are 144.
    assert all(856 <= count <= 1_144 for count in counts.values())
    again = np.concatenate(list(divisions(np.array([2, 2]), 1, 6_000, 1)[0]))
    assert np.array_equal(labels, again)


def test_the_size_of_a_block_changes_no_draw(monkeypatch):
    monkeypatch.setattr(module, "EXACT_LABELS", 0)
    whole = np.concatenate(list(divisions(np.array([3, 4]), 1, 50, 2)[0]))
    monkeypatch.setattr(module, "_BLOCK", 21)
    assert np.array_equal(np.concatenate(list(divisions(np.array([3, 4]), 1, 50, 2)[0])), whole)


def test_sums_of_each_group_are_those_of_a_loop():
    rows = np.arange(12.0).reshape(4, 3)
    block = np.array([[0, 1, 2, 1], [2, 0, 1, 0]], np.int8)
    for group, sums in enumerate(group_sums(block, rows, 3)):
        expected = [rows[labels == group].sum(axis=0) for labels in block]
        assert np.array_equal(sums, np.array(expected))
