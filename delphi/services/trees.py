"""The tree of a study: stored rows to `analysis.tree.Tree` and back."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from analysis.record.canonical import sha256_hex
from analysis.tree import RULES, Node, Tree
from analysis.treefile import build_tree
from delphi.domain.protocol import ROOT
from delphi.errors import DomainError, NotFoundError
from delphi.models.study import Indicator
from delphi.services.lookup import lock_draft_study

_COLUMNS = (
    "code",
    "parent",
    "name_zh",
    "name_en",
    "kind",
    "direction",
    "unit_zh",
    "unit_en",
    "source_zh",
    "source_en",
    "note_zh",
    "note_en",
    "weight_rule",
)


def store_tree(session: Session, study_id: str, tree: Tree) -> None:
    """Store every node, parents first."""
    for position, node in enumerate(tree.nodes):
        session.add(
            Indicator(
                study_id=study_id,
                position=position,
                code=node.code,
                parent=node.parent,
                name_zh=node.name_zh,
                name_en=node.name_en,
                kind=node.kind,
                direction=node.direction,
                unit_zh=node.unit_zh or "",
                unit_en=node.unit_en or "",
                source_zh=node.source_zh or "",
                source_en=node.source_en or "",
                note_zh=node.note_zh or "",
                note_en=node.note_en or "",
                weight_rule=node.weight_rule,
                # An elicited group gets its weights from the panel, whatever the file says.
                local_percent=str(node.local_percent)
                if node.weight_rule == "fixed" and node.local_percent is not None
                else None,
            )
        )
        session.flush()


def load_tree(session: Session, study_id: str) -> Tree:
    """Return the tree of a study; elicited groups have no weights in it."""
    rows = session.scalars(
        select(Indicator).where(Indicator.study_id == study_id).order_by(Indicator.position)
    ).all()
    return build_tree(
        [
            (
                None,
                {name: getattr(row, name) or "" for name in _COLUMNS}
                | {"local_percent": row.local_percent or ""},
            )
            for row in rows
        ],
        "tree",
        require_weights=False,
    )


def group_name(group: str | None) -> str:
    """Return the name of a group: the code of its parent, or `root`."""
    return ROOT if group is None else group


def group_code(name: str) -> str | None:
    """Return the parent's code of a group's name; None for the root."""
    return None if name == ROOT else name


def elicited_groups(tree: Tree) -> tuple[str, ...]:
    """Return the names of the groups that experts weight, from the top down."""
    return tuple(
        group_name(group)
        for group, children in tree.groups().items()
        if len(children) > 1 and tree.rule(group) == "elicited"
    )


def tree_sha256(tree: Tree) -> str:
    """Return the hash of the tree's canonical table, as the protocol freezes it."""
    return sha256_hex([_record(node) for node in tree.nodes])


def _record(node: Node) -> dict[str, str | None]:
    fixed = node.weight_rule == "fixed" and node.local_percent is not None
    record: dict[str, str | None] = {name: getattr(node, name) or None for name in _COLUMNS}
    record["local_percent"] = str(node.local_percent) if fixed else None
    return record


def set_weight_rule(session: Session, study_id: str, group: str, rule: str) -> Tree:
    """Change how a group of a draft gets its local weights.

    Raises
    ------
    DomainError
        `study_launched`, `rule_unknown`, or `fixed_needs_weights` when the group has no weights to
        be fixed at.
    NotFoundError
        `group_unknown`.
    """
    lock_draft_study(session, study_id)
    if rule not in RULES:
        raise DomainError("rule_unknown", rule=rule)
    tree = load_tree(session, study_id)
    parent = group_code(group)
    children = tree.groups().get(parent)
    if not children or len(children) < 2:
        raise NotFoundError("group_unknown")
    if rule == "fixed" and any(tree[code].local_percent is None for code in children):
        raise DomainError("fixed_needs_weights", group=group)
    session.execute(
        update(Indicator)
        .where(Indicator.study_id == study_id, Indicator.code.in_(children))
        .values(weight_rule=rule)
    )
    session.expire_all()
    return load_tree(session, study_id)


def without_given_weights(tree: Tree) -> Tree:
    """Return the tree as a study starts with it: elicited groups have no weights yet."""
    return Tree(
        tuple(
            replace(node, local_percent=None) if node.weight_rule == "elicited" else node
            for node in tree.nodes
        )
    )
