"""The rules of a study: defaults, limits, the document that is frozen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.record.canonical import canonical_text, parse_canonical
from delphi.domain.protocol import (
    Protocol,
    check_protocol,
    default_protocol,
    from_document,
    with_groups,
    with_rounds,
)
from delphi.errors import DomainError
from tests.studies import refuses

DEFAULT = default_protocol(["root", "D"])


def document(protocol: Protocol = DEFAULT) -> dict[str, object]:
    return protocol.to_document("5" * 16, rehearsal=False, tree_sha256="0" * 64)


def test_the_defaults_are_those_of_the_method() -> None:
    assert (DEFAULT.rounds, DEFAULT.answer_step, DEFAULT.tolerance) == (3, 5, 5)
    assert (DEFAULT.preset, DEFAULT.response, DEFAULT.minimum) == ("recommended", "0.7", 8)
    assert DEFAULT.publishing_steps == {"root": "5", "D": None}


def test_the_defaults_are_allowed() -> None:
    check_protocol(DEFAULT)


def test_a_stored_protocol_reads_back_the_same() -> None:
    changed = replace(DEFAULT, answer_step=1, tolerance=3, preset="classic", own_first=True)
    protocol = replace(with_rounds(changed, 2), proposals=True)
    assert from_document(parse_canonical(canonical_text(document(protocol)))) == protocol


def test_the_document_says_everything_that_was_decided() -> None:
    frozen = document()
    assert frozen["format"] == "delphi-protocol/1"
    assert (frozen["confidentiality"], frozen["delivery"]) == ("confidential", "by_hand")
    assert frozen["answers"] == "auditors"
    assert frozen["aggregation"] == "arithmetic_mean"
    assert frozen["expert_weights"] == "equal"
    assert frozen["quantile"] == "type_7"
    assert frozen["feedback"] == {
        "median_from": 5,
        "quartiles_from": 8,
        "reasons_from": 3,
        "own_first": False,
    }
    assert frozen["proposals"] is False
    assert frozen["time_zone"] == "Asia/Shanghai"
    plan = frozen["round_plan"]
    assert isinstance(plan, list)
    assert [one["round"] for one in plan] == [1, 2, 3]
    assert all(
        one["questions"]
        == [
            {"question": "root", "method": "constant_sum"},
            {"question": "D", "method": "constant_sum"},
        ]
        for one in plan
    )


def test_a_rehearsal_says_so() -> None:
    frozen = DEFAULT.to_document("5" * 16, rehearsal=True, tree_sha256="0" * 64)
    assert frozen["rehearsal"] is True


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("answer_step", 0), ("answer_step", 2), ("answer_step", 10), ("answer_step", -5),
        ("tolerance", 4), ("tolerance", 51), ("tolerance", -1),
        ("minimum", 2), ("minimum", 1001),
        ("preset", "strict"), ("preset", ""),
        ("item_order", "random"),
        ("response", "0"), ("response", "0.0"), ("response", "1.01"), ("response", "70%"),
        ("response", "-0.7"), ("response", ""), ("response", "NaN"), ("response", "1e-1"),
        ("response", "٠.٧"), ("response", "0,7"),
    ],
)  # fmt: skip
def test_a_value_outside_the_rules_is_named(field: str, value: object) -> None:
    with pytest.raises(DomainError) as refused:
        check_protocol(replace(DEFAULT, **{field: value}))
    assert refused.value.code == "protocol_value"
    assert refused.value.parameters["field"] == field
    assert refused.value.parameters["found"] == str(value)
    assert refused.value.parameters["expected"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("answer_step", 1), ("answer_step", 5), ("tolerance", 5),
        ("tolerance", 50), ("minimum", 3), ("minimum", 1000), ("preset", "classic"),
        ("item_order", "tree"), ("response", "1"), ("response", "0.01"), ("response", "0.666667"),
    ],
)  # fmt: skip
def test_a_value_at_the_edge_of_the_rules_is_allowed(field: str, value: object) -> None:
    check_protocol(replace(DEFAULT, **{field: value}))


@pytest.mark.parametrize("rounds", [2, 3, 4])
def test_a_study_has_two_to_four_rounds(rounds: int) -> None:
    protocol = with_rounds(DEFAULT, rounds)
    check_protocol(protocol)
    assert protocol.rounds == rounds


@pytest.mark.parametrize("rounds", [0, 1, 5])
def test_other_numbers_of_rounds_are_refused(rounds: int) -> None:
    with refuses("protocol_value", field="rounds", found=str(rounds), expected="2–4"):
        check_protocol(with_rounds(DEFAULT, rounds))


def test_the_tolerance_is_never_finer_than_the_answer_step() -> None:
    check_protocol(replace(DEFAULT, answer_step=1, tolerance=1))
    with pytest.raises(DomainError, match="protocol_value"):
        check_protocol(replace(DEFAULT, answer_step=5, tolerance=1))


@pytest.mark.parametrize("step", ["3", "7", "0", "60", "0.03", "-5", "abc", "", "5 %", "1e1"])
def test_a_publishing_step_that_does_not_divide_a_hundred_is_refused(step: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_protocol(replace(DEFAULT, publishing_steps={"root": step, "D": None}))
    assert refused.value.parameters["field"] == "publishing_step"
    assert refused.value.parameters["found"] == step


@pytest.mark.parametrize("step", ["0.01", "0.1", "0.5", "1", "2", "5", "10", "20", "50", None])
def test_a_publishing_step_that_divides_a_hundred_is_allowed(step: str | None) -> None:
    check_protocol(replace(DEFAULT, publishing_steps={"root": step, "D": None}))


def test_groups_that_stay_keep_their_publishing_step() -> None:
    protocol = with_rounds(replace(DEFAULT, publishing_steps={"root": "10", "D": "1"}), 2)
    changed = with_groups(protocol, ["root", "S"])
    assert changed.groups == ("root", "S")
    assert changed.publishing_steps == {"root": "10", "S": None}
    assert changed.rounds == 2


def test_a_study_without_groups_to_weight_still_has_its_rounds() -> None:
    protocol = default_protocol([])
    assert (
        from_document(protocol.to_document("5" * 16, rehearsal=False, tree_sha256="")).rounds == 3
    )
