"""`delphi tick`: what is due, done once. Run it every minute, or let `delphi worker` do so."""

from __future__ import annotations

import click

from delphi.cli.opening import open_installation
from delphi.services.tick import tick


@click.command("tick")
def command() -> None:
    """Move marks, finish interrupted closings, close rounds past their announced end."""
    opened = open_installation()
    done = tick(opened.database, opened.around)
    click.echo(
        f"marks moved: {done.marks_moved}, closings resumed: {done.closings_resumed}, "
        f"rounds closed: {done.rounds_closed}"
    )
