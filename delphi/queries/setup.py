"""What a study is set up from: its tree, its protocol, its letter."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from delphi.domain import dataset as datasets
from delphi.domain import letter as letters
from delphi.domain.dataset import Dataset, LeafData
from delphi.domain.letter import Letter
from delphi.domain.methods import COMPANION_RULES, HEADLINE_RULES
from delphi.domain.protocol import ROOT, Protocol, with_rounds
from delphi.models.study import Indicator, Study
from delphi.queries.assessment_rules import usual_protocol
from delphi.queries.head import StudyHead, find_study, head_of
from delphi.queries.studies import protocol_of


@dataclass(frozen=True)
class IndicatorRow:
    """One indicator, as the table of the tree shows it."""

    code: str
    #: 1 for a root
    level: int
    is_leaf: bool
    name_zh: str
    name_en: str
    kind: str | None
    direction: str | None
    unit_zh: str
    unit_en: str
    source_zh: str
    source_en: str
    note_zh: str
    note_en: str
    #: of a leaf: its values in the attached data table
    data: LeafData | None


@dataclass(frozen=True)
class GroupRow:
    """One group of two indicators or more, with its weight rule."""

    #: code of the parent, or `root`
    group: str
    #: names of the parent; empty for the first level
    name_zh: str
    name_en: str
    #: level of the parent; 0 for the first level
    level: int
    #: codes of the indicators that are weighted against each other
    items: tuple[str, ...]
    rule: str
    #: whether weights are stored that the group could be fixed at
    can_be_fixed: bool


@dataclass(frozen=True)
class IndicatorsPage:
    """The tree, its weight rules and its data."""

    study: StudyHead
    rows: tuple[IndicatorRow, ...]
    groups: tuple[GroupRow, ...]
    #: what is kept of the attached data table, or None
    dataset: Dataset | None

    @property
    def leaves(self) -> int:
        """How many indicators have none below them."""
        return len(self.leaf_codes)

    @property
    def leaf_codes(self) -> tuple[str, ...]:
        """Which indicators have none below them: the columns of a data table."""
        return tuple(row.code for row in self.rows if row.is_leaf)

    @property
    def without_data(self) -> tuple[str, ...]:
        """Which of them have no value in the attached data table."""
        return tuple(row.code for row in self.rows if row.is_leaf and row.data is None)

    @property
    def levels(self) -> tuple[int, ...]:
        """How many indicators each level has, from the top."""
        deepest = max((row.level for row in self.rows), default=0)
        return tuple(
            sum(row.level == level for row in self.rows) for level in range(1, deepest + 1)
        )


@dataclass(frozen=True)
class Headline:
    """How the answers of one method become weights."""

    method: str
    #: the rule of the headline weights
    rule: str
    #: the rules computed beside
    companions: tuple[str, ...]


@dataclass(frozen=True)
class ProtocolPage:
    """The protocol of a study."""

    study: StudyHead
    protocol: Protocol
    default: Protocol
    #: the groups that experts weight
    groups: tuple[GroupRow, ...]
    sha256: str | None
    launched_on: date | None

    @property
    def departures(self) -> int:
        """How many rules differ from their default."""
        rules = (
            "rounds",
            "answer_step",
            "tolerance",
            "preset",
            "response",
            "minimum",
            "item_order",
            "self_assessment",
            "own_first",
            "proposals",
        )
        differing = [
            rule for rule in rules if getattr(self.protocol, rule) != getattr(self.default, rule)
        ]
        steps = self.protocol.publishing_steps
        rounded = [
            group
            for group, step in self.default.publishing_steps.items()
            if steps.get(group) != step
        ]
        usual = with_rounds(self.default, self.protocol.rounds).plan
        return len(differing) + len(rounded) + (self.protocol.plan != usual)

    @property
    def headlines(self) -> tuple[Headline, ...]:
        """The rules of the methods that weights come from, in the order of the groups."""
        methods = dict.fromkeys(one.method for one in self.protocol.final_questions)
        return tuple(
            Headline(method, HEADLINE_RULES[method], COMPANION_RULES[method]) for method in methods
        )


@dataclass(frozen=True)
class LetterPage:
    """The letter of a study."""

    study: StudyHead
    letter: Letter
    #: how many groups are asked, for the preview
    questions: int


def indicators_page(session: Session, study_id: str) -> IndicatorsPage:
    """Return the tree; raises `NotFoundError` with `study_unknown`."""
    study = find_study(session, study_id)
    stored = _indicators(session, study_id)
    levels = _levels(stored)
    inner = {one.parent for one in stored}
    dataset = _dataset(study)
    rows = tuple(
        IndicatorRow(
            code=one.code,
            level=levels[one.code],
            is_leaf=one.code not in inner,
            name_zh=one.name_zh,
            name_en=one.name_en,
            kind=one.kind,
            direction=one.direction,
            unit_zh=one.unit_zh,
            unit_en=one.unit_en,
            source_zh=one.source_zh,
            source_en=one.source_en,
            note_zh=one.note_zh,
            note_en=one.note_en,
            data=dataset.leaves.get(one.code) if dataset else None,
        )
        for one in stored
    )
    return IndicatorsPage(head_of(study), rows, _groups(stored), dataset)


def protocol_page(session: Session, study_id: str) -> ProtocolPage:
    """Return the protocol; raises `NotFoundError` with `study_unknown`."""
    study = find_study(session, study_id)
    protocol = protocol_of(study)
    stored = _indicators(session, study_id)
    groups = {row.group: row for row in _groups(stored)}
    return ProtocolPage(
        study=head_of(study),
        protocol=protocol,
        default=usual_protocol(protocol.groups),
        groups=tuple(groups[name] for name in protocol.groups),
        sha256=study.protocol_sha256,
        launched_on=study.launched_on,
    )


def letter_page(session: Session, study_id: str) -> LetterPage:
    """Return the letter; raises `NotFoundError` with `study_unknown`."""
    study = find_study(session, study_id)
    return LetterPage(
        head_of(study),
        letters.from_document(json.loads(study.letter)),
        len(protocol_of(study).groups),
    )


def _dataset(study: Study) -> Dataset | None:
    return None if study.dataset is None else datasets.from_document(json.loads(study.dataset))


def _indicators(session: Session, study_id: str) -> list[Indicator]:
    return list(
        session.scalars(
            select(Indicator).where(Indicator.study_id == study_id).order_by(Indicator.position)
        )
    )


def _levels(stored: list[Indicator]) -> dict[str | None, int]:
    """Return the depth of every node; parents stand before their children."""
    levels: dict[str | None, int] = {None: 0}
    for one in stored:
        levels[one.code] = levels[one.parent] + 1
    return levels


def _groups(stored: list[Indicator]) -> tuple[GroupRow, ...]:
    levels = _levels(stored)
    by_code = {one.code: one for one in stored}
    members: dict[str | None, list[Indicator]] = {}
    for one in stored:
        members.setdefault(one.parent, []).append(one)
    order: list[str | None] = [None, *(one.code for one in stored)]
    found = []
    for parent in order:
        group = members.get(parent, [])
        if len(group) < 2:
            continue
        above = by_code[parent] if parent is not None else None
        found.append(
            GroupRow(
                group=parent or ROOT,
                name_zh=above.name_zh if above else "",
                name_en=above.name_en if above else "",
                level=levels[parent],
                items=tuple(one.code for one in group),
                rule=group[0].weight_rule or "",
                can_be_fixed=all(one.local_percent is not None for one in group),
            )
        )
    return tuple(found)
