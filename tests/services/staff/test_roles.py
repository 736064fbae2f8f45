"""Roles in studies, and what the package gives."""

from __future__ import annotations

import pytest

from delphi.db import Database
from delphi.errors import DomainError
from delphi.services import staff as services
from delphi.services.staff import add_staff, grant_role, role_in
from delphi.surroundings import Surroundings
from tests.services.staff.conftest import PASSWORD
from tests.studies import COORDINATOR, running_study


def test_a_role_is_looked_up_by_study(database: Database, around: Surroundings) -> None:
    study = running_study(database, around, experts=5)
    with database.writing() as session:
        other = add_staff(session, login="chen", name="x", password=PASSWORD, around=around)
        assert role_in(session, staff_id=COORDINATOR, study_id=study.id) == "coordinator"
        assert role_in(session, staff_id=other.id, study_id=study.id) is None
        grant_role(session, staff_id=other.id, study_id=study.id, role="methodologist")
        assert role_in(session, staff_id=other.id, study_id=study.id) == "methodologist"
        assert role_in(session, staff_id=other.id, study_id="0" * 16) is None


def test_an_unknown_role_is_refused(database: Database) -> None:
    with pytest.raises(DomainError, match="role_unknown"), database.writing() as session:
        grant_role(session, staff_id="x", study_id="y", role="expert")


def test_the_package_names_everything_it_gives() -> None:
    assert all(hasattr(services, name) for name in services.__all__)
