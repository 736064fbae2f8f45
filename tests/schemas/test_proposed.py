"""Proposals in the stored documents: what is sent fits, and what does not fit is refused."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delphi.domain.proposal_form import read_proposals
from delphi.domain.proposals import ProposalNode, check_proposals, labelled, sent_to_document
from delphi.domain.questionnaire import from_document
from delphi.domain.questionnaire import to_document as questionnaire_document
from delphi.domain.submission import to_document
from delphi.schemas import SchemaError, require_valid
from tests.domain.questionnaires import questionnaire

BOTH = {"zh": "甲", "en": "A"}
ASKED = replace(
    questionnaire(),
    proposals=(ProposalNode("A", BOTH), ProposalNode("A.1-b", {"zh": "乙", "en": ""}, (BOTH,))),
)
POINTS = {"question": "root", "method": "constant_sum", "values": {"A": 20, "B": 50, "C": 30}}
fields = st.builds(
    "{}.{}".format, st.sampled_from(["kind", "about", "proposal"]), st.integers(0, 6)
)
values = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["indicator", "definition", "tree", "A", "A.1-b", "长" * 1001, "proposal:1"]),
)


def submission(**parts: Any) -> dict[str, Any]:
    stored = to_document(ASKED, 1, (), texts=parts.pop("texts", {}), confirmed_unchanged=False)
    return {**stored, "answers": [POINTS], **parts}


@settings(max_examples=300, deadline=None)
@given(form=st.dictionaries(fields, values))
def test_whatever_is_posted_fits_or_has_a_gap(form: dict[str, str]) -> None:
    given = read_proposals(ASKED.proposals, form)
    if check_proposals(ASKED.proposals, given):
        return
    sent = labelled(ASKED.proposals, given)
    texts = dict.fromkeys(sent, "0" * 64)
    require_valid(submission(texts=texts, proposals=sent_to_document(sent)))


def test_a_questionnaire_with_indicators_fits_and_reads_back() -> None:
    document = questionnaire_document(ASKED)
    require_valid(document)
    assert from_document(document, ASKED.sha256) == ASKED
    require_valid(questionnaire_document(replace(ASKED, proposals=None)))


RIGHT = {"kind": "definition", "item": "A", "text": "proposal:1"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "praise"},
        {"kind": "tree"},
        {"kind": "indicator"},
        {"item": None},
        {"item": "a b"},
        {"text": "proposal:6"},
        {"text": "D"},
        {"text": "The text itself."},
        {"more": 1},
    ],
)
def test_a_wrong_proposal_is_refused(wrong: dict[str, object]) -> None:
    require_valid(submission(proposals=[RIGHT]))
    with pytest.raises(SchemaError):
        require_valid(submission(proposals=[{**RIGHT, **wrong}]))


def test_more_than_five_are_refused() -> None:
    with pytest.raises(SchemaError):
        require_valid(submission(proposals=[RIGHT] * 6))


@pytest.mark.parametrize(
    "break_it",
    [
        lambda found: found.clear(),
        lambda found: found[0].pop("path"),
        lambda found: found[0].update(code="a b"),
        lambda found: found[0].update(name={"en": "A"}),
        lambda found: found[0].update(person="Lin"),
    ],
)
def test_a_wrong_list_of_indicators_is_refused(
    break_it: Callable[[list[dict[str, object]]], object],
) -> None:
    document = copy.deepcopy(questionnaire_document(ASKED))
    break_it(document["proposals"])
    with pytest.raises(SchemaError):
        require_valid(document)
