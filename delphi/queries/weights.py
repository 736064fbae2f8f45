"""The weights page: what was released, or what the last closed round would give."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.tree import Tree, global_weights, local_weights
from delphi.domain.disclosure import RELEASE_FROM, STATISTICS_FROM, Viewer
from delphi.domain.protocol import ROOT, Protocol
from delphi.errors import NotFoundError
from delphi.models.study import Derivation, Release, Round
from delphi.queries.alternatives import by_authority
from delphi.queries.group_weights import GroupWeights, names_of, released_group, stored_group
from delphi.queries.head import StudyHead, find_study, head_of
from delphi.queries.ledger import LedgerPage, ledger_page
from delphi.queries.results.building import latest_closed
from delphi.queries.results.stored import (
    Names,
    StoredGroup,
    StoredRound,
    closed_rounds,
    latest_groups,
)
from delphi.queries.studies import protocol_of


@dataclass(frozen=True)
class NodeWeight:
    """One indicator with its four weights; shares of 1 and percentages, exact."""

    code: str
    parent: str | None
    level: int
    names: Names
    #: rule of its group; None in a group of one
    rule: str | None
    local: Fraction
    global_: Fraction
    published_local: Fraction
    published_global: Fraction
    is_leaf: bool


@dataclass(frozen=True)
class WeightsPage:
    """The weights page."""

    study: StudyHead
    #: `empty`, `computing`, `unasked` (some groups come in a later round), `withheld`, `undefined`
    #: (answers that give no weights), `preview` or `released`
    state: str
    protocol: Protocol
    protocol_sha256: str | None
    ledger: LedgerPage
    round: int = 0
    invited: int = 0
    answered: int = 0
    counted_sha256: str = ""
    #: names of the groups that no closed round has asked; None for the first level
    unasked: tuple[Names | None, ...] = ()
    #: answers missing until statistics may be shown
    missing: int = 0
    #: answers that a release still needs
    release_missing: int = 0
    released_on: date | None = None
    weights_sha256: str = ""
    size: int = 0
    #: how often the derivation was run
    runs: int = 0
    groups: tuple[GroupWeights, ...] = ()
    nodes: tuple[NodeWeight, ...] = ()

    def node(self, code: str) -> NodeWeight | None:
        """Return a node by its code."""
        return next((one for one in self.nodes if one.code == code), None)

    def group(self, parent: str | None) -> GroupWeights | None:
        """Return the elicited group below a node, or of the roots."""
        name = parent or ROOT
        return next((one for one in self.groups if one.question == name), None)


@dataclass(frozen=True)
class ReleasedWeights:
    """The weight file as it is downloaded."""

    content: bytes
    document: Mapping[str, Any]
    is_rehearsal: bool


def released_weights(session: Session, study_id: str) -> ReleasedWeights:
    """Return the released weight file; raises `NotFoundError` with `release_unknown`."""
    release = stored_release(session, study_id)
    if release is None:
        raise NotFoundError("release_unknown")
    document = json.loads(release.weights)
    return ReleasedWeights(release.weights.encode(), document, document["rehearsal"])


def stored_release(session: Session, study_id: str) -> Release | None:
    """Return the release of a study, or None."""
    return session.scalars(select(Release).where(Release.study_id == study_id)).one_or_none()


def weights_page(session: Session, study_id: str, tree: Tree, viewer: Viewer) -> WeightsPage:
    """Return the weights page.

    Parameters
    ----------
    tree
        The indicators of the study.
    viewer
        Decides what is withheld before the release.

    Raises
    ------
    NotFoundError
        `study_unknown`.
    """
    study = find_study(session, study_id)
    page = WeightsPage(
        study=head_of(study),
        state="empty",
        protocol=protocol_of(study),
        protocol_sha256=study.protocol_sha256,
        ledger=ledger_page(session, study_id),
    )
    release = stored_release(session, study_id)
    if release is not None:
        return _released(session, page, release, tree)
    number = latest_closed(session, study_id)
    closed = closed_rounds(session, study_id, number or 0)
    if not closed:
        return page
    if closed[-1].groups is None:
        return replace(page, state="computing", round=closed[-1].number)
    return _preview(page, closed, tree, viewer)


# --------------------------------------------------------------------------------------- released


def _released(session: Session, page: WeightsPage, release: Release, tree: Tree) -> WeightsPage:
    derivation = session.get_one(Derivation, release.derivation_id)
    used = session.get_one(Round, derivation.round_id)
    document, weights = json.loads(derivation.document), json.loads(release.weights)
    exact = {node["code"]: Fraction(node["local_exact"]) for node in document["nodes"]}
    runs = select(func.count()).where(Derivation.study_id == release.study_id)
    return replace(
        page,
        state="released",
        round=used.number,
        invited=used.invited,
        answered=len(json.loads(used.counted or "[]")),
        counted_sha256=str(used.counted_sha256),
        released_on=release.released_on,
        weights_sha256=release.weights_sha256,
        size=len(release.weights.encode()),
        runs=session.scalar(runs) or 0,
        groups=_with_authority(
            tuple(released_group(group, tree) for group in document["groups"]),
            latest_groups(
                closed_rounds(session, release.study_id, used.number), page.protocol.groups
            ),
        ),
        nodes=_nodes(tree, exact, _published_of(weights)),
    )


def _published_of(weights: Mapping[str, Any]) -> dict[str, Fraction]:
    return {node["code"]: Fraction(node["published_local_percent"]) for node in weights["nodes"]}


def _with_authority(
    groups: tuple[GroupWeights, ...], stored: Mapping[str, StoredGroup]
) -> tuple[GroupWeights, ...]:
    """Add the companion weighted by authority, as the closing of the round computed it."""
    return tuple(
        replace(
            one,
            alternatives=(
                *one.alternatives,
                *by_authority(one.exact, one.half_step, stored[one.question]),
            ),
        )
        for one in groups
    )


def _nodes(
    tree: Tree, local: Mapping[str, Fraction], published: Mapping[str, Fraction]
) -> tuple[NodeWeight, ...]:
    overall = global_weights(tree, local)
    product = global_weights(tree, {code: percent / 100 for code, percent in published.items()})
    inner = {node.parent for node in tree.nodes}
    return tuple(
        NodeWeight(
            code=node.code,
            parent=node.parent,
            level=tree.level(node.code),
            names=names_of(tree, node.code),
            rule=tree.rule(node.parent),
            local=local[node.code],
            global_=overall[node.code],
            published_local=published[node.code],
            published_global=100 * product[node.code],
            is_leaf=node.code not in inner,
        )
        for node in tree.nodes
    )


# ---------------------------------------------------------------------------------------- preview


def _preview(
    page: WeightsPage, closed: Sequence[StoredRound], tree: Tree, viewer: Viewer
) -> WeightsPage:
    last = closed[-1]
    stored = latest_groups(closed, page.protocol.groups)
    unasked = [name for name in page.protocol.groups if name not in stored]
    fewest, used = (
        min((getattr(one, name) for one in stored.values()), default=0)
        for name in ("answered", "used")
    )
    page = replace(
        page,
        state="unasked" if unasked else "withheld",
        round=last.number,
        invited=last.invited,
        answered=last.counted,
        counted_sha256=last.counted_sha256,
        unasked=tuple(None if name == ROOT else names_of(tree, name) for name in unasked),
        missing=max(0, STATISTICS_FROM - fewest),
        release_missing=max(0, RELEASE_FROM - used),
    )
    measured = [stored_group(one, tree, page.protocol) for one in stored.values()]
    if unasked or not all(one.may_see(viewer) for one in stored.values()):
        return page
    groups = _with_authority(tuple(one for one in measured if one is not None), stored)
    if len(groups) < len(stored):
        return replace(page, state="undefined")
    local = local_weights(tree, {_parent(one.question): _local(one) for one in groups})
    published = {code: 100 * share for code, share in local.items()}
    for one in groups:
        published |= {item.code: item.published for item in one.items}
    return replace(page, state="preview", groups=groups, nodes=_nodes(tree, local, published))


def _parent(name: str) -> str | None:
    return None if name == ROOT else name


def _local(group: GroupWeights) -> dict[str, Fraction]:
    return {item.code: item.exact / 100 for item in group.items}
