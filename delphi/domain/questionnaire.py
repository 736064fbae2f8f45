"""The questionnaire of a round: one frozen document, and the order of items for each respondent."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True)
class Question:
    """One group in one round with one method."""

    #: code of the parent, or `root`
    question: str
    method: str
    #: name of the parent; empty for the root
    name: Mapping[str, str]
    total: int
    step: int
    items: tuple[Item, ...]


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
        "questions": [
            {
                "question": question.question,
                "method": question.method,
                "name": dict(question.name),
                "total": question.total,
                "step": question.step,
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
        questions=tuple(
            Question(
                question=question["question"],
                method=question["method"],
                name=question["name"],
                total=question["total"],
                step=question["step"],
                items=tuple(
                    Item(**{**item, "contains": tuple(item["contains"])})
                    for item in question["items"]
                ),
            )
            for question in document["questions"]
        ),
    )


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
