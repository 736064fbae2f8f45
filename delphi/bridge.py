"""The only place that turns stored answers into arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from delphi.domain.answers.checking import Values
from delphi.domain.implications import judgements_from_document
from delphi.domain.methods import CONSTANT_SUM, HEADLINE_RULES, RANKING, RATING
from delphi.domain.protocol import TOTAL
from delphi.domain.questionnaire import Question, Questionnaire, from_document
from delphi.domain.self_assessment import Assessment, assessment_from_document
from delphi.domain.submission import values_of
from delphi.individual_weights import Row, judged_rows, places
from delphi.models.answer import Submission
from delphi.models.study import Round


@dataclass(frozen=True)
class PanelAnswers:
    """The counted answers to one question; rows in the order of the respondents' pseudonyms."""

    asked: Question
    respondents: tuple[str, ...]
    #: what was stored, as the method stores it; None abstained
    given: tuple[Values | None, ...]
    #: one row a respondent, exact, as `individual_weights.judged_row` gives it: points, ratings by
    #: the first criterion, or individual weights in points of 100; None abstained
    exact: tuple[Row | None, ...]
    #: the same on the scale on which experts see it: places for a ranking
    told: tuple[Row | None, ...]
    #: further criterion of a rating → its ratings, shape (n_respondents, n_items), NaN = abstained
    criteria: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def question(self) -> str:
        """Name of the question."""
        return self.asked.question

    @property
    def items(self) -> tuple[str, ...]:
        """Codes of the items, the columns."""
        return tuple(item.code for item in self.asked.items)

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """`exact` in floats, shape (n_respondents, n_items); a row of NaN abstained."""
        return _floats(self.exact, len(self.asked.items))

    @cached_property
    def told_values(self) -> NDArray[np.float64]:
        """`told` in floats, shape (n_respondents, n_items); a row of NaN abstained."""
        return _floats(self.told, len(self.asked.items))

    @property
    def judged_as(self) -> str:
        """What the stopping rule takes the rows for: `rating`, or `constant_sum` for weights."""
        return RATING if self.asked.method == RATING else CONSTANT_SUM

    @property
    def aggregated_as(self) -> str:
        """What the rules of aggregation take the rows of `aggregated` for."""
        return RANKING if self.asked.method == RANKING else self.judged_as

    @property
    def aggregated(self) -> tuple[Row | None, ...]:
        """The rows that are aggregated: places of a ranking, else `exact`."""
        return self.told if self.asked.method == RANKING else self.exact

    @property
    def aggregated_values(self) -> NDArray[np.float64]:
        """`aggregated` in floats."""
        return self.told_values if self.asked.method == RANKING else self.values

    @property
    def headline(self) -> str:
        """The rule of the headline weights."""
        return HEADLINE_RULES[self.asked.method]

    @property
    def scale(self) -> tuple[float, float]:
        """Smallest and largest value that `values` can have."""
        low, high = self.asked.scale or (0, TOTAL)
        return float(low), float(high)

    def exact_by(self) -> dict[str, Row]:
        """Return respondent → exact row, of those who gave an answer."""
        rows = zip(self.respondents, self.exact, strict=True)
        return {respondent: row for respondent, row in rows if row is not None}

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


def round_answers(
    session: Session, closed: Round, *, only: str | None = None
) -> dict[str, PanelAnswers]:
    """Return the counted answers of a closed round, question by question; `only`: one of them."""
    questionnaire = questionnaire_of(closed)
    submissions = [
        (respondent, values_of(json.loads(document)))
        for respondent, document in counted_submissions(session, closed)
    ]
    return {
        question.question: _answers(question, submissions)
        for question in questionnaire.questions
        if only in (None, question.question)
    }


def round_assessments(session: Session, closed: Round) -> list[Assessment]:
    """Return the counted self-assessments of a closed round, in the rows of its answers."""
    return [
        assessment_from_document(json.loads(document)["self_assessment"])
        for _, document in counted_submissions(session, closed)
    ]


def round_judgements(session: Session, closed: Round) -> list[dict[str, str]]:
    """Return what the counted submissions of a closed round say of what they imply."""
    return [
        judgements_from_document(json.loads(document)["implications"])
        for _, document in counted_submissions(session, closed)
    ]


def _answers(
    question: Question, submissions: Sequence[tuple[str, Mapping[str, Values | None]]]
) -> PanelAnswers:
    given = tuple(values.get(question.question) for _, values in submissions)
    exact = judged_rows(question, given)
    told = exact
    if question.method == RANKING:
        told = tuple(None if one is None else places(question, one) for one in given)
    return PanelAnswers(
        asked=question,
        respondents=tuple(respondent for respondent, _ in submissions),
        given=given,
        exact=exact,
        told=told,
        criteria={
            criterion: _floats(
                [None if one is None else _rated(question, one[criterion]) for one in given],
                len(question.items),
            )
            for criterion in question.criteria[1:]
        },
    )


def _rated(question: Question, ratings: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(ratings[item.code] for item in question.items)


def _floats(rows: Sequence[Sequence[Fraction | int] | None], width: int) -> NDArray[np.float64]:
    nothing = [np.nan] * width
    shown = [nothing if row is None else [float(value) for value in row] for row in rows]
    return np.array(shown, np.float64).reshape(len(rows), width)
