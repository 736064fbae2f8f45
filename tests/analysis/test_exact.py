from fractions import Fraction as Fr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.exact import (
    RULES,
    UndefinedWeightsError,
    aggregate,
    arithmetic_mean,
    complete,
    geometric_mean,
    l1,
    median,
    nobody_left,
    shares,
    trimmed_mean,
)

T2 = {
    1: "20 50 30|10 70 20|10 60 30|30 40 30|20 45 35|15 65 20|25 40 35|5 60 35",
    2: "15 55 30|10 65 25|10 60 30|25 45 30|15 50 35|15 60 25|20 45 35|10 55 35",
    3: "15 55 30|15 55 30|10 60 30|20 50 30|15 55 30|15 60 25|15 50 35|10 55 35",
}
T1 = "5 4 3 4 2|5 5 3 4 3|4 4 2 5 3|5 4 4 3 2|4 5 3 3 2|5 3 3 4 3|5 4 2 4 1"
FIVE = "50 30 20|20 50 30|30 20 50|60 20 20|25 45 30"
E8_CHANGED = T2[3].removesuffix("10 55 35") + "0 100 0"


def rows(text: str) -> list[list[Fr | None]]:
    return [[None if cell == "-" else Fr(cell) for cell in row.split()] for row in text.split("|")]


def weights(text: str, rule: str, method: str = "constant_sum", **options) -> tuple[Fr, ...]:
    found = aggregate(rows(text), method=method, rule=rule, **options).weights
    assert found is not None
    assert sum(found) == 1
    return found


def percent(text: str, rule: str) -> list[float]:
    return [float(weight * 100) for weight in weights(text, rule)]


@pytest.mark.parametrize(
    ("number", "rule", "expected"),
    [
        (1, "arithmetic_mean", [16.875, 53.75, 29.375]),
        (2, "arithmetic_mean", [15, 54.375, 30.625]),
        (3, "arithmetic_mean", [14.375, 55, 30.625]),
        (1, "geometric_mean", [15.353, 54.766, 29.880]),
        (2, "geometric_mean", [14.447, 54.736, 30.817]),
        (3, "geometric_mean", [14.133, 55.210, 30.656]),
        (1, "median", [17.073, 53.659, 29.268]),
        (2, "median", [15, 55, 30]),
        (3, "median", [15, 55, 30]),
        (1, "trimmed_mean", [16.667, 53.333, 30]),
        (2, "trimmed_mean", [14.286, 54.622, 31.092]),
        (3, "trimmed_mean", [14.167, 55, 30.833]),
        (1, "l1", [20, 50, 30]),
        (2, "l1", [15, 55, 30]),
        (3, "l1", [15, 55, 30]),
    ],
)
def test_the_three_rounds_of_the_panel_give_the_known_weights(number, rule, expected):
    assert percent(T2[number], rule) == pytest.approx(expected, abs=6e-4)


def test_the_mean_of_the_last_round_is_exact_to_the_last_digit():
    assert weights(T2[3], "arithmetic_mean") == (Fr(14375, 100000), Fr(55, 100), Fr(30625, 100000))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("arithmetic_mean", [37, 33, 30]),
        ("median", [33.3333, 33.3333, 33.3333]),
        ("geometric_mean", [36.557, 33.007, 30.436]),
        ("l1", [35, 35, 30]),
    ],
)
def test_five_split_experts_give_the_known_weights(rule, expected):
    assert percent(FIVE, rule) == pytest.approx(expected, abs=6e-4)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("arithmetic_mean", [13.125, 60.625, 26.25]),
        ("geometric_mean", [11.150, 68.170, 20.680]),
        ("trimmed_mean", [14.286, 56.303, 29.412]),
        ("l1", [15, 55, 30]),
        ("median", [15, 55, 30]),
    ],
)
def test_one_expert_who_puts_everything_on_one_item_moves_each_rule_by_the_known_amount(
    rule, expected
):
    assert percent(E8_CHANGED, rule) == pytest.approx(expected, abs=6e-4)


def test_zeros_are_replaced_by_half_a_point_before_the_geometric_mean():
    zeros = "0 70 30|10 60 30|20 50 30"
    assert percent(zeros, "geometric_mean") == pytest.approx([4.941, 63.174, 31.885], abs=6e-4)
    assert percent(zeros, "arithmetic_mean") == pytest.approx([10, 60, 30])


def test_an_item_that_is_zero_for_everybody_keeps_weight_zero_and_changes_nothing_else():
    with_it = weights("0 70 30 0|10 60 30 0|20 50 30 0", "geometric_mean")
    assert with_it[3] == 0
    assert with_it[:3] == weights("0 70 30|10 60 30|20 50 30", "geometric_mean")


