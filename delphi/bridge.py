"""The only place that turns stored answers into arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from delphi.domain.questionnaire import Question, Questionnaire, from_document
from delphi.domain.self_assessment import Assessment, assessment_from_document
from delphi.domain.submission import points_of
from delphi.models.answer import Submission
from delphi.models.study import Round


@dataclass(frozen=True)
class PanelAnswers:
    """The counted answers to one question; rows in the order of the respondents' pseudonyms."""

    question: str
    items: tuple[str, ...]
    respondents: tuple[str, ...]
    #: shape (n_respondents, n_items), points; a row of NaN abstained
    values: NDArray[np.float64]
    #: the same rows, exact; None abstained
    exact: tuple[tuple[Fraction, ...] | None, ...]

    @property
    def answered(self) -> int:
        """How many gave an answer."""
        return sum(row is not None for row in self.exact)


def questionnaire_of(opened: Round) -> Questionnaire:
    """Return the frozen questionnaire of a round that was opened."""
    if opened.questionnaire is None or opened.questionnaire_sha256 is None:
        raise ValueError("a draft round has no questionnaire")
    return from_document(json.loads(opened.questionnaire), opened.questionnaire_sha256)


def counted_submissions(session: Session, closed: Round) -> list[tuple[str, str]]:
    """Return (respondent, document) of every submission that counts, by pseudonym.

    Only what the closing act listed counts: the leaves on the round, nothing else.
    """
    leaves = set(json.loads(closed.counted or "[]"))
    rows = session.execute(
        select(Submission.respondent, Submission.document, Submission.leaf)
        .where(Submission.round_id == closed.id)
        .order_by(Submission.respondent)
    )
    return [(row.respondent, row.document) for row in rows if row.leaf in leaves]


def round_answers(session: Session, closed: Round) -> dict[str, PanelAnswers]:
    """Return the counted answers of a closed round, question by question."""
    questionnaire = questionnaire_of(closed)
    submissions = [
        (respondent, points_of(json.loads(document)))
        for respondent, document in counted_submissions(session, closed)
    ]
    return {
        question.question: _answers(question, submissions) for question in questionnaire.questions
    }


def round_assessments(session: Session, closed: Round) -> list[Assessment]:
    """Return the counted self-assessments of a closed round, in the rows of its answers."""
    return [
        assessment_from_document(json.loads(document)["self_assessment"])
        for _, document in counted_submissions(session, closed)
    ]


def _answers(
    question: Question, submissions: Sequence[tuple[str, Mapping[str, Mapping[str, int] | None]]]
) -> PanelAnswers:
    items = tuple(item.code for item in question.items)
    rows: list[tuple[Fraction, ...] | None] = []
    for _, points in submissions:
        given = points.get(question.question)
        rows.append(None if given is None else tuple(Fraction(given[item]) for item in items))
    nothing = [np.nan] * len(items)
    values = np.array(
        [nothing if row is None else [float(value) for value in row] for row in rows], np.float64
    ).reshape(len(rows), len(items))
    return PanelAnswers(
        question=question.question,
        items=items,
        respondents=tuple(respondent for respondent, _ in submissions),
        values=values,
        exact=tuple(rows),
    )
