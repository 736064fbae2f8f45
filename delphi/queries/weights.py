"""The weights page: what was released, or what the last closed round would give."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.decimals import terminating_string
from analysis.tree import Tree, global_weights, local_weights
from delphi.domain.disclosure import RELEASE_FROM, STATISTICS_FROM, Viewer
from delphi.domain.protocol import ROOT, Protocol
from delphi.errors import NotFoundError
from delphi.models.study import Derivation, Release, Round
from delphi.queries.alternatives import ALTERNATIVES, Alternative, by_authority
from delphi.queries.head import StudyHead, find_study, head_of
from delphi.queries.intervals import Uncertainty, read_uncertainty
from delphi.queries.ledger import LedgerPage, ledger_page
from delphi.queries.results.building import exact_weights, latest_closed
from delphi.queries.results.chart import short_names
from delphi.queries.results.stored import Names, StoredGroup, StoredRound, closed_rounds
from delphi.queries.rounding import RoundingTable, rounding_table
from delphi.queries.studies import protocol_of

#: Half a publishing step where the protocol has none, in points of percent.
USUAL_HALF_STEP = Fraction(5, 2)


@dataclass(frozen=True)
class ItemWeight:
    """The weight of one item of an elicited group, in percent."""

    code: str
    names: Names
    #: the name without what all names of the group begin with
    short: Names
    published: Fraction
    exact: Fraction


@dataclass(frozen=True)
class GroupWeights:
    """One elicited group."""

    question: str
    names: Names | None
    answered: int
    items: tuple[ItemWeight, ...]
    rounding: RoundingTable | None
    alternatives: tuple[Alternative, ...]
    half_step: Fraction
    uncertainty: Uncertainty | None

    @property
    def is_first_level(self) -> bool:
        """Whether its items are the dimensions."""
        return self.question == ROOT

    @property
    def exact(self) -> tuple[Fraction, ...]:
        """The headline in percent."""
        return tuple(item.exact for item in self.items)

    @property
    def offline_command(self) -> str:
        """The command that computes the intervals again from a table of the answers."""
        words = "python -m analysis bootstrap answers.csv --type constant_sum --rule"
        words += " arithmetic_mean"
        if self.rounding is not None:
            words += f" --step {terminating_string(self.rounding.step)}"
        if self.uncertainty is not None:
            words += f" --resamples {self.uncertainty.resamples} --seed {self.uncertainty.seed}"
        return words

    @property
    def flagged(self) -> tuple[Alternative, ...]:
        """The rules that differ by more than half a step; equal weights are no rule of answers."""
        return tuple(one for one in self.alternatives if one.flagged and one.rule != "equal")


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
    #: `empty`, `computing`, `withheld`, `preview` or `released`
    state: str
    protocol: Protocol
    protocol_sha256: str | None
    ledger: LedgerPage
    round: int = 0
    invited: int = 0
    answered: int = 0
    counted_sha256: str = ""
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
    return _preview(page, closed[-1], tree, viewer)


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
            tuple(_group(group, tree) for group in document["groups"]),
            closed_rounds(session, release.study_id, used.number)[-1].groups or {},
        ),
        nodes=_nodes(tree, exact, _published_of(weights)),
    )


def _published_of(weights: Mapping[str, Any]) -> dict[str, Fraction]:
    return {node["code"]: Fraction(node["published_local_percent"]) for node in weights["nodes"]}


def _group(group: Mapping[str, Any], tree: Tree) -> GroupWeights:
    """Read one group of a derivation."""
    exact = tuple(100 * Fraction(one) for one in group["exact"])
    rules = {
        rule: None if weights is None else tuple(100 * Fraction(one) for one in weights)
        for rule, weights in group["rules"].items()
    }
    rounding = group["rounding"]
    step = None if rounding is None else Fraction(rounding["step_percent"])
    found = Measured(
        group["question"],
        group["answered"],
        tuple(group["items"]),
        exact,
        rules,
        group["uncertainty"],
    )
    return _weights(found, tree, step)


@dataclass(frozen=True)
class Measured:
    """Weights of one group in percent, from a derivation or from a stored result."""

    question: str
    answered: int
    items: tuple[str, ...]
    exact: tuple[Fraction, ...]
    rules: Mapping[str, tuple[Fraction, ...] | None]
    #: as it was stored; None without answers
    uncertainty: Mapping[str, Any] | None


def _weights(found: Measured, tree: Tree, step: Fraction | None) -> GroupWeights:
    rounding = None
    if step is not None:
        rounding = rounding_table(found.exact, step, found.items)
    published = rounding.published if rounding else found.exact
    half = USUAL_HALF_STEP if step is None else step / 2
    parent = None if found.question == ROOT else tree[found.question]
    names = {code: _names(tree, code) for code in found.items}
    short = short_names(names)
    return GroupWeights(
        question=found.question,
        names=None if parent is None else {"zh": parent.name_zh, "en": parent.name_en},
        answered=found.answered,
        items=tuple(
            ItemWeight(code, names[code], short[code], shown, exact)
            for code, shown, exact in zip(found.items, published, found.exact, strict=True)
        ),
        rounding=rounding,
        alternatives=tuple(_alternative(rule, found, half) for rule in ALTERNATIVES),
        half_step=half,
        uncertainty=read_uncertainty(found.uncertainty, published),
    )


def _alternative(rule: str, found: Measured, half: Fraction) -> Alternative:
    weights = found.rules.get(rule)
    if weights is None:
        few = rule == "trimmed_mean" and found.answered < 3
        return Alternative(rule, None, reason="fewer_than_3_experts" if few else "all_zero")
    differences = tuple(a - b for a, b in zip(weights, found.exact, strict=True))
    flagged = any(abs(difference) > half for difference in differences)
    return Alternative(rule, weights, differences, flagged)


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


def _names(tree: Tree, code: str) -> Names:
    return {"zh": tree[code].name_zh, "en": tree[code].name_en}


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
            names=_names(tree, node.code),
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


def _preview(page: WeightsPage, closed: StoredRound, tree: Tree, viewer: Viewer) -> WeightsPage:
    stored = closed.groups or {}
    fewest = min((one.answered for one in stored.values()), default=0)
    page = replace(
        page,
        state="withheld",
        round=closed.number,
        invited=closed.invited,
        answered=closed.counted,
        counted_sha256=closed.counted_sha256,
        missing=max(0, STATISTICS_FROM - fewest),
        release_missing=max(0, RELEASE_FROM - fewest),
    )
    if not all(one.may_see(viewer) for one in stored.values()):
        return page
    measured = tuple(_measured(one, tree, page.protocol) for one in stored.values())
    groups = _with_authority(measured, stored)
    local = local_weights(tree, {_parent(one.question): _local(one) for one in groups})
    published = {code: 100 * share for code, share in local.items()}
    for one in groups:
        published |= {item.code: item.published for item in one.items}
    return replace(page, state="preview", groups=groups, nodes=_nodes(tree, local, published))


def _measured(group: StoredGroup, tree: Tree, protocol: Protocol) -> GroupWeights:
    """Read one group of a stored result; the headline comes back exactly from its sums."""
    step = protocol.publishing_steps.get(group.question)
    found = Measured(
        group.question,
        group.answered,
        tuple(group.document["items"]),
        tuple(100 * one for one in exact_weights(group)),
        {
            rule: None if given is None else tuple(map(Fraction, given))
            for rule, given in group.document["weights"].items()
        },
        group.document["uncertainty"],
    )
    return _weights(found, tree, None if step is None else Fraction(step))


def _parent(name: str) -> str | None:
    return None if name == ROOT else name


def _local(group: GroupWeights) -> dict[str, Fraction]:
    return {item.code: item.exact / 100 for item in group.items}
