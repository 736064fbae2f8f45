"""A running study of a test's own in an installation, made through the services."""

from __future__ import annotations

from sqlalchemy import update

from analysis.tree import Tree
from delphi.db import Database
from delphi.domain.protocol import Protocol
from delphi.instance_key import load_instance_key
from delphi.models.identity import Invitation
from delphi.surroundings import system_surroundings
from tests.browser.installation import Installation
from tests.studies import RunningStudy, running_study


def own_study(
    installation: Installation, tree: Tree, protocol: Protocol, *, experts: int = 8
) -> RunningStudy:
    """Launch a study and open its first round; its experts have read the terms."""
    folder = installation.folder
    database = Database(f"sqlite:///{folder / 'delphi.db'}")
    around = system_surroundings(load_instance_key(folder / "instance.key"))
    study = running_study(database, around, experts=experts, tree=tree, protocol=protocol)
    with database.writing() as session:
        ready = update(Invitation).where(Invitation.study_id == study.id).values(entry="ready")
        session.execute(ready)
    return study.opens_round()


def link_of(installation: Installation, study: RunningStudy, expert: int = 0) -> str:
    """Return the personal link of an expert."""
    return f"{installation.base_url}/s#{study.tokens[expert]}"
