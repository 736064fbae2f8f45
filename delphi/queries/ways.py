"""The way of one weight, from what was published back to the answers."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, fsum, log

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.exact import shares
from analysis.tree import Tree
from delphi.bridge import PanelAnswers, round_answers
from delphi.domain.answers.checking import Values
from delphi.domain.answers.pairwise import pairs, ratio
from delphi.domain.disclosure import Viewer, staff_may_see
from delphi.domain.methods import BEST_WORST, CONSTANT_SUM, PAIRWISE
from delphi.domain.questionnaire import Question
from delphi.models.answer import Submission
from delphi.models.study import Round
from delphi.queries.group_weights import GroupWeights
from delphi.queries.results.stored import Names
from delphi.queries.rounding import RoundingTable
from delphi.queries.weights import NodeWeight, WeightsPage

LABEL_LENGTH = 2
#: Up to so many answers are written out in the sum.
MOST_TERMS = 12


@dataclass(frozen=True)
class Comparison:
    """Two items of an answer: how many times as important the first is as the second."""

    first: Names
    second: Names
    #: `3`, or `1/3`
    times: str


@dataclass(frozen=True)
class AnswerRow:
    """One respondent under a random label; for methodologists only."""

    label: str
    #: points, ratings by the first criterion, places, or individual weights in points of 100
    values: tuple[Fraction, ...]
    #: what counts of it: shares of 1; None where a respondent rated everything 0
    shares: tuple[Fraction, ...] | None
    #: the answer itself where it is comparisons
    comparisons: tuple[Comparison, ...]
    leaf: str


@dataclass(frozen=True)
class AnswersUsed:
    """The counted answers behind an elicited weight."""

    method: str
    #: respondents whose answers count
    count: int
    items: tuple[Names, ...]
    #: place of the weight's own item among them
    at: int
    #: of points their sums; of ratings and rankings the sums of shares; of comparisons the
    #: geometric means of the individual weights, empty where a weight of 0 had to be replaced
    sums: tuple[Fraction, ...]
    #: None for whoever may not see rows
    rows: tuple[AnswerRow, ...] | None

    @property
    def terms(self) -> str:
        """What the item's sum adds up, where rows may be seen and are few; else empty."""
        if self.rows is None or len(self.rows) > MOST_TERMS or self.is_geometric:
            return ""
        if self.method == CONSTANT_SUM:
            return " + ".join(str(row.values[self.at]) for row in self.rows)
        return " + ".join(str(row.shares[self.at]) for row in self.rows if row.shares)

    @property
    def is_geometric(self) -> bool:
        """Whether the headline is a geometric mean."""
        return self.method in (PAIRWISE, BEST_WORST)

    @property
    def is_whole(self) -> bool:
        """Whether the sums are whole points."""
        return self.method == CONSTANT_SUM


@dataclass(frozen=True)
class Way:
    """How one weight came about."""

    node: NodeWeight
    #: from the first level down to the node
    path: tuple[NodeWeight, ...]
    group: GroupWeights | None
    #: number of siblings, and leaves below the node and below its parent
    siblings: int
    leaves: int
    leaves_of_group: int
    answers: AnswersUsed | None

    @property
    def rounding(self) -> RoundingTable | None:
        """The rounding of its group, where the protocol has one."""
        return None if self.group is None else self.group.rounding


def way_of(
    session: Session, page: WeightsPage, tree: Tree, code: str, viewer: Viewer
) -> Way | None:
    """Return the way of one weight of the page; None for an unknown code."""
    node = page.node(code)
    if node is None:
        return None
    group = page.group(node.parent)
    return Way(
        node=node,
        path=_path(page, node),
        group=group,
        siblings=len(tree.children(node.parent)),
        leaves=tree.leaf_counts[code],
        leaves_of_group=tree.leaf_counts[node.parent],
        answers=None if group is None else _answers(session, page, group, code, viewer),
    )


def _path(page: WeightsPage, node: NodeWeight) -> tuple[NodeWeight, ...]:
    path = [node]
    while path[0].parent is not None:
        above = page.node(path[0].parent)
        if above is None:
            break
        path.insert(0, above)
    return tuple(path)


