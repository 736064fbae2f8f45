"""What is typed is kept, also when two windows differ."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from analysis.record.canonical import canonical_text
from delphi.db import Database
from delphi.domain.answers.typed import Typed, typed_from_document
from delphi.models.answer import Draft, Respondent
from delphi.services.draft_places import OTHER, WORKING
from delphi.services.drafts import Saved, choose_draft, shown_as
from delphi.surroundings import Surroundings
from delphi.web.survey.desk import TypedHere
from tests.five_methods import FIVE_METHODS, five_methods, full_answer
from tests.studies import RunningStudy, looking, refuses, running_study, typed

ONE = typed({"D": "20"}, reasons={"D": "因为"})
TWO = typed({"D": "25"}, abstained=["root"])
THREE = typed({"D": "30"})


@pytest.fixture
def study(database: Database, around: Surroundings) -> RunningStudy:
    return running_study(database, around, experts=5).opens_round()


def drafts(study: RunningStudy) -> dict[int, tuple[int, dict[str, object]]]:
    """Return slot → version and content."""
    with study.database.reading() as session:
        return {one.slot: (one.version, json.loads(one.content)) for one in session.scalars(
            select(Draft)
        )}  # fmt: skip


def choose(study: RunningStudy, *, keep_other: bool, shown: str | None = None) -> int:
    with study.database.writing() as session:
        return choose_draft(
            session,
            study_id=study.id,
            respondent=study.access(0).respondent,
            round_id=study.round_id,
            keep_other=keep_other,
            shown=shown,
        )


def test_the_first_draft_is_version_one(study: RunningStudy) -> None:
    assert study.drafts(0, ONE) == Saved(1)
    assert drafts(study) == {WORKING: (1, ONE.to_document())}


def test_each_change_is_a_new_version(study: RunningStudy) -> None:
    study.drafts(0, ONE)
    assert study.drafts(0, TWO, version=1) == Saved(2)
    assert study.drafts(0, THREE, version=2) == Saved(3)
    assert drafts(study) == {WORKING: (3, THREE.to_document())}


def test_saving_the_same_again_is_no_change_and_no_conflict(study: RunningStudy) -> None:
    study.drafts(0, ONE)
    for version in (0, 1, 7):
        assert study.drafts(0, ONE, version=version) == Saved(1)


@pytest.mark.parametrize("stale", [0, 1, 99])
def test_a_conflict_keeps_both(study: RunningStudy, stale: int) -> None:
    study.drafts(0, ONE)
    study.drafts(0, TWO, version=1)
    assert study.drafts(0, THREE, version=stale) == Saved(3, conflict=True)
    assert drafts(study) == {WORKING: (2, TWO.to_document()), OTHER: (3, THREE.to_document())}


def test_the_other_window_goes_on_being_kept(study: RunningStudy) -> None:
    study.drafts(0, ONE)
    assert study.drafts(0, TWO) == Saved(2, conflict=True)
    assert study.drafts(0, TWO) == Saved(2, conflict=True)
    assert study.drafts(0, THREE, version=2) == Saved(3, conflict=True)
    assert drafts(study) == {WORKING: (1, ONE.to_document()), OTHER: (3, THREE.to_document())}


@pytest.mark.parametrize("version", [0, 3])
def test_a_third_window_is_told_that_it_is_not_kept(study: RunningStudy, version: int) -> None:
    study.drafts(0, ONE)
    study.drafts(0, TWO)
    before = drafts(study)
    assert study.drafts(0, THREE, version=version) == Saved(version, conflict=True, kept=False)
    assert drafts(study) == before


def test_a_form_from_before_the_choice_replaces_nothing(study: RunningStudy) -> None:
    study.drafts(0, ONE)
    study.drafts(0, TWO)
    version = choose(study, keep_other=False)
    for fields in ({"D": "31"}, {"D": "32"}):
        version = study.drafts(0, typed(fields), version=version).version
    assert study.drafts(0, THREE, version=2) == Saved(version + 1, conflict=True)


def test_only_what_was_shown_is_chosen(study: RunningStudy) -> None:
    study.drafts(0, ONE)
    study.drafts(0, TWO)
    before = drafts(study)
    with refuses("draft_changed"):
        choose(study, keep_other=True, shown="0" * 64)
    assert drafts(study) == before
    shown = shown_as(*(canonical_text(content) for _, content in before.values()))
    assert choose(study, keep_other=True, shown=shown) == 3


def on(device: str, **points: str) -> TypedHere:
    fields = typed(points).fields
    return TypedHere(fields, frozenset(), {}, device=device * 16)


@pytest.mark.parametrize("is_owned", [True, False])
def test_without_the_code_one_version_is_kept_and_goes_only_when_let_go(
    study: RunningStudy, *, is_owned: bool
) -> None:
    if is_owned:
        study.drafts(0, ONE)
    owned, place = drafts(study), OTHER if is_owned else WORKING
    assert study.drafts(0, on("a", D="1")) == Saved(1)
    assert study.drafts(0, on("a", D="2"), version=1) == Saved(2)
    told = Saved(1, conflict=True, kept=False, replaceable=True)
    assert study.drafts(0, on("a", D="3"), version=1) == told
    assert study.drafts(0, on("b", D="3"), version=1) == told
    held = {**owned, place: (2, on("a", D="2").to_document())}
    assert drafts(study) == held
    assert study.drafts(0, on("b", D="3"), version=None) == Saved(3)
    assert drafts(study) == {**held, place: (3, on("b", D="3").to_document())}


def test_without_the_code_there_is_no_place_beside_two_windows(study: RunningStudy) -> None:
    study.drafts(0, ONE)
    study.drafts(0, TWO)
    before = drafts(study)
    for version in (0, None):
        told = study.drafts(0, on("a", D="1"), version=version)
        assert told == Saved(0, conflict=True, kept=False)
    assert drafts(study) == before


def test_behind_the_code_a_place_is_always_free(study: RunningStudy) -> None:
    strange = on("a", D="1")
    study.drafts(0, strange)
    assert study.drafts(0, ONE) == Saved(2)
    both = {WORKING: (2, ONE.to_document()), OTHER: (1, strange.to_document())}
    assert drafts(study) == both
    assert study.drafts(0, TWO, version=1) == Saved(1, conflict=True, kept=False)
    assert drafts(study) == both
    assert choose(study, keep_other=True) == 3
    assert drafts(study) == {WORKING: (3, typed({"D": "1"}).to_document())}


def test_behind_the_code_one_goes_on_from_what_was_typed_without(study: RunningStudy) -> None:
    study.drafts(0, on("a", D="1"))
    assert study.drafts(0, ONE, version=1) == Saved(2)
    assert drafts(study) == {WORKING: (2, ONE.to_document())}


@pytest.mark.parametrize(("keep_other", "kept"), [(True, TWO), (False, ONE)])
def test_a_conflict_is_settled_by_choosing(
    study: RunningStudy, kept: Typed, *, keep_other: bool
) -> None:
    study.drafts(0, ONE)
    study.drafts(0, TWO)
    version = choose(study, keep_other=keep_other)
    assert drafts(study) == {WORKING: (version, kept.to_document())}
    assert study.drafts(0, THREE, version=version) == Saved(version + 1)


@pytest.mark.parametrize("saved", [0, 1])
def test_where_nothing_is_in_conflict_nothing_can_be_chosen(
    study: RunningStudy, saved: int
) -> None:
    for _ in range(saved):
        study.drafts(0, ONE)
    with refuses("draft_settled"):
        choose(study, keep_other=True)


def test_a_draft_keeps_what_cannot_be_submitted(study: RunningStudy) -> None:
    odd = typed({"D": "abc", "S": "33", "E": "-1"}, reasons={"D": "长" * 600})
    study.drafts(0, odd)
    assert drafts(study)[WORKING][1] == odd.to_document()


def test_a_draft_keeps_the_fields_of_every_method(database: Database, around: Surroundings) -> None:
    study = running_study(
        database, around, experts=5, tree=FIVE_METHODS, protocol=five_methods()
    ).opens_round()
    odd = full_answer({"more.D:S": "foo", "times.D:E": "7", "best.E": "Z", "place.S1": "２"})
    assert study.drafts(0, odd) == Saved(1)
    version, content = drafts(study)[WORKING]
    assert content == {"fields": odd.fields, "abstained": [], "reasons": {}, "kept": False}
    assert typed_from_document(content) == odd
    assert study.drafts(0, odd, version=0) == Saved(version)


def test_emptied_fields_are_as_if_never_filled_in(study: RunningStudy) -> None:
    study.drafts(0, ONE)
    emptied = Typed({**ONE.fields, "points.S": "", "points.E": ""}, frozenset(), ONE.reasons)
    assert study.drafts(0, emptied) == Saved(1)


def test_drafts_of_experts_and_rounds_are_apart(study: RunningStudy) -> None:
    study.drafts(0, ONE)
    assert study.drafts(1, TWO) == Saved(1)
    with study.database.reading() as session:
        assert len(session.scalars(select(Draft)).all()) == 2


def test_saving_a_draft_makes_the_respondent_once(study: RunningStudy) -> None:
    study.drafts(0, ONE)
    study.drafts(0, TWO, version=1)
    with looking(study.database) as session:
        (row,) = session.scalars(select(Respondent)).all()
    assert (row.pseudonym, row.study_id) == (study.access(0).respondent, study.id)


def test_a_draft_is_no_submission_and_no_participation(study: RunningStudy) -> None:
    study.drafts(0, typed({"D": 20, "S": 50, "E": 30}))
    assert study.submissions() == []
    assert study.finished() == []


def test_what_was_typed_when_the_round_had_closed_is_kept_and_not_counted(
    study: RunningStudy,
) -> None:
    study.submits(1, (20, 50, 30))
    study.closes_round()
    study.drafts(0, ONE)
    assert drafts(study)[WORKING] == (1, ONE.to_document())
    assert len(study.counted()) == 1


LOOKED = replace(THREE, looked=True)
ONLY_LOOKED = replace(typed({}), looked=True)


def test_a_look_is_kept_with_what_is_typed_and_stays(study: RunningStudy) -> None:
    study.drafts(0, LOOKED)
    assert drafts(study) == {WORKING: (1, LOOKED.to_document())}
    study.drafts(0, TWO, version=1)
    assert drafts(study) == {WORKING: (2, {**TWO.to_document(), "looked": True})}


@pytest.mark.parametrize("version", [0, 1, 7])
def test_a_look_alone_is_no_other_version(study: RunningStudy, version: int) -> None:
    study.drafts(0, THREE)
    assert study.drafts(0, LOOKED, version=version) == Saved(1)
    assert study.drafts(0, THREE, version=version) == Saved(1)
    assert drafts(study) == {WORKING: (1, LOOKED.to_document())}
    assert study.drafts(0, TWO, version=1) == Saved(2)


def test_what_follows_a_look_on_an_empty_form_is_no_conflict(study: RunningStudy) -> None:
    study.drafts(0, ONLY_LOOKED)
    assert study.drafts(0, TWO) == Saved(2)
    assert study.drafts(0, THREE) == Saved(3, conflict=True)


@pytest.mark.parametrize("keep_other", [True, False])
@pytest.mark.parametrize("first", [True, False])
def test_a_look_in_either_window_outlasts_the_choice(
    study: RunningStudy, *, keep_other: bool, first: bool
) -> None:
    study.drafts(0, replace(ONE, looked=first))
    assert study.drafts(0, replace(TWO, looked=not first)).conflict
    choose(study, keep_other=keep_other)
    ((_, content),) = drafts(study).values()
    assert content == {**(TWO if keep_other else ONE).to_document(), "looked": True}
