"""The convergence page and the weights page of every question method."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from analysis.cli import main
from delphi.db import Database
from delphi.domain.answers.checking import Values
from delphi.domain.disclosure import Viewer
from delphi.domain.methods import (
    BEST_WORST,
    CRITERIA,
    PAIRWISE,
    RANKING,
    RATING,
    PlannedQuestion,
)
from delphi.domain.protocol import Protocol
from delphi.queries.results.sheet import figure_sheet
from delphi.queries.ways import Way, way_of
from delphi.queries.weights import WeightsPage, weights_page
from delphi.services import trees
from delphi.services.releases import end_study
from delphi.surroundings import Surroundings
from tests.method_panels import ASKED, CODES, asking, asking_twice, name_of, panel
from tests.queries.results_studies import group_of, keys_of, page_of
from tests.studies import FOUR_GROUPS, RunningStudy, running_study

POINTS, RATED = ASKED[0], ASKED[1]
OTHERS = ASKED[1:]
DERIVED = (RANKING, PAIRWISE, BEST_WORST)


def plays(study: RunningStudy, *rounds: PlannedQuestion) -> RunningStudy:
    for asked in rounds:
        answers(study, [{"root": values} for values in panel(asked, study.number + 1)])
    return study


def answers(study: RunningStudy, given: Sequence[dict[str, Values | None]]) -> RunningStudy:
    """Run one round; each expert gives one of these."""
    study.opens_round(departure="to see more")
    for expert, values in enumerate(given):
        study.submits_values(expert, values)
    return study.closes_round()


@pytest.fixture
def twice(
    request: pytest.FixtureRequest, sqlite_database: Database, around: Surroundings
) -> RunningStudy:
    """Give a study that asked the same twice."""
    asked: PlannedQuestion = request.param
    return plays(running_study(sqlite_database, around, protocol=asking_twice(asked)), asked, asked)


def each(methods: Sequence[PlannedQuestion] = OTHERS) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("twice", methods, ids=name_of, indirect=True)


def weights_of(study: RunningStudy, viewer: Viewer = Viewer.METHODOLOGIST) -> WeightsPage:
    with study.database.reading() as session:
        return weights_page(session, study.id, trees.load_tree(session, study.id), viewer)


def way(study: RunningStudy, code: str, viewer: Viewer = Viewer.METHODOLOGIST) -> Way:
    page = weights_of(study, viewer)
    with study.database.reading() as session:
        found = way_of(session, page, trees.load_tree(session, study.id), code, viewer)
    assert found is not None
    return found


# ---------------------------------------------------------------------------------------- figures


@each()
def test_every_figure_opens_and_its_fractions_come_to_the_result(twice: RunningStudy) -> None:
    keys = keys_of(page_of(twice, 2))
    assert len(keys) > 30
    for key in keys:
        opened = page_of(twice, 2, opened=key).opened
        assert opened is not None, key
        assert opened.inputs or key.startswith("last_round"), key
        for equation in opened.equations:
            result = equation.result
            last = equation.terms[-1]
            if result is None or result.value is None or last.is_root or not last.above:
                continue
            try:
                found = Decimal(last.above.replace("\u2212", "-")) / Decimal(last.below)
            except ArithmeticError:
                continue  # a general formula without numbers
            assert found == pytest.approx(Decimal(result.value), abs=Decimal("1e-6")), key


@each()
def test_the_page_knows_how_the_group_was_asked(twice: RunningStudy) -> None:
    page = page_of(twice, 2)
    (group,) = page.groups
    assert page.names_methods
    assert group.is_rating is (group.planned.method == RATING)
    assert group.is_derived is (group.planned.method in DERIVED)
    assert all((row.full is not None) is group.is_rating for row in group.rows)
    assert [table.criterion for table in group.criteria] == list(group.planned.criteria[1:])


@each([one for one in OTHERS if one.method in (PAIRWISE, BEST_WORST)])
def test_consistency_is_counted_over_the_experts(twice: RunningStudy) -> None:
    found = group_of(twice, 2).consistency
    assert found is not None
    assert (found.experts, found.judged) == (8, 8)
    assert 0 <= found.above <= 8
    assert (found.gci is not None) is (found.method == PAIRWISE)
    assert (found.consensus is not None) is (found.method == PAIRWISE)


def test_consistency_is_withheld_below_five_answers(
    sqlite_database: Database, around: Surroundings
) -> None:
    asked = PlannedQuestion("root", PAIRWISE)
    study = running_study(sqlite_database, around, protocol=asking_twice(asked))
    answers(study, [{"root": values} for values in panel(asked)[:4]])
    assert group_of(study, 1).consistency is None
    with study.database.reading() as session:
        text = figure_sheet(session, study.id, 1, Viewer.METHODOLOGIST)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    median = next(row for row in rows if row["figure"] == "consistency_median")
    assert (median["value"], median["reason"]) == ("", "fewer_than_5_answers")


def test_the_sheet_has_what_only_ratings_have(
    sqlite_database: Database, around: Surroundings
) -> None:
    asked = PlannedQuestion("root", RATING, (1, 9), CRITERIA[:2])
    study = running_study(sqlite_database, around, protocol=asking_twice(asked))
    plays(study, asked, asked)
    with study.database.reading() as session:
        text = figure_sheet(session, study.id, 2, Viewer.METHODOLOGIST)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    figures = {row["figure"] for row in rows if row["round"] == "2" and row["item"] == "D"}
    assert {"full_score_share", "operability.mean", "operability.full_score_share"} <= figures
    assert {"change", "mean_change", "histogram_change"} <= figures
    first = {row["figure"] for row in rows if row["round"] == "1"}
    assert not {"change", "mean_change", "histogram_change"} & first
    assert "within_tolerance" not in figures
    assert [row["value"] for row in rows if row["figure"] == "method"] == ["rating"] * 2


# --------------------------------------------------------------------------------------- verdicts


def rated(*rows: tuple[int, int, int]) -> list[dict[str, Any]]:
    return [{"root": {"importance": dict(zip(CODES, row, strict=True))}} for row in rows]


def judged(
    sqlite_database: Database,
    around: Surroundings,
    rounds: Sequence[list[dict[str, Any]]],
    asked: PlannedQuestion = RATED,
    **rules: Any,
) -> RunningStudy:
    protocol = Protocol(
        groups=("root",),
        publishing_steps={"root": None},
        plan=((asked,),) * 3,
        **rules,
    )
    study = running_study(sqlite_database, around, protocol=protocol)
    for given in rounds:
        answers(study, given)
    return study


AGREED = rated(*[(5, 4, 3)] * 8)
APART = rated(*[(5, 4, 1)] * 4, *[(5, 4, 5)] * 4)
UNEVEN = rated(*[(5, 4, 1)] * 5, *[(5, 4, 2)] * 3)


@pytest.mark.parametrize(
    ("rounds", "verdict", "reason", "ending"),
    [
        ((AGREED, AGREED), "consensus_stable", "rating_agreed", "end"),
        ((APART, APART), "stable_dissent", "rating_dissent_iqr", "end_dissent"),
        ((UNEVEN, UNEVEN), "stable_dissent", "rating_dissent_cv", "end_dissent"),
        ((APART, AGREED), "continue", "rating_moving", "again"),
    ],
)
def test_ratings_are_judged_by_histogram_iqr_and_cv(
    sqlite_database: Database,
    around: Surroundings,
    rounds: Sequence[list[dict[str, Any]]],
    verdict: str,
    reason: str,
    ending: str,
) -> None:
    found = group_of(judged(sqlite_database, around, rounds), 2).verdict
    assert (found.code, found.sentence.reason, found.sentence.ending) == (verdict, reason, ending)
    names = [row.name for row in found.conditions if row.decides]
    assert names == [
        *("response", "experts_both", "earlier_round", "histogram_change"),
        *("iqr", "cv", "items_agreed", "last_round"),
    ]
    tags = {row.name: row.tag for row in found.conditions if row.tag}
    assert "histogram_change" in tags


def test_a_rating_near_zero_is_not_asked_for_its_cv(
    sqlite_database: Database, around: Surroundings
) -> None:
    asked = PlannedQuestion("root", RATING, (0, 100), CRITERIA[:1])
    given = rated(*[(90, 60, 0)] * 4, *[(90, 60, 9)] * 4)
    study = judged(sqlite_database, around, (given, given), asked)
    assert group_of(study, 2).verdict.code == "consensus_stable"
    opened = page_of(study, 2, opened="cv-E").opened
    assert opened is not None
    assert "cv_exempt" in [note.code for note in opened.notes]
    condition = page_of(study, 2, opened="cv").opened
    assert condition is not None
    assert "cv_exempt_some" in [note.code for note in condition.notes]


def test_an_item_that_all_rate_zero_has_no_cv_and_says_why(
    sqlite_database: Database, around: Surroundings
) -> None:
    asked = PlannedQuestion("root", RATING, (0, 100), CRITERIA[:1])
    given = rated(*[(90, 60, 0)] * 8)
    group = group_of(judged(sqlite_database, around, (given, given), asked), 2)
    assert [one.reason for one in group.undefined if one.figure == "cv"] == ["mean_0_rated"]


def test_the_classic_rule_judges_ratings_too(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = judged(sqlite_database, around, (APART, APART), preset="classic")
    assert group_of(study, 2).verdict.sentence.reason == "classic_cv"
    same = rated(*[(4, 4, 4)] * 8)
    study = judged(sqlite_database, around, (same, same), preset="classic")
    found = group_of(study, 2)
    assert found.verdict.sentence.reason == "classic_no_order_rated"
    assert {one.reason for one in found.undefined} == {"all_constant_rated"}


# ------------------------------------------------------------------------------------------- plans


def test_rounds_that_ask_otherwise_are_named_and_not_compared(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = running_study(sqlite_database, around, protocol=asking(RATED, RATED, POINTS, POINTS))
    plays(study, RATED, RATED, POINTS)
    last = page_of(study, 3)
    (group,) = last.groups
    assert group.other_ways == ((1, RATED), (2, RATED))
    assert [one.round for one in group.history] == [3]
    assert group.movements == ()
    assert last.headline == "first"
    second = page_of(study, 2)
    assert second.headline == "round_limit_plan"
    assert second.groups[0].verdict.sentence.ending == "other_way"
    assert second.next is not None
    assert (second.next.outcome, second.next.ends) == ("plan", False)
    ((change),) = second.next.changes
    assert (change.names, change.now, change.then) == (None, RATED, POINTS)
    condition = next(row for row in second.groups[0].verdict.conditions if row.name == "last_round")
    assert (condition.last, condition.tag) == (2, "round_limit")


def test_what_is_asked_first_in_the_last_round_ends_there(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = running_study(sqlite_database, around, protocol=asking(RATED, POINTS))
    plays(study, RATED, POINTS)
    page = page_of(study, 2)
    assert page.headline == "first_and_last"
    assert page.groups[0].verdict.sentence.ending == "limit"
    assert page.next is not None
    assert (page.next.outcome, page.next.may_end) == ("end", True)


PAIRED = PlannedQuestion("D", PAIRWISE)


def two_groups(*plan: tuple[PlannedQuestion, ...]) -> Protocol:
    steps = {"root": None, "D": None}
    return Protocol(groups=("root", "D"), publishing_steps=steps, plan=plan)


def one_round(asked: PlannedQuestion, pairs: Sequence[int] = ()) -> list[dict[str, Any]]:
    found = [{"root": values} for values in panel(asked)]
    for answer, times in zip(found, pairs, strict=False):
        answer["D"] = {"D1:D2": times}
    return found


def test_a_group_that_is_not_asked_again_keeps_its_weights(
    sqlite_database: Database, around: Surroundings
) -> None:
    protocol = two_groups((RATED, PAIRED), (POINTS,), (POINTS,))
    study = running_study(sqlite_database, around, tree=FOUR_GROUPS, protocol=protocol)
    answers(study, one_round(RATED, [2, 2, 3, 3, 4, 4, 1, -2]))
    page = page_of(study, 1)
    endings = [group.verdict.sentence.ending for group in page.groups]
    assert endings == ["other_way", "not_again"]
    assert page.next is not None
    assert [(one.names and one.names["en"], one.then) for one in page.next.changes] == [
        (None, POINTS),
        ("Demand", None),
    ]
    before = weights_of(study).group("D")
    answers(study, one_round(POINTS))
    after = weights_of(study)
    first, below = after.groups
    assert (first.round, below.round, after.round) == (2, 1, 2)
    assert below == before
    assert first.counted_sha256 != below.counted_sha256
    used = way(study, "D1").answers
    assert used is not None
    assert len(used.rows or ()) == 8
    last = page_of(study, 2)
    assert [group.question for group in last.groups] == ["root"]
    assert last.next is not None
    assert len(last.next.outlook) == 2


def test_there_is_no_preview_before_every_group_was_asked(
    sqlite_database: Database, around: Surroundings
) -> None:
    protocol = two_groups((POINTS,), (POINTS, PAIRED), (POINTS, PAIRED))
    study = running_study(sqlite_database, around, tree=FOUR_GROUPS, protocol=protocol)
    answers(study, one_round(POINTS))
    page = weights_of(study)
    assert page.state == "unasked"
    assert [one and one["en"] for one in page.unasked] == ["Demand"]
    found = page_of(study, 1).next
    assert found is not None
    assert (found.may_end, found.missing) == (False, 0)
    assert [(one.now, one.then) for one in found.changes] == [(None, PAIRED)]


def test_ratings_of_nothing_but_zeros_give_no_weights(
    sqlite_database: Database, around: Surroundings
) -> None:
    asked = PlannedQuestion("root", RATING, (0, 100), CRITERIA[:1])
    study = judged(sqlite_database, around, [rated(*[(0, 0, 0)] * 8)], asked)
    assert weights_of(study).state == "undefined"
    found = page_of(study, 1)
    assert found.next is not None
    assert (found.next.may_end, found.next.missing) == (False, 8)


def test_whoever_rates_everything_zero_is_not_among_the_weights(
    sqlite_database: Database, around: Surroundings
) -> None:
    asked = PlannedQuestion("root", RATING, (0, 100), CRITERIA[:1])
    given = rated(*[(60, 30, 10)] * 7, (0, 0, 0))
    study = judged(sqlite_database, around, [given, given], asked)
    (group,) = weights_of(study).groups
    assert (group.answered, group.used) == (8, 7)
    assert list(group.exact) == [60, 30, 10]
    used = way(study, "D").answers
    assert used is not None
    assert (used.count, used.sums[0]) == (7, Fraction(42, 10))
    movement = page_of(study, 2, opened="mean_own_move-2").opened
    assert movement is not None
    assert movement.notes[0].parameters["m"] == 7


# ------------------------------------------------------------------------------------------ weights


@each(ASKED)
def test_the_preview_is_what_the_release_says(twice: RunningStudy) -> None:
    preview = weights_of(twice)
    with twice.database.writing() as session:
        end_study(session, twice.id, twice.around, departure="x", accept_rounding=True)
    released = weights_of(twice)
    assert (preview.state, released.state) == ("preview", "released")
    (before,), (after,) = preview.groups, released.groups
    assert before.exact == after.exact
    assert before.uncertainty == after.uncertainty
    assert (before.headline, before.used) == (after.headline, after.used) == (after.headline, 8)
    rules = [one.rule for one in after.alternatives]
    assert rules == [one.rule for one in before.alternatives]
    assert rules[-1] == "equal"


@each(ASKED)
def test_the_printed_command_gives_the_same_intervals(
    twice: RunningStudy, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (group,) = weights_of(twice).groups
    used = way(twice, "D").answers
    assert used is not None
    rows = [
        [f"E{at}", *(float(one) for one in row.values)] for at, row in enumerate(used.rows or ())
    ]
    words = group.offline_command.split()[3:]
    table = tmp_path / words[1]
    lines = [",".join(["expert", *CODES]), *(",".join(str(cell) for cell in row) for row in rows)]
    table.write_text("\n".join(lines), encoding="utf-8")
    assert main([words[0], str(table), *words[2:]]) == 0
    answer = json.loads(capfdbinary.readouterr().out)
    assert group.uncertainty is not None
    for item, code in zip(group.uncertainty.items, CODES, strict=True):
        for name in ("low", "high", "t_low", "t_high", "standard_error"):
            found = 100 * answer[name][code]
            assert found == pytest.approx(float(getattr(item, name) or 0), rel=1e-9), name


@each(ASKED)
def test_the_way_leads_from_the_answers_to_the_weight(twice: RunningStudy) -> None:
    for code in CODES:
        found = way(twice, code)
        used = found.answers
        assert used is not None
        assert used.rows is not None
        sums, own = used.sums, used.sums[used.at]
        if used.is_geometric:
            share = own / sum(sums)
            assert float(share) == pytest.approx(float(found.node.local), rel=1e-10)
            assert all(row.comparisons for row in used.rows)
            assert used.terms == ""
        else:
            parts = 100 if used.is_whole else 1
            assert own / (used.count * parts) == found.node.local
            terms = [Fraction(one) for one in used.terms.split(" + ")]
            assert sum(terms) == own
            assert not any(row.comparisons for row in used.rows)


def test_comparisons_are_told_as_they_were_given(
    sqlite_database: Database, around: Surroundings
) -> None:
    asked = PlannedQuestion("root", PAIRWISE)
    study = running_study(sqlite_database, around, protocol=asking_twice(asked))
    given = {"D:S": -3, "D:E": 1, "S:E": 5}
    answers(study, [{"root": given}] * 8)
    used = way(study, "D").answers
    assert used is not None
    rows = used.rows or ()
    assert [one.times for one in rows[0].comparisons] == ["1/3", "1", "5"]
    assert (rows[0].comparisons[0].first["en"], rows[0].comparisons[0].second["en"]) == (
        "Demand",
        "Supply",
    )
