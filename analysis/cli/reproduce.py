"""`reproduce`: recompute what the source documents print."""

from __future__ import annotations

import argparse
import sys

from analysis.reproduction.facts import read_facts
from analysis.reproduction.rendering import render
from analysis.reproduction.run import reproduce

HELP = "recompute what the two source documents print, and say what agrees"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--format", choices=("text", "markdown"), default="text", dest="form")
    parser.add_argument("--lang", choices=("en", "zh"), default="en")


def run(arguments: argparse.Namespace) -> str:
    """Return the table of verdicts.

    Raises
    ------
    SystemExit
        With status 1, after printing, when a verdict is not the one on record.
    """
    results = reproduce(read_facts())
    text = render(results, form=arguments.form, lang=arguments.lang)
    if not all(result.as_expected for result in results):
        sys.stdout.buffer.write(text.encode())
        raise SystemExit(1)
    return text
