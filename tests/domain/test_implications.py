"""What is said of what the answers imply: frozen nodes, and judgements out of forms and drafts."""

from __future__ import annotations

import pytest

from delphi.domain.implications import (
    JUDGEMENTS,
    ImpliedNode,
    field,
    implied_from_document,
    judgements_from_document,
    kept,
    read_judgements,
)
from delphi.domain.questionnaire import to_document
from delphi.schemas import SchemaError, require_valid
from tests.domain.questionnaires import question, questionnaire

NODES = tuple(
    ImpliedNode(code, {"zh": code, "en": code}, of, "1/2", "equal_siblings")
    for code, of in (("A1", "A"), ("A2", "A"), ("B-1", "B"))
)


def test_nodes_read_back_the_same() -> None:
    assert implied_from_document([node.to_document() for node in NODES]) == NODES


def test_a_form_gives_the_known_judgements() -> None:
    form = {field("A1"): "too_high", field("B-1"): "acceptable", field("X"): "too_low"}
    assert read_judgements(NODES, form) == {"A1": "too_high", "B-1": "acceptable"}


@pytest.mark.parametrize("text", ["", "high", "TOO_HIGH", "1", "acceptable ", "\x00", "[]"])
def test_whatever_else_is_posted_is_no_judgement(text: str) -> None:
    assert read_judgements(NODES, {field("A1"): text}) == {}


@pytest.mark.parametrize("document", [None, 1, "x", ["acceptable"], {"A1": 1}, {"A1": []}])
def test_odd_documents_hold_no_judgement(document: object) -> None:
    assert judgements_from_document(document) == {}


def test_stored_judgements_read_back() -> None:
    given = dict(zip(("A1", "A2", "B-1"), JUDGEMENTS, strict=True))
    assert judgements_from_document(given) == given


def test_only_what_follows_from_an_answer_is_kept() -> None:
    given = {"A1": "too_low", "B-1": "too_high", "X": "acceptable", "A2": "odd"}
    assert kept(NODES, given, {"A"}) == {"A1": "too_low"}
    assert kept(NODES, given, {"A", "B"}) == {"A1": "too_low", "B-1": "too_high"}
    assert kept((), given, {"A"}) == {}


@pytest.mark.parametrize(
    "broken", [{"share": "0.5"}, {"share": "1/0"}, {"rule": "elicited"}, {"of": "A B"}, {"x": 1}]
)
def test_the_schema_of_the_questionnaire_knows_the_nodes(broken: dict[str, object]) -> None:
    document = to_document(questionnaire(question("root", "A", "B")))
    document["implications"] = [node.to_document() for node in NODES]
    require_valid(document)
    document["implications"][0] |= broken
    with pytest.raises(SchemaError):
        require_valid(document)
