"""The fields of the proposals as they are posted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delphi.domain.answers.typed import LONGEST_TEXT
from delphi.domain.proposal_form import read_proposals
from delphi.domain.proposals import (
    KINDS,
    MOST,
    Proposal,
    ProposalNode,
    proposals_from_document,
)

NODES = (ProposalNode("A", {"zh": "甲", "en": "A"}), ProposalNode("B", {"zh": "乙", "en": "B"}))


def test_each_place_is_read_and_empty_ones_are_left_out() -> None:
    form = {
        "kind.1": "tree",
        "proposal.1": "One\r\ntwo",
        "kind.3": "definition",
        "about.3": "B",
        "proposal.3": "  Which year? ",
        "proposal.5": "No kind.",
        "kind.6": "tree",
        "proposal.6": "A sixth place.",
    }
    assert read_proposals(NODES, form) == (
        Proposal("tree", "", "One\ntwo"),
        Proposal("definition", "B", "Which year?"),
        Proposal("", "", "No kind."),
    )


@pytest.mark.parametrize(
    ("fields", "read"),
    [
        ({"kind.1": "fly"}, ()),
        ({"about.1": "C"}, ()),
        ({"about.1": "A"}, (Proposal("", "A", ""),)),
        ({"proposal.1": " \x07\u202e\n "}, ()),
        ({"proposal.1": "a\u202eb\x1b\ud800e\u0301"}, (Proposal("", "", "ab\u00e9"),)),
    ],
)
def test_what_nobody_can_choose_is_no_choice_and_texts_are_cleaned(
    fields: dict[str, str], read: tuple[Proposal, ...]
) -> None:
    assert read_proposals(NODES, fields) == read


def test_a_text_that_is_too_long_is_kept_to_be_shortened() -> None:
    (one,) = read_proposals(NODES, {"proposal.2": "长" * (LONGEST_TEXT + 7)})
    assert one.text == "长" * LONGEST_TEXT


@settings(max_examples=200)
@given(
    st.dictionaries(
        st.builds(
            "{}.{}".format,
            st.sampled_from(["kind", "about", "proposal", "x"]),
            st.sampled_from(["", "0", "1", "2", "5", "6", "١"]),
        ),
        st.one_of(st.text(max_size=20), st.sampled_from(["A", "tree", "definition"])),
    )
)
def test_whatever_is_posted_reads_as_proposals_that_a_draft_keeps(form: dict[str, str]) -> None:
    found = read_proposals(NODES, form)
    assert len(found) <= MOST
    for one in found:
        assert one.kind in ("", *KINDS)
        assert one.item in ("", "A", "B")
        one.text.encode()
    assert proposals_from_document([one.to_document() for one in found]) == found
