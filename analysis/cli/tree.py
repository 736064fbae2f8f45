"""`tree`: an indicator table to the weight file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from analysis.cli.output import to_json
from analysis.errors import InputError, Problem
from analysis.tree import local_weights
from analysis.treefile import read_tree
from analysis.weightfile import weight_document

HELP = "Local and global weights of an indicator tree, as a weight file."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="NODES.csv", help="one row for each indicator")
    parser.add_argument("--out", metavar="FILE", help="also write the weight file here")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the weight file; nothing is written when the tree is refused."""
    tree = read_tree(arguments.file)
    document = weight_document(tree, local_weights(tree))
    if arguments.out is not None:
        _write(arguments.out, to_json(document))
    return document


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_bytes(text.encode())
    except OSError as error:
        reason = (error.strerror or "no way to write").lower()
        raise InputError([Problem(path, reason, "a file that can be written")]) from None
