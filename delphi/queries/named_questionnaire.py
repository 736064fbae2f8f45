"""A questionnaire by its hash, for a form that comes without a valid link."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from delphi.db import table_of
from delphi.domain import round_states
from delphi.domain.questionnaire import Questionnaire
from delphi.models.study import Round
from delphi.queries.survey import EarlierRound, questionnaire_of

_rounds = table_of(Round)
_NAMED = select(_rounds.c.id, _rounds.c.number).where(
    _rounds.c.questionnaire_sha256 == bindparam("sha256"), _rounds.c.state != round_states.DRAFT
)


def questionnaire_named(session: Session, sha256: str) -> Questionnaire | None:
    """Return the frozen questionnaire that a hash names, or None.

    It says what is asked and nothing of anybody's answers. Its hash is known to whom it was shown,
    and to readers of the study's record, who may read the questionnaire too.
    """
    row = session.execute(_NAMED, {"sha256": sha256}).first()
    if row is None:
        return None
    named = EarlierRound(row.id, row.number, None, None, sha256)
    return questionnaire_of(session, named)
