"""Indicator trees as files: what `analysis.tree` accepts, within what a study can store."""

from __future__ import annotations

from analysis.errors import Problems
from analysis.tree import Node, Tree
from analysis.treefile import parse_tree
from delphi.exchange.tabletext import table_text

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
        When the table is too large; with every problem that `analysis.tree.build_tree` finds; or
        with every text that is too long to be stored.
    """
    text = table_text(data, file, most_indicators=MOST_INDICATORS)
    tree = parse_tree(text, file, require_weights=False)
    problems = Problems(file)
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
