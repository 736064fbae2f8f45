"""What others do while an expert sits in front of a page, done through the services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select, update

from delphi.bridge import questionnaire_of
from delphi.db import Database
from delphi.instance_key import load_instance_key
from delphi.models.identity import Invitation
from delphi.models.study import Round
from delphi.surroundings import Surroundings, system_surroundings
from tests.browser.installation import Installation
from tests.databases import opened
from tests.studies import RunningStudy


@contextmanager
def services_of(installation: Installation) -> Iterator[tuple[Database, Surroundings]]:
    """Give what the services need: the database and the key of an installation."""
    key = load_instance_key(installation.folder / "instance.key")
    with opened(f"sqlite:///{installation.folder / 'delphi.db'}") as database:
        yield database, system_surroundings(key)


@contextmanager
def running(installation: Installation, demonstration: dict[str, Any]) -> Iterator[RunningStudy]:
    """Give the study of a demonstration, as the services see it."""
    with services_of(installation) as (database, around):
        tokens = [link.partition("#")[2] for link in demonstration["expert_links"]]
        study = RunningStudy(database, around, demonstration["study"], [], tokens)
        with database.reading() as session:
            latest = session.scalars(
                select(Round).where(Round.study_id == study.id).order_by(Round.number.desc())
            ).first()
            assert latest is not None
            study.round_id, study.number = latest.id, latest.number
            study.questionnaire = questionnaire_of(latest)
        yield study


def nobody_has_begun(study: RunningStudy) -> None:
    """Let every link be new: the letter, the terms and the access code come first."""
    with study.database.writing() as session:
        session.execute(
            update(Invitation).where(Invitation.study_id == study.id).values(entry="new")
        )
