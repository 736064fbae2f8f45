"""What the answers imply further down: frozen at opening, counted at closing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from analysis.tree import Node, Tree, local_weights
from delphi.bridge import questionnaire_of, round_judgements
from delphi.domain.disclosure import STATISTICS_FROM
from delphi.domain.implications import JUDGEMENTS, ImpliedNode
from delphi.domain.protocol import Protocol
from delphi.models.study import Round
from delphi.services.trees import group_code


def implied_nodes(tree: Tree, protocol: Protocol, number: int) -> tuple[ImpliedNode, ...]:
    """Return what gets its weight by a rule from what a round asks for the last time.

    Parameters
    ----------
    tree
        The tree of the study; its elicited groups need no weights.
    protocol
        Says what each round asks.
    number
        The round.

    Returns
    -------
    tuple of ImpliedNode
        The first level below the items of each such question; a group of one is gone through.
    """
    local = local_weights(tree, _even(tree))
    return tuple(
        ImpliedNode(
            code=node.code,
            name={"zh": node.name_zh, "en": node.name_en},
            of=item.code,
            share=str(local[node.code]),
            rule=str(node.weight_rule),
        )
        for planned in protocol.plan[number - 1]
        if all(protocol.planned(n, planned.group) is None for n in _after(number, protocol))
        for item in tree.children(group_code(planned.group))
        for node in _ruled_below(tree, item)
    )


def _after(number: int, protocol: Protocol) -> range:
    return range(number + 1, protocol.rounds + 1)


def _even(tree: Tree) -> dict[str | None, dict[str, Fraction]]:
    """Return stand-ins for the weights that the panel has not given; nothing is read of them."""
    return {
        group: dict.fromkeys(codes, Fraction(1, len(codes)))
        for group, codes in tree.groups().items()
        if tree.rule(group) == "elicited"
    }


def _ruled_below(tree: Tree, item: Node) -> Iterator[Node]:
    below = tree.children(item.code)
    while len(below) == 1:
        below = tree.children(below[0].code)
    if below and below[0].weight_rule != "elicited":
        yield from below


def implications_document(session: Session, closed: Round) -> list[dict[str, Any]] | None:
    """Return how many said what of each node; None where nothing is implied.

    A node with fewer answers than statistics need has their number and no counts.
    """
    nodes = questionnaire_of(closed).implications
    if not nodes:
        return None
    given = round_judgements(session, closed)
    return [_counted(node.code, given) for node in nodes]


def _counted(code: str, given: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    counts = Counter(one[code] for one in given if code in one)
    answered = counts.total()
    is_told = answered >= STATISTICS_FROM
    return {
        "code": code,
        "answered": answered,
        "counts": {said: counts[said] for said in JUDGEMENTS} if is_told else None,
    }
