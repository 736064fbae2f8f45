"""The plan of the rounds: what each asks of each group, and what follows from it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.record.canonical import canonical_text, parse_canonical
from delphi.domain.methods import CRITERIA, METHODS, RATING, SCALES, PlannedQuestion
from delphi.domain.protocol import (
    Protocol,
    check_protocol,
    check_sizes,
    default_protocol,
    from_document,
    plan_refusals,
    same_in_every_round,
    size_refusals,
    with_groups,
    with_rounds,
)
from delphi.schemas import require_valid
from tests.domain.test_protocol import DEFAULT, document
from tests.studies import refuses

#: One letter a way of asking.
WAYS = {
    "c": ("constant_sum",),
    "r": ("rating", (1, 5), ("importance",)),
    "o": ("rating", (1, 5), ("importance", "operability")),
    "n": ("rating", (1, 9), ("importance",)),
    "k": ("ranking",),
    "p": ("pairwise",),
    "b": ("best_worst",),
}


def planned(**asked: str) -> Protocol:
    """Return a protocol from a word for each group: one letter a round, a dot where not asked."""
    rounds = len(next(iter(asked.values())))
    plan = tuple(
        tuple(
            PlannedQuestion(group, *WAYS[word[at]])  # type: ignore[arg-type]  # rows of a table
            for group, word in asked.items()
            if word[at] != "."
        )
        for at in range(rounds)
    )
    return replace(default_protocol(asked), plan=plan)


def word(protocol: Protocol, group: str) -> str:
    """Return how the rounds ask a group, as `planned` takes it."""
    letters = {way: letter for letter, way in WAYS.items()}
    found = ""
    for number in range(1, protocol.rounds + 1):
        one = protocol.planned(number, group)
        way = one and ((one.method, one.scale, one.criteria) if one.scale else (one.method,))
        found += letters[way] if way else "."
    return found


GROUPS = ("root", "D", "D.1")
CRITERION_SETS = st.sets(st.sampled_from(CRITERIA[1:])).map(
    lambda chosen: tuple(one for one in CRITERIA if one == CRITERIA[0] or one in chosen)
)
QUESTIONS = st.one_of(
    st.sampled_from([method for method in METHODS if method != RATING]).map(lambda one: (one,)),
    st.tuples(st.just(RATING), st.sampled_from(SCALES), CRITERION_SETS),
)


@st.composite
def sound_protocols(draw: st.DrawFn) -> Protocol:
    """Draw a protocol whose plan asks each group in one run of rounds and leaves no round empty."""
    rounds = draw(st.integers(2, 4))
    runs = {"root": (1, rounds)}
    for group in GROUPS[1:]:
        first = draw(st.integers(1, rounds))
        runs[group] = (first, draw(st.integers(first, rounds)))
    plan = tuple(
        tuple(
            PlannedQuestion(group, *draw(QUESTIONS))
            for group in GROUPS
            if runs[group][0] <= number <= runs[group][1]
        )
        for number in range(1, rounds + 1)
    )
    return replace(default_protocol(GROUPS), plan=plan)


@given(sound_protocols())
def test_every_plan_is_stored_and_read_back(protocol: Protocol) -> None:
    check_protocol(protocol)
    stored = document(protocol)
    require_valid(stored)
    assert from_document(parse_canonical(canonical_text(stored))) == protocol


@given(sound_protocols(), st.sets(st.sampled_from([*GROUPS, "S"])))
def test_a_plan_stays_sound_whatever_groups_come_and_go(protocol: Protocol, kept: set[str]) -> None:
    changed = with_groups(protocol, sorted(kept))
    check_protocol(changed)
    assert changed.rounds == protocol.rounds
    assert {one.group for questions in changed.plan for one in questions} == kept
    assert with_groups(protocol, protocol.groups) == protocol


@given(sound_protocols(), st.integers(2, 4))
def test_rounds_that_are_added_ask_what_the_last_one_does(protocol: Protocol, rounds: int) -> None:
    changed = with_rounds(protocol, rounds)
    assert changed.rounds == rounds
    for number, questions in enumerate(changed.plan):
        assert questions == protocol.plan[min(number, protocol.rounds - 1)]


def test_the_plan_says_method_scale_and_criteria() -> None:
    plan = document(planned(root="oc"))["round_plan"]
    assert isinstance(plan, list)
    assert [one["questions"] for one in plan] == [
        [
            {
                "question": "root",
                "method": "rating",
                "scale": [1, 5],
                "criteria": ["importance", "operability"],
            }
        ],
        [{"question": "root", "method": "constant_sum"}],
    ]


def test_a_group_that_no_round_asks_is_refused() -> None:
    with refuses("plan_group_missing", group="D"):
        check_protocol(planned(root="cc", D=".."))


def test_a_group_that_is_asked_with_a_gap_is_refused() -> None:
    with refuses("plan_group_interrupted", group="D", round=2):
        check_protocol(planned(root="cccc", D="c..c"))


def test_a_round_that_asks_nothing_is_refused() -> None:
    with refuses("plan_round_empty", round=1):
        check_protocol(planned(root=".cc", D="..c"))


def test_everything_that_is_wrong_with_a_plan_is_given() -> None:
    found = list(plan_refusals(planned(root="c..c", D="....", S="...c")))
    assert [(error.code, dict(error.parameters)) for error in found] == [
        ("plan_round_empty", {"round": 2}),
        ("plan_round_empty", {"round": 3}),
        ("plan_group_interrupted", {"group": "root", "round": 2}),
        ("plan_group_missing", {"group": "D"}),
    ]


@pytest.mark.parametrize(
    "way",
    [
        ("swara",),
        ("",),
        ("constant_sum", (1, 5)),
        ("ranking", None, ("importance",)),
        ("rating",),
        ("rating", (1, 7), ("importance",)),
        ("rating", (1, 5), ()),
        ("rating", (1, 5), ("operability",)),
        ("rating", (1, 5), ("operability", "importance")),
        ("rating", (1, 5), ("importance", "importance")),
        ("rating", (1, 5), ("importance", "beauty")),
    ],
)
def test_a_question_outside_the_methods_is_refused_at_its_place(way: tuple[object, ...]) -> None:
    wrong = PlannedQuestion("D", *way)  # type: ignore[arg-type]  # wrong on purpose
    plan = (DEFAULT.plan[0], (PlannedQuestion("root"), wrong))
    with refuses("protocol_value", field="plan.2.D"):
        check_protocol(replace(DEFAULT, plan=plan))


@pytest.mark.parametrize(("way", "most"), [("p", 9), ("b", 9), ("k", 12)])
def test_a_group_that_is_too_large_for_its_method_is_refused(way: str, most: int) -> None:
    protocol = planned(root="cc", D="c" + way)
    check_sizes(protocol, {"root": 50, "D": most})
    named = {"group": "D", "round": 2, "method": WAYS[way][0], "most": most, "found": most + 1}
    with refuses("plan_group_too_large", **named):
        check_sizes(protocol, {"root": 50, "D": most + 1})


@pytest.mark.parametrize("way", ["c", "r", "o", "n"])
def test_points_and_ratings_take_groups_of_any_size(way: str) -> None:
    assert not list(size_refusals(planned(root=way * 2), {"root": 500}))


def test_each_question_of_a_group_that_is_too_large_is_given() -> None:
    found = list(size_refusals(planned(root="pkb"), {"root": 10}))
    assert [(one.parameters["round"], one.parameters["method"]) for one in found] == [
        (1, "pairwise"),
        (3, "best_worst"),
    ]


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("..cc", "cccc"),  # nothing is left to ask in rounds 1 and 2
        ("rc..", "rccc"),
        (".rc.", "rccc"),
        ("rrcc", "rrcc"),
    ],
)
def test_rounds_left_without_a_group_are_not_kept_empty(asked: str, left: str) -> None:
    changed = with_groups(planned(root="kkkk", D=asked), ["D"])
    check_protocol(changed)
    assert word(changed, "D") == left


def test_a_group_that_is_new_is_asked_for_points_in_every_round() -> None:
    changed = with_groups(planned(root="rpp"), ["root", "D"])
    assert (word(changed, "root"), word(changed, "D")) == ("rpp", "ccc")
    assert [one.group for one in changed.plan[0]] == ["root", "D"]


def test_what_a_round_asks_of_a_group() -> None:
    protocol = planned(root="rc", D=".c")
    assert protocol.planned(1, "root") == PlannedQuestion("root", "rating", (1, 5), ("importance",))
    assert protocol.planned(2, "D") == PlannedQuestion("D")
    for number, group in ((1, "D"), (0, "root"), (3, "root"), (2, "S")):
        assert protocol.planned(number, group) is None


@pytest.mark.parametrize(
    ("asked", "last"),
    [
        ("ccc", (3,)), ("rrc", (2, 3)), ("rnn", (1, 3)), ("roc", (2, 3)), ("rcr", (1, 2, 3)),
        ("cc.", (2, 3)), (".cc", (1, 3)),
    ],
)  # fmt: skip
def test_the_last_round_of_a_way_of_asking(asked: str, last: tuple[int, ...]) -> None:
    protocol = planned(root="ccc", D=asked)
    assert tuple(n for n in (1, 2, 3) if protocol.is_last_of(n, "D")) == last


@pytest.mark.parametrize(
    ("root", "further", "on"),
    [
        ("ccc", "...", ()), ("rrc", "...", (2,)), ("roc", "...", (2,)), ("rnk", "...", (1, 2)),
        ("ccc", ".cc", (1,)), ("ccc", "cc.", ()), ("ccc", "pbb", (1,)),
    ],
)  # fmt: skip
def test_the_study_goes_on_where_the_next_round_asks_something_else(
    root: str, further: str, on: tuple[int, ...]
) -> None:
    protocol = planned(root=root, D=further)
    assert tuple(n for n in (1, 2, 3) if protocol.goes_on(n)) == on


def test_weights_come_from_how_a_group_is_asked_last() -> None:
    protocol = planned(root="rrc", D="kk.", S="..n")
    assert [(one.group, one.method) for one in protocol.final_questions] == [
        ("root", "constant_sum"),
        ("D", "ranking"),
        ("S", "rating"),
    ]


@pytest.mark.parametrize(
    ("asked", "headline"),
    [
        ({"root": "cc"}, "arithmetic_mean"),
        ({"root": "cr"}, "mean_of_normalised"),
        ({"root": "ck"}, "roc"),
        ({"root": "cp"}, "geometric_mean"),
        ({"root": "cb"}, "geometric_mean"),
        ({"root": "rc", "D": "kk", "S": "cc"}, "arithmetic_mean+roc"),
        ({"root": "pp", "D": "cc", "S": "bb"}, "geometric_mean+arithmetic_mean"),
    ],
)
def test_the_headline_names_the_rules_that_are_used(asked: dict[str, str], headline: str) -> None:
    frozen = document(planned(**asked))
    assert frozen["aggregation"] == headline
    require_valid(frozen)


def test_the_rules_beside_are_those_of_the_methods_that_give_weights() -> None:
    assert document(planned(root="cr"))["companions"] == ["median", "normalised_means"]
    assert document(planned(root="ck"))["companions"] == ["rank_sum", "reciprocal"]


@pytest.mark.parametrize(
    ("asked", "uncompared"),
    [
        ("ccc", ()), ("rcc", ()), (".cc", ()), ("cc.", ()), ("roo", ()), ("nrr", ()),
        ("rrc", ("D",)), ("crc", ("D",)), ("c..", ("D",)), ("..c", ("D",)), ("rrn", ("D",)),
    ],
)  # fmt: skip
def test_a_last_question_that_no_round_before_asks_can_never_be_compared(
    asked: str, uncompared: tuple[str, ...]
) -> None:
    assert planned(root="ccc", D=asked).uncompared == uncompared


def test_the_same_in_every_round() -> None:
    plan = same_in_every_round(iter([PlannedQuestion("root")]), 3)
    assert plan == ((PlannedQuestion("root"),),) * 3