def test_the_geometric_mean_of_a_constant_ratio_is_that_ratio_to_fifty_digits():
    a, b = weights("1 2|2 4|5 10", "geometric_mean")
    assert abs(a - Fr(1, 3)) < Fr(1, 10**50)
    assert abs(b - Fr(2, 3)) < Fr(1, 10**50)


@pytest.mark.parametrize("zero", [Fr(0), Fr(-1, 10), Fr(1, 2), Fr(2)])
def test_a_zero_replacement_that_leaves_nothing_is_refused(zero):
    with pytest.raises(ValueError, match="a zero replaced by"):
        geometric_mean([shares([Fr(0), Fr(0), Fr(1)]), shares([Fr(1), Fr(1), Fr(1)])], zero)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("mean_of_normalised", [0.264764, 0.232493, 0.159734, 0.216480, 0.126529]),
        ("normalised_means", [0.264, 0.232, 0.160, 0.216, 0.128]),
    ],
)
def test_ratings_normalised_give_the_known_weights(rule, expected):
    found = weights(T1, rule, "rating")
    assert [float(weight) for weight in found] == pytest.approx(expected, abs=6e-7)


def test_recoding_a_rating_scale_from_zero_changes_the_weights():
    recoded = "|".join(" ".join(str(int(c) - 1) for c in row.split()) for row in T1.split("|"))
    found = [float(weight) for weight in weights(recoded, "normalised_means", "rating")]
    assert found == pytest.approx([0.289, 0.244, 0.144, 0.222, 0.100], abs=6e-4)


def test_the_median_of_ratings_is_closed():
    assert weights(T1, "median", "rating") == (
        Fr(5, 18),
        Fr(4, 18),
        Fr(3, 18),
        Fr(4, 18),
        Fr(2, 18),
    )


@pytest.mark.parametrize(
    ("rule", "expected", "used"),
    [
        ("mean_of_normalised", (Fr(3, 4), Fr(1, 4)), 1),
        ("normalised_means", (Fr(2, 3), Fr(1, 3)), 2),
        ("median", (Fr(2, 3), Fr(1, 3)), 2),
    ],
)
def test_missing_ratings_are_left_out_by_expert_or_by_cell(rule, expected, used):
    found = aggregate(rows("3 1|1 -|- -"), method="rating", rule=rule)
    assert (found.weights, found.experts_used) == (expected, used)
    assert found.left_out == ({1: "incomplete", 2: "abstained"} if used == 1 else {2: "abstained"})


def test_an_expert_who_rates_everything_zero_has_no_shares_and_is_left_out():
    found = aggregate(rows("0 0|3 1"), method="rating", rule="mean_of_normalised")
    assert found.left_out == {0: "all_zero"}
    assert found.weights == (Fr(3, 4), Fr(1, 4))


def test_ranks_of_the_first_round_give_the_known_surrogate_weights():
    points = [[Fr(cell) for cell in row.split()] for row in T2[1].split("|")]
    ranks = [[Fr(sum(v > cell for v in row) + 1) for cell in row] for row in points]
    found = aggregate(ranks, method="ranking", rule="roc").weights
    assert found is not None
    assert [float(w) for w in found] == pytest.approx([0.121528, 0.611111, 0.267361], abs=1e-6)


@pytest.mark.parametrize(
    ("text", "method", "rule", "reason"),
    [
        ("- -|- -", "constant_sum", "arithmetic_mean", "no_answers"),
        ("- -|- -", "rating", "median", "no_answers"),
        ("3 -|- 1", "rating", "mean_of_normalised", "no_complete_answers"),
        ("3 -|- 1", "ranking", "roc", "no_complete_answers"),
        ("0 0|0 0", "rating", "mean_of_normalised", "all_zero"),
        ("0 0|0 0", "rating", "normalised_means", "all_zero"),
        ("3 -|1 -", "rating", "normalised_means", "item_without_answers"),
        ("60 40|50 50", "constant_sum", "trimmed_mean", "fewer_than_3_experts"),
        ("100 0 0|0 100 0|0 0 100", "constant_sum", "trimmed_mean", "all_zero"),
        ("100 0 0|0 100 0|0 0 100", "constant_sum", "median", "all_zero"),
    ],
)
def test_undefined_weights_are_none_with_a_reason(text, method, rule, reason):
    found = aggregate(rows(text), method=method, rule=rule)
    assert (found.weights, found.reason) == (None, reason)


