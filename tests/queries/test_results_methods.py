"""Figures and weights of every question method on the pages of results."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from analysis.cli import main
from delphi.db import Database
from delphi.domain.disclosure import Viewer
from delphi.domain.methods import BEST_WORST, CRITERIA, PAIRWISE, RANKING, RATING, PlannedQuestion
from delphi.queries.results.sheet import figure_sheet
from delphi.services.releases import end_study
from delphi.surroundings import Surroundings
from tests.method_panels import ASKED, CODES, asking_twice, name_of, panel
from tests.queries.method_studies import answers, plays, way, weights_of
from tests.queries.results_studies import group_of, keys_of, page_of
from tests.studies import RunningStudy, running_study

OTHERS = ASKED[1:]
DERIVED = (RANKING, PAIRWISE, BEST_WORST)


@pytest.fixture
def twice(
    request: pytest.FixtureRequest, sqlite_database: Database, around: Surroundings
) -> RunningStudy:
    """Give a study that asked the same twice."""
    asked: PlannedQuestion = request.param
    return plays(running_study(sqlite_database, around, protocol=asking_twice(asked)), asked, asked)


def each(methods: Sequence[PlannedQuestion] = OTHERS) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("twice", methods, ids=name_of, indirect=True)


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