def _answers(
    session: Session, page: WeightsPage, group: GroupWeights, code: str, viewer: Viewer
) -> AnswersUsed:
    """Return sums and, for methodologists, rows; sums come back from the weights, unread."""
    codes = [item.code for item in group.items]
    rows = None
    if staff_may_see(viewer, "rows", group.answered):
        rows = answer_rows(session, page.study.id, group)
    return AnswersUsed(
        method=group.method,
        count=group.used,
        items=tuple(item.short for item in group.items),
        at=codes.index(code),
        sums=_sums(session, page, group),
        rows=rows,
    )


def _sums(session: Session, page: WeightsPage, group: GroupWeights) -> tuple[Fraction, ...]:
    if not group.from_comparisons:
        parts = 100 if group.method != CONSTANT_SUM else 1
        return tuple(item.exact * group.used / parts for item in group.items)
    answers = _answers_of(session, page.study.id, group)[0]
    rows = [row for row in answers.exact if row is not None]
    if not all(map(all, rows)):
        return ()
    logs = zip(*([log(value) for value in row] for row in rows), strict=True)
    return tuple(Fraction(exp(fsum(column) / len(rows))) for column in logs)


def _answers_of(session: Session, study_id: str, group: GroupWeights) -> tuple[PanelAnswers, Round]:
    closed = session.scalars(
        select(Round).where(Round.study_id == study_id, Round.number == group.round)
    ).one()
    return round_answers(session, closed, only=group.question)[group.question], closed


def answer_rows(session: Session, study_id: str, group: GroupWeights) -> tuple[AnswerRow, ...]:
    """Return the counted answers behind a group by random label, for methodologists."""
    answers, closed = _answers_of(session, study_id, group)
    labels = short_labels(answers.respondents)
    leaves = _leaves(session, closed)
    names = {item.code: item.short for item in group.items}
    rows = [
        AnswerRow(
            labels[respondent],
            told,
            shares(counts) if any(counts) else None,
            _comparisons(answers.asked, given, names),
            leaves[respondent],
        )
        for respondent, given, counts, told in zip(
            answers.respondents, answers.given, answers.exact, answers.told, strict=True
        )
        if given is not None and counts is not None and told is not None
    ]
    return tuple(sorted(rows, key=lambda row: row.label))


def _comparisons(
    asked: Question, given: Values, names: Mapping[str, Names]
) -> tuple[Comparison, ...]:
    """Return the comparisons of an answer in the order in which they were asked."""
    if asked.method == PAIRWISE:
        return tuple(
            Comparison(names[one], names[other], str(ratio(given, one, other)))
            for one, other in pairs(asked)
        )
    if asked.method != BEST_WORST:
        return ()
    best, worst = given["best"], given["worst"]
    return tuple(
        Comparison(names[one], names[other], str(times))
        for one, other, times in (
            *((best, code, times) for code, times in given["best_to_others"].items()),
            *((code, worst, times) for code, times in given["others_to_worst"].items()),
        )
    )


def _leaves(session: Session, closed: Round) -> dict[str, str]:
    """Return the leaf of each respondent's counted submission."""
    counted = set(json.loads(closed.counted or "[]"))
    found = session.execute(
        select(Submission.respondent, Submission.leaf).where(Submission.round_id == closed.id)
    )
    return {respondent: leaf for respondent, leaf in found if leaf in counted}


def short_labels(pseudonyms: Iterable[str]) -> dict[str, str]:
    """Return a short label for each pseudonym: as many characters of its hash as tell it apart."""
    full = {one: _hash(one) for one in pseudonyms}
    labels = {}
    for one, text in full.items():
        length = LABEL_LENGTH
        others = [other for key, other in full.items() if key != one]
        while length < len(text) and any(other.startswith(text[:length]) for other in others):
            length += 1
        labels[one] = text[:length]
    return labels


def _hash(pseudonym: str) -> str:
    digest = hashlib.sha256(pseudonym.encode()).digest()
    return base64.b32encode(digest).decode("ascii").rstrip("=")


def product(path: Sequence[NodeWeight], *, published: bool) -> tuple[Fraction, ...]:
    """Return the factors of a global weight: local weights from the top down, shares of 1."""
    return tuple(one.published_local / 100 if published else one.local for one in path)
