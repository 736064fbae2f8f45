"""A study from its tree to the eve of its launch."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.treefile import parse_tree
from delphi.clock import FixedClock
from delphi.db import Database
from delphi.domain.letter import LONGEST, Letter
from delphi.domain.methods import PlannedQuestion
from delphi.domain.protocol import Protocol, default_protocol, with_rounds
from delphi.models.study import LedgerEvent, Study, StudyRole
from delphi.queries.assessment_rules import assessment_rule, usual_protocol
from delphi.services import studies
from delphi.services.lookup import get_study
from delphi.services.studies import LONGEST_TITLE, NewStudy
from delphi.surroundings import Surroundings
from tests.studies import (
    BOTH,
    COORDINATOR,
    FOUR_GROUPS,
    HEAD,
    LETTER,
    THREE,
    draft_study,
    looking,
    refuses,
    running_study,
)

Change = Callable[[Session, str], None]


def stored(database: Database, study_id: str) -> Study:
    with looking(database) as session:
        return get_study(session, study_id)


def test_a_new_study_is_a_draft_with_the_default_protocol(
    database: Database, around: Surroundings, clock: FixedClock
) -> None:
    study = stored(database, draft_study(database, around))
    assert (study.state, study.launched_on, study.protocol_sha256) == ("draft", None, None)
    assert (study.title_zh, study.title_en, study.rehearsal) == ("城市指数", "City index", False)
    assert study.created_at == clock.now()
    assert studies.load_protocol(study) == usual_protocol(["root"])


def test_its_creator_becomes_its_coordinator(database: Database, around: Surroundings) -> None:
    study_id = draft_study(database, around)
    with looking(database) as session:
        role = session.scalars(select(StudyRole).where(StudyRole.study_id == study_id)).one()
    assert (role.staff_id, role.role) == (COORDINATOR, "coordinator")


def test_its_first_event_says_what_it_started_from(
    database: Database, around: Surroundings
) -> None:
    study_id = draft_study(database, around, rehearsal=True)
    with looking(database) as session:
        (event,) = session.scalars(select(LedgerEvent)).all()
    payload = json.loads(event.payload)
    assert (event.study_id, event.height, event.type) == (study_id, 0, "study.created")
    assert payload["title"] == {"zh": "城市指数", "en": "City index"}
    assert (payload["rehearsal"], payload["tree_source"]) == (True, "three.csv")


def test_groups_to_weight_follow_from_the_tree(database: Database, around: Surroundings) -> None:
    study = stored(database, draft_study(database, around, tree=FOUR_GROUPS))
    assert studies.load_protocol(study).groups == ("root", "D")


@pytest.mark.parametrize("field", ["title_zh", "title_en"])
@pytest.mark.parametrize("title", ["", "  \n\t ", "\u202e\u0000"], ids=["empty", "blank", "unseen"])
def test_a_study_without_a_title_is_refused(
    database: Database, around: Surroundings, field: str, title: str
) -> None:
    new = replace(NewStudy("题", "Title", THREE, "three.csv"), **{field: title})
    with refuses("title_missing", field=field), database.writing() as session:
        studies.create_study(session, new, COORDINATOR, around)


def test_a_title_has_a_longest_length(database: Database, around: Surroundings) -> None:
    study_id = draft_study(database, around)
    with database.writing() as session:
        studies.set_titles(session, study_id, "题" * LONGEST_TITLE, " A   title ")
    assert stored(database, study_id).title_en == "A title"
    with (
        refuses("title_too_long", field="title_zh", most=LONGEST_TITLE),
        database.writing() as session,
    ):
        studies.set_titles(session, study_id, "题" * (LONGEST_TITLE + 1), "Title")


def test_a_refused_change_changes_nothing(database: Database, around: Surroundings) -> None:
    study_id = draft_study(database, around)
    with refuses("title_missing"), database.writing() as session:
        studies.set_titles(session, study_id, "新", "")
    assert stored(database, study_id).title_zh == "城市指数"


def test_a_letter_may_have_gaps_until_launch(database: Database, around: Surroundings) -> None:
    study_id = draft_study(database, around)
    with database.writing() as session:
        studies.set_letter(session, study_id, Letter({"zh": " 课题组 "}))
    letter = studies.load_letter(stored(database, study_id))
    assert letter.organiser == {"zh": "课题组", "en": ""}
    assert len(letter.gaps()) == 8


@pytest.mark.parametrize("minutes", [0, -1, 121])
def test_the_minutes_of_a_letter_are_one_to_120(
    database: Database, around: Surroundings, minutes: int
) -> None:
    study_id = draft_study(database, around)
    with refuses("letter_minutes"), database.writing() as session:
        studies.set_letter(session, study_id, replace(LETTER, minutes=minutes))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"purpose": BOTH | {"en": "x" * (LONGEST + 1)}}, "purpose.en"),
        ({"telephone": "1" * (LONGEST + 1)}, "telephone"),
        ({"email": "a" * (LONGEST + 1)}, "email"),
    ],
)
def test_a_text_of_the_letter_has_a_longest_length(
    database: Database, around: Surroundings, change: dict[str, object], field: str
) -> None:
    study_id = draft_study(database, around)
    letter = replace(LETTER, **change)
    with refuses("letter_too_long", field=field, most=LONGEST), database.writing() as session:
        studies.set_letter(session, study_id, letter)


def test_texts_of_the_letter_are_cleaned(database: Database, around: Surroundings) -> None:
    study_id = draft_study(database, around)
    with database.writing() as session:
        letter = replace(LETTER, purpose={"zh": "一\u0000\n二\u202e", "en": "e\u0301"})
        studies.set_letter(session, study_id, letter)
    assert studies.load_letter(stored(database, study_id)).purpose == {"zh": "一\n二", "en": "é"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"answer_step": 3}, "answer_step"),
        ({"tolerance": 1}, "tolerance"),
        ({"preset": "loose"}, "preset"),
        ({"response": "2"}, "response"),
        ({"minimum": 1}, "minimum"),
        ({"publishing_steps": {"root": "3"}}, "publishing_step"),
    ],
)
def test_a_value_that_the_protocol_does_not_allow_is_refused(
    database: Database, around: Surroundings, change: dict[str, object], field: str
) -> None:
    study_id = draft_study(database, around)
    protocol = replace(default_protocol(["root"]), **change)
    with refuses("protocol_value", field=field), database.writing() as session:
        studies.set_protocol(session, study_id, protocol)


def test_a_protocol_cannot_name_groups_that_the_tree_does_not_weight(
    database: Database, around: Surroundings
) -> None:
    study_id = draft_study(database, around)
    with database.writing() as session:
        studies.set_protocol(session, study_id, default_protocol(["root", "nothing"]))
    assert studies.load_protocol(stored(database, study_id)).groups == ("root",)


def test_the_protocol_follows_a_change_of_the_weight_rule(
    database: Database, around: Surroundings
) -> None:
    study_id = draft_study(database, around, tree=FOUR_GROUPS)
    with database.writing() as session:
        studies.set_weight_rule(session, study_id, "D", "equal_siblings")
    before = json.loads(stored(database, study_id).protocol)
    assert studies.load_protocol(stored(database, study_id)).groups == ("root",)
    with database.writing() as session:
        studies.set_weight_rule(session, study_id, "S", "elicited")
    after = json.loads(stored(database, study_id).protocol)
    assert studies.load_protocol(stored(database, study_id)).groups == ("root", "S")
    assert before["tree_sha256"] != after["tree_sha256"]


def asked(plan: Protocol, group: str) -> list[str | None]:
    """Return the method of each round for a group."""
    found = [plan.planned(number, group) for number in range(1, plan.rounds + 1)]
    return [one and one.method for one in found]


def planned(*rounds: tuple[PlannedQuestion, ...]) -> Protocol:
    return replace(default_protocol(["root", "D"]), plan=rounds)


def test_a_number_of_rounds_that_is_not_allowed_is_refused(
    database: Database, around: Surroundings
) -> None:
    study_id = draft_study(database, around)
    protocol = with_rounds(default_protocol(["root"]), 9)
    with (
        refuses("protocol_value", field="rounds", expected="2–4"),
        database.writing() as session,
    ):
        studies.set_protocol(session, study_id, protocol)


def test_each_round_may_ask_each_group_by_its_own_method(
    database: Database, around: Surroundings
) -> None:
    study_id = draft_study(database, around, tree=FOUR_GROUPS)
    rated = PlannedQuestion("D", "rating", (1, 9), ("importance", "availability"))
    root = PlannedQuestion("root", "best_worst")
    protocol = planned((rated,), (root, rated), (root,))
    with database.writing() as session:
        studies.set_protocol(session, study_id, protocol)
    assert studies.load_protocol(stored(database, study_id)) == protocol


ROOT, D = PlannedQuestion("root"), PlannedQuestion("D")


@pytest.mark.parametrize(
    ("protocol", "code", "named"),
    [
        (planned((ROOT,), (ROOT,)), "plan_group_missing", {"group": "D"}),
        (planned((ROOT, D), (ROOT,), (D,)), "plan_group_interrupted", {"group": "D", "round": 2}),
        (planned((ROOT, D), ()), "plan_round_empty", {"round": 2}),
    ],
)
def test_a_plan_that_does_not_hold_together_is_refused(
    database: Database,
    around: Surroundings,
    protocol: Protocol,
    code: str,
    named: dict[str, object],
) -> None:
    study_id = draft_study(database, around, tree=FOUR_GROUPS)
    before = stored(database, study_id).protocol
    with refuses(code, **named), database.writing() as session:
        studies.set_protocol(session, study_id, protocol)
    assert stored(database, study_id).protocol == before


@pytest.mark.parametrize(("method", "most"), [("pairwise", 9), ("best_worst", 9), ("ranking", 12)])
def test_a_method_is_refused_for_a_group_that_is_too_large(
    database: Database, around: Surroundings, method: str, most: int
) -> None:
    protocol = replace(
        default_protocol(["root"]), plan=((PlannedQuestion("root", method),), (ROOT,))
    )
    for items in (most, most + 1):
        rows = "".join(f"A{n},,项{n},Item {n},value,benefit,elicited,\n" for n in range(items))
        tree = parse_tree(HEAD + rows, "tree.csv", require_weights=False)
        study_id = draft_study(database, around, tree=tree)
        if items == most:
            with database.writing() as session:
                studies.set_protocol(session, study_id, protocol)
    named = {"group": "root", "round": 1, "method": method, "most": most, "found": most + 1}
    with refuses("plan_group_too_large", **named), database.writing() as session:
        studies.set_protocol(session, study_id, protocol)


def test_a_plan_stays_sound_when_a_group_gets_another_weight_rule(
    database: Database, around: Surroundings
) -> None:
    study_id = draft_study(database, around, tree=FOUR_GROUPS)
    rated = PlannedQuestion("D", "rating", (1, 5), ("importance",))
    pairs = PlannedQuestion("root", "pairwise")
    with database.writing() as session:
        studies.set_protocol(session, study_id, planned((rated,), (rated, pairs), (D, ROOT)))
        studies.set_weight_rule(session, study_id, "D", "equal_siblings")
    found = studies.load_protocol(stored(database, study_id))
    assert asked(found, "root") == ["pairwise", "constant_sum", "constant_sum"]
    with database.writing() as session:
        studies.set_weight_rule(session, study_id, "D", "elicited")
    found = studies.load_protocol(stored(database, study_id))
    assert asked(found, "D") == ["constant_sum"] * 3


CHANGES: dict[str, Change] = {
    "titles": lambda session, study: studies.set_titles(session, study, "新", "New"),
    "letter": lambda session, study: studies.set_letter(session, study, LETTER),
    "protocol": lambda session, study: studies.set_protocol(
        session, study, default_protocol(["root"])
    ),
    "weight rule": lambda session, study: studies.set_weight_rule(
        session, study, "root", "equal_siblings"
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_of_the_rules_changes_after_launch(
    database: Database, around: Surroundings, change: str
) -> None:
    study = running_study(database, around)
    before = stored(database, study.id)
    with refuses("study_launched"), database.writing() as session:
        CHANGES[change](session, study.id)
    after = stored(database, study.id)
    assert (after.letter, after.protocol, after.title_zh) == (
        before.letter,
        before.protocol,
        before.title_zh,
    )


@pytest.mark.parametrize("change", CHANGES)
def test_a_study_that_does_not_exist_cannot_be_changed(database: Database, change: str) -> None:
    with refuses("study_unknown"), database.writing() as session:
        CHANGES[change](session, "0" * 16)


def test_the_values_of_the_self_assessment_are_those_of_the_tables(
    database: Database, around: Surroundings
) -> None:
    study_id = draft_study(database, around)
    own = replace(assessment_rule("A"), scale=("1", "1", "1", "1", "1"))
    for rule in (own, replace(own, table="Z")):
        protocol = replace(default_protocol(["root"]), self_assessment=rule)
        with (
            refuses("protocol_value", field="self_assessment", expected="A, B, B2, C, D"),
            database.writing() as session,
        ):
            studies.set_protocol(session, study_id, protocol)
