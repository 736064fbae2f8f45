"""The weights of one elicited group, from a derivation or from a stored result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from analysis.decimals import terminating_string
from analysis.tree import Tree
from delphi.domain.methods import (
    BEST_WORST,
    CONSTANT_SUM,
    PAIRWISE,
    PlannedQuestion,
    planned_from_document,
)
from delphi.domain.protocol import ROOT, Protocol
from delphi.queries.alternatives import EQUAL, Alternative, rules_beside
from delphi.queries.intervals import Uncertainty, read_uncertainty
from delphi.queries.results.chart import short_names
from delphi.queries.results.stored import Names, StoredGroup
from delphi.queries.rounding import RoundingTable, rounding_table

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

    #: how it was asked for the last time, in which round, and the hash of that round's list
    planned: PlannedQuestion
    round: int
    counted_sha256: str
    names: Names | None
    answered: int
    #: respondents whose answers went into the headline
    used: int
    #: the rule of the headline
    headline: str
    items: tuple[ItemWeight, ...]
    rounding: RoundingTable | None
    alternatives: tuple[Alternative, ...]
    half_step: Fraction
    uncertainty: Uncertainty | None

    @property
    def question(self) -> str:
        """Name of the question."""
        return self.planned.group

    @property
    def method(self) -> str:
        """The method that it was asked by."""
        return self.planned.method

    @property
    def from_comparisons(self) -> bool:
        """Whether individual weights were computed from comparisons before anything else."""
        return self.method in (PAIRWISE, BEST_WORST)

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
        """The command that computes the intervals again from a table of the answers.

        From comparisons the table is that of the individual weights.
        """
        kind = CONSTANT_SUM if self.from_comparisons else self.method
        table = "individual-weights.csv" if self.from_comparisons else "answers.csv"
        words = f"python -m analysis bootstrap {table} --type {kind} --rule {self.headline}"
        if self.rounding is not None:
            words += f" --step {terminating_string(self.rounding.step)}"
        if self.uncertainty is not None:
            words += f" --resamples {self.uncertainty.resamples} --seed {self.uncertainty.seed}"
        return words

    @property
    def flagged(self) -> tuple[Alternative, ...]:
        """The rules that differ by more than half a step; equal weights are no rule of answers."""
        return tuple(one for one in self.alternatives if one.flagged and one.rule != EQUAL)


def released_group(group: Mapping[str, Any], tree: Tree) -> GroupWeights:
    """Read one group of a derivation."""
    exact = tuple(100 * Fraction(one) for one in group["exact"])
    rules = {
        rule: None if weights is None else tuple(100 * Fraction(one) for one in weights)
        for rule, weights in group["rules"].items()
    }
    rounding = group["rounding"]
    step = None if rounding is None else Fraction(rounding["step_percent"])
    found = _Measured(
        planned=planned_from_document(group),
        round=group["round"],
        counted_sha256=group["counted_sha256"],
        answered=group["answered"],
        used=group["used"],
        headline=group["headline"],
        items=tuple(group["items"]),
        exact=exact,
        rules=rules,
        uncertainty=group["uncertainty"],
    )
    return _weights(found, tree, step)


def stored_group(group: StoredGroup, tree: Tree, protocol: Protocol) -> GroupWeights | None:
    """Read one group of a stored result; None where its answers give no weights."""
    exact, step = group.exact, protocol.publishing_steps.get(group.question)
    if exact is None:
        return None
    found = _Measured(
        planned=group.planned,
        round=group.round,
        counted_sha256=group.counted_sha256,
        answered=group.answered,
        used=group.used,
        headline=group.document["headline"],
        items=tuple(group.document["items"]),
        exact=tuple(100 * one for one in exact),
        rules={
            rule: None if given is None else tuple(map(Fraction, given))
            for rule, given in group.document["weights"].items()
        },
        uncertainty=group.document["uncertainty"],
    )
    return _weights(found, tree, None if step is None else Fraction(step))


@dataclass(frozen=True)
class _Measured:
    """Weights of one group in percent, from a derivation or from a stored result."""

    planned: PlannedQuestion
    round: int
    counted_sha256: str
    answered: int
    used: int
    headline: str
    items: tuple[str, ...]
    exact: tuple[Fraction, ...]
    rules: Mapping[str, tuple[Fraction, ...] | None]
    #: as it was stored; None without answers
    uncertainty: Mapping[str, Any] | None


def _weights(found: _Measured, tree: Tree, step: Fraction | None) -> GroupWeights:
    rounding = None
    if step is not None:
        rounding = rounding_table(found.exact, step, found.items)
    published = rounding.published if rounding else found.exact
    half = USUAL_HALF_STEP if step is None else step / 2
    name = found.planned.group
    parent = None if name == ROOT else tree[name]
    names = {code: names_of(tree, code) for code in found.items}
    short = short_names(names)
    return GroupWeights(
        planned=found.planned,
        round=found.round,
        counted_sha256=found.counted_sha256,
        names=None if parent is None else {"zh": parent.name_zh, "en": parent.name_en},
        answered=found.answered,
        used=found.used,
        headline=found.headline,
        items=tuple(
            ItemWeight(code, names[code], short[code], shown, exact)
            for code, shown, exact in zip(found.items, published, found.exact, strict=True)
        ),
        rounding=rounding,
        alternatives=tuple(
            _alternative(rule, found, half) for rule in rules_beside(found.planned.method)
        ),
        half_step=half,
        uncertainty=read_uncertainty(found.uncertainty, published),
    )


def _alternative(rule: str, found: _Measured, half: Fraction) -> Alternative:
    weights = found.rules.get(rule)
    if weights is None:
        few = rule == "trimmed_mean" and found.used < 3
        return Alternative(rule, None, reason="fewer_than_3_experts" if few else "all_zero")
    differences = tuple(a - b for a, b in zip(weights, found.exact, strict=True))
    flagged = any(abs(difference) > half for difference in differences)
    return Alternative(rule, weights, differences, flagged)


def names_of(tree: Tree, code: str) -> Names:
    """Return the names of an indicator."""
    return {"zh": tree[code].name_zh, "en": tree[code].name_en}
