"""Indicator trees as files: what `analysis.tree` accepts, within what a study can store."""

from __future__ import annotations

from analysis.errors import Problems
from analysis.tables import decode
from analysis.tree import Node, Tree
from analysis.treefile import parse_tree
from delphi.domain.answers.typed import clean

MOST_INDICATORS = 2000
LONGEST = {
    "name_zh": 200,
    "name_en": 200,
    "unit_zh": 60,
    "unit_en": 60,
    "source_zh": 200,
    "source_en": 200,
    "note_zh": 2000,
    "note_en": 2000,
}


def read_tree_file(data: bytes, file: str) -> Tree:
    """Return the tree of an uploaded table; elicited groups need no weights yet.

    Raises
    ------
    InputError
        With every problem that `analysis.tree.build_tree` finds, or with every text that is too
        long to be stored.
    """
    text = decode(data, file).replace("\r\n", "\n").replace("\r", "\n")
    # Control characters and direction overrides would be stored and shown; tabs are left, so that
    # a table separated by them is refused for its columns and not for something else.
    tree = parse_tree("\t".join(map(clean, text.split("\t"))), file, require_weights=False)
    problems = Problems(file)
    if len(tree.nodes) > MOST_INDICATORS:
        problems.add(f"{len(tree.nodes)} indicators", f"at most {MOST_INDICATORS}")
    for node in tree.nodes:
        _check_lengths(node, problems)
    problems.raise_any()
    return tree


def _check_lengths(node: Node, problems: Problems) -> None:
    for column, most in LONGEST.items():
        length = len(getattr(node, column) or "")
        if length > most:
            found = f"{length} characters at {node.code}"
            problems.add(found, f"at most {most} characters", column=column)
