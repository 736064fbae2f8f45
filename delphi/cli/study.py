"""`delphi study`: a study from a table of indicators, and who may open it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.errors import InputError
from analysis.tables import read_bytes
from delphi.cli.opening import open_installation
from delphi.exchange.tree import read_tree_file
from delphi.models.study import Staff
from delphi.services.lookup import get_study
from delphi.services.staff import ROLES, grant_role
from delphi.services.staff.accounts import find_account
from delphi.services.studies import NewStudy, create_study


@click.group(name="study")
def command() -> None:
    """Create studies and say who may open them."""


@command.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--title-zh", help="Chinese title; the name of the file if left out.")
@click.option("--title-en", help="English title; the name of the file if left out.")
@click.option("--login", help="Its coordinator; the only account if there is one.")
def import_study(file: Path, title_zh: str | None, title_en: str | None, login: str | None) -> None:
    """Create a draft study from a table of indicators (CSV)."""
    opened = open_installation()
    try:
        tree = read_tree_file(read_bytes(file), str(file))
    except InputError as error:
        _refuse(str(error))
    with opened.database.writing() as session:
        coordinator = _account(session, login)
        started = NewStudy(title_zh or file.stem, title_en or file.stem, tree, file.name)
        study_id = create_study(session, started, coordinator.id, opened.around)
    click.echo(f"study {study_id}: {len(tree.nodes)} indicators, coordinator {coordinator.login}")
    click.echo(f"{opened.settings.base_url}/studies/{study_id}")


@command.command(name="grant")
@click.argument("study")
@click.argument("login")
@click.option("--role", type=click.Choice(ROLES), required=True)
def grant(study: str, login: str, role: str) -> None:
    """Let an account open a study as coordinator or as methodologist."""
    opened = open_installation()
    with opened.database.writing() as session:
        found = get_study(session, study)
        account = _account(session, login)
        grant_role(session, staff_id=account.id, study_id=found.id, role=role)
    click.echo(f"{account.login} is {role} of study {study}")


def _account(session: Session, login: str | None) -> Staff:
    """Return the account of a login, or the only one there is."""
    if login is not None:
        account = find_account(session, login)
        if account is None:
            _refuse(f"there is no account {login!r}; make one: delphi staff add LOGIN")
        return account
    accounts = session.scalars(select(Staff).where(Staff.is_active)).all()
    if len(accounts) != 1:
        _refuse(f"there are {len(accounts)} accounts; name the coordinator: --login LOGIN")
    return accounts[0]


def _refuse(text: str) -> NoReturn:
    print(" ".join(text.split()), file=sys.stderr)
    sys.exit(2)
