import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.ordering import expert_order

CELLS = st.one_of(st.sampled_from([0.0, -0.0, 1.0, np.nan]), st.floats(-5, 5))


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.float64, st.tuples(st.integers(0, 7), st.integers(0, 4)), elements=CELLS),
    st.randoms(use_true_random=False),
)
def test_every_permutation_of_the_experts_comes_to_one_order(values, shuffler):
    rows = list(range(len(values)))
    shuffler.shuffle(rows)
    first, second = values[expert_order(values)], values[rows][expert_order(values[rows])]
    assert (first + 0.0).tobytes() == (second + 0.0).tobytes()
    assert sorted(expert_order(values).tolist()) == list(range(len(values)))


def test_the_input_is_left_alone():
    values = np.array([[-0.0, 2.0], [1.0, np.nan]])
    before = values.tobytes()
    expert_order(values)
    assert values.tobytes() == before
