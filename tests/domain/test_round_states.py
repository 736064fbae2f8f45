"""The life of a round."""

from __future__ import annotations

from itertools import product

import pytest

from delphi.domain.round_states import CLOSED, DRAFT, OPEN, PUBLISHED, check_transition
from delphi.errors import DomainError

LIFE = (DRAFT, OPEN, CLOSED, PUBLISHED)
STEPS = {(DRAFT, OPEN), (OPEN, CLOSED), (CLOSED, PUBLISHED)}


@pytest.mark.parametrize(("state", "target"), sorted(STEPS))
def test_a_round_goes_one_step_on(state: str, target: str) -> None:
    check_transition(state, target)


@pytest.mark.parametrize(("state", "target"), sorted(set(product(LIFE, LIFE)) - STEPS))
def test_every_other_step_is_refused(state: str, target: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_transition(state, target)
    assert refused.value.code == "round_transition"
    assert refused.value.parameters == {"state": state, "target": target}


def test_a_state_that_does_not_exist_leads_nowhere() -> None:
    with pytest.raises(DomainError, match="round_transition"):
        check_transition("reopened", OPEN)
