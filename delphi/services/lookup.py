"""Finds rows that must be there, and takes their lock where a decision follows."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from delphi.domain import round_states
from delphi.errors import DomainError, NotFoundError
from delphi.models.identity import Person
from delphi.models.study import Round, Study


def get_study(session: Session, study_id: str) -> Study:
    """Return the study, or refuse with `study_unknown`."""
    study = session.get(Study, study_id)
    if study is None:
        raise NotFoundError("study_unknown")
    return study


def lock_study(session: Session, study_id: str) -> Study:
    """Return the study locked. Whoever needs more locks takes this one first.

    One order everywhere (study, round, respondent) and `FOR NO KEY UPDATE`, which does not wait for
    rows that merely point here, keep acts that meet from waiting for each other.
    """
    study = session.scalars(
        select(Study)
        .where(Study.id == study_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if study is None:
        raise NotFoundError("study_unknown")
    return study


def lock_draft_study(session: Session, study_id: str) -> Study:
    """Return the study locked for a change that only a draft allows."""
    study = lock_study(session, study_id)
    if study.state != "draft":
        raise DomainError("study_launched")
    return study


def get_round(session: Session, study_id: str, number: int) -> Round:
    """Return one round of a study, or refuse with `round_unknown`."""
    found = session.scalars(
        select(Round).where(Round.study_id == study_id, Round.number == number)
    ).one_or_none()
    if found is None:
        raise NotFoundError("round_unknown")
    return found


def lock_round(session: Session, round_id: str) -> Round:
    """Return a round with its lock: closing and submitting wait for each other here."""
    return session.scalars(
        select(Round)
        .where(Round.id == round_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def latest_round(session: Session, study_id: str) -> Round | None:
    """Return the round with the highest number that was opened, or None."""
    return session.scalars(
        select(Round)
        .where(Round.study_id == study_id, Round.state != round_states.DRAFT)
        .order_by(Round.number.desc())
        .limit(1)
    ).first()


def get_person(session: Session, study_id: str, person_id: str) -> Person:
    """Return a person of a study, or refuse with `person_unknown`."""
    person = session.get(Person, person_id)
    if person is None or person.study_id != study_id:
        raise NotFoundError("person_unknown")
    return person
