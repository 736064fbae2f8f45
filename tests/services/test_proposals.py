"""Proposals in drafts, submissions and rationales, on both databases."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256

import pytest
from sqlalchemy import select

from analysis.record.leaf import text_hash
from delphi.db import Database
from delphi.domain.answers.typed import Typed, typed_from_document
from delphi.domain.proposals import Proposal, is_label
from delphi.domain.protocol import default_protocol
from delphi.models.answer import Draft, Rationale
from delphi.queries.results.proposals import proposals_view
from delphi.schemas import require_valid
from delphi.services.draft_parts import PROPOSALS, TypedPart, save_part
from delphi.services.draft_places import OTHER, WORKING
from delphi.services.drafts import Saved, choose_draft
from delphi.surroundings import Surroundings
from tests.studies import FOUR_GROUPS, RunningStudy, looking, refuses, running_study, typed

POINTS = typed({"D": "20", "S": "50", "E": "30"})
RULES = replace(default_protocol(["root"]), proposals=True)
ONE = Proposal("indicator", "", "Add broadband.")
TWO = Proposal("definition", "S", "Supply of what?")
THREE = Proposal("tree", "", "Two levels would do.")


@pytest.fixture
def study(database: Database, around: Surroundings) -> RunningStudy:
    return running_study(database, around, experts=5, protocol=RULES).opens_round()


def saves(study: RunningStudy, *given: Proposal, version: int = 0, device: str = "") -> Saved:
    with study.database.writing() as session:
        return save_part(
            session,
            study_id=study.id,
            respondent=study.access(0).respondent,
            round_id=study.round_id,
            part=TypedPart(PROPOSALS, given, version, device),
        )


def held(study: RunningStudy) -> dict[int, Typed]:
    with study.database.reading() as session:
        return {
            one.slot: typed_from_document(json.loads(one.content))
            for one in session.scalars(select(Draft))
        }


def texts(study: RunningStudy) -> dict[str, Rationale]:
    with looking(study.database) as session:
        return {one.item: one for one in session.scalars(select(Rationale))}


def proposing(*given: Proposal, reasons: dict[str, str] | None = None) -> Typed:
    return replace(POINTS, proposals=given, reasons=reasons or {})


def test_the_questionnaire_freezes_every_indicator_with_what_lies_above(
    database: Database, around: Surroundings
) -> None:
    rules = replace(default_protocol(["root", "D"]), proposals=True)
    study = running_study(database, around, experts=5, tree=FOUR_GROUPS, protocol=rules)
    asked = study.opens_round().questionnaire.proposals
    assert asked is not None
    assert [one.code for one in asked] == ["D", "D1", "D2", "S", "S1", "S2", "E", "E1"]
    assert [name["en"] for name in asked[4].path] == ["Supply"]


def test_they_are_kept_beside_the_points_under_versions_of_their_own(study: RunningStudy) -> None:
    assert study.drafts(0, POINTS) == Saved(1)
    assert saves(study, ONE) == Saved(1)
    assert saves(study, ONE, TWO, version=1) == Saved(2)
    changed = typed({"D": "25", "S": "45", "E": "30"})
    assert study.drafts(0, changed, version=1) == Saved(2)
    kept = replace(changed, proposals=(ONE, TWO), proposals_version=2)
    assert held(study) == {WORKING: kept}
    assert saves(study, ONE, TWO, version=9) == Saved(2)
    assert saves(study, version=2) == Saved(3)
    assert held(study)[WORKING].proposals == ()


@pytest.mark.parametrize("other", [True, False])
def test_two_windows_keep_both_until_one_is_chosen(study: RunningStudy, *, other: bool) -> None:
    study.drafts(0, POINTS)
    saves(study, ONE)
    assert saves(study, TWO) == Saved(2, conflict=True)
    both = held(study)
    assert (both[WORKING].proposals, both[OTHER].proposals) == ((ONE,), (TWO,))
    with study.database.writing() as session:
        choose_draft(
            session,
            study_id=study.id,
            respondent=study.access(0).respondent,
            round_id=study.round_id,
            keep_other=other,
        )
    (left,) = held(study).values()
    assert left.proposals == ((TWO,) if other else (ONE,))
    assert left.fields == POINTS.fields


def test_a_device_without_earlier_answers_neither_reads_nor_replaces_them(
    study: RunningStudy,
) -> None:
    study.drafts(0, POINTS)
    saves(study, ONE)
    assert saves(study, TWO, device="d" * 16) == Saved(1)
    both = held(study)
    assert both[WORKING].proposals == (ONE,)
    assert (both[OTHER].proposals, both[OTHER].fields) == ((TWO,), {})


def test_a_submission_holds_hashes_and_labels_and_the_texts_lie_apart(study: RunningStudy) -> None:
    study.submits(0, proposing(ONE, TWO, reasons={"D": "Demand first."}))
    (stored,) = study.submissions()
    document = json.loads(stored.document)
    require_valid(document)
    assert document["proposals"] == [
        {"kind": "indicator", "item": None, "text": "proposal:1"},
        {"kind": "definition", "item": "S", "text": "proposal:2"},
    ]
    for one in (ONE, TWO):
        assert one.text not in stored.document
    kept = texts(study)
    assert {item: one.text for item, one in kept.items()} == {
        "D": "Demand first.", "proposal:1": ONE.text, "proposal:2": TWO.text,
    }  # fmt: skip
    hashes = {one["item"]: one["sha256"] for one in document["texts"]}
    assert hashes == {
        item: text_hash(one.text, bytes.fromhex(one.salt)) for item, one in kept.items()
    }


def test_a_revision_keeps_the_hash_of_what_has_not_changed(study: RunningStudy) -> None:
    study.submits(0, proposing(ONE, TWO))
    before = texts(study)
    study.submits(0, proposing(ONE, THREE))
    after = texts(study)
    assert after["proposal:1"].sha256 == before["proposal:1"].sha256
    assert after["proposal:2"].text == THREE.text
    study.submits(0, POINTS)
    assert texts(study) == {}
    assert json.loads(study.submissions()[-1].document)["proposals"] == []


@pytest.mark.parametrize(
    "given",
    [
        Proposal("", "", "What is this?"),
        Proposal("definition", "", "Of what?"),
        Proposal("definition", "Z", "Of what?"),
        Proposal("tree", "", "长" * 1001),
    ],
)
def test_what_has_a_gap_is_not_submitted(study: RunningStudy, given: Proposal) -> None:
    with refuses("answers_incomplete", count=1):
        study.submits(0, proposing(ONE, given))
    assert study.submissions() == []
    assert texts(study) == {}


def test_where_they_are_not_asked_for_nothing_is_stored(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around, experts=5).opens_round()
    assert study.questionnaire.proposals is None
    study.submits(0, proposing(ONE))
    assert json.loads(study.submissions()[0].document)["proposals"] == []
    assert texts(study) == {}


# ------------------------------------------------------------------------------ after the close


def closed(study: RunningStudy) -> RunningStudy:
    study.submits(0, proposing(ONE, TWO, Proposal("tree", "", "Withdrawn.")))
    study.submits(0, proposing(ONE, TWO))
    study.submits(1, proposing(THREE, replace(ONE, text="Add roads.")))
    study.submits(2, proposing(replace(ONE, text="Add rail."), reasons={"D": "A reason."}))
    study.submits(3, POINTS)
    return study.closes_round()


def shown(study: RunningStudy) -> tuple[dict[str, list[str]], int]:
    with study.database.reading() as session:
        view = proposals_view(session, study.round())
    assert view is not None
    return {kind: [one.text for one in found] for kind, found in view.kinds.items()}, view.erased


def test_staff_see_counted_texts_by_kind_in_the_order_of_their_hashes(study: RunningStudy) -> None:
    kinds, erased = shown(closed(study))
    assert list(kinds) == ["indicator", "definition", "tree"]
    assert set(kinds["indicator"]) == {ONE.text, "Add roads.", "Add rail."}
    assert (kinds["definition"], kinds["tree"], erased) == ([TWO.text], [THREE.text], 0)
    seed = study.round().counted_sha256
    stored = every_text(study)
    drawn = sorted(
        (one for one in stored if one.text in kinds["indicator"]),
        key=lambda one: sha256(f"{seed}\0{one.sha256}".encode()).digest(),
    )
    assert [one.text for one in drawn] == kinds["indicator"]


def every_text(study: RunningStudy) -> list[Rationale]:
    """Return what is stored of the proposals of all respondents."""
    with looking(study.database) as session:
        return [one for one in session.scalars(select(Rationale)) if is_label(one.item)]


def test_experts_see_none_of_it_in_the_feedback(study: RunningStudy) -> None:
    closed(study)
    document = json.dumps(study.feedback())
    assert len(every_text(study)) == 5
    assert not [one for one in every_text(study) if one.id in document]


def test_an_erased_text_is_gone_and_counted_as_such(study: RunningStudy) -> None:
    closed(study)
    with study.database.writing() as session:
        for one in session.scalars(select(Rationale).where(Rationale.text == THREE.text)):
            one.text = ""
        for one in session.scalars(select(Rationale).where(Rationale.text == "Add rail.")):
            session.delete(one)
    kinds, erased = shown(study)
    assert "tree" not in kinds
    assert "Add rail." not in kinds["indicator"]
    assert erased == 2
