"""Opening rounds and moving their announced end."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.record.canonical import canonical_text, sha256_hex
from analysis.tree import Node, Tree
from delphi.domain import questionnaire as questionnaires
from delphi.domain import round_states
from delphi.domain.answers.typed import clean
from delphi.domain.dataset import Dataset
from delphi.domain.methods import CONSTANT_SUM, PlannedQuestion
from delphi.domain.proposals import ProposalNode
from delphi.domain.protocol import TOTAL, Protocol
from delphi.domain.questionnaire import Item, Question, Questionnaire
from delphi.domain.self_assessment import AskedAssessment, Dimension
from delphi.errors import DomainError
from delphi.models.identity import Invitation, Participation
from delphi.models.study import Round, RoundFeedback, RoundResult, Study
from delphi.schemas import require_valid
from delphi.services import trees
from delphi.services.dataset import load_dataset
from delphi.services.implications import implied_nodes
from delphi.services.ledger import append_event
from delphi.services.lookup import latest_round, lock_round, lock_study
from delphi.services.studies import load_letter, load_protocol
from delphi.surroundings import Surroundings

LONGEST_DEPARTURE = 1000


def open_round(
    session: Session,
    study_id: str,
    due_at: datetime,
    around: Surroundings,
    *,
    departure: str | None = None,
) -> Round:
    """Open the next round: freeze its questionnaire, publish the feedback of the one before.

    Parameters
    ----------
    due_at
        Announced end, aware. Only the closing act closes a round.
    departure
        Written reason when the rule would end the study here; goes into the ledger.

    Raises
    ------
    DomainError
        `study_not_running`, `round_still_open`, `results_missing`, `round_limit`,
        `due_in_the_past`, `panel_empty`, or `departure_needed` when the study may end by its rule.
    """
    study = lock_study(session, study_id)
    if study.state != "running":
        raise DomainError("study_not_running")
    if due_at <= around.clock.now():
        raise DomainError("due_in_the_past")
    protocol = load_protocol(study)
    before = latest_round(session, study_id)
    number = 1 if before is None else before.number + 1
    if number > protocol.rounds:
        raise DomainError("round_limit", rounds=protocol.rounds)
    if before is not None:
        _publish(session, before, protocol, departure, around)
    people = session.scalars(
        select(Invitation.person_id).where(
            Invitation.study_id == study_id, Invitation.state == "active"
        )
    ).all()
    if not people:
        raise DomainError("panel_empty")
    opened = _new_round(session, study, protocol, number, around)
    opened.due_at, opened.invited = due_at, len(people)
    session.flush()
    # In the order of random identifiers, so that the table keeps no other.
    session.add_all(Participation(person_id=one, round_id=opened.id) for one in sorted(people))
    session.flush()
    append_event(session, study_id, "round.opened", _opened(opened), around)
    return opened


def _publish(
    session: Session,
    before: Round,
    protocol: Protocol,
    departure: str | None,
    around: Surroundings,
) -> None:
    """Show the round before to the next one; what the plan asks in another way is no departure."""
    before = lock_round(session, before.id)
    if before.state == round_states.OPEN:
        raise DomainError("round_still_open", number=before.number)
    result = session.get(RoundResult, before.id)
    feedback = session.get(RoundFeedback, before.id)
    if result is None or feedback is None:
        raise DomainError("results_missing", number=before.number)
    if not verdict_says_continue(result) and not protocol.goes_on(before.number):
        record_departure(session, before, "another_round", departure, around)
    publish_round(session, before, feedback.sha256, around)


def publish_round(
    session: Session, closed: Round, feedback_sha256: str, around: Surroundings
) -> None:
    """Take a closed round to `published`: from here on its result has been shown."""
    round_states.check_transition(closed.state, round_states.PUBLISHED)
    closed.state = round_states.PUBLISHED
    session.flush()
    payload = {"round": closed.number, "feedback_sha256": feedback_sha256}
    append_event(session, closed.study_id, "round.published", payload, around)


def record_departure(
    session: Session, after: Round, what: str, reason: str | None, around: Surroundings
) -> None:
    """Write a departure from the protocol with its reason into the ledger.

    Raises
    ------
    DomainError
        `departure_needed` without a reason that can be read, `departure_too_long` beyond 1,000
        characters.
    """
    text = clean(reason or "").strip()
    if not text:
        raise DomainError("departure_needed", number=after.number)
    if len(text) > LONGEST_DEPARTURE:
        raise DomainError("departure_too_long", most=LONGEST_DEPARTURE)
    payload = {"round": after.number, "what": what, "reason": text}
    append_event(session, after.study_id, "protocol.departed", payload, around)


def verdict_says_continue(result: RoundResult) -> bool:
    """Whether the rule asks for another round (or holds) in at least one group."""
    document = json.loads(result.document)
    return any(group["verdict"]["verdict"] in {"continue", "hold"} for group in document["groups"])


def extend_round(
    session: Session, study_id: str, round_id: str, due_at: datetime, around: Surroundings
) -> None:
    """Move the announced end of an open round to a later time.

    Raises
    ------
    DomainError
        `round_not_open`, or `due_not_later`.
    """
    lock_study(session, study_id)
    opened = lock_round(session, round_id)
    if opened.study_id != study_id or opened.state != round_states.OPEN:
        raise DomainError("round_not_open")
    if opened.due_at is None or due_at <= opened.due_at or due_at <= around.clock.now():
        raise DomainError("due_not_later")
    opened.due_at = due_at
    session.flush()
    append_event(session, study_id, "round.extended", _opened(opened), around)


def _opened(opened: Round) -> dict[str, object]:
    return {
        "round": opened.number,
        "invited": opened.invited,
        "questionnaire_sha256": opened.questionnaire_sha256,
        "due_on": opened.due_at.date().isoformat() if opened.due_at else None,
    }


def _new_round(
    session: Session, study: Study, protocol: Protocol, number: int, around: Surroundings
) -> Round:
    tree, dataset = trees.load_tree(session, study.id), load_dataset(study)
    asked = Questionnaire(
        study=study.id,
        round=number,
        title={"zh": study.title_zh, "en": study.title_en},
        viewpoint=load_letter(study).viewpoint,
        questions=tuple(
            _question(tree, planned, protocol, dataset) for planned in protocol.plan[number - 1]
        ),
        item_order=protocol.item_order,
        sha256="",
        self_assessment=_assessment(tree, protocol),
        proposals=_nodes(tree) if protocol.proposals else None,
        own_first=protocol.own_first,
        implications=implied_nodes(tree, protocol, number),
    )
    document = questionnaires.to_document(asked)
    require_valid(document)
    opened = Round(
        id=around.new_id(),
        study_id=study.id,
        number=number,
        state=round_states.OPEN,
        questionnaire=canonical_text(document),
        questionnaire_sha256=sha256_hex(document),
        opened_at=around.clock.now(),
    )
    session.add(opened)
    return opened


def _assessment(tree: Tree, protocol: Protocol) -> AskedAssessment | None:
    """Return what is asked after the weights, over the first level of the tree."""
    if protocol.self_assessment is None:
        return None
    return AskedAssessment(
        tuple(Dimension(node.code, _both(node, "name")) for node in tree.children(None)),
        tuple(one.ground for one in protocol.self_assessment.grounds),
    )


def _nodes(tree: Tree) -> tuple[ProposalNode, ...]:
    """Return every indicator of the tree: proposals may be about what no question asks."""
    return tuple(
        ProposalNode(node.code, _both(node, "name"), _path(tree, node)) for node in tree.nodes
    )


def _question(
    tree: Tree, planned: PlannedQuestion, protocol: Protocol, dataset: Dataset | None
) -> Question:
    parent = trees.group_code(planned.group)
    divides = planned.method == CONSTANT_SUM
    return Question(
        question=planned.group,
        method=planned.method,
        name={} if parent is None else _both(tree[parent], "name"),
        items=tuple(_item(tree, node, dataset) for node in tree.children(parent)),
        total=TOTAL if divides else 0,
        step=protocol.answer_step if divides else 0,
        scale=planned.scale,
        criteria=planned.criteria,
    )


def _item(tree: Tree, node: Node, dataset: Dataset | None) -> Item:
    below = tree.children(node.code)
    data = dataset.leaves.get(node.code) if dataset else None
    return Item(
        code=node.code,
        name=_both(node, "name"),
        contains=tuple(_both(child, "name") for child in below),
        leaves=tree.leaf_counts[node.code] if below else 0,
        unit=_both(node, "unit"),
        source=_both(node, "source"),
        note=_both(node, "note"),
        kind=node.kind,
        direction=node.direction,
        path=_path(tree, node),
        range=data.range if data else None,
    )


def _path(tree: Tree, node: Node) -> tuple[dict[str, str], ...]:
    """Return the names of what lies above a node, from the root down."""
    path: list[dict[str, str]] = []
    while node.parent is not None:
        node = tree[node.parent]
        path.insert(0, _both(node, "name"))
    return tuple(path)


def _both(node: Node, what: str) -> dict[str, str]:
    return {
        "zh": getattr(node, f"{what}_zh") or "",
        "en": getattr(node, f"{what}_en") or "",
    }