def test_three_experts_who_agree_on_nothing_get_equal_weights_from_the_l1_rule():
    assert weights("100 0 0|0 100 0|0 0 100", "l1") == (Fr(1, 3),) * 3


def test_a_single_expert_is_the_panel():
    for rule in ("arithmetic_mean", "geometric_mean", "median", "l1"):
        assert [float(w) for w in weights("20 30 50", rule)] == pytest.approx([0.2, 0.3, 0.5])


def test_a_single_item_has_the_whole_weight():
    for rule in RULES["constant_sum"]:
        assert weights("7|100|3", rule) == (Fr(1),)


@pytest.mark.parametrize(
    ("method", "rule"), [("constant_sum", "roc"), ("rating", "l1"), ("pairwise", "median")]
)
def test_a_rule_of_another_method_is_refused(method, rule):
    with pytest.raises(ValueError, match="no rule"):
        aggregate(rows("1 1"), method=method, rule=rule)


def test_a_negative_answer_is_refused():
    with pytest.raises(ValueError, match="a negative value"):
        aggregate(rows("-1 2"), method="constant_sum", rule="l1")


def test_an_empty_cell_where_none_may_be_is_refused():
    with pytest.raises(ValueError, match="a row with an empty cell"):
        complete([Fr(1), None])


def test_rules_raise_their_reason_when_called_by_themselves():
    with pytest.raises(UndefinedWeightsError) as caught:
        trimmed_mean([(Fr(1), Fr(0))])
    assert caught.value.reason == "fewer_than_3_experts"


def test_why_nobody_is_left_names_the_strongest_reason():
    assert nobody_left(["abstained", "incomplete", "all_zero"]) == "all_zero"
    assert nobody_left(["abstained", "incomplete"]) == "no_complete_answers"
    assert nobody_left(["abstained"]) == "no_answers"


panels = st.integers(1, 4).flatmap(
    lambda n: st.lists(
        st.lists(st.integers(0, 20).map(Fr), min_size=n, max_size=n).filter(any),
        min_size=3,
        max_size=7,
    )
)


@settings(max_examples=60)
@given(panels, st.sampled_from(RULES["constant_sum"]), st.randoms(use_true_random=False))
def test_the_order_of_experts_and_items_does_not_matter(panel, rule, random):
    before = [list(row) for row in panel]
    found = aggregate(panel, method="constant_sum", rule=rule)
    experts = random.sample(panel, len(panel))
    assert aggregate(experts, method="constant_sum", rule=rule).weights == found.weights
    order = random.sample(range(len(panel[0])), len(panel[0]))
    turned = aggregate(
        [[row[at] for at in order] for row in panel], method="constant_sum", rule=rule
    )
    assert turned.weights == (found.weights and tuple(found.weights[at] for at in order))
    assert panel == before


@settings(max_examples=60)
@given(panels, st.sampled_from(RULES["constant_sum"]))
def test_weights_are_not_negative_and_sum_to_exactly_one(panel, rule):
    found = aggregate(panel, method="constant_sum", rule=rule).weights
    if found is not None:
        assert sum(found) == 1
        assert min(found) >= 0


def distance(panel: list[tuple[Fr, ...]], point: tuple[Fr, ...]) -> Fr:
    return sum((abs(a - b) for row in panel for a, b in zip(row, point, strict=True)), Fr(0))


@settings(max_examples=60)
@given(panels, st.lists(st.integers(0, 20).map(Fr), min_size=4, max_size=4))
def test_no_shares_lie_nearer_to_the_experts_than_those_of_the_l1_rule(panel, other):
    closed = [shares(row) for row in panel]
    other = other[: len(panel[0])]
    best = distance(closed, l1(closed))
    candidates = [*closed, arithmetic_mean(closed), *([shares(other)] if any(other) else [])]
    assert best <= min(distance(closed, point) for point in candidates)


@settings(max_examples=60)
@given(panels, st.lists(st.integers(0, 20).map(Fr), min_size=4, max_size=4))
def test_nobody_gains_from_misreporting_under_the_l1_rule(panel, lie):
    closed = [shares(row) for row in panel]
    lie = lie[: len(panel[0])]
    if any(lie):
        honest = distance([l1(closed)], closed[0])
        assert distance([l1([shares(lie), *closed[1:]])], closed[0]) >= honest


def test_medians_of_an_even_number_lie_half_way():
    assert median([(Fr(1),), (Fr(3),)]) == (Fr(1),)
    assert median(rows("1 1|3 1|5 2|7 2")) == (Fr(8, 11), Fr(3, 11))
