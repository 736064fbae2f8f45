"""`delphi worker`: ticks until it is stopped. `delphi serve` starts one beside the server."""

from __future__ import annotations

import signal
import sys
import threading

import click

from delphi.cli.opening import open_installation
from delphi.services.tick import tick


@click.command("worker")
@click.option(
    "--every", type=click.IntRange(1, 3600), default=5, show_default=True, help="Seconds."
)
def command(every: int) -> None:
    """Tick every few seconds until stopped."""
    opened = open_installation()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    click.echo(f"ticking every {every} s")
    while not stopped.wait(every):
        try:
            tick(opened.database, opened.around)
        except Exception as error:  # a worker outlives a fault
            # The database may be away for a moment, one study broken; the next tick tries again.
            # Only the class is told: a message may carry what somebody typed.
            print(f"worker: {type(error).__name__}", file=sys.stderr)
