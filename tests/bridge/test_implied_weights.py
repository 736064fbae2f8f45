"""What weights of elicited groups make of the groups below them, exact."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from delphi.domain.implications import ImpliedNode
from delphi.implied_weights import implied_weights, own_weights
from tests.domain.questionnaires import question, questionnaire, rating_question


def node(code: str, of: str, share: str) -> ImpliedNode:
    return ImpliedNode(code, {"zh": code, "en": code}, of, share, "fixed")


ASKED = replace(
    questionnaire(question("root", "A", "B"), question("A", "A1", "A2")),
    implications=(node("B1", "B", "1/3"), node("B2", "B", "2/3"), node("A11", "A1", "1/2")),
)
ROOT = {"A": 40, "B": 60}


def found(*answers: tuple[str, dict[str, int] | None]) -> dict[str, tuple[Fraction, str]]:
    local = own_weights(ASKED, dict(answers))
    return {one.node.code: (one.weight, one.within) for one in implied_weights(ASKED, local)}


def test_a_node_gets_its_share_of_the_item_and_of_everything_above() -> None:
    assert found(("root", ROOT), ("A", {"A1": 25, "A2": 75})) == {
        "B1": (Fraction(1, 5), "root"),
        "B2": (Fraction(2, 5), "root"),
        "A11": (Fraction(2, 5) * Fraction(1, 4) * Fraction(1, 2), "root"),
    }


def test_without_the_answer_above_it_is_a_share_of_the_group() -> None:
    below = {"A11": (Fraction(1, 8), "A")}
    assert found(("root", None), ("A", {"A1": 25, "A2": 75})) == below
    assert found(("A", {"A1": 25, "A2": 75})) == below


def test_nothing_follows_from_what_was_left_out() -> None:
    assert found(("root", None), ("A", None)) == {}
    assert set(found(("root", ROOT), ("A", None))) == {"B1", "B2"}


def test_ratings_count_by_their_shares_and_all_zero_gives_nothing() -> None:
    rated = replace(
        questionnaire(rating_question("root", "A", "B", scale=(0, 100))),
        implications=(node("B1", "B", "1/2"),),
    )
    local = own_weights(rated, {"root": {"importance": {"A": 10, "B": 30}}})
    assert local == {"root": {"A": Fraction(1, 4), "B": Fraction(3, 4)}}
    (one,) = implied_weights(rated, local)
    assert (one.item_weight, one.weight) == (Fraction(3, 4), Fraction(3, 8))
    assert own_weights(rated, {"root": {"importance": {"A": 0, "B": 0}}}) == {}


def test_a_node_of_nothing_that_is_asked_is_left_out() -> None:
    asked = replace(ASKED, implications=(node("C1", "C", "1"),))
    assert implied_weights(asked, own_weights(asked, {"root": ROOT})) == ()
