"""The questionnaire of a round: one frozen document, and the order of items for each respondent."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from delphi.domain.dataset import DataRange, range_from_document
from delphi.domain.implications import ImpliedNode, implied_from_document
from delphi.domain.methods import (
    CONSTANT_SUM,
    RANKING,
    PlannedQuestion,
    planned_from_document,
)
from delphi.domain.proposals import AskedProposals, asked_to_document
from delphi.domain.proposals import asked_from_document as asked_proposals
from delphi.domain.protocol import TOTAL
from delphi.domain.self_assessment import AskedAssessment, asked_from_document

FORMAT = "delphi-questionnaire/1"
LONGEST_REASON = 500


@dataclass(frozen=True)
class Item:
    """One indicator of a question, with its fact card."""

    code: str
    name: Mapping[str, str]
    #: names of what lies below it, both languages
    contains: tuple[Mapping[str, str], ...]
    #: indicators (leaves) below it; 0 for a leaf
    leaves: int
    unit: Mapping[str, str]
    source: Mapping[str, str]
    note: Mapping[str, str]
    kind: str | None
    direction: str | None
    #: names of what lies above it, from the root down, both languages
    path: tuple[Mapping[str, str], ...] = ()
    #: its values in the data table of the study; None without data
    range: DataRange | None = None


@dataclass(frozen=True)
class Question:
    """One group in one round with one method."""

    #: code of the parent, or `root`
    question: str
    method: str
    #: name of the parent; empty for the root
    name: Mapping[str, str]
    items: tuple[Item, ...]
    #: of a constant sum: the points to divide and their step; else 0
    total: int = 0
    step: int = 0
    #: of a rating: smallest and largest, and what is rated, importance first; else None and empty
    scale: tuple[int, int] | None = None
    criteria: tuple[str, ...] = ()

    @property
    def ends(self) -> tuple[int, int]:
        """Smallest and largest number that an item can be given, or gets as a derived weight."""
        if self.scale is not None:
            return self.scale
        return (1, len(self.items)) if self.method == RANKING else (0, TOTAL)

    @property
    def told_step(self) -> int:
        """Step to which figures of the group are rounded before experts see them."""
        if self.method == CONSTANT_SUM:
            return self.step
        low, high = self.ends
        return 5 if high - low == TOTAL else 1

    @property
    def planned(self) -> PlannedQuestion:
        """How it is asked."""
        return PlannedQuestion(self.question, self.method, self.scale, self.criteria)


@dataclass(frozen=True)
class Questionnaire:
    """What is asked in a round."""

    study: str
    round: int
    title: Mapping[str, str]
    viewpoint: Mapping[str, str]
    questions: tuple[Question, ...]
    item_order: str
    sha256: str
    #: what is asked after the weights, or None
    self_assessment: AskedAssessment | None = None
    #: the group's figures wait for a look at the own last answers
    own_first: bool = False
    #: what gets its weight by a rule, from items that this round asks for the last time
    implications: tuple[ImpliedNode, ...] = ()
    #: the indicators that proposals may be about, or None
    proposals: AskedProposals = None

    def question(self, name: str) -> Question | None:
        """Return a question by its name."""
        return next((one for one in self.questions if one.question == name), None)

    def item(self, code: str) -> Item | None:
        """Return an item by its code."""
        return next((i for one in self.questions for i in one.items if i.code == code), None)


def to_document(questionnaire: Questionnaire) -> dict[str, Any]:
    """Return the stored document `delphi-questionnaire/1` (without its own hash)."""
    return {
        "format": FORMAT,
        "study": questionnaire.study,
        "round": questionnaire.round,
        "title": dict(questionnaire.title),
        "viewpoint": dict(questionnaire.viewpoint),
        "item_order": questionnaire.item_order,
        "reason_length": LONGEST_REASON,
        "self_assessment": (
            questionnaire.self_assessment and questionnaire.self_assessment.to_document()
        ),
        "own_first": questionnaire.own_first,
        "implications": [node.to_document() for node in questionnaire.implications],
        "proposals": asked_to_document(questionnaire.proposals),
        "questions": [
            {
                **question.planned.to_document(),
                **({"total": question.total, "step": question.step} if question.total else {}),
                "name": dict(question.name),
                "items": [_item_document(item) for item in question.items],
            }
            for question in questionnaire.questions
        ],
    }


def _item_document(item: Item) -> dict[str, Any]:
    return {
        "code": item.code,
        "name": dict(item.name),
        "contains": [dict(name) for name in item.contains],
        "leaves": item.leaves,
        "unit": dict(item.unit),
        "source": dict(item.source),
        "note": dict(item.note),
        "kind": item.kind,
        "direction": item.direction,
        "path": [dict(name) for name in item.path],
        "range": item.range and item.range.to_document(),
    }


def from_document(document: Mapping[str, Any], sha256: str) -> Questionnaire:
    """Read a stored questionnaire back."""
    return Questionnaire(
        study=document["study"],
        round=document["round"],
        title=document["title"],
        viewpoint=document["viewpoint"],
        item_order=document["item_order"],
        sha256=sha256,
        self_assessment=asked_from_document(document["self_assessment"]),
        own_first=document["own_first"],
        implications=implied_from_document(document["implications"]),
        proposals=asked_proposals(document["proposals"]),
        questions=tuple(_question(question) for question in document["questions"]),
    )


def _question(document: Mapping[str, Any]) -> Question:
    planned = planned_from_document(document)
    return Question(
        question=planned.group,
        method=planned.method,
        name=document["name"],
        total=document.get("total", 0),
        step=document.get("step", 0),
        scale=planned.scale,
        criteria=planned.criteria,
        items=tuple(_item(item) for item in document["items"]),
    )


def _item(document: Mapping[str, Any]) -> Item:
    read = {
        "contains": tuple(document["contains"]),
        "path": tuple(document["path"]),
        "range": range_from_document(document["range"]),
    }
    return Item(**{**document, **read})


def ordered_items(
    questionnaire: Questionnaire, question: Question, pseudonym: str
) -> tuple[Item, ...]:
    """Return the items as one respondent sees them, by HMAC(pseudonym, questionnaire)."""
    if questionnaire.item_order == "tree":
        return question.items
    key = pseudonym.encode()

    def place(item: Item) -> bytes:
        message = f"{questionnaire.sha256}\0{question.question}\0{item.code}".encode()
        return hmac.digest(key, message, hashlib.sha256)

    return tuple(sorted(question.items, key=place))
