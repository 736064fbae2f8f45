"""The data table of a draft: attached for the fact cards, replaced, taken away again."""

from __future__ import annotations

import json

from sqlalchemy.orm import Session

from analysis.record.canonical import canonical_text
from delphi.domain import dataset as datasets
from delphi.domain.dataset import Dataset
from delphi.models.study import Study
from delphi.services.lookup import lock_draft_study


def attach_dataset(session: Session, study_id: str, dataset: Dataset) -> None:
    """Attach a data table to a draft, in place of the one before.

    Raises
    ------
    DomainError
        `study_launched`.
    """
    study = lock_draft_study(session, study_id)
    study.dataset = canonical_text(dataset.to_document())
    session.flush()


def remove_dataset(session: Session, study_id: str) -> None:
    """Take the data table of a draft away, if it has one.

    Raises
    ------
    DomainError
        `study_launched`.
    """
    study = lock_draft_study(session, study_id)
    study.dataset = None
    session.flush()


def load_dataset(study: Study) -> Dataset | None:
    """Return what is kept of the data table of a study, or None."""
    return None if study.dataset is None else datasets.from_document(json.loads(study.dataset))
