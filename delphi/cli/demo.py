"""`delphi demo`: a rehearsal study through the real services, and data of invented cities."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from analysis.templates import template_tree
from delphi.cli.opening import Opened, open_installation
from delphi.domain.tokens import link
from delphi.errors import DomainError
from delphi.services.demonstration import TEMPLATE, Coordinator, Demonstration, demonstrate
from delphi.services.invented_cities import FILE, invented_cities

FOLDER = Path("instance/demo")


@click.command("demo")
@click.option("--experts", type=int, default=8, show_default=True, help="8 replays panel T2.")
@click.option("--rounds", type=int, default=3, show_default=True, help="Rounds to close, 0 to 3.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def command(experts: int, rounds: int, as_json: bool) -> None:
    """Make a demonstration study, marked as rehearsal."""
    opened = open_installation(create=True)
    demonstration, _ = make_demonstration(
        opened, experts, rounds, progress=None if as_json else click.echo
    )
    if as_json:
        click.echo(json.dumps(demonstration, ensure_ascii=False, indent=2))
        return
    for line in told(demonstration):
        click.echo(line)


def make_demonstration(
    opened: Opened,
    experts: int,
    rounds: int,
    *,
    coordinator: Coordinator | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[dict[str, Any], Coordinator]:
    """Make the study and its files; return what `--json` prints, and whose study it is."""
    if not opened.settings.is_loopback:
        raise click.ClickException(
            "demonstrations run on this machine only: DELPHI_BASE_URL must be a loopback address"
        )
    try:
        made = demonstrate(
            opened.database,
            opened.around,
            experts=experts,
            rounds_closed=rounds,
            coordinator=coordinator,
            progress=progress or (lambda _: None),
        )
    except DomainError as error:
        raise click.ClickException(_refusal(error)) from None
    document = {
        "base_url": opened.settings.base_url,
        "study": made.study_id,
        "staff": {"login": made.coordinator.login, "password": made.coordinator.password},
        "expert_links": [link(opened.settings.base_url, token) for token in made.tokens],
        "rounds_closed": made.rounds_closed,
        "weights_file": _write_weights(made),
        "cities_file": _write_cities(),
    }
    return document, made.coordinator


def _refusal(error: DomainError) -> str:
    if error.code == "demo_size":
        return "--experts takes 5 to 5000 and --rounds 0 to 3"
    return str(error)


def _write_weights(made: Demonstration) -> str | None:
    if made.weights is None:
        return None
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = (FOLDER / f"weights-{made.study_id}.json").resolve()
    path.write_text(made.weights, encoding="utf-8")
    return str(path)


def _write_cities() -> str:
    """Write data of invented cities in the form that `score` reads."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = (FOLDER / FILE).resolve()
    path.write_bytes(invented_cities(template_tree(TEMPLATE)))
    return str(path)


def told(demonstration: dict[str, Any]) -> list[str]:
    """Return what a person reads after the demonstration was made; secrets are printed once."""
    base = demonstration["base_url"]
    staff = demonstration["staff"]
    lines = [
        f"Demonstration study: {base}/studies/{demonstration['study']}",
        f"  login {staff['login']}, password {staff['password']} (printed once)",
        f"  {demonstration['rounds_closed']} rounds closed",
        "  expert links:",
        *(f"    {one}" for one in demonstration["expert_links"][:8]),
    ]
    more = len(demonstration["expert_links"]) - 8
    if more > 0:
        lines.append(f"    … and {more} more (--json prints all)")
    if demonstration["weights_file"]:
        lines += [
            f"  weight file: {demonstration['weights_file']}",
            "  score invented cities with it:",
            f"    .venv/bin/python -m analysis score --weights {demonstration['weights_file']} "
            f"--data {demonstration['cities_file']}",
        ]
    return lines
