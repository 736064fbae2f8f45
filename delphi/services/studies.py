"""A study from its tree to the eve of its launch: titles, letter, protocol, weight rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from analysis.record.canonical import canonical_text, nfc
from analysis.tree import Tree
from delphi.domain import letter as letters
from delphi.domain import protocol as protocols
from delphi.domain.answers.typed import clean
from delphi.domain.letter import Letter
from delphi.domain.protocol import Protocol
from delphi.errors import DomainError
from delphi.models.study import Study, StudyRole
from delphi.queries.assessment_rules import TABLE_NAMES, assessment_rule, usual_protocol
from delphi.services import trees
from delphi.services.ledger import append_event
from delphi.services.lookup import get_study, lock_draft_study
from delphi.surroundings import Surroundings

LONGEST_TITLE = 200


@dataclass(frozen=True)
class NewStudy:
    """What a study starts with."""

    title_zh: str
    title_en: str
    tree: Tree
    #: where the tree came from: a template's id or a file's name
    tree_source: str
    #: demonstration or rehearsal; can never become a real release
    rehearsal: bool = False


def create_study(session: Session, new: NewStudy, staff_id: str, around: Surroundings) -> str:
    """Create a draft study with default protocol; its creator becomes its coordinator.

    Raises
    ------
    DomainError
        `title_missing` or `title_too_long`, with `field`.
    """
    titles = {name: _title(name, getattr(new, name)) for name in ("title_zh", "title_en")}
    study_id = around.new_id()
    tree = trees.without_given_weights(new.tree)
    protocol = usual_protocol(trees.elicited_groups(tree))
    document = protocol.to_document(
        study_id, rehearsal=new.rehearsal, tree_sha256=trees.tree_sha256(tree)
    )
    session.add(
        Study(
            id=study_id,
            state="draft",
            rehearsal=new.rehearsal,
            letter=canonical_text(Letter().to_document()),
            protocol=canonical_text(document),
            created_at=around.clock.now(),
            **titles,
        )
    )
    session.flush()
    trees.store_tree(session, study_id, tree)
    session.add(StudyRole(study_id=study_id, staff_id=staff_id, role="coordinator"))
    payload = {
        "title": {"zh": titles["title_zh"], "en": titles["title_en"]},
        "rehearsal": new.rehearsal,
        "tree_source": nfc(new.tree_source),
        "tree_sha256": trees.tree_sha256(tree),
    }
    append_event(session, study_id, "study.created", payload, around)
    return study_id


def _title(field: str, text: str) -> str:
    title = " ".join(clean(text).split())
    if not title:
        raise DomainError("title_missing", field=field)
    if len(title) > LONGEST_TITLE:
        raise DomainError("title_too_long", field=field, most=LONGEST_TITLE)
    return title


def load_protocol(study: Study) -> Protocol:
    """Return the protocol of a study."""
    return protocols.from_document(json.loads(study.protocol))


def load_letter(study: Study) -> Letter:
    """Return the letter of a study."""
    return letters.from_document(json.loads(study.letter))


def set_titles(session: Session, study_id: str, title_zh: str, title_en: str) -> None:
    """Change the titles of a draft."""
    study = lock_draft_study(session, study_id)
    study.title_zh, study.title_en = _title("title_zh", title_zh), _title("title_en", title_en)
    session.flush()


def set_letter(session: Session, study_id: str, letter: Letter) -> None:
    """Change the letter of a draft; empty fields are allowed until launch.

    Raises
    ------
    DomainError
        `study_launched`; `letter_too_long` with `field`; `letter_minutes` when not 1 to 120.
    """
    study = lock_draft_study(session, study_id)
    if not 1 <= letter.minutes <= 120:
        raise DomainError("letter_minutes")
    stored = Letter(
        organiser=_both("organiser", letter.organiser),
        purpose=_both("purpose", letter.purpose),
        viewpoint=_both("viewpoint", letter.viewpoint),
        contact=_both("contact", letter.contact),
        telephone=_letter_text("telephone", letter.telephone),
        email=_letter_text("email", letter.email),
        minutes=letter.minutes,
    )
    study.letter = canonical_text(stored.to_document())
    session.flush()


def _both(name: str, texts: Mapping[str, str]) -> dict[str, str]:
    return {
        language: _letter_text(f"{name}.{language}", texts.get(language, ""))
        for language in letters.LANGUAGES
    }


def _letter_text(field: str, text: str) -> str:
    cleaned = clean(text).strip()
    if len(cleaned) > letters.LONGEST:
        raise DomainError("letter_too_long", field=field, most=letters.LONGEST)
    return cleaned


def set_protocol(session: Session, study_id: str, protocol: Protocol) -> None:
    """Change the rules of a draft.

    Raises
    ------
    DomainError
        `study_launched`; `protocol_value` with `field`, `found`, `expected`; what `check_plan` and
        `check_sizes` refuse of the round plan.
    """
    study = lock_draft_study(session, study_id)
    tree = trees.load_tree(session, study_id)
    protocol = protocols.with_groups(protocol, trees.elicited_groups(tree))
    protocols.check_protocol(protocol)
    protocols.check_sizes(protocol, _sizes(tree))
    _check_tables(protocol)
    _store_protocol(study, protocol, tree)
    session.flush()


def _sizes(tree: Tree) -> dict[str, int]:
    return {trees.group_name(group): len(children) for group, children in tree.groups().items()}


def _check_tables(protocol: Protocol) -> None:
    """Refuse values of the self-assessment other than those of `analysis`."""
    rule = protocol.self_assessment
    if rule is not None and (rule.table not in TABLE_NAMES or rule != assessment_rule(rule.table)):
        raise DomainError(
            "protocol_value",
            field="self_assessment",
            found=rule.table,
            expected=", ".join(TABLE_NAMES),
        )


def set_weight_rule(session: Session, study_id: str, group: str, rule: str) -> None:
    """Change the weight rule of one group of a draft; the protocol follows."""
    tree = trees.set_weight_rule(session, study_id, group, rule)
    study = get_study(session, study_id)
    protocol = protocols.with_groups(load_protocol(study), trees.elicited_groups(tree))
    _store_protocol(study, protocol, tree)
    session.flush()


def _store_protocol(study: Study, protocol: Protocol, tree: Tree) -> None:
    document = protocol.to_document(
        study.id, rehearsal=study.rehearsal, tree_sha256=trees.tree_sha256(tree)
    )
    study.protocol = canonical_text(document)
