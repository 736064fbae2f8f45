"""`delphi run`: everything a newcomer needs: database, demonstration into an empty one, server."""

from __future__ import annotations

import click
from sqlalchemy import func, select

from delphi.cli import serve
from delphi.cli.demo import make_demonstration, told
from delphi.cli.opening import Opened, open_installation
from delphi.models.study import Study

EXPERTS = 8
#: One study with its last round open, to walk through; one finished, to read.
RUNNING, FINISHED = 2, 3


@click.command("run")
@click.pass_context
def command(context: click.Context) -> None:
    """Bring the database up to date, make demonstration studies in an empty one, and serve."""
    opened = open_installation(create=True)
    if opened.settings.is_loopback and _is_empty(opened):
        _demonstrate(opened)
    else:
        click.echo("The database has studies already; no demonstration was made.")
    opened.database.dispose()
    context.invoke(serve.command)


def _is_empty(opened: Opened) -> bool:
    with opened.database.reading() as session:
        return not session.scalar(select(func.count()).select_from(Study))


def _demonstrate(opened: Opened) -> None:
    click.echo("An empty database: making two demonstration studies, a few seconds …")
    finished, coordinator = make_demonstration(opened, EXPERTS, FINISHED)
    running, _ = make_demonstration(opened, EXPERTS, RUNNING, coordinator=coordinator)
    base, staff = opened.settings.base_url, finished["staff"]
    lines = [
        "",
        f"Coordinator: {base}/account/login",
        f"  login {staff['login']}, password {staff['password']} (printed once)",
        f"Finished study, weights released: {base}/studies/{finished['study']}",
        *(f"  {line}" for line in told(finished) if "score" in line),
        f"Running study, round {RUNNING + 1} open: {base}/studies/{running['study']}",
        "  its experts' links, to be opened one by one (printed once here):",
        *(f"    {link}" for link in running["expert_links"]),
        "",
    ]
    for line in lines:
        click.echo(line)
