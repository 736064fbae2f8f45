"""The tree of a study in rows and back, and its weight rules."""

from __future__ import annotations

import pytest

from analysis.templates import template_tree
from analysis.treefile import parse_tree
from delphi.db import Database
from delphi.services import studies, trees
from delphi.services.studies import NewStudy
from delphi.surroundings import Surroundings
from tests.studies import COORDINATOR, FOUR_GROUPS, HEAD, draft_study, refuses

FIXED = parse_tree(
    HEAD
    + "D,,需求,Demand,value,benefit,fixed,33.5\n"
    + "S,,供给,Supply,value,benefit,fixed,66.5\n",
    "fixed.csv",
)


@pytest.mark.parametrize("template", ["icdi_ec_2022", "dei_2021"])
def test_a_stored_tree_reads_back_without_the_weights_to_be_elicited(
    database: Database, around: Surroundings, template: str
) -> None:
    given = template_tree(template)
    study_id = draft_study(database, around, tree=given)
    with database.reading() as session:
        assert trees.load_tree(session, study_id) == trees.without_given_weights(given)


def test_fixed_weights_are_stored_with_every_digit(
    database: Database, around: Surroundings
) -> None:
    study_id = draft_study(database, around, tree=FIXED)
    with database.reading() as session:
        assert trees.load_tree(session, study_id) == FIXED


def test_the_groups_to_weight_are_the_elicited_ones_with_two_or_more() -> None:
    assert trees.elicited_groups(FOUR_GROUPS) == ("root", "D")
    assert trees.elicited_groups(FIXED) == ()


def test_a_group_is_named_by_its_parent_or_root() -> None:
    assert [trees.group_name(group) for group in (None, "D")] == ["root", "D"]
    assert [trees.group_code(name) for name in ("root", "D")] == [None, "D"]


def test_leaves_stand_in_the_order_of_the_tree() -> None:
    assert [leaf.code for leaf in FOUR_GROUPS.leaves] == ["D1", "D2", "S1", "S2", "E1"]


def test_the_hash_of_a_tree_changes_with_anything_in_it() -> None:
    text = HEAD + "D,,需求,Demand,value,benefit,elicited,\nS,,供给,Supply,value,benefit,elicited,\n"
    hashes = {
        trees.tree_sha256(parse_tree(changed, "x.csv", require_weights=False))
        for changed in (
            text,
            text.replace("Demand", "Needs"),
            text.replace("需求", "需要"),
            text.replace("D,,", "Q,,"),
            text.replace("S,,供给,Supply,value", "S,,供给,Supply,ratio"),
            text.replace("elicited", "equal_leaves"),
        )
    }
    assert len(hashes) == 6


def test_a_weight_rule_holds_for_the_whole_group(database: Database, around: Surroundings) -> None:
    study_id = draft_study(database, around, tree=FOUR_GROUPS)
    with database.writing() as session:
        tree = trees.set_weight_rule(session, study_id, "S", "elicited")
    assert [node.weight_rule for node in tree.children("S")] == ["elicited", "elicited"]
    with database.reading() as session:
        assert trees.load_tree(session, study_id) == tree


def test_an_unknown_rule_is_refused(database: Database, around: Surroundings) -> None:
    study_id = draft_study(database, around)
    with refuses("rule_unknown", rule="guessed"), database.writing() as session:
        trees.set_weight_rule(session, study_id, "root", "guessed")


@pytest.mark.parametrize("group", ["nothing", "D1", "E"], ids=["unknown", "a leaf", "of one"])
def test_what_is_no_group_to_weight_is_refused(
    database: Database, around: Surroundings, group: str
) -> None:
    study_id = draft_study(database, around, tree=FOUR_GROUPS)
    with refuses("group_unknown"), database.writing() as session:
        trees.set_weight_rule(session, study_id, group, "equal_leaves")


def test_a_group_without_weights_cannot_be_fixed(database: Database, around: Surroundings) -> None:
    study_id = draft_study(database, around)
    with refuses("fixed_needs_weights", group="root"), database.writing() as session:
        trees.set_weight_rule(session, study_id, "root", "fixed")


def test_a_fixed_group_can_be_asked_about_and_fixed_again(
    database: Database, around: Surroundings
) -> None:
    study_id = draft_study(database, around, tree=FIXED)
    with database.writing() as session:
        studies.set_weight_rule(session, study_id, "root", "elicited")
    with database.reading() as session:
        study = studies.get_study(session, study_id)
        assert studies.load_protocol(study).groups == ("root",)
    with database.writing() as session:
        tree = trees.set_weight_rule(session, study_id, "root", "fixed")
    assert tree == FIXED


def test_weights_in_an_elicited_group_of_a_file_are_not_taken_over(
    database: Database, around: Surroundings
) -> None:
    given = template_tree("icdi_ec_2022")
    assert given["D"].local_percent is not None
    with database.writing() as session:
        pass
    study_id = draft_study(database, around, tree=given)
    with database.reading() as session:
        assert trees.load_tree(session, study_id)["D"].local_percent is None


def test_the_tree_of_a_study_is_its_own(database: Database, around: Surroundings) -> None:
    one = draft_study(database, around, tree=FOUR_GROUPS)
    new = NewStudy("题", "Other", FIXED, "fixed.csv")
    with database.writing() as session:
        other = studies.create_study(session, new, COORDINATOR, around)
    with database.reading() as session:
        assert len(trees.load_tree(session, one).nodes) == 8
        assert len(trees.load_tree(session, other).nodes) == 2
