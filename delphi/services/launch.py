"""Launch: the readiness list, then protocol frozen by hash and invitations made."""

from __future__ import annotations

import json
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.record.canonical import sha256_hex
from delphi.domain.methods import CONSTANT_SUM, RANKING, RATING
from delphi.domain.protocol import Protocol
from delphi.domain.readiness import MOST_ITEMS, Facts, Gap, readiness
from delphi.errors import DomainError
from delphi.models.identity import Person
from delphi.models.study import Study
from delphi.schemas import require_valid
from delphi.services import trees
from delphi.services.ledger import append_event
from delphi.services.links import issue_invitation
from delphi.services.lookup import get_study, lock_draft_study
from delphi.services.studies import load_letter, load_protocol
from delphi.surroundings import Surroundings


def readiness_of(session: Session, study_id: str) -> tuple[Gap, ...]:
    """Return what stands between a study and its launch, each gap with its remedy."""
    study = get_study(session, study_id)
    tree = trees.load_tree(session, study_id)
    protocol = load_protocol(study)
    groups = {trees.group_name(group): children for group, children in tree.groups().items()}
    return readiness(
        Facts(
            experts=_experts(session, study_id),
            groups=len(protocol.groups),
            unnamed=tuple(n.code for n in tree.nodes if not (n.name_zh and n.name_en)),
            without_kind=tuple(n.code for n in tree.leaves if not (n.kind and n.direction)),
            large_groups=tuple(
                group for group in _divided(protocol) if len(groups[group]) > MOST_ITEMS
            ),
            letter_gaps=load_letter(study).gaps(),
            minimum=protocol.minimum,
            response_percent=int(Fraction(protocol.response) * 100),
            rated=_weighted_by(protocol, RATING),
            ranked=_weighted_by(protocol, RANKING),
            uncompared=protocol.uncompared,
        )
    )


def _divided(protocol: Protocol) -> tuple[str, ...]:
    """Return the groups that some round asks to divide 100 points among."""
    asked = {one.group for round_ in protocol.plan for one in round_ if one.method == CONSTANT_SUM}
    return tuple(group for group in protocol.groups if group in asked)


def _weighted_by(protocol: Protocol, method: str) -> tuple[str, ...]:
    return tuple(one.group for one in protocol.final_questions if one.method == method)


def launch(session: Session, study_id: str, around: Surroundings) -> None:
    """Freeze the protocol by its hash and make one invitation for each person.

    Raises
    ------
    DomainError
        `study_launched`, or `not_ready` with the number of gaps that block.
    """
    study = lock_draft_study(session, study_id)
    blocking = [gap for gap in readiness_of(session, study_id) if gap.blocks]
    if blocking:
        raise DomainError("not_ready", count=len(blocking))
    protocol = json.loads(study.protocol)
    require_valid(protocol)
    study.protocol_sha256 = sha256_hex(protocol)
    study.launched_on = around.day
    study.state = "running"
    session.flush()
    people = session.scalars(select(Person).where(Person.study_id == study_id)).all()
    for person in people:
        issue_invitation(session, person, around)
    append_event(session, study_id, "protocol.frozen", _frozen(study), around)
    append_event(session, study_id, "panel.set", {"invited": len(people)}, around)


def _frozen(study: Study) -> dict[str, object]:
    protocol = json.loads(study.protocol)
    return {
        "protocol_sha256": study.protocol_sha256,
        "confidentiality": protocol["confidentiality"],
        "delivery": protocol["delivery"],
    }


def _experts(session: Session, study_id: str) -> int:
    count = select(func.count()).select_from(Person).where(Person.study_id == study_id)
    return session.scalar(count) or 0
