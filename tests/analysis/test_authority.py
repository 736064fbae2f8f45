"""Authority coefficients: printed tables computed again from their counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.authority import FAMILIARITY_SCALES, TABLES, Table, authority, familiarity_values

#: Made up for this project: answers on practice, theory, peers, intuition of seven experts.
GROUNDS = [list(word) for word in ("LLMS", "LMMM", "MLSS", "LLLL", "MMMM", "SLMS", "LMSS")]
FAMILIARITY = np.array([1.0, 0.8, 0.8, 1.0, 0.6, 0.4, 0.8])


def sixteen(theory: str) -> list[list[str]]:
    """Experts of a printed table by their counts: who gave which combination does not matter."""
    peers = "LLL" + "M" * 11 + "SS"
    intuition = "LL" + "M" * 8 + "S" * 6
    return [list(row) for row in zip("L" * 16, theory, peers, intuition, strict=True)]


def test_the_seven_experts_have_the_known_coefficients():
    found = authority(GROUNDS, FAMILIARITY)
    assert found.expert_ca.tolist() == [1.0, 0.9, 0.9, 1.0, 0.8, 0.8, 0.9]
    assert found.expert_cs.tolist() == FAMILIARITY.tolist()
    assert found.expert_cr.tolist() == [1.0, 0.85, 0.85, 1.0, 0.7, 0.6, 0.85]
    assert found.ca == pytest.approx(0.9, abs=1e-15)
    assert found.cs == pytest.approx(0.771429, abs=5e-7)
    assert found.cr == pytest.approx(0.835714, abs=5e-7)
    assert (found.complete_experts, found.reason) == (7, None)


# Table 4, "Expert authority coefficients", of a study with 16 experts in BMJ Open prints 0.944,
# 0.775 and 0.860 for round 1, 0.963, 0.825 and 0.894 for round 2. From the counts beside them
# follow 0.94375 and 0.859375 (0.860 is the mean of rounded parts), and in round 2 15.3/16 and
# 0.890625.


def test_the_first_round_of_the_printed_table_follows_from_its_counts_and_is_rounded_once():
    cs = np.repeat([1, 0.8, 0.6], [1, 12, 3])
    found = authority(sixteen("L" * 7 + "M" * 9), cs)
    assert (found.ca, found.cs, found.cr) == (
        0.94375,
        pytest.approx(0.775, abs=1e-15),
        pytest.approx(0.859375, abs=1e-15),
    )
    assert round(found.ca, 3) == 0.944
    assert round(found.cr, 3) == 0.859  # printed: 0.860


def test_the_second_round_of_the_printed_table_does_not_follow_from_its_counts():
    # Counts whose sum is that of the printed ones, 15.3.
    cs = np.repeat([1, 0.8, 0.6], [3, 12, 1])
    found = authority(sixteen("L" * 9 + "M" * 7), cs)
    assert (found.ca, found.cs, found.cr) == pytest.approx((0.95625, 0.825, 0.890625), abs=1e-15)
    assert found.ca != pytest.approx(0.963, abs=5e-3)
    assert found.cr != pytest.approx(0.894, abs=3e-3)


@pytest.mark.parametrize(
    ("table", "answers", "ca"),
    [
        ("A", "SSSS", 0.6),
        ("A", "SSLL", 0.6),
        ("B", "LLLL", 1.0),
        ("B", "LLMM", 1.0),
        ("B", "SSSS", 0.5),
        ("B2", "LLMM", 0.96),
        ("B2", "SSSS", 0.52),
        ("C", "LSLL", 0.8),
        ("C", "SLLL", 0.8),
        ("A", "LSLL", 0.8),
        ("C", "MSMM", 0.7),
        ("D", "LLLLL", 1.0),
        ("D", "SSSSS", 0.6),
    ],
)
def test_each_table_gives_its_values(table, answers, ca):
    found = authority([list(answers)], np.array([1.0]), table=table)
    assert found.expert_ca.tolist() == [ca]


def test_every_table_reaches_from_its_smallest_value_to_exactly_one():
    for table in TABLES.values():
        assert sum(max(row) for row in table.hundredths) == 100
        assert len(table.grounds) == len(table.hundredths)


def test_in_the_usual_table_two_of_four_rows_carry_no_information():
    assert [len(set(row)) for row in TABLES["A"].hundredths] == [3, 3, 1, 1]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.text("LMS", min_size=4, max_size=4), st.sampled_from([1, 0.8])), min_size=1
    )
)
def test_with_the_usual_table_a_familiar_panel_reaches_seven_tenths_whatever_it_answers(panel):
    found = authority([list(word) for word, _ in panel], np.array([cs for _, cs in panel]))
    assert found.expert_ca.min() >= 0.6
    assert found.cr >= 0.7 - 1e-15


def test_chinese_answers_mean_the_same():
    chinese = [["大", "大", "中", "小"]]
    assert authority(chinese, np.array([1.0])).ca == authority(GROUNDS[:1], np.array([1.0])).ca


def test_a_table_of_ones_own_will_do():
    own = Table(("practice", "theory"), ((60, 40, 20), (40, 20, 10)))
    assert authority([["L", "S"]], np.array([0.5]), table=own).cr == 0.6


@pytest.mark.parametrize("gap", ["ground", "none", "familiarity"])
def test_an_empty_cell_leaves_an_expert_without_any_figure_and_out_of_the_group(gap):
    grounds, familiarity = [list(row) for row in GROUNDS], FAMILIARITY.copy()
    if gap == "familiarity":
        familiarity[2] = np.nan
    else:
        grounds[2][1] = "" if gap == "ground" else None
    found = authority(grounds, familiarity)
    others = authority(np.delete(GROUNDS, 2, axis=0).tolist(), np.delete(FAMILIARITY, 2))
    assert (found.ca, found.cs, found.cr) == (others.ca, others.cs, others.cr)
    assert found.complete_experts == 6
    reason = dict.fromkeys(("ca", "cs", "cr"), "empty_cell")
    assert found.records()[2] == {"ca": None, "cs": None, "cr": None, "reason": reason}
    assert found.records()[0] == {"ca": 1.0, "cs": 1.0, "cr": 1.0, "reason": None}


@pytest.mark.parametrize("grounds", [[], [["L", "", "L", "L"]]])
def test_without_a_complete_expert_the_group_has_no_figures(grounds):
    found = authority(grounds, np.ones(len(grounds)))
    assert (found.ca, found.cs, found.cr, found.complete_experts) == (None, None, None, 0)
    assert found.reason == dict.fromkeys(("ca", "cs", "cr"), "no_complete_expert")


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_order_of_experts_changes_no_digit_and_the_input_is_left_alone(data):
    familiarity = data.draw(
        st.lists(st.floats(0, 1), min_size=len(GROUNDS), max_size=len(GROUNDS)).map(np.array)
    )
    familiarity.flags.writeable = False
    order = data.draw(st.permutations(range(len(GROUNDS))))
    found = authority(GROUNDS, familiarity)
    turned = authority([GROUNDS[at] for at in order], familiarity[order])
    assert (turned.ca, turned.cs, turned.cr) == (found.ca, found.cs, found.cr)
    np.testing.assert_array_equal(turned.expert_cr, found.expert_cr[order])
    assert 0 <= found.expert_cr.min() <= found.cr <= found.expert_cr.max() + 1e-15


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"table": "Z"}, "no table 'Z'"),
        ({"table": "D"}, "4 answers for 5 grounds"),
        ({"familiarity": np.array([1.2])}, "outside 0..1"),
        ({"familiarity": np.array([-0.1])}, "outside 0..1"),
        ({"familiarity": np.ones(2)}, "for 1 experts"),
        ({"grounds": [["L", "X", "L", "L"]]}, "answer 'X'"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    given_values = {"grounds": GROUNDS[:1], "familiarity": np.ones(1)} | change
    with pytest.raises(ValueError, match=message):
        authority(given_values.pop("grounds"), given_values.pop("familiarity"), **given_values)


def test_levels_become_values_of_a_scale():
    levels = np.array([[1, 2, np.nan], [5, 4, 3]])
    np.testing.assert_array_equal(
        familiarity_values(levels, FAMILIARITY_SCALES["tenths"]),
        [[0.9, 0.7, np.nan], [0.1, 0.3, 0.5]],
    )
    assert [scale[-1] for scale in FAMILIARITY_SCALES.values()] == [0.2, 0.1, 0, 0]


@pytest.mark.parametrize("level", [0, 6, 1.5])
def test_a_level_that_the_scale_does_not_have_is_refused(level):
    with pytest.raises(ValueError, match="from 1 to 5"):
        familiarity_values(np.array([level]), FAMILIARITY_SCALES["fifths"])
