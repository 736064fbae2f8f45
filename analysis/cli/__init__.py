"""The commands of `python -m analysis`: one module a command.

A command module has `HELP`, `add_arguments(parser)`, which declares its arguments, and
`run(arguments)`, which returns the one document that is printed as JSON (or text that is printed as
it is), raises `InputError` for bad input and `UsageError` for a bad command line.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from typing import Any, NoReturn

from analysis.cli.output import to_json
from analysis.errors import InputError

#: Commands in the order of the help; each is a module of this package.
COMMANDS = (
    "concordance",
    "dispersion",
    "stability",
    "weights",
    "verdict",
    "ahp",
    "bwm",
    "round",
    "bootstrap",
    "authority",
    "screen",
    "tree",
    "score",
    "reproduce",
)


class UsageError(ValueError):
    """The command line itself is wrong."""


class _Parser(argparse.ArgumentParser):
    """A parser that answers a wrong command line with one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.prog}: {message} (--help tells how)")


def _parser(chosen: str | None) -> tuple[_Parser, dict[str, Any]]:
    """Build the parser; only the chosen command's module is imported in full."""
    parser = _Parser(prog="python -m analysis", description=__doc__, allow_abbrev=False)
    subparsers = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    modules = {}
    for name in COMMANDS:
        if chosen in COMMANDS and name != chosen:
            continue
        modules[name] = importlib.import_module(f"analysis.cli.{name}")
        module = modules[name]
        module.add_arguments(
            subparsers.add_parser(
                name, help=module.HELP, description=module.HELP, allow_abbrev=False
            )
        )
    return parser, modules


def main(argv: list[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv
        Words after `python -m analysis`; those of the process if not given.

    Returns
    -------
    int
        Exit code: 0, or 2 with one line on standard error and nothing on standard output.
    """
    words = sys.argv[1:] if argv is None else argv
    parser, modules = _parser(words[0] if words else None)
    try:
        arguments = parser.parse_args(words)
        module = modules[arguments.command]
        text = module.run(arguments)
    except (InputError, UsageError) as error:
        sys.stderr.buffer.write(
            (" ".join(str(error).split()) + "\n").encode(errors="backslashreplace")
        )
        return 2
    sys.stdout.buffer.write(text.encode() if isinstance(text, str) else to_json(text).encode())
    return 0
