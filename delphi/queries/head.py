"""What every page of a study begins with: titles, state, what may be changed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from delphi.errors import NotFoundError
from delphi.models.study import Study


@dataclass(frozen=True)
class StudyHead:
    """A study as its masthead names it."""

    id: str
    title_zh: str
    title_en: str
    #: draft, running, finished
    state: str
    rehearsal: bool

    @property
    def is_draft(self) -> bool:
        """Whether tree, panel, protocol and letter may still be changed."""
        return self.state == "draft"


def find_study(session: Session, study_id: str) -> Study:
    """Return a study; raises `NotFoundError` with `study_unknown`."""
    study = session.get(Study, study_id)
    if study is None:
        raise NotFoundError("study_unknown")
    return study


def head_of(study: Study) -> StudyHead:
    """Return the head of a study."""
    return StudyHead(study.id, study.title_zh, study.title_en, study.state, study.rehearsal)


def study_head(session: Session, study_id: str) -> StudyHead:
    """Return the head of a study by its id; raises `NotFoundError` with `study_unknown`."""
    return head_of(find_study(session, study_id))
