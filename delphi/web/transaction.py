"""The unit of work of a view: views contain neither a commit nor a try.

    with reading() as session:
        page = study_overview(session, study_id)

    with writing() as session:
        open_round(session, study_id, around=current_site().around)

`writing` commits at the end of the block and rolls back on any error; a refusal that leaves the
block (`DomainError`) is answered by `delphi.web.errors`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

from delphi.web.site import current_site


def reading() -> AbstractContextManager[Session]:
    """Open a session that sees one state of the database and writes nothing."""
    return current_site().database.reading()


def writing() -> AbstractContextManager[Session]:
    """Open a session in a write transaction: committed at the end, rolled back on any error."""
    return current_site().database.writing()
