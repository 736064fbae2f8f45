"""Ca, Cs, Cr and the companion weights of a closed round, against figures worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from delphi.db import Database
from delphi.domain.disclosure import Viewer
from delphi.domain.methods import PlannedQuestion
from delphi.domain.protocol import Protocol
from delphi.domain.self_assessment import NOTHING, Assessment
from delphi.queries.alternatives import BY_AUTHORITY, Alternative
from delphi.queries.assessment_rules import assessment_rule, usual_protocol
from delphi.queries.results import round_page
from delphi.queries.results.authority import AuthorityView
from delphi.queries.weights import weights_page
from delphi.services import trees
from delphi.surroundings import Surroundings
from tests.method_panels import ASKED, name_of, panel
from tests.studies import T2, RunningStudy, running_study, typed

GROUNDS = ("practice", "theory", "peers", "intuition")
ITEMS = ("D", "S", "E")


def said(familiarity: Sequence[int], influence: int) -> Assessment:
    """Return an assessment in which every ground has the same influence."""
    return Assessment(dict(zip(ITEMS, familiarity, strict=True)), dict.fromkeys(GROUNDS, influence))


#: Cr 1, 0.8, 0.6, 0.8, 0.7
FIVE = (
    said((1, 1, 1), 1),
    said((1, 1, 1), 3),
    said((3, 3, 3), 3),
    said((3, 3, 3), 1),
    said((1, 2, 3), 3),
)
CR = (Fraction(1), Fraction(4, 5), Fraction(3, 5), Fraction(4, 5), Fraction(7, 10))


def closed(
    database: Database,
    around: Surroundings,
    given: Sequence[Assessment],
    protocol: Protocol | None = None,
) -> RunningStudy:
    study = running_study(database, around, protocol=protocol or usual_protocol(["root"]))
    study.opens_round()
    for expert, points in enumerate(T2[0]):
        answer = typed(dict(zip(ITEMS, points, strict=True)))
        assessed = given[expert] if expert < len(given) else NOTHING
        study.submits(expert, replace(answer, assessed=assessed))
    return study.closes_round()


def view(study: RunningStudy) -> AuthorityView | None:
    with study.database.reading() as session:
        return round_page(session, study.id, study.number, Viewer.COORDINATOR).authority


def companion(study: RunningStudy) -> list[Alternative]:
    with study.database.reading() as session:
        tree = trees.load_tree(session, study.id)
        (group,) = weights_page(session, study.id, tree, Viewer.COORDINATOR).groups
    return [one for one in group.alternatives if one.rule == BY_AUTHORITY]


def test_the_panel_has_the_means_of_its_complete_experts(
    database: Database, around: Surroundings
) -> None:
    partial = Assessment({"D": 5}, {"theory": 1})
    study = closed(database, around, (*FIVE, partial))
    result: dict[str, Any] = study.result()["authority"]
    assert (result["table"], result["counted"], result["complete"]) == ("A", 8, 5)
    # Ca: 1, 0.6, 0.6, 1, 0.6; Cs: 1, 1, 0.6, 0.6, 0.8
    assert [round(float(result[name]), 12) for name in ("ca", "cs", "cr")] == [0.76, 0.8, 0.78]
    # Not 6 for D: the difference of two means would be the sixth expert's own answer.
    assert [(one["code"], one["answered"]) for one in result["dimensions"]] == [
        ("D", 5), ("S", 5), ("E", 5),
    ]  # fmt: skip
    found = view(study)
    assert found is not None
    assert (found.ca, found.cs, found.cr, found.missing) == ("0.76", "0.8", "0.78", 0)
    assert [row.mean for row in found.rows] == ["0.84", "0.8", "0.76"]


def test_the_companion_is_the_mean_weighted_by_cr(database: Database, around: Surroundings) -> None:
    study = closed(database, around, FIVE)
    (found,) = companion(study)
    assert found.weights is not None
    by_hand = [
        sum(c * points[at] for c, points in zip(CR, T2[0], strict=False)) / sum(CR)
        for at in range(3)
    ]
    for weight, expected in zip(found.weights, by_hand, strict=True):
        assert abs(weight - expected) < Fraction(1, 10**9)
    assert (found.experts, found.without) == (5, 3)
    size = sum(CR) ** 2 / sum(c * c for c in CR)
    assert found.effective_size is not None
    assert abs(found.effective_size - size) < Fraction(1, 10**9)


def test_below_five_complete_answers_nothing_is_shown(
    database: Database, around: Surroundings
) -> None:
    study = closed(database, around, FIVE[:4])
    found = view(study)
    assert found is not None
    assert (found.complete, found.missing) == (4, 1)
    assert (found.ca, found.cs, found.cr) == (None, None, None)
    assert {row.mean for row in found.rows} == {None}
    (alternative,) = companion(study)
    assert (alternative.weights, alternative.reason) == (None, "fewer_than_5_assessed")


def test_where_nobody_said_anything_it_is_undefined_with_its_reason(
    database: Database, around: Surroundings
) -> None:
    result = closed(database, around, ()).result()
    assert result["authority"]["reason"] == "no_complete_expert"
    assert result["authority"]["cr"] is None
    (group,) = result["groups"]
    assert group["authority_weighted"]["reason"] == "no_expert_weights"
    assert group["authority_weighted"]["weights"] is None


def test_where_it_is_not_asked_there_is_nothing(database: Database, around: Surroundings) -> None:
    protocol = replace(usual_protocol(["root"]), self_assessment=None)
    study = closed(database, around, FIVE, protocol)
    assert study.result()["authority"] is None
    assert view(study) is None
    assert companion(study) == []


@pytest.mark.parametrize(("table", "ca"), [("B", 0.5), ("B2", 0.52), ("C", 0.6), ("D", 0.6)])
def test_each_table_gives_its_own_ca(
    sqlite_database: Database, around: Surroundings, table: str, ca: float
) -> None:
    rule = assessment_rule(table)
    small = Assessment(dict.fromkeys(ITEMS, 1), {one.ground: 3 for one in rule.grounds})
    protocol = replace(usual_protocol(["root"]), self_assessment=rule)
    study = closed(sqlite_database, around, [small] * 8, protocol)
    assert float(study.result()["authority"]["ca"]) == pytest.approx(ca)
    (found,) = companion(study)
    assert found.differences == (0, 0, 0)


@pytest.mark.parametrize("asked", ASKED, ids=name_of)
def test_experts_who_claim_the_same_change_no_weight_of_any_method(
    database: Database, around: Surroundings, asked: PlannedQuestion
) -> None:
    protocol = replace(
        usual_protocol(["root"]), plan=((asked,), (asked,)), publishing_steps={"root": None}
    )
    study = running_study(database, around, protocol=protocol).opens_round()
    for expert, values in enumerate(panel(asked)):
        study.submits_values(expert, {"root": values}, assessed=said((2, 2, 2), 2))
    (group,) = study.closes_round().result()["groups"]
    found = group["authority_weighted"]
    assert (found["experts"], found["reason"]) == (8, None)
    plain = [float(one) for one in group["weights"][group["headline"]]]
    assert [float(one) for one in found["weights"]] == pytest.approx(plain, abs=1e-9)
    (one,) = companion(study)
    assert one.differences == (0, 0, 0)
