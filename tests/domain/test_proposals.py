"""What may be proposed, what is sent of it, and how it reads back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delphi.domain.proposals import (
    DEFINITION,
    INDICATOR,
    KINDS,
    LONGEST,
    MOST,
    TREE,
    Proposal,
    ProposalGap,
    ProposalNode,
    asked_from_document,
    asked_to_document,
    check_proposals,
    is_label,
    labelled,
    proposals_from_document,
    sent_from_document,
    sent_to_document,
)

ABOVE = {"zh": "甲", "en": "A"}
NODES = (
    ProposalNode("A", ABOVE),
    ProposalNode("A.1", {"zh": "乙", "en": "B"}, (ABOVE,)),
)
SUGGESTED = Proposal(INDICATOR, "", "Add broadband.")
DOUBTED = Proposal(DEFINITION, "A.1", "Of which year?")
COMMENT = Proposal(TREE, "A", "Too deep.")
proposals = st.builds(
    Proposal,
    st.sampled_from(["", *KINDS]),
    st.sampled_from(["", "A", "A.1", "gone"]),
    st.sampled_from(["", "x", "<b>", "长" * (LONGEST + 1)]),
)


@pytest.mark.parametrize("asked", [None, NODES])
def test_what_is_asked_reads_back(asked: tuple[ProposalNode, ...] | None) -> None:
    assert asked_from_document(asked_to_document(asked)) == asked


def test_a_draft_reads_back_and_anything_else_is_nothing() -> None:
    documents = [one.to_document() for one in (SUGGESTED, DOUBTED, COMMENT)]
    assert proposals_from_document(documents) == (SUGGESTED, DOUBTED, COMMENT)
    others: tuple[object, ...] = (None, 3, "x", {"given": []}, ["x", 3])
    for other in others:
        assert proposals_from_document(other) == ()


@pytest.mark.parametrize(
    ("given", "gaps"),
    [
        ((), ()),
        ((SUGGESTED, DOUBTED, COMMENT), ()),
        ((Proposal("", "", "x"),), (("kind", 1),)),
        ((SUGGESTED, Proposal(DEFINITION, "", "x")), (("item", 2),)),
        ((Proposal(DEFINITION, "gone", "x"),), (("item", 1),)),
        ((Proposal(TREE, "", "长" * LONGEST),), ()),
        ((Proposal("", "", "长" * (LONGEST + 1)),), (("kind", 1), ("too_long", 1))),
        ((Proposal("", "", ""), Proposal(DEFINITION, "", "")), ()),
    ],
)
def test_each_gap_has_a_name_and_a_place(
    given: tuple[Proposal, ...], gaps: tuple[tuple[str, int], ...]
) -> None:
    assert check_proposals(NODES, given) == tuple(ProposalGap(*gap) for gap in gaps)
    assert check_proposals(None, given) == ()


def test_what_is_sent_names_texts_by_labels_that_no_indicator_can_have() -> None:
    sent = labelled(NODES, (SUGGESTED, Proposal(TREE, "", ""), DOUBTED, COMMENT))
    assert sent_to_document(sent) == [
        {"kind": "indicator", "item": None, "text": "proposal:1"},
        {"kind": "definition", "item": "A.1", "text": "proposal:2"},
        {"kind": "tree", "item": None, "text": "proposal:3"},
    ]
    assert all(is_label(label) for label in sent)
    assert not is_label("proposal.1")
    assert labelled(None, (SUGGESTED,)) == {}


def test_what_was_sent_reads_back_without_erased_texts() -> None:
    sent = labelled(NODES, (SUGGESTED, DOUBTED, COMMENT))
    texts = {label: one.text for label, one in sent.items()}
    back = (SUGGESTED, DOUBTED, Proposal(TREE, "", "Too deep."))
    assert sent_from_document(sent_to_document(sent), texts) == back
    texts["proposal:2"] = ""
    del texts["proposal:1"]
    assert sent_from_document(sent_to_document(sent), texts) == back[2:]


@settings(max_examples=200)
@given(st.lists(proposals, max_size=MOST + 2))
def test_what_has_no_gap_can_be_sent_and_nothing_empty_is(given: list[Proposal]) -> None:
    sent = labelled(NODES, given)
    assert len(sent) <= MOST
    assert list(sent) == [f"proposal:{at}" for at in range(1, len(sent) + 1)]
    assert all(one.text for one in sent.values())
    if not check_proposals(NODES, given):
        for one in sent_to_document(sent):
            assert one["kind"] in KINDS
            assert (one["item"] is None) == (one["kind"] != DEFINITION)
            assert one["item"] in (None, "A", "A.1")
