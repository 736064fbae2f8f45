"""The way of one weight, from what was published back to the answers."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.tree import Tree
from delphi.bridge import round_answers
from delphi.domain.disclosure import Viewer, staff_may_see
from delphi.domain.protocol import ROOT
from delphi.models.answer import Submission
from delphi.models.study import Round
from delphi.queries.rounding import RoundingTable
from delphi.queries.weights import GroupWeights, NodeWeight, WeightsPage

LABEL_LENGTH = 2
#: Up to so many answers are written out in the sum.
MOST_TERMS = 12


@dataclass(frozen=True)
class AnswerRow:
    """One respondent under a random label; for methodologists only."""

    label: str
    points: tuple[int, ...]
    leaf: str


@dataclass(frozen=True)
class AnswersUsed:
    """The counted answers behind an elicited weight."""

    count: int
    items: tuple[Mapping[str, str], ...]
    #: place of the weight's own item among them
    at: int
    sums: tuple[int, ...]
    #: None for whoever may not see rows
    rows: tuple[AnswerRow, ...] | None

    @property
    def terms(self) -> str:
        """The item's answers as a sum, where they may be seen and are few; else empty."""
        if self.rows is None or len(self.rows) > MOST_TERMS:
            return ""
        return " + ".join(str(row.points[self.at]) for row in self.rows)


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
        rows = answer_rows(session, page.study.id, page.round, group.question)
    return AnswersUsed(
        count=group.answered,
        items=tuple(item.short for item in group.items),
        at=codes.index(code),
        sums=tuple(int(item.exact * group.answered) for item in group.items),
        rows=rows,
    )


def answer_rows(
    session: Session, study_id: str, number: int, question: str
) -> tuple[AnswerRow, ...]:
    """Return the counted answers of a closed round by random label, for methodologists."""
    closed = session.scalars(
        select(Round).where(Round.study_id == study_id, Round.number == number)
    ).one()
    answers = round_answers(session, closed)[question or ROOT]
    labels = short_labels(answers.respondents)
    leaves = _leaves(session, closed)
    rows = [
        AnswerRow(labels[respondent], tuple(map(int, points)), leaves[respondent])
        for respondent, points in zip(answers.respondents, answers.exact, strict=True)
        if points is not None
    ]
    return tuple(sorted(rows, key=lambda row: row.label))


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
