import tracemalloc
from fractions import Fraction as Fr

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.elicitation.ranking import (
    SCHEMES,
    check_rankings,
    positional_shares,
    positional_weights,
    ranking_weights,
)
from analysis.errors import InputError
from analysis.tables import read_ratings


@pytest.mark.parametrize(
    ("scheme", "n_items", "expected"),
    [
        ("roc", 3, [0.611111, 0.277778, 0.111111]),
        ("rank_sum", 3, [0.5, 0.333333, 0.166667]),
        ("reciprocal", 3, [0.545455, 0.272727, 0.181818]),
        ("roc", 4, [0.520833, 0.270833, 0.145833, 0.0625]),
        ("rank_sum", 4, [0.4, 0.3, 0.2, 0.1]),
        ("reciprocal", 4, [0.48, 0.24, 0.16, 0.12]),
        ("roc", 5, [0.456667, 0.256667, 0.156667, 0.09, 0.04]),
    ],
)
def test_positional_weights_are_the_printed_ones(scheme, n_items, expected):
    weights = positional_weights(n_items, scheme)
    assert [float(weight) for weight in weights] == pytest.approx(expected, abs=1e-6)
    assert sum(weights) == 1


def test_a_single_item_has_the_whole_weight():
    assert {positional_weights(1, scheme) for scheme in SCHEMES} == {(Fr(1),)}


def test_an_unknown_scheme_is_refused():
    with pytest.raises(ValueError, match="no scheme 'borda': choose from roc"):
        positional_weights(3, "borda")


def test_no_positions_are_refused():
    with pytest.raises(ValueError, match="a ranking of nothing"):
        positional_weights(0, "roc")


@pytest.mark.parametrize("ranks", [("1", "2.5", "2.5", "4"), ("1", "2", "2", "4"), "1223"])
def test_tied_items_share_the_weights_of_their_positions(ranks):
    shares = positional_shares([Fr(rank) for rank in ranks], "roc")
    expected = [0.520833, 0.208333, 0.208333, 0.0625]
    assert [float(share) for share in shares] == pytest.approx(expected, abs=1e-6)


def test_all_tied_gives_equal_weights():
    assert positional_shares([Fr(2)] * 3, "reciprocal") == (Fr(1, 3),) * 3


def test_a_ranking_with_an_empty_place_is_nan_throughout():
    result = ranking_weights(np.array([[1.0, np.nan, 2.0], [2.0, 1.0, 3.0]]), "rank_sum")
    assert np.isnan(result[0]).all()
    np.testing.assert_allclose(result[1], [1 / 3, 1 / 2, 1 / 6])


@settings(max_examples=50)
@given(
    st.lists(st.lists(st.integers(1, 5), min_size=5, max_size=5), min_size=1, max_size=4),
    st.sampled_from(SCHEMES),
)
def test_the_vectorised_weights_agree_with_the_exact_ones(rows, scheme):
    ranks = np.array(rows, np.float64)
    before = ranks.copy()
    exact = [[float(w) for w in positional_shares([Fr(r) for r in row], scheme)] for row in rows]
    np.testing.assert_allclose(ranking_weights(ranks, scheme), exact, rtol=0, atol=1e-14)
    np.testing.assert_array_equal(ranks, before)


@pytest.mark.parametrize("value", ["0", "0.5", "4", "20", "-1"])
def test_a_value_that_cannot_be_a_rank_is_refused(tmp_path, value):
    path = tmp_path / "ranks.csv"
    path.write_text(f"expert,A,B,C\nE1,1,2,3\nE2,{value},1,2\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        check_rankings(read_ratings(path))
    assert str(caught.value) == (
        f'{path}, row 3, column A: found "{value}", expected a rank from 1 to 3'
    )


def test_mid_ranks_ties_and_empty_cells_pass(tmp_path):
    path = tmp_path / "ranks.csv"
    path.write_text("expert,A,B,C\nE1,1.5,1.5,3\nE2,,1,2\nE3,,,\n", encoding="utf-8")
    check_rankings(read_ratings(path))


def test_many_rankings_of_many_items_need_little_memory():
    # A comparison of every item with every other would take 400 million cells.
    ranks = np.tile(np.arange(1.0, 201.0), (10_000, 1))
    tracemalloc.start()
    ranking_weights(ranks, "roc")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 * 2**20


@settings(max_examples=40, deadline=None)
@given(arrays(np.float64, (3, 5), elements=st.sampled_from([1.0, 2.0, 3.0, 4.0, np.nan])))
def test_many_rankings_are_what_each_is_alone(ranks):
    found = ranking_weights(ranks, "rank_sum")
    for row, weights in zip(ranks, found, strict=True):
        if np.isnan(row).any():
            assert np.isnan(weights).all()
        else:
            exact = positional_shares([Fr(rank) for rank in row], "rank_sum")
            np.testing.assert_allclose(weights, [float(one) for one in exact], rtol=1e-12)
